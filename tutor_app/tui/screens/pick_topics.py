"""Choose several topics: Space ticks one, Enter is done."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from tutor_app.tui.desk import Overview, Topic
from tutor_app.tui.screens.dialog import Dialog
from tutor_app.tui.widgets.menu import Entry, Menu


class TickMenu(Menu):
    """Space ticks; Enter takes all ticked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", "tick", show=True),
        Binding("enter", "screen.take", "done"),
    ]


class TopicsRead(Message):
    """The topics are at hand."""

    def __init__(self, overview: Overview) -> None:
        super().__init__()
        self.overview = overview


class PickTopics(Dialog):
    """Gives the list of ticked topics (empty for all), or None."""

    def __init__(self, ticked: list[Topic]) -> None:
        super().__init__("Topics", "None ticked means all of them.")
        self._ticked = {(topic.bank, topic.name) for topic in ticked}
        self._topics: tuple[Topic, ...] = ()

    def body(self) -> ComposeResult:
        yield TickMenu([Entry("", "Reading the topics", heading=True)])

    def on_mount(self) -> None:
        self._read()

    @work(thread=True, exit_on_error=False)
    def _read(self) -> None:
        self.post_message(TopicsRead(self.tutor_app.desk.overview()))

    def on_topics_read(self, message: TopicsRead) -> None:
        self._topics = message.overview.topics
        self._show()
        self.query_one(Menu).focus()

    def _show(self) -> None:
        mark = self.tutor_app.marks.right
        self.query_one(Menu).show(
            [
                Entry(str(i), f"[{mark if (t.bank, t.name) in self._ticked else ' '}] {t.name}", t.subject)
                for i, t in enumerate(self._topics)
            ]
        )

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        topic = self._topics[int(message.id)]
        self._ticked ^= {(topic.bank, topic.name)}
        self._show()

    def action_take(self) -> None:
        self.dismiss([topic for topic in self._topics if (topic.bank, topic.name) in self._ticked])
