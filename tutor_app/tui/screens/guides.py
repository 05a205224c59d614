"""The guides, read in the app; `tutor help TOPIC` prints the same Markdown."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Markdown

from tutor_app import guides
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.menu import Entry, Menu


class GuidesScreen(TutorScreen):
    """A list of guides; Enter reads one, Esc goes back to the list."""

    HELP = """## Guides
**Enter** opens a guide; the arrow keys scroll it.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("space", "page(1)", show=False),
    ]
    place = "Guides"

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self._name = name

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Menu(
                [Entry(guide.name, guide.title, guide.about) for guide in guides.all_guides()], id="list"
            )
            yield Markdown(id="guide")

    def on_mount(self) -> None:
        if self._name and any(guide.name == self._name for guide in guides.all_guides()):
            self._read(self._name)
        else:
            self._list()

    def _list(self) -> None:
        self.query_one("#guide").display = False
        menu = self.query_one("#list", Menu)
        menu.display = True
        menu.focus()
        self.where("Guides")

    def _read(self, name: str) -> None:
        guide = guides.guide(name)
        self.query_one("#list").display = False
        page = self.query_one("#guide", Markdown)
        page.display = True
        page.update(guide.text)
        self.set_focus(None)
        self.where(f"Guides · {guide.title}")
        self.query_one("#scroll").scroll_home(animate=False)

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        self._name = ""
        self._read(message.id)

    def action_back(self) -> None:
        if self.query_one("#guide").display and not self._name:
            self._list()
        else:
            self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        self.query_one("#scroll").scroll_relative(y=by, animate=False)
