"""The choices of a question: pick one, see which were wrong, and how likely the tutor finds each."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from tutor_app.tui.widgets.bars import percent_bar
from tutor_app.tui.widgets.lines import Lines, hang, marks_of

LETTERS = "ABCDEFGH"
_BAR = 20
_WIDE = 84


@dataclass(frozen=True, slots=True)
class ChoicesState:
    """What is known about the choices so far; `open` while one can be picked."""

    struck: tuple[int, ...] = ()
    right: int | None = None
    picked: int | None = None
    probabilities: tuple[float, ...] = ()
    open: bool = True


class Choices(Lines, can_focus=True):
    """A list of choices; letters, digits, arrows and the mouse pick one."""

    HELP = """### Choices
Press the **letter** (or digit) of a choice to pick it, or move with the arrow keys and press **Enter**.
Your pick has a filled mark; a wrong one is crossed out, and the right one gets a tick. Bars show how likely
the tutor finds each choice.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("enter", "pick", "pick"),
        *(Binding(f"{n + 1},{LETTERS[n].lower()}", f"letter({n})", show=False) for n in range(8)),
    ]

    class Picked(Message):
        """A choice was picked."""

        def __init__(self, choice: int) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, choices: tuple[str, ...] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self._choices, self._cursor, self._rows = choices, 0, list[int]()
        self.state = ChoicesState()

    def show(self, choices: tuple[str, ...], state: ChoicesState) -> None:
        """Show these choices and what is known about them."""
        if choices != self._choices:
            self._choices, self._cursor = choices, state.picked or 0
        self.state = state
        if self._cursor in state.struck:
            self._cursor = next(iter(self._free()), 0)
        self.display = bool(choices)
        self.redraw()
        self.refresh_bindings()

    def _free(self) -> list[int]:
        return [i for i in range(len(self._choices)) if i not in self.state.struck]

    def lines(self, width: int) -> list[Content]:
        self._rows = []
        lines: list[Content] = []
        for index in range(len(self._choices)):
            block = self._block(index, width)
            if self.airy and index < len(self._choices) - 1:
                block.append(Content(""))
            self._rows += [index] * len(block)
            lines += block
        return lines

    def _block(self, index: int, width: int) -> list[Content]:
        marks, state = marks_of(self), self.state
        here = self.has_focus and state.open and index == self._cursor
        mark, style = " ", ""
        if index == state.right:
            mark, style = marks.right, "bold $success"
        elif index in state.struck or (index == state.picked and state.right is not None):
            mark, style = marks.wrong, "$error"
        elif index == state.picked or here:
            mark = marks.picked if index == state.picked else marks.chosen
            style = "bold $accent" if here else "bold $primary"
        prefix = Content.assemble((f"{mark} ", style), (f"{LETTERS[index]}  ", style or "$primary"))
        body = Content.styled(self._choices[index], style)
        shares = state.probabilities
        if not shares:
            return hang(prefix, body, width)
        bar = percent_bar(marks, shares[index], _BAR, style or "$text-muted")
        if width < _WIDE:
            return [*hang(prefix, body, width), Content(" " * prefix.cell_length) + bar]
        room = width - _BAR - 7
        first, *rest = hang(prefix, body, room)
        return [first.pad_right(max(0, room - first.cell_length)) + Content(" ") + bar, *rest]

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def action_move(self, by: int) -> None:
        if free := self._free():
            place = free.index(self._cursor) if self._cursor in free else 0
            self._cursor = free[(place + by) % len(free)]
            self.redraw()

    def action_pick(self) -> None:
        self._pick(self._cursor)

    def action_letter(self, index: int) -> None:
        self._pick(index)

    def on_click(self, event: events.Click) -> None:
        if 0 <= event.y < len(self._rows):
            self._pick(self._rows[event.y])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "letter":
            return self.state.open and isinstance(parameters[0], int) and parameters[0] < len(self._choices)
        return self.state.open or action not in {"move", "pick"}

    def _pick(self, index: int) -> None:
        if self.state.open and index in self._free():
            self._cursor = index
            self.redraw()
            self.post_message(self.Picked(index))
