"""How a test went: the score, a bar per topic, and every question with its explanation."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor_app.learning.exam import ExamResult
from tutor_app.learning.progress import count, duration, share
from tutor_app.learning.records import Attempt
from tutor_app.tui.marks import Marks
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.menu import Entry, Menu
from tutor_app.tui.widgets.notes import Note, Notes
from tutor_app.tui.widgets.shares import Row, Shares


class LockRead(Message):
    """Until when the explanations are closed is known; empty when they are open."""

    def __init__(self, until: str) -> None:
        super().__init__()
        self.until = until


class Questions(Menu):
    """The questions of the test."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "choose", "why")]


class ResultScreen(TutorScreen):
    """Enter on a question shows its explanation."""

    HELP = """## Result
The score, then one bar for each topic, then every question. **Enter** on a question shows the right answer
and why. While someone else's test has the exam lock, the questions wait until that test is done.
"""
    GUIDE = "test"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "home")]
    place = "Test · result"

    def __init__(self, result: ExamResult) -> None:
        super().__init__()
        self._result = result
        self._seen = False

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Static(Content(_headline(self._result)), id="headline")
            yield Notes(id="closed")
            topics = [Row(t.topic, t.right / t.total, f"of {t.total}") for t in self._result.topics]
            yield Shares("By topic", topics)
            yield Questions()

    def on_mount(self) -> None:
        self.query_one(Menu).focus(scroll_visible=False)  # the score comes first

    def on_screen_resume(self) -> None:
        self._read_lock()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read_lock(self) -> None:
        desk = self.tutor_app.desk
        desk.wait_for_writes()  # this test's own lock lifts with its record
        self.post_message(LockRead(desk.closed))

    def on_lock_read(self, message: LockRead) -> None:
        self.query_one("#closed", Notes).show(*([Note(_closed(message.until))] if message.until else ()))
        if message.until or self._seen:
            return
        self._seen = True
        menu, marks = self.query_one(Menu), self.tutor_app.marks
        questions = [_entry(i, attempt, marks) for i, attempt in enumerate(self._result.attempts)]
        menu.show([Entry("", "Questions", heading=True), *questions])

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        from tutor_app.tui.screens.look import LookScreen

        attempt = self._result.attempts[int(message.id)]
        self.app.push_screen(LookScreen(attempt.item, attempt.chosen, f"Question {int(message.id) + 1}"))


def _closed(until: str) -> str:
    return (
        f"Which answers were right, and why, is closed {until}. "
        "Then you find what you missed on Home under Progress: press m there for your mistakes."
    )


def _headline(result: ExamResult) -> str:
    score = f" ({share(result.right / result.total)})" if result.total else ""
    parts = [f"{result.right} of {result.total} right{score} in {duration(result.seconds)}."]
    if result.unanswered:
        parts.append(f"{count(result.unanswered, 'question')} not answered.")
    if result.unjudged:
        parts.append(f"{count(result.unjudged, 'question')} without a key, not counted.")
    return " ".join(parts)


def _entry(index: int, attempt: Attempt, marks: Marks) -> Entry:
    mark, style, said = how_it_went(attempt, marks)
    text = " ".join(attempt.item.question.text.split())
    return Entry(str(index), f"{mark} {index + 1}. {text}", said, style=style)


def how_it_went(attempt: Attempt, marks: Marks) -> tuple[str, str, str]:
    """An attempt's mark, its style, and in words what a mark alone would not tell."""
    if attempt.unanswered:
        return marks.dash, "$text-muted", "not answered"
    if attempt.did_not_know:
        return marks.hint, "$text-muted", "I don't know"
    if attempt.correct is None:
        return marks.dot, "", ""
    return (marks.right, "$success", "") if attempt.correct else (marks.wrong, "$error", "")
