"""The end of a sitting: how it went and what to do next."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor_app.learning.records import Attempt, Mode
from tutor_app.learning.session import Session
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.menu import Entry, Menu
from tutor_app.tui.widgets.notes import Note, Notes


class DoneScreen(TutorScreen):
    """A short look back, without pressure."""

    HELP = """## Done
The questions you met, and what to do next.
"""

    def __init__(self, session: Session, title: str = "") -> None:
        super().__init__()
        self._session, self._title = session, title
        self.place = f"{session.mode.value.capitalize()}{f' · {title}' if title else ''}"

    def body(self) -> ComposeResult:
        marks = self.tutor_app.marks
        with Vertical(classes="page"):
            yield Static(
                Content.styled(
                    _headline(self._session, self.tutor_app.desk.settings.practise.certainty), "bold"
                ),
                id="headline",
            )
            yield Notes(
                [_line(attempt, marks.right, marks.wrong, marks.dot) for attempt in self._session.attempts]
            )
            yield Menu(
                [
                    Entry("again", "Once more", "other questions of the same kind", "a"),
                    Entry("progress", "Progress", "how it is going", "g"),
                    Entry("home", "Home", "", "h"),
                ],
                id="next",
            )

    def on_mount(self) -> None:
        self.query_one(Menu).focus()

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        self.dismiss(None)
        if message.id == "again":
            self.tutor_app.start_again()
        elif message.id == "progress":
            self.tutor_app.go("progress")


def _headline(session: Session, certainty: bool) -> str:
    tally = session.tally
    questions = "1 question" if tally.questions == 1 else f"{tally.questions} questions"
    if session.mode is Mode.LEARN or not tally.answered:
        return f"Done: {questions}."
    points = f", {tally.points} points" if certainty else ""
    return f"Done: {questions}, {tally.right} right at the first try{points}."


def _line(attempt: Attempt, right: str, wrong: str, neither: str) -> Note:
    text = attempt.item.question.text
    short = text if len(text) <= 160 else text[:157] + "..."
    if attempt.correct is None:
        return Note(short, neither)
    return Note(short, right if attempt.correct else wrong, "" if attempt.correct else "$error")
