"""Home: go on where you left, what is due, topics with progress, and everything else one key away."""

import time
from itertools import groupby
from typing import ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor_app.learning.choices import choose_grade
from tutor_app.learning.progress import next_review
from tutor_app.tui.desk import DeskOpened, Overview, Topic
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.menu import Entry, Menu
from tutor_app.tui.widgets.notes import Note, Notes

_PLACES = (
    ("learn", "l", "Learn", "a question explained step by step"),
    ("practise", "p", "Practise", "answer first, then see why"),
    ("test", "t", "Test", "no help until the end"),
    ("review", "r", "Review", ""),
    ("ask", "a", "Ask", "type or paste a question of your own"),
    ("progress", "g", "Progress", "how it is going"),
    ("banks", "b", "Banks", "questions to learn from"),
    ("profiles", "u", "Profiles", "who is learning"),
    ("settings", "s", "Settings", "colours, marks, how much is asked"),
    ("guides", "h", "Guides", "how everything works"),
)
_LOCKED = {"learn", "practise", "review", "ask", "banks"}


class TopicMenu(Menu):
    """Topics; Enter learns, `p` practises, `t` tests the one under the cursor."""

    HELP = """### Topics
**Enter** explains the questions of a topic step by step, **p** lets you answer first and **t** makes a
test. The numbers say how many of its questions you last answered right; once you began a topic, a bar
may show it too. **/** finds a topic by name.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "choose", "learn"),
        Binding("p", "start('practise')", "practise"),
        Binding("t", "start('test')", "test"),
    ]

    class Start(Message):
        """Practise or test this topic."""

        def __init__(self, mode: str, id: str) -> None:
            super().__init__()
            self.mode, self.id = mode, id

    def action_start(self, mode: str) -> None:
        if entry := self.current:
            self.post_message(self.Start(mode, entry.id))


class OverviewRead(Message):
    """The overview is at hand."""

    def __init__(self, overview: Overview) -> None:
        super().__init__()
        self.overview = overview


class HomeScreen(TutorScreen):
    """The first screen."""

    HELP = """## Home
