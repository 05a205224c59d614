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
from tutor_app.knowledge.facts import fact_id
from tutor_app.knowledge.flags import Flags
from tutor_app.learning.progress import count
from tutor_app.learning.records import Flag, FlagKind
from tutor_app.questions.library import RESERVED_IDS
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.screens.dialog import Say, confirm
from tutor_app.tui.widgets.menu import Entry, Menu


class FlagsRead(Message):
    """The list is at hand."""

    def __init__(self, flags: list[Flag], unused: set[str]) -> None:
        super().__init__()
        self.flags, self.unused = flags, unused


class FlagsScreen(TutorScreen):
    """Enter shows the question, `u` uses a fact again, Delete takes a flag off the list."""

    HELP = """## Flags
Steps that students found wrong or unclear, the newest first. A fact that one found wrong is not used any
more, for anybody: **u** uses it again. **Enter** shows the question, **Del** takes a flag off the list once
you looked at it.
"""
    GUIDE = "banks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "use_again", "use it again"),
        Binding("delete", "remove", "done with it"),
    ]
    place = "Banks · flags"

    def __init__(self) -> None:
        super().__init__()
        self._flags: list[Flag] = []
        self._unused: set[str] = set()

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
        flagged, not_used = desk.history.flags(), {fact.id for fact in Flags().facts()}
        self.post_message(FlagsRead(flagged, {f.step for f in flagged if fact_id(f.step) in not_used}))

    def on_flags_read(self, message: FlagsRead) -> None:
        self._flags, self._unused = message.flags, message.unused
        self.query_one(Menu).show([self._entry(i, flag) for i, flag in enumerate(message.flags)])
        says = "Students flagged these steps." if message.flags else "Nothing is flagged."
        self.query_one("#headline", Static).update(Content(says))
        self.refresh_bindings()

    def _entry(self, index: int, flag: Flag) -> Entry:
        not_used = ", not used" if flag.step in self._unused else ""
        return Entry(str(index), f"{flag.kind.value}: {flag.step}", f"{flag.profile}{not_used}")

    def on_menu_moved(self, message: Menu.Moved) -> None:
        self.refresh_bindings()

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        from tutor_app.tui.screens.look import LookScreen

        flag = self._flags[int(message.id)]
        item = self.tutor_app.desk.shelf.find(flag.bank, flag.question)
        if item is None and flag.bank in RESERVED_IDS:
            self.app.push_screen(
                Say("This step was flagged", f"{flag.step}\n\nThe question is one that {flag.profile} typed.")
            )
        elif item is None:
            raise UserError("The bank of this question is no longer installed, so it cannot be shown.")
        else:
            self.app.push_screen(LookScreen(item, title="Flagged"))

    @property
    def _current(self) -> Flag | None:
        entry = self.query_one(Menu).current
        return self._flags[int(entry.id)] if entry else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "use_again":
            return True
        return bool(self._unused) and (flag := self._current) is not None and flag.step in self._unused

    def action_use_again(self) -> None:
        if flag := self._current:
            wrong = sum(f.step == flag.step and f.kind is FlagKind.WRONG for f in self._flags)
            goes = (
                f"{count(wrong, 'flag')} that {'says' if wrong == 1 else 'say'} it is wrong will be deleted."
            )
            self.app.push_screen(
                confirm("Use this fact again?", f"{flag.step}\n\n{goes}", "Use it again", "Leave it so"),
                lambda yes: self._use_again(flag.step) if yes else None,
            )

    def _use_again(self, step: str) -> None:
        self.tutor_app.desk.use_again(step)
        self.tutor_app.say("The fact is used again.")
        self._read()

    def action_remove(self) -> None:
        if flag := self._current:
            stays = "\n\nThe fact stays out of use." if flag.step in self._unused else ""
            self.app.push_screen(
                confirm(
                    "Take this flag off the list?", f"{flag.step}{stays}", "Done with it", "Keep it here"
                ),
                lambda yes: self._remove(flag) if yes else None,
            )

    def _remove(self, flag: Flag) -> None:
        desk = self.tutor_app.desk
        desk.write(lambda: desk.history.remove_flag(flag))
        self._read()
