"""What students flagged: steps they hold wrong or unclear."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor_app.errors import UserError
from tutor_app.learning.records import Flag
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.menu import Entry, Menu


class FlagsRead(Message):
    """The list is at hand."""

    def __init__(self, flags: list[Flag]) -> None:
        super().__init__()
        self.flags = flags


class FlagsScreen(TutorScreen):
    """Enter shows the question, Delete takes a flag off the list."""

    HELP = """## Flags
Steps that students found wrong or unclear, the newest first. **Enter** shows the question, **Del** takes a
flag off the list once you looked at it.
"""
    GUIDE = "banks"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("delete", "remove", "done with it")]
    place = "Banks · flags"

    def __init__(self) -> None:
        super().__init__()
        self._flags: list[Flag] = []

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Static(Content("Looking"), id="headline")
            yield Menu(id="list")

    def on_mount(self) -> None:
        self.query_one(Menu).focus()
        self._read()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        desk = self.tutor_app.desk
        desk.wait_for_writes()
        self.post_message(FlagsRead(desk.history.flags()))

    def on_flags_read(self, message: FlagsRead) -> None:
        self._flags = message.flags
        self.query_one(Menu).show(
            [Entry(str(i), f"{f.kind.value}: {f.step}", f.profile) for i, f in enumerate(message.flags)]
        )
        says = "Students flagged these steps." if message.flags else "Nothing is flagged."
        self.query_one("#headline", Static).update(Content(says))

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        from tutor_app.tui.screens.look import LookScreen

        flag = self._flags[int(message.id)]
        item = self.tutor_app.desk.shelf.find(flag.bank, flag.question)
        if item is None:
            raise UserError("The bank of this question is no longer installed, so it cannot be shown.")
        self.app.push_screen(LookScreen(item, title="Flagged"))

    def action_remove(self) -> None:
        if entry := self.query_one(Menu).current:
            self.tutor_app.desk.history.remove_flag(self._flags[int(entry.id)])
            self._read()
