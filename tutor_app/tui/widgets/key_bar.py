"""The last line of every screen: the keys that work here and now, as many as fit; each can be clicked."""

from textual import events
from textual.binding import Binding
from textual.content import Content

from tutor_app.tui.marks import UNICODE, Marks
from tutor_app.tui.widgets.lines import Lines, marks_of

_NAMES = {
    "space": "Space",
    "enter": "Enter",
    "escape": "Esc",
    "question_mark": "?",
    "slash": "/",
    "tab": "Tab",
    "plus": "+",
    "minus": "-",
    "delete": "Del",
}
_GOES_ON = ("space", "enter")
_ALWAYS = ("escape", "question_mark")
_IF_ROOM = (("ctrl+p", "all commands"), ("ctrl+q", "quit"))
_HELP = ("f1", "help")  # where ? is typed into a field


def key_name(key: str, marks: Marks = UNICODE) -> str:
    """How a key is called on the screen."""
    arrows = {"up": marks.up, "down": marks.down, "left": marks.left, "right": marks.arrow}
    if key in arrows:
        return arrows[key] if len(arrows[key]) == 1 else key.capitalize()
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+")
    return _NAMES.get(key, key.upper() if key.startswith("f") and key[1:].isdigit() else key)


class KeyBar(Lines):
    """What goes on first, then keys of the focused widget, then the screen's; Esc and ? always have room."""

    DEFAULT_CSS = "KeyBar { dock: bottom; height: 1; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._spots: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.redraw())

    def lines(self, width: int) -> list[Content]:
        shown, marks = self._keys_here(), marks_of(self)
        last = [binding for binding in shown if binding.key in _ALWAYS]
        first = [binding for binding in shown if binding.key not in _ALWAYS]
        first.sort(key=lambda binding: binding.key not in _GOES_ON)
        room = width - sum(_width(binding) for binding in last)
        kept = []
        for binding in first:
            if _width(binding) <= room:
                kept.append(binding)
                room -= _width(binding)
        self._spots, x, line = [], 0, Content("")
        named = [(binding.key, binding.description) for binding in kept + last]
        focused = self.screen.focused
        typing = focused is not None and focused.check_consume_key("question_mark", "?")
        for key, what in (_HELP, *_IF_ROOM) if typing else _IF_ROOM:
            if (needed := len(key_name(key)) + len(what) + 3) <= room:
                named.append((key, what))
                room -= needed
        for key, what in named:
            piece = Content.assemble(
                (key_name(key, marks), "bold $accent"), (f" {what}", "$text-muted"), "  "
            )
            self._spots.append((x, x + piece.cell_length - 2, key))
            x += piece.cell_length
            line += piece
        return [line]

    def _keys_here(self) -> list[Binding]:
        unique: dict[str, Binding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show and active.enabled:
                unique.setdefault(active.binding.action, active.binding)
        return list(unique.values())

    def on_click(self, event: events.Click) -> None:
        for start, end, key in self._spots:
            if start <= event.x - 1 <= end:
                self.app.simulate_key(key)


def _width(binding: Binding) -> int:
    return len(key_name(binding.key)) + len(binding.description) + 3
