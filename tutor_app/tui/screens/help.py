"""`?`: help for the widget in focus, the keys that work now, and the guides."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Markdown, Static

from tutor_app.tui.screens.dialog import Dialog
from tutor_app.tui.widgets.key_bar import key_name


class HelpScreen(Dialog):
    """Help about where the student is; `g` opens the guides."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "close", "close", show=False),
        Binding("g", "guides", "guides"),
    ]
    scrolls = True

    def __init__(self, about: Screen[object], focused: Widget | None) -> None:
        super().__init__("Help")
        self._about, self._focused = about, focused
        self._keys = _keys_of(about)

    def body(self) -> ComposeResult:
        for text in (getattr(self._focused, "HELP", None), getattr(self._about, "HELP", None)):
            if text:
                yield Markdown(text)
        yield Static(Content.styled("Keys here", "bold"))
        yield Static(
            Content("\n").join(
                Content.assemble((f"{key:>9}", "bold $accent"), f"  {what}") for key, what in self._keys
            )
        )

    def action_guides(self) -> None:
        from tutor_app.tui.screens.guides import GuidesScreen

        self.dismiss(None)
        self.app.push_screen(GuidesScreen(getattr(self._about, "GUIDE", "")))


def _keys_of(screen: Screen[object]) -> list[tuple[str, str]]:
    """Each action once, under the first of its keys.

    Left out are hidden helpers without a description, and what Textual's own widgets bind for themselves.
    """
    keys: dict[str, tuple[str, str]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        ours = binding.action in _own_actions(type(active.node))
        if active.enabled and binding.description and ours:
            keys.setdefault(binding.action, (key_name(binding.key), binding.description))
    return list(keys.values())


def _own_actions(kind: type) -> set[str]:
    own = [cls for cls in kind.__mro__ if cls.__module__.startswith("tutor_app.")]
    bindings = (binding for cls in own for binding in cls.__dict__.get("BINDINGS", ()))
    return {binding.action for binding in bindings if isinstance(binding, Binding)}
