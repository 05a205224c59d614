"""Choose several topics: Space ticks one, Enter is done."""

from itertools import groupby
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
        topics = message.overview.topics
        self._topics = tuple(sorted(topics, key=lambda t: (t.subject.casefold(), t.name.casefold())))
        self._show()
        self.query_one(Menu).focus()

    def _show(self) -> None:
        entries: list[Entry] = []
        for subject, topics in groupby(enumerate(self._topics), key=lambda placed: placed[1].subject):
            entries.append(Entry("", (subject or "other topics").capitalize(), heading=True))
            entries += [Entry(str(i), self._ticked_name(topic)) for i, topic in topics]
        self.query_one(Menu).show(entries)

    def _ticked_name(self, topic: Topic) -> str:
        ticked = (topic.bank, topic.name) in self._ticked
        return f"[{self.tutor_app.marks.right if ticked else ' '}] {topic.name}"

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        topic = self._topics[int(message.id)]
        self._ticked ^= {(topic.bank, topic.name)}
        self._show()

    def action_take(self) -> None:
        self.dismiss([topic for topic in self._topics if (topic.bank, topic.name) in self._ticked])
