"""A list of things to do or to open: arrows and Enter, a key of its own, or the mouse."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.visual import Visual

from tutor_app.tui.widgets.bars import bar
from tutor_app.tui.widgets.lines import Lines, marks_of

_BAR = 12
_NOTE = 20
_LEAST_NOTE = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One line; `share` draws a bar, `heading` makes it a title that cannot be chosen."""

    id: str
    label: str
    note: str = ""
    key: str = ""
    share: float | None = None
    heading: bool = False
    style: str = ""


class Menu(Lines, can_focus=True):
    """One entry a line; only what fits is cut, with an ellipsis."""

    HELP = """### Lists
Move with the **arrow keys** and press **Enter**, press the **letter** shown before an entry, or click.
"""
    KEYS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("home", "jump(0)", "first", show=False),
        Binding("end", "jump(-1)", "last", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown", "page(1)", "a page down", show=False),
        Binding("enter,space", "choose", "open", show=False),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        *KEYS,
        Binding("k", "move(-1)", "up", show=False),
        Binding("j", "move(1)", "down", show=False),
    ]
    cursor = reactive(0, repaint=False)
    always_lit = False

    class Chosen(Message):
        """An entry was chosen."""

        def __init__(self, menu: "Menu", id: str) -> None:
            super().__init__()
            self.menu, self.id = menu, id

        @property
        def control(self) -> "Menu":
            return self.menu

    class Moved(Message):
        """The cursor stands on another entry."""

        def __init__(self, menu: "Menu", id: str) -> None:
            super().__init__()
            self.menu, self.id = menu, id

        @property
        def control(self) -> "Menu":
            return self.menu

    def __init__(self, entries: Sequence[Entry] = (), id: str | None = None, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self._moved = False  # until then the page is shown from its top
        self._take(entries)
        self.set_reactive(Menu.cursor, self._first())

    def show(self, entries: Sequence[Entry]) -> None:
        """Show other entries; the cursor stays on the same one where it can."""
        here = self.current
        self._take(entries)
        ids = [entry.id for entry in self._entries if not entry.heading]
        self.cursor = self._place(here.id) if here and here.id in ids else self._first()
        self.refresh(layout=True)

    def _take(self, entries: Sequence[Entry]) -> None:
        self._entries = list(entries)
        noted = [e for e in self._entries if e.note or e.share is not None]
        self._widest = max((cell_len(entry.label) for entry in noted), default=0)
        self._notes = max((cell_len(entry.note) for entry in noted), default=0)
        self._keys = max((cell_len(entry.key) + 2 for entry in noted if entry.key), default=0)
        self._barred = any(entry.share is not None for entry in noted)

    @property
    def entries(self) -> Sequence[Entry]:
        """What is shown."""
        return self._entries

    @property
    def current(self) -> Entry | None:
        """The entry under the cursor."""
        if 0 <= self.cursor < len(self._entries) and not self._entries[self.cursor].heading:
            return self._entries[self.cursor]
        return None

    def select(self, id: str) -> None:
        """Put the cursor on an entry."""
        self._go(self._place(id))

    def _place(self, id: str) -> int:
        return next((i for i, entry in enumerate(self._entries) if entry.id == id), self._first())

    def _first(self) -> int:
        return next((i for i, entry in enumerate(self._entries) if not entry.heading), 0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._entries)

    def render_line(self, y: int) -> Strip:
        """Only the lines in sight are made, so that a long list costs no more than a short one."""
        width = self.size.width
        line = self._line(y, width) if y < len(self._entries) else Content("")
        return Visual.to_strips(self, line, width, 1, self.visual_style)[0]

    def _line(self, index: int, width: int) -> Content:
        entry = self._entries[index]
        if entry.heading:
            return Content.styled(entry.label, "bold $text-muted").truncate(width, ellipsis=True)
        here = index == self.cursor and (self.has_focus or self.always_lit)
        parts = [Content.styled(f"{marks_of(self).chosen if here else ' '} ", "bold $accent")]
        if entry.key:
            parts.append(Content.styled(f"{entry.key}  ", "bold $accent"))
        label = Content.styled(entry.label, entry.style or ("bold" if here else ""))
        noted = entry.note and self._fits_note(width)
        if noted or entry.share is not None:
            room = self._label_room(width)
            label = label.truncate(room, ellipsis=True)
            label = label.pad_right(max(0, room - label.cell_length) + 2)
            if entry.share is not None and self._fits_bar(width):
                label += bar(marks_of(self), entry.share, _BAR) + Content("  ")
        note = [Content.styled(entry.note, "$text-muted")] if noted else []
        line = Content("").join([*parts, label, *note]).truncate(width, ellipsis=True)
        return self._lit(line, width) if here else line

    def _lit(self, line: Content, width: int) -> Content:
        """The line of the cursor, lit from edge to edge."""
        padded = line.pad_right(max(0, width - line.cell_length))
        return padded.stylize_before("on $block-cursor-background")

    def _label_room(self, width: int) -> int:
        """Labels come first: where it is narrow, notes keep no more than a few words' room."""
        rest = min(self._notes, _NOTE) + 5 + (_BAR + 2 if self._fits_bar(width) else 0)
        return min(self._widest, max(16, width - rest))

    def _fits_note(self, width: int) -> bool:
        """A note that would be cut after a letter or two is left out."""
        return width - self._keys - self._label_room(width) - 4 >= min(self._notes, _LEAST_NOTE)

    def _fits_bar(self, width: int) -> bool:
        return self._barred and width >= self._notes + min(self._widest, 36) + _BAR + 8

    def on_focus(self) -> None:
        self.refresh()
        if self._moved:
            self._keep_in_sight()

    def on_blur(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        if self.has_focus and self._moved:
            self.call_after_refresh(self._keep_in_sight)

    def action_move(self, by: int) -> None:
        place = self.cursor + by
        while 0 <= place < len(self._entries) and self._entries[place].heading:
            place += by
        if 0 <= place < len(self._entries):
            self._go(place)
        elif self.has_focus:
            (self.screen.focus_previous if by < 0 else self.screen.focus_next)(Menu)

    def action_jump(self, place: int) -> None:
        choosable = [i for i, entry in enumerate(self._entries) if not entry.heading]
        if choosable:
            self._go(choosable[place])

    def action_page(self, by: int) -> None:
        """Move the cursor by as many lines as are in sight; a list that is all in sight leaves the key."""
        choosable = [i for i, entry in enumerate(self._entries) if not entry.heading]
        if not choosable or self.window is None or self.size.height <= self.window.size.height:
            raise SkipAction
        there = self.cursor + by * max(1, self.window.size.height - 1)
        self._go(min(choosable, key=lambda place: abs(place - there)))

    def _go(self, place: int) -> None:
        self.cursor, self._moved = place, True
        self.refresh()
        self._keep_in_sight()
        if entry := self.current:
            self.post_message(self.Moved(self, entry.id))

    def _keep_in_sight(self) -> None:
        lead = 1 if self.cursor and self._entries[self.cursor - 1].heading else 0
        self.keep_in_sight(self.cursor - lead, 1 + lead)

    def action_choose(self) -> None:
        if entry := self.current:
            self.post_message(self.Chosen(self, entry.id))

    def on_click(self, event: events.Click) -> None:
        if 0 <= event.y < len(self._entries) and not self._entries[event.y].heading:
            self._go(event.y)
            self.action_choose()

    def on_key(self, event: events.Key) -> None:
        for entry in self._entries:
            if entry.key and entry.key == event.character:
                event.stop()
                event.prevent_default()
                self.select(entry.id)
                self.action_choose()
                return
