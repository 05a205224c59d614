"""What kind of test: how many questions, of which topics, how long, locked or not."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tutor_app.learning.exam import Exam
from tutor_app.learning.progress import count
from tutor_app.learning.settings import ExamSettings, find
from tutor_app.tui.desk import Topic
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.form import Form
from tutor_app.tui.widgets.menu import Entry, Menu


class TestSetupScreen(TutorScreen):
    """Left and right change a line; `s` starts."""

    __test__ = False
    HELP = """## A new test
Choose how many questions, from which topics, and whether there is a time limit. During the test nothing
tells you if you are right; at the end you see the score and every explanation. With the **exam lock**,
explanations and Ask stay closed on this machine until the test is done.
"""
    GUIDE = "test"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("s", "begin", "start the test")]
    place = "Test"

    def __init__(self, topic: Topic | None = None) -> None:
        super().__init__()
        self._topics: list[Topic] = [topic] if topic else []
        self._count = self._minutes = 0
        self._lock = False

    def body(self) -> ComposeResult:
        desk = self.tutor_app.desk
        wanted = desk.test_wanted or desk.settings.test
        self._count, self._minutes = wanted.questions, wanted.minutes
        self._lock = self.tutor_app.desk.exam_lock
        with Vertical(classes="page"):
            yield Static(Content.styled("A new test", "bold"))
            yield Form(self._entries(), id="form")

    def on_mount(self) -> None:
        self.query_one(Form).focus()

    def _entries(self) -> list[Entry]:
        topics = ", ".join(topic.name for topic in self._topics) or "all"
        if grade := self.tutor_app.desk.grade:
            topics += f" (grade {grade})"
        return [
            Entry("count", "Questions", str(self._count)),
            Entry("minutes", "Time limit", count(self._minutes, "minute") if self._minutes else "none"),
            Entry("topics", "Topics", topics),
            Entry("lock", "Exam lock", "on" if self._lock else "off"),
            Entry("begin", "Start the test", "", style="bold $primary"),
        ]

    def on_form_changed(self, message: Form.Changed) -> None:
        if message.id == "count":
            self._count = max(5, min(500, (self._count // 5 + message.by) * 5))
        elif message.id == "minutes":
            self._minutes = max(0, min(600, self._minutes + message.by * 5))
        elif message.id == "lock":
            self._lock = self.tutor_app.desk.exam_lock or not self._lock
        self._show()

    def _show(self) -> None:
        self.tutor_app.desk.test_wanted = ExamSettings(self._count, self._minutes)
        self.query_one(Form).show(self._entries())

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        if message.id == "begin":
            self.action_begin()
        elif message.id == "topics":
            self._pick_topics()
        elif message.id == "count":
            self._ask_count()
        else:
            self.on_form_changed(Form.Changed(message.id, 1))

    def _ask_count(self) -> None:
        from tutor_app.tui.screens.dialog import AskLine

        wanted = find("test.questions")

        def take(text: object) -> None:
            if isinstance(text, str):
                self._count = int(wanted.parse(text))
                self._show()

        ask = AskLine("How many questions?", value=str(self._count), refusal=wanted.refusal)
        self.app.push_screen(ask, take)

    def _pick_topics(self) -> None:
        from tutor_app.tui.screens.pick_topics import PickTopics

        def take(topics: object) -> None:
            if isinstance(topics, list):
                self._topics = topics
                self._show()

        self.app.push_screen(PickTopics(self._topics), take)

    def action_begin(self) -> None:
        self.tutor_app.open_screen(self._begun, instead_of=self)

    def _begun(self) -> tuple[Screen[object], str]:
        from tutor_app.tui import starting

        desk = self.tutor_app.desk
        items = starting.topic_items(desk, self._topics, self._count)
        return starting.test_screen(desk, Exam(items, minutes=self._minutes, locked=self._lock)), ""