First comes what you can do, then the topics: beside it, or below it where the screen is tall. **Tab** goes
from one to the other, and **left** and **right** do too. What you can do also has a letter that works
everywhere on this page. **d** chooses the grade that questions are of; it is kept for you.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stay", show=False),
        Binding("slash", "find", "find a topic"),
        Binding("d", "grade", "grade"),
        Binding("left", "list('places')", show=False),
        Binding("right", "list('topics')", show=False),
        Binding("c", "go('continue')", show=False),
        *(Binding(key, f"go('{place}')", show=False) for place, key, _, _ in _PLACES),
    ]
    place = "Home"

    def __init__(self) -> None:
        super().__init__()
        self._overview: Overview | None = None

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics as last read."""
        return self._overview.topics if self._overview else ()

    def body(self) -> ComposeResult:
        with Vertical(classes="home"):
            yield Static(Content(_greeting(time.localtime().tm_hour)), id="greeting")
            with Horizontal(id="lists"):
                with VerticalScroll(classes="list first", can_focus=False):
                    yield Menu(self._places(), id="places")
                with VerticalScroll(classes="list second", can_focus=False):
                    yield TopicMenu([Entry("", "Topics", heading=True)], id="topics")

    def foot(self) -> ComposeResult:
        """What the cursor stands on, where the lists have no room to say it (the style sheet says where)."""
        with Vertical(id="about-row"):
            yield Notes(id="about")

    def on_mount(self) -> None:
        self.query_one("#places").focus()

    def on_screen_resume(self) -> None:
        if self.tutor_app.desk.opened:
            self._read()

    async def on_build_anew(self) -> None:
        await self.recompose()
        self.on_mount()
        self.on_screen_resume()

    def on_desk_opened(self, message: DeskOpened) -> None:
        self._read()

    @work(thread=True, exclusive=True, exit_on_error=False, group="overview")
    def _read(self) -> None:
        desk = self.tutor_app.desk
        desk.wait_for_writes()  # what was just finished belongs to what Home shows
        self.post_message(OverviewRead(desk.overview()))

    def on_overview_read(self, message: OverviewRead) -> None:
        self._overview = message.overview
        self.query_one("#places", Menu).show(self._places())
        self.query_one("#topics", Menu).show(_topic_entries(message.overview.topics))
        self._explain()
        name = "" if message.overview.profile == "me" else f", {message.overview.profile}"
        greeting = _greeting(time.localtime().tm_hour) + name
        grade = f" Questions are of grade {message.overview.grade}." if message.overview.grade else ""
        self.query_one("#greeting", Static).update(Content(f"{greeting}. {self._news()}{grade}"))

    def _news(self) -> str:
        overview = cast(Overview, self._overview)
        if not overview.topics:
            return "There are no questions yet: open Banks (b) to add some, or Ask (a) your own."
        if overview.closed:
            return f"Explanations are closed {overview.closed}."
        if overview.due:
            return (
                "One question is due for review."
                if overview.due == 1
                else (f"{overview.due} questions are due for review.")
            )
        if not any(topic.met for topic in overview.topics):
            return "Pick a topic and press Enter; nothing needs to be set up."
        later = next_review(overview.next_due, time.time())
        return f"Nothing is due today: a good day for something new.{later}"

    def _places(self) -> list[Entry]:
        overview = self._overview
        closed = overview.closed if overview else self.tutor_app.desk.exam_lock
        entries = []
        if overview and overview.open_sessions:
            entries.append(Entry("continue", "Go on", _session_name(overview), "c", style="bold $primary"))
        for place, key, label, note in _PLACES:
            if closed and place in _LOCKED:
                continue
            if place == "review" and overview:
                note = f"{overview.due} due" if overview.due else "nothing due today"
            entries.append(Entry(place, label, note, key))
        return entries

    def _explain(self) -> None:
        topics = self.query_one("#topics", Menu)
        entry = topics.current if topics.has_focus else self.query_one("#places", Menu).current
        if entry:
            text = f"{entry.label}: {entry.note}{' known' if topics.has_focus else ''}"
            self.query_one("#about", Notes).show(Note(text, style="$primary"))

    def on_menu_moved(self, message: Menu.Moved) -> None:
        self._explain()

    def on_descendant_focus(self) -> None:
        self._explain()

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        if message.menu.id == "places":
            self.action_go(message.id)
        else:
            self._start("learn", message.id)

    def on_topic_menu_start(self, message: TopicMenu.Start) -> None:
        self._start(message.mode, message.id)

    def _start(self, mode: str, id: str) -> None:
        if topic := self._topic(id):
            self.tutor_app.start(mode, topic)

    def _topic(self, id: str) -> Topic | None:
        topics = self.topics
        return topics[int(id)] if id.isdigit() and int(id) < len(topics) else None

    def action_go(self, place: str) -> None:
        """A letter that learns takes the topic under the cursor, as `p` and `t` do."""
        topics = self.query_one("#topics", Menu)
        if place == "learn" and topics.has_focus and topics.current:
            self._start(place, topics.current.id)
        else:
            self.tutor_app.go(place)

    def action_list(self, id: str) -> None:
        self.query_one(f"#{id}").focus()

    def action_page(self, by: int) -> None:
        """Through the topics; the places are always in sight."""
        self.query_one("#topics", Menu).action_page(by)

    def action_stay(self) -> None:
        """Esc does nothing here: a student who presses it once too often stays in the app."""

    def action_grade(self) -> None:
        from tutor_app.tui.screens.dialog import Choose, Option

        if overview := self._overview:
            options = [Option("", "All grades"), *(Option(g, f"Grade {g}") for g in overview.grades)]
            now = f"Now: {f'grade {overview.grade}' if overview.grade else 'all grades'}."
            text = f"{now} Review still asks what you met before."
            self.app.push_screen(Choose("Questions of which grade?", options, text), self._choose_grade)

    def _choose_grade(self, grade: object) -> None:
        if isinstance(grade, str):
            choose_grade(self.tutor_app.desk.profile, grade)
            self._read()

    def action_find(self) -> None:
        from tutor_app.tui.screens.find import Find

        entries = [e for e in self.query_one("#topics", Menu).entries if not e.heading]
        self.app.push_screen(Find("Find a topic", entries), self._found)

    def _found(self, id: object) -> None:
        if isinstance(id, str):
            self.query_one("#topics", Menu).focus()
            self.query_one("#topics", Menu).select(id)


def _greeting(hour: int) -> str:
    if hour < 5 or hour >= 22:
        return "Hello"
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def _topic_entries(topics: tuple[Topic, ...]) -> list[Entry]:
    """Topics already begun, then the others under their subjects; an entry's id is its topic's place."""

    def order(i: int) -> tuple[bool, str, str]:
        return (
            not topics[i].met,
            "" if topics[i].met else topics[i].subject.casefold(),
            topics[i].name.casefold(),
        )

    entries: list[Entry] = []
    for heading, places in groupby(sorted(range(len(topics)), key=order), key=lambda i: _heading(topics[i])):
        entries.append(Entry("", heading.capitalize(), heading=True))
        for place in places:
            topic = topics[place]
            share = topic.known / topic.count if topic.met else None
            entries.append(Entry(str(place), topic.name, f"{topic.known} of {topic.count}", share=share))
    return entries


def _heading(topic: Topic) -> str:
    return "begun: go on" if topic.met else topic.subject or "other topics"


def _session_name(overview: Overview) -> str:
    session = overview.open_sessions[0]
    done, items = session.state.get("index", 0), session.state.get("items", ())
    count = len(items) if isinstance(items, list) else 0
    return f"{session.mode.value}, question {int(str(done)) + 1} of {count}"
