"""One bank: its questions, an editor for each, and the tutor's help with missing explanations."""

from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor_app.errors import UserError
from tutor_app.learning.progress import count
from tutor_app.questions.library import BankSummary
from tutor_app.questions.model import Bank, Question
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.menu import Entry, Menu


class BankRead(Message):
    """The questions are at hand."""

    def __init__(self, bank: Bank) -> None:
        super().__init__()
        self.bank = bank


def refuse_shipped(bank: BankSummary) -> None:
    """Before anything is asked or typed in vain."""
    if bank.shipped:
        raise UserError(
            "This bank comes with the app and stays as it is. To make a version of your own: "
            f"tutor bank export {bank.id} --to native, then import that file here."
        )


class BankScreen(TutorScreen):
    """Enter shows a question, `e` edits it."""

    HELP = """## A bank
**Enter** shows a question with its answer and explanation, **e** edits it, **/** finds one. **g** lets the
tutor write the missing explanations; you approve each one before students see it. **d** shows where the
tutor would not choose the key.
"""
    GUIDE = "banks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "edit"),
        Binding("slash", "find", "find"),
        Binding("g", "explain", "write explanations"),
        Binding("d", "disagreements", "disagreements"),
    ]

    def __init__(self, summary: BankSummary) -> None:
        super().__init__()
        self._summary = summary
        self._bank = Bank(summary.title)
        self.place = f"Banks · {summary.title}"

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Static(Content("Reading the bank"), id="headline")
            yield Menu(id="list")

    def on_mount(self) -> None:
        self.query_one(Menu).focus()

    def on_screen_resume(self) -> None:
        self._read()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        self.post_message(BankRead(self.tutor_app.desk.library.bank(self._summary.id)))

    def on_bank_read(self, message: BankRead) -> None:
        self._bank = message.bank
        questions = message.bank.questions
        without = sum(not question.explanation for question in questions)
        keyless = sum(not question.has_key for question in questions)
        parts = [count(len(questions), "question"), self._summary.licence]
        parts += [f"{without} without an explanation"] if without else []
        parts += [f"{keyless} without a key"] if keyless else []
        self.query_one("#headline", Static).update(Content(", ".join(part for part in parts if part) + "."))
        self.query_one(Menu).show(self._entries())

    def _entries(self) -> list[Entry]:
        flag = self.tutor_app.marks.flag
        return [
            Entry(
                str(i),
                " ".join((q.text or q.image).split()),
                "" if q.explanation else f"{flag} no explanation",
            )
            for i, q in enumerate(self._bank.questions)
        ]

    def _index(self) -> int | None:
        entry = self.query_one(Menu).current
        return int(entry.id) if entry else None

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        from tutor_app.learning.shelf import placed
        from tutor_app.tui.screens.look import LookScreen

        item = placed(self._summary.id, self._bank, self._bank.questions[int(message.id)])
        self.app.push_screen(LookScreen(item, title=self._summary.title, author_first=True))

    def action_find(self) -> None:
        from tutor_app.tui.screens.find import Find

        def go(id: object) -> None:
            if isinstance(id, str) and id:
                self.query_one(Menu).select(id)

        self.app.push_screen(Find("Find a question", self._entries()), go)

    def action_edit(self) -> None:
        from tutor_app.tui.screens.edit import EditScreen

        refuse_shipped(self._summary)
        if (index := self._index()) is not None:
            self.app.push_screen(
                EditScreen(self._bank.questions[index]), lambda changed: self._changed(index, changed)
            )

    def _changed(self, index: int, question: object) -> None:
        if isinstance(question, Question):
            questions = list(self._bank.questions)
            questions[index] = question
            self._save(replace(self._bank, questions=tuple(questions)))

    def _save(self, bank: Bank) -> None:
        desk = self.tutor_app.desk
        desk.library.save(self._summary.id, bank)
        desk.forget_banks()
        self.post_message(BankRead(bank))
        self.tutor_app.say("Saved.")

    def action_explain(self) -> None:
        from tutor_app.tui.screens.approve import ApproveScreen

        refuse_shipped(self._summary)
        if self.tutor_app.desk.explainer is None:
            raise UserError(
                self.tutor_app.why_no_tutor or "The tutor is still waking up. Try again in a moment."
            )
        if all(question.explanation for question in self._bank.questions):
            self.tutor_app.say("Every question has an explanation already.")
            return
        self.app.push_screen(ApproveScreen(self._summary, self._bank))

    def action_disagreements(self) -> None:
        from tutor_app.tui.screens.disagreements import DisagreementsScreen

        self.app.push_screen(DisagreementsScreen(self._summary))
