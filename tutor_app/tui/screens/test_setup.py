"""What kind of test: how many questions, of which topics, how long, locked or not."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor_app.learning.exam import Exam
from tutor_app.learning.settings import find
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
        wanted = self.tutor_app.desk.settings.test
        self._count, self._minutes = wanted.questions, wanted.minutes
        self._lock = self.tutor_app.desk.exam_lock
        with Vertical(classes="page"):
            yield Static(Content.styled("A new test", "bold"))
            yield Form(self._entries(), id="form")

    def on_mount(self) -> None:
        self.query_one(Form).focus()

    def _entries(self) -> list[Entry]:
        topics = ", ".join(topic.name for topic in self._topics) or "all"
        return [
            Entry("count", "Questions", str(self._count)),
            Entry("minutes", "Time limit", f"{self._minutes} minutes" if self._minutes else "none"),
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

        def take(text: object) -> None:
            if text is not None:
                self._count = int(str(find("test.questions").parse(str(text))))
                self.query_one(Form).show(self._entries())

        self.app.push_screen(AskLine("How many questions?", value=str(self._count)), take)

    def _pick_topics(self) -> None:
        from tutor_app.tui.screens.pick_topics import PickTopics

        def take(topics: object) -> None:
            if isinstance(topics, list):
                self._topics = topics
                self.query_one(Form).show(self._entries())

        self.app.push_screen(PickTopics(self._topics), take)

    def action_begin(self) -> None:
        self._begin()

    @work(thread=True, exclusive=True, exit_on_error=False, group="start")
    def _begin(self) -> None:
        from tutor_app.tui import starting

        desk = self.tutor_app.desk
        try:
            items = starting.topic_items(desk, self._topics, self._count)
            exam = Exam(items, minutes=self._minutes, locked=self._lock)
            screen = starting.test_screen(desk, exam)
        except Exception as error:
            self.app.call_from_thread(self.tutor_app.report, error)
            return
        self.app.call_from_thread(self.app.switch_screen, screen)
