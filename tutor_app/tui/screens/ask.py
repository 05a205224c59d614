"""Ask: type or paste any question; its choices are recognised as you type."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from tutor_app.errors import UserError
from tutor_app.learning.care import DistressError, reply_to
from tutor_app.learning.history import TYPED
from tutor_app.learning.records import Item, Mode
from tutor_app.learning.session import Session
from tutor_app.questions.model import Question
from tutor_app.tui import remarks
from tutor_app.tui.draft import Draft
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.screens.learn import LearnScreen
from tutor_app.tui.screens.look import LookScreen
from tutor_app.tui.widgets.choices import LETTERS
from tutor_app.tui.widgets.menu import Entry, Menu
from tutor_app.tui.widgets.notes import Note, Notes


class QuestionArea(TextArea):
    """Where the question is typed; Tab leaves it."""

    HELP = """### Your question
Type it and press **Enter**, or paste it whole. Choices are found when they stand on lines of their own, or
begin with **A)**, **b.**, **1)** or a bullet. **Ctrl+J** begins a new line; when there are several, **F5**
asks. `Answer: B` on the last line tells the tutor which one is right. **Tab** leads on.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask", "ask it"),
        Binding("ctrl+j,shift+enter", "new_line", "new line"),
    ]

    class Asked(Message):
        """What is typed should be asked."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" and self._one_line:
            event.prevent_default()  # no new line: the key's binding comes next

    @property
    def _one_line(self) -> bool:
        return self.document.line_count == 1

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._one_line and bool(self.text.strip()) if action == "ask" else True

    def action_ask(self) -> None:
        self.post_message(self.Asked())

    def action_new_line(self) -> None:
        self.insert("\n")


class AskScreen(TutorScreen):
    """A place to type, and below it what the tutor made of it."""

    HELP = """## Ask
Type or paste any science question and ask it: **Enter**, or **F5** when it has several lines. **Tab** leads
to what else you can do: edit what was recognised, or save it to your own bank. **Esc** goes back; what you
typed and have not asked waits here for you.
"""
    GUIDE = "ask"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "ask", "ask"),
        Binding("f3", "edit", "edit"),
        Binding("f4", "save", "save"),
    ]
    place = "Ask"

    def __init__(self) -> None:
        super().__init__()
        self._draft = Draft.of("")

    def body(self) -> ComposeResult:
        desk = self.tutor_app.desk
        self._draft = desk.drafts.get(desk.profile_name, self._draft)
        with Vertical(classes="page"):
            yield Static(
                Content(
                    "Type a question and press Enter. Ctrl+J begins a new line, for choices; or paste it."
                ),
                classes="muted",
            )
            yield QuestionArea(self._draft.typed, id="asked", compact=True, highlight_cursor_line=False)
            yield Notes(id="seen")
            yield Menu(
                [
                    Entry("ask", "Ask it", "the tutor answers", "F5"),
                    Entry("edit", "Edit it", "question, choices, key", "F3"),
                    Entry("save", "Save it", "to your own bank", "F4"),
                ],
                id="do",
            )

    def on_mount(self) -> None:
        asked = self.query_one(QuestionArea).focus()
        asked.move_cursor(asked.document.end)
        self._show()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self._keep(Draft.of(event.text_area.text))

    def on_question_area_asked(self) -> None:
        self.action_ask()

    def _keep(self, draft: Draft) -> None:
        """What is typed waits until it is asked or saved; words of distress do not."""
        desk = self.tutor_app.desk
        self._draft = draft
        if reply_to(draft.typed):
            desk.drafts.pop(desk.profile_name, None)
        else:
            desk.drafts[desk.profile_name] = draft
        self._show()

    def _let_go(self) -> None:
        """The question was asked or saved: it is no draft any more; what is typed next takes its place."""
        desk = self.tutor_app.desk
        desk.drafts.pop(desk.profile_name, None)
        asked = self.query_one(QuestionArea).focus()
        asked.select_all()

    def _question(self) -> Question:
        try:
            return self._draft.question()
        except DistressError:
            self.query_one(QuestionArea).clear()
            raise

    def _show(self) -> None:
        pasted, accepted, marks = self._draft.pasted, self._draft.accepted, self.tutor_app.marks
        self.query_one("#do").display = bool(pasted.text.strip())
        self.refresh_bindings()
        if not (pasted.choices or accepted):
            said = "No choices found: the tutor will answer from its facts." if pasted.text.strip() else ""
            self.query_one("#seen", Notes).show(*([Note(said, style="$text-muted")] if said else []))
            return
        notes = [Note(pasted.text, style="bold")]
        for index, choice in enumerate(pasted.choices):
            right = index == pasted.answer
            text = f"{choice}  {marks.right}" if right else choice
            notes.append(Note(text, LETTERS[index], "$success" if right else ""))
        if accepted:
            notes.append(Note(" or ".join(accepted), marks.right, "$success"))
        self.query_one("#seen", Notes).show(*notes)

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        {"ask": self.action_ask, "edit": self.action_edit, "save": self.action_save}[message.id]()

    def action_ask(self) -> None:
        question = self._question()
        if self.tutor_app.why_no_tutor:
            raise UserError(self.tutor_app.why_no_tutor)
        screen = AskedScreen if question.has_key else AnswerScreen
        self._let_go()
        self.app.push_screen(screen(Item(TYPED, question)))

    def action_edit(self) -> None:
        from tutor_app.tui.screens.edit import EditScreen

        def take(question: object) -> None:
            if isinstance(question, Question):
                self._keep(self._draft.mended(question))

        self.app.push_screen(EditScreen(self._question(), explains=False), take)

    def action_save(self) -> None:
        remarks.keep_question(self.tutor_app, self._question())
        self._let_go()


class AnswerScreen(LookScreen):
    """A question of the student's own: the tutor answers at once, since nobody is asked back."""

    HELP = """## Ask
The tutor's answer and the facts it found, as they come. Without a key nobody can check it, so look at how
sure it is. **Enter** goes back to ask the next question, **v** saves this one to your own bank.
"""
    GUIDE = "ask"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask_another", "next question"),
        Binding("v", "save", "save it"),
    ]

    def __init__(self, item: Item) -> None:
        super().__init__(item, title="Ask")

    def _begin_turn(self) -> None:
        super()._begin_turn()
        self.follow()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "ask_another":
            return self.turn.unfolding.done
        return action not in {"next", "finish", "note"} and super().check_action(action, parameters)

    def action_ask_another(self) -> None:
        self._leave()

    def action_save(self) -> None:
        remarks.keep_question(self.tutor_app, self.turn.question)


class AskedScreen(LearnScreen):
    """A question whose answer came with it, led through like any other; it counts only when it was saved."""

    GUIDE = "ask"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "save", "save it"),
    ]

    def __init__(self, item: Item) -> None:
        super().__init__(Session(Mode.LEARN, [item]))

    def _begin_turn(self) -> None:
        super()._begin_turn()
        self.where("Ask")

    def action_save(self) -> None:
        remarks.keep_question(self.tutor_app, self.turn.question)

    def action_next(self) -> None:
        self._leave()

    def _keep(self, final: bool = False) -> None:
        """A question from outside is no part of the course."""

    def _save(self) -> None:
        """Nor can it be gone on with."""
