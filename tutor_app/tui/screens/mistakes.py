"""Mistakes: what was last answered wrong, and what keeps slipping away."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor_app.errors import UserError
from tutor_app.learning.beginning import new_session
from tutor_app.learning.records import Item, Mode, Standing
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.menu import Entry, Menu

_MOST = 300


class MistakesRead(Message):
    """The list is at hand."""

    def __init__(self, mistakes: list[Standing], leeches: list[Standing]) -> None:
        super().__init__()
        self.mistakes, self.leeches = mistakes, leeches


class MistakesScreen(TutorScreen):
    """Enter explains one; `p` practises them."""

    HELP = """## Mistakes
The questions you last got wrong, the newest first. Those at the top keep slipping away: look at one with
**Enter** and learn it another way. **p** practises them all.
"""
    GUIDE = "review"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("p", "practise", "practise them")]
    place = "Mistakes"

    def __init__(self) -> None:
        super().__init__()
        self._standings: list[Standing] = []

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Static(Content("Looking"), id="headline")
            yield Menu(id="list")

    def on_mount(self) -> None:
        self.query_one(Menu).focus()

    def on_screen_resume(self) -> None:
        self._read()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        desk = self.tutor_app.desk
        desk.wait_for_writes()
        self.post_message(
            MistakesRead(desk.history.mistakes(desk.profile, _MOST), desk.history.leeches(desk.profile))
        )

    def on_mistakes_read(self, message: MistakesRead) -> None:
        slipping = {(standing.bank, standing.question) for standing in message.leeches}
        others = [s for s in message.mistakes if (s.bank, s.question) not in slipping]
        self._standings = [*message.leeches, *others]
        star, entries = self.tutor_app.marks.star, []
        if message.leeches:
            entries.append(Entry("", f"{star} These keep slipping away", heading=True))
        for index, standing in enumerate(self._standings):
            if index == len(message.leeches):
                entries.append(Entry("", "Last answered wrong", heading=True))
            missed = f"missed {standing.missed} of {standing.attempts}"
            entries.append(Entry(str(index), " ".join(standing.text.split()), missed))
        self.query_one(Menu).show(entries)
        says = "Questions to look at again." if entries else "No mistakes to look at. Well done!"
        self.query_one("#headline", Static).update(Content(says))

    def _item(self, standing: Standing) -> Item | None:
        return self.tutor_app.desk.shelf.find(standing.bank, standing.question)

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        look_at(self, self._standings[int(message.id)])

    def action_practise(self) -> None:
        from tutor_app.tui import starting

        desk = self.tutor_app.desk
        found = [item for standing in self._standings if (item := self._item(standing))]
        if found:
            items = found[: desk.settings.practise.questions]
            session = new_session(Mode.PRACTISE, items, desk.settings.practise)
            self.app.push_screen(starting.sitting_screen(session, "mistakes"))


def look_at(screen: TutorScreen, standing: Standing) -> None:
    """Show a question that was missed, with its answer and explanation."""
    from tutor_app.tui.screens.look import LookScreen

    if screen.tutor_app.closed():
        return
    item = screen.tutor_app.desk.shelf.find(standing.bank, standing.question)
    if item is None:
        raise UserError("The bank of this question is no longer installed, so it cannot be shown.")
    screen.app.push_screen(LookScreen(item, title="Mistake"))
