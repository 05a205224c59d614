"""Small windows over a screen: say something, or ask and take an answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tutor_app.tui.screens.base import Guarded
from tutor_app.tui.widgets.key_bar import KeyBar
from tutor_app.tui.widgets.menu import Entry, Menu
from tutor_app.tui.widgets.notes import Note, Notes


class Dialog(Guarded, ModalScreen[object]):
    """A titled window; Esc closes it with None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "close")]
    scrolls = False  # whether the arrow keys move the whole window, where nothing in it can be chosen

    def __init__(self, title: str, text: str = "") -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", can_focus=self.scrolls):
            yield Static(Content.styled(self._title, "bold $primary"), id="title")
            if self._text:
                yield Static(Content(self._text), id="text")
            yield from self.body()
        yield KeyBar()

    def body(self) -> ComposeResult:
        """What stands under the text."""
        yield from ()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.action_close()

    def action_close(self) -> None:
        self.dismiss(None)


class Say(Dialog):
    """Tells one thing; Enter or Esc closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "close", "close", show=False)]
    scrolls = True


@dataclass(frozen=True, slots=True)
class Option:
    """One answer a dialog offers."""

    value: object
    label: str
    note: str = ""
    key: str = ""


class Answers(Menu):
    """What a dialog offers."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "choose", "choose")]


class Choose(Dialog):
    """Offers answers; gives the chosen one's value, or None."""

    def __init__(self, title: str, options: Sequence[Option], text: str = "") -> None:
        super().__init__(title, text)
        self._options = options

    def body(self) -> ComposeResult:
        yield Answers([Entry(str(i), o.label, o.note, o.key) for i, o in enumerate(self._options)])

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        self.dismiss(self._options[int(message.id)].value)


class Line(Input):
    """A line to type; the key bar names its Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "done")]


class AskLine(Dialog):
    """Asks for one line of text; gives it, or None.

    `refusal` says what to type instead of what does not fit; the dialog then stays.
    """

    def __init__(
        self, title: str, text: str = "", value: str = "", refusal: Callable[[str], str] = lambda typed: ""
    ) -> None:
        super().__init__(title, text)
        self._value, self._refusal = value, refusal

    def body(self) -> ComposeResult:
        yield Line(self._value, compact=True)
        yield Notes(id="refused")

    @property
    def _typed(self) -> str:
        return self.query_one(Input).value.strip()

    def on_input_submitted(self) -> None:
        if refused := self._typed and self._refusal(self._typed):
            self.query_one("#refused", Notes).show(Note(refused, style="$warning"))
        else:
            self.dismiss(self._typed or None)

    def action_close(self) -> None:
        """What was typed is not lost without a word."""
        if self._typed in {"", self._value.strip()}:
            self.dismiss(None)
            return
        sure = confirm("Leave without keeping this?", self._typed, "Leave it", "Go on typing")
        self.app.push_screen(sure, self._leave)

    def _leave(self, yes: object) -> None:
        if yes:
            self.dismiss(None)


def confirm(title: str, text: str, yes: str, no: str = "No, keep it") -> Choose:
    """A question that can lose something: the safe answer comes first."""
    return Choose(title, [Option(None, no), Option(True, yes)], text)
