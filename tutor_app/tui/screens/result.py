"""How a test went: the score, a bar per topic, and every question with its explanation."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor_app.learning.exam import ExamResult
from tutor_app.learning.progress import count, duration, share
from tutor_app.learning.records import Attempt
from tutor_app.tui.marks import Marks
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.menu import Entry, Menu


class ResultScreen(TutorScreen):
    """Enter on a question shows its explanation."""

    HELP = """## Result
The score, then one bar for each topic, then every question. **Enter** on a question shows the right answer
and why.
"""
    GUIDE = "test"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "home")]
    place = "Test · result"

    def __init__(self, result: ExamResult) -> None:
        super().__init__()
        self._result = result

    def body(self) -> ComposeResult:
        marks = self.tutor_app.marks
        with Vertical(classes="page"):
            yield Static(Content(_headline(self._result)), id="headline")
            yield Menu(
                [
                    Entry("", "By topic", heading=True),
                    *(
                        Entry(
                            f"topic-{i}",
                            topic.topic,
                            f"{topic.right} of {topic.total}",
                            share=_share(topic.right, topic.total),
                        )
                        for i, topic in enumerate(self._result.topics)
                    ),
                    Entry("", "", heading=True),
                    Entry("", "Questions", heading=True),
                    *(_entry(i, attempt, marks) for i, attempt in enumerate(self._result.attempts)),
                ]
            )

    def on_mount(self) -> None:
        menu = self.query_one(Menu)
        menu.focus()
        if self._result.attempts:
            menu.select("0")
        self.query_one("#scroll").scroll_home(animate=False)

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        from tutor_app.tui.screens.look import LookScreen

        if message.id.isdigit():
            attempt = self._result.attempts[int(message.id)]
            self.app.push_screen(LookScreen(attempt.item, attempt.chosen, f"Question {int(message.id) + 1}"))


def _share(right: int, total: int) -> float:
    return right / total if total else 0.0


def _headline(result: ExamResult) -> str:
    score = f" ({share(result.right / result.total)})" if result.total else ""
    parts = [f"{result.right} of {result.total} right{score} in {duration(result.seconds)}."]
    if result.unanswered:
        parts.append(f"{count(result.unanswered, 'question')} not answered.")
    if result.unjudged:
        parts.append(f"{count(result.unjudged, 'question')} without a key, not counted.")
    return " ".join(parts)


def _entry(index: int, attempt: Attempt, marks: Marks) -> Entry:
    mark = marks.dot if attempt.correct is None else marks.right if attempt.correct else marks.wrong
    style = "" if attempt.correct is None else "$success" if attempt.correct else "$error"
    return Entry(
        str(index), f"{mark} {index + 1}. {' '.join(attempt.item.question.text.split())}", style=style
    )
