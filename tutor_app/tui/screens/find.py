"""Type a few letters and pick: topics, questions, files, whatever has a list."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tutor_app.tui.screens.dialog import Dialog
from tutor_app.tui.widgets.menu import Entry, Menu


class Find(Dialog):
    """Gives the id of the picked entry, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "down", show=False, priority=True),
        Binding("up", "move(-1)", "up", show=False, priority=True),
        Binding("enter", "take", "take", priority=True),
    ]

    def __init__(self, title: str, entries: Sequence[Entry], here: str = "") -> None:
        super().__init__(title)
        self._all, self._here = entries, here

    def body(self) -> ComposeResult:
        yield Input(placeholder="type a few letters", compact=True)
        yield FoundMenu(self._all)

    def on_mount(self) -> None:
        if self._here:
            self.query_one(Menu).select(self._here)

    def on_input_changed(self, event: Input.Changed) -> None:
        words = event.value.casefold().split()
        found = [e for e in self._all if all(word in e.label.casefold() for word in words)]
        self.query_one(Menu).show(found or [Entry("", "Nothing is called that.", heading=True)])

    def action_move(self, by: int) -> None:
        self.query_one(Menu).action_move(by)

    def action_take(self) -> None:
        entry = self.query_one(Menu).current
        self.dismiss(entry.id if entry else None)

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        self.dismiss(message.id)


class FoundMenu(Menu, can_focus=False):
    """The list under the input; the input keeps the focus, so its cursor is always drawn."""

    always_lit = True
