"""The end of a sitting: how it went and what to do next."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor_app.learning.progress import count
from tutor_app.learning.records import Attempt, Mode
from tutor_app.learning.session import Session
from tutor_app.tui.marks import Marks
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.screens.result import how_it_went
from tutor_app.tui.widgets.menu import Entry, Menu


class DoneScreen(TutorScreen):
    """A short look back, without pressure."""

    HELP = """## Done
What to do next, and the questions you met: **Enter** on one shows it again with its explanation.
"""

    def __init__(self, session: Session, title: str = "") -> None:
        super().__init__()
        self._session = session
        self.place = f"{session.mode.value.capitalize()}{f' · {title}' if title else ''}"

    def body(self) -> ComposeResult:
        marks = self.tutor_app.marks
        certainty = self.tutor_app.desk.settings.practise.certainty
        with Vertical(classes="page"):
            yield Static(Content.styled(_headline(self._session, certainty), "bold"), id="headline")
            yield Menu(
                [
                    Entry("again", "Once more", "other questions of the same kind", "a"),
                    Entry("progress", "Progress", "how it is going", "g"),
                    Entry("home", "Home", "", "h"),
                    Entry("", "", heading=True),
                    *(_entry(i, attempt, marks) for i, attempt in enumerate(self._session.attempts)),
                ]
            )

    def on_mount(self) -> None:
        self.query_one(Menu).focus()

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        if message.id.isdigit():
            from tutor_app.tui.screens.look import LookScreen

            attempt = self._session.attempts[int(message.id)]
            self.app.push_screen(LookScreen(attempt.item, attempt.chosen))
            return
        self.dismiss(None)
        if message.id == "again":
            self.tutor_app.start_again()
        elif message.id == "progress":
            self.tutor_app.go("progress")


def _headline(session: Session, certainty: bool) -> str:
    tally = session.tally
    questions = count(tally.questions, "question")
    if session.mode is Mode.LEARN or not tally.answered:
        return f"Done: {questions}."
    points = f", {tally.points} points" if certainty else ""
    return f"Done: {questions}, {tally.right} right at the first try{points}."


def _entry(index: int, attempt: Attempt, marks: Marks) -> Entry:
    text = " ".join(attempt.item.question.text.split())
    mark, style, said = how_it_went(attempt, marks)
    return Entry(str(index), f"{mark} {text}", said, style=style)
