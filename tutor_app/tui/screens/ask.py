"""Ask: type or paste any question; its choices are recognised as you type."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from tutor_app.errors import UserError
from tutor_app.learning.history import TYPED
from tutor_app.learning.records import Item, Mode
from tutor_app.learning.session import Session
from tutor_app.questions.model import Question
from tutor_app.tui.draft import Draft
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.screens.learn import LearnScreen
from tutor_app.tui.widgets.choices import LETTERS
from tutor_app.tui.widgets.menu import Entry, Menu
from tutor_app.tui.widgets.notes import Note, Notes


class QuestionArea(TextArea):
    """Where the question is typed; Tab leaves it."""

    HELP = """### Your question
Type it or paste it whole. Choices are found when they stand on lines of their own, or begin with **A)**,
**b.**, **1)** or a bullet. `Answer: B` on the last line tells the tutor which one is right. Press **Tab**
when you are done.
"""


class AskScreen(TutorScreen):
    """A place to type, and below it what the tutor made of it."""

    HELP = """## Ask
Type or paste any science question. **Tab** leads to what you can do with it: let the tutor explain it,
mend what it recognised, or save it to your own bank. **Esc** goes back; what you typed waits here for you.
"""
    GUIDE = "ask"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "explain", "explain"),
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
                Content("Type or paste a question, with its choices if it has some."), classes="muted"
            )
            yield QuestionArea(self._draft.typed, id="asked", compact=True, highlight_cursor_line=False)
            yield Notes(id="seen")
            yield Menu(
                [
                    Entry("explain", "Explain it", "step by step", "F5"),
                    Entry("edit", "Mend it", "question, choices, key", "F3"),
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

    def _keep(self, draft: Draft) -> None:
        desk = self.tutor_app.desk
        self._draft = desk.drafts[desk.profile_name] = draft
        self._show()

    def _let_go(self) -> None:
        """The question was explained or saved: it is no draft any more."""
        desk = self.tutor_app.desk
        desk.drafts.pop(desk.profile_name, None)

    def _show(self) -> None:
        pasted, accepted, marks = self._draft.pasted, self._draft.accepted, self.tutor_app.marks
        self.query_one("#do").display = bool(pasted.text.strip())
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
        {"explain": self.action_explain, "edit": self.action_edit, "save": self.action_save}[message.id]()

    def action_explain(self) -> None:
        question = self._draft.question()
        if self.tutor_app.why_no_tutor:
            raise UserError(self.tutor_app.why_no_tutor)
        self.app.push_screen(AskedScreen(Session(Mode.LEARN, [Item(TYPED, question)]), "your question"))
        self._let_go()

    def action_edit(self) -> None:
        from tutor_app.tui.screens.edit import EditScreen

        def take(question: object) -> None:
            if isinstance(question, Question):
                self._keep(self._draft.mended(question))

        self.app.push_screen(EditScreen(self._draft.question(), explains=False), take)

    def action_save(self) -> None:
        keep_question(self, self._draft.question())
        self._let_go()


def keep_question(screen: TutorScreen, question: Question) -> None:
    """Into the student's own bank."""
    desk = screen.tutor_app.desk
    desk.write(lambda: desk.history.keep_question(desk.profile, question))
    screen.tutor_app.say("Saved. You find it on Home under 'your own questions'.")


class AskedScreen(LearnScreen):
    """A question of the student's own, led through like any other; it counts only when it was saved."""

    GUIDE = "ask"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "save", "save it"),
    ]

    def action_save(self) -> None:
        keep_question(self, self.turn.question)

    def action_next(self) -> None:
        self._leave()

    def _keep(self, final: bool = False) -> None:
        """A question from outside is no part of the course."""

    def _save(self) -> None:
        """Nor can it be gone on with."""
