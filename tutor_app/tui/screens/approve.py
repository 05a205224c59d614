"""Approve explanations the tutor wrote: one question at a time, nothing reaches students unseen."""

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import ProgressBar

from tutor_app.learning.shelf import placed
from tutor_app.questions.library import BankSummary
from tutor_app.questions.model import Bank, Question
from tutor_app.students.explanation import Explanation, Origin, Step
from tutor_app.tui import wording
from tutor_app.tui.explaining import Arrived, Explaining, Failed
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.choices import Choices, ChoicesState
from tutor_app.tui.widgets.notes import Note, Notes
from tutor_app.tui.widgets.question_view import QuestionView
from tutor_app.tui.widgets.steps import Steps


class ApproveScreen(TutorScreen):
    """`a` keeps the explanation, `e` mends it first, `s` skips it."""

    HELP = """## Approve explanations
The tutor writes an explanation for each question that has none. **a** puts it into the bank, **e** lets you
mend it first, **s** leaves the question as it is. You can stop with **Esc** at any time; what you approved
is saved already.
"""
    GUIDE = "banks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "approve"),
        Binding("e", "mend", "mend it"),
        Binding("s", "skip", "skip"),
        Binding("escape", "back", "stop"),
    ]

    def __init__(self, summary: BankSummary, bank: Bank) -> None:
        super().__init__()
        self._summary, self._bank = summary, bank
        self._todo = [i for i, question in enumerate(bank.questions) if not question.explanation]
        self._at = 0
        self._explaining: Explaining | None = None
        self._steps: tuple[Step, ...] = ()
        self._made: Explanation | None = None
        self.place = f"Banks · {summary.title} · explanations"

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield ProgressBar(total=len(self._todo), show_eta=False)
            yield QuestionView(id="question")
            yield Choices(id="choices")
            yield Steps(id="steps")
            yield Notes(id="remarks")

    def on_mount(self) -> None:
        self._begin()

    @property
    def _question(self) -> Question:
        return self._bank.questions[self._todo[self._at]]

    def _begin(self) -> None:
        question, desk = self._question, self.tutor_app.desk
        self._steps, self._made = (), None
        assert desk.explainer is not None
        self._explaining = Explaining(self, desk.explainer, question, desk.settings.for_explaining())
        if self._at + 1 < len(self._todo):
            desk.plan(self._bank.questions[self._todo[self._at + 1]])
        self.query_one(QuestionView).show(question, f"{self._at + 1} of {len(self._todo)}")
        self.query_one(Choices).show(question.choices, ChoicesState(right=question.answer, open=False))
        self._show()

    def _show(self, trouble: str = "") -> None:
        waiting = "" if self._made or trouble else f"The tutor is writing{self.tutor_app.marks.more}"
        self.query_one(Steps).show(self._steps, waiting)
        sure = wording.how_sure(self._question, self._made)
        notes = [Note(trouble, style="$warning")] if trouble else []
        self.query_one("#remarks", Notes).show(*notes, *([Note(sure, style="$text-muted")] if sure else []))
        self.refresh_bindings()

    def on_arrived(self, message: Arrived) -> None:
        if message.ticket is not self._explaining:
            return
        if isinstance(message.what, Explanation):
            self._made, self._steps = message.what, message.what.steps
            item = placed(self._summary.id, self._bank, self._question)
            self.tutor_app.desk.compare_with_key(item, message.what)
        else:
            self._steps += (message.what,)
        self._show()

    def on_failed(self, message: Failed) -> None:
        if message.ticket is self._explaining:
            self._show("The tutor could not explain this one; skip it, or write an explanation yourself (e).")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "approve" or bool(self._made and self._made.steps)

    def _explained(self) -> Question:
        facts = tuple(step.text for step in self._steps if step.origin is Origin.FACT)
        steps = tuple(step.text for step in self._steps if step.origin is not Origin.FACT)
        return replace(self._question, facts=facts, steps=steps)

    def action_approve(self) -> None:
        self._keep(self._explained())

    def action_mend(self) -> None:
        from tutor_app.tui.screens.edit import EditScreen

        self.app.push_screen(EditScreen(self._explained()), self._keep)

    def _keep(self, question: object) -> None:
        if isinstance(question, Question):
            questions = list(self._bank.questions)
            questions[self._todo[self._at]] = question
            self._bank = replace(self._bank, questions=tuple(questions))
            self.tutor_app.desk.library.save(self._summary.id, self._bank)
            self.tutor_app.desk.forget_banks()
            self.action_skip()

    def action_skip(self) -> None:
        self._stop()
        self.query_one(ProgressBar).advance(1)
        self._at += 1
        if self._at < len(self._todo):
            self._begin()
        else:
            self.tutor_app.say("That was the last one.")
            self.dismiss(None)

    def _stop(self) -> None:
        if self._explaining:
            self._explaining.cancel()
            self._explaining = None

    def on_unmount(self) -> None:
        self._stop()
