"""An explanation step by step; every step shows where it comes from."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from tutor_app.students.explanation import Origin, Step
from tutor_app.tui.widgets.lines import Lines, hang, marks_of

MEANING = {
    Origin.FACT: "from the fact base",
    Origin.TUTOR: "the tutor's own words",
    Origin.BANK: "from the question's author",
}
_STYLE = {Origin.FACT: "", Origin.TUTOR: "italic $secondary", Origin.BANK: ""}
_MARK_STYLE = {Origin.FACT: "$success", Origin.TUTOR: "$secondary", Origin.BANK: "$primary"}


def source_of(step: Step) -> str:
    """Where a step comes from, in a sentence."""
    if step.origin is Origin.TUTOR:
        return "The tutor wrote this itself. It can be wrong: press x if it is."
    if step.origin is Origin.FACT:
        return f"Word for word from the fact base: {step.source}" if step.source else "From the fact base."
    return (
        f"Written by the question's author: {step.source}" if step.source else "From the question's author."
    )


@dataclass
class Shown:
    """A step on the screen: whether its source is open and what the student said of it."""

    step: Step
    open: bool = False
    flag: str = ""


class Steps(Lines, can_focus=True):
    """The steps shown so far; arrows choose one, `s` opens its source, `x` flags it."""

    HELP = """### Explanation
Each line is one step. Its mark says where it comes from:

- a diamond: a fact from the fact base, word for word
- a pen: the tutor's own words, so read them with care
- a dot: written by the question's author

Choose a step with the **arrow keys** (or click it), then **s** shows where it comes from and **x** says
that it is wrong or unclear.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "step", show=False),
        Binding("down", "move(1)", "step", show=False),
        Binding("s", "source", "source"),
        Binding("x", "flag", "flag"),
    ]

    class FlagWanted(Message):
        """The student wants to flag a step."""

        def __init__(self, index: int, step: Step) -> None:
            super().__init__()
            self.index, self.step = index, step

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: list[Shown] = []
        self._rows: list[int] = []
        self._cursor: int | None = None
        self._waiting = self._heading = ""
        self._said: tuple[Step, str] | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps on the screen."""
        return tuple(shown.step for shown in self._shown)

    def show(
        self,
        steps: tuple[Step, ...],
        waiting: str = "",
        heading: str = "",
        said: tuple[Step, str] | None = None,
    ) -> None:
        """Show these steps; those already here keep their open sources and flags.

        `heading` stands above them; `said` is the step that is itself the answer, and words to put before it.
        """
        kept = self._shown[: len(steps)]
        same = all(old.step == new for old, new in zip(kept, steps, strict=False))
        self._shown = (kept if same else []) + [Shown(step) for step in steps[len(kept) if same else 0 :]]
        self._waiting, self._heading, self._said = waiting, heading, said
        if self._cursor is not None and self._cursor >= len(steps):
            self._cursor = None
        self.redraw()
        self.refresh_bindings()

    def flag(self, index: int, what: str) -> None:
        """Show that a step was flagged."""
        self._shown[index].flag = what
        self.redraw()

    def lines(self, width: int) -> list[Content]:
        lines = Content.styled(self._heading, "$text-muted").wrap(width) if self._heading else []
        self._rows = [-1] * len(lines)
        for index, shown in enumerate(self._shown):
            block = self._block(index, shown, width)
            if self.airy and index < len(self._shown) - 1:
                block.append(Content(""))
            self._rows += [index] * len(block)
            lines += block
        if self._waiting:
            lines += Content.styled(self._waiting, "$text-muted").wrap(width)
        if self._shown:
            lines += [Content(""), *self._legend(width)]
        return lines

    def _block(self, index: int, shown: Shown, width: int) -> list[Content]:
        marks, origin = marks_of(self), shown.step.origin
        here = self.has_focus and index == self._cursor
        pointer = (f"{marks.chosen} " if here else "  ", "bold $accent")
        prefix = Content.assemble(pointer, (f"{marks.of(origin)} ", _MARK_STYLE[origin]))
        text = Content.styled(shown.step.text, _STYLE[origin])
        if self._said and shown.step == self._said[0]:
            text = Content.styled(f"{self._said[1]} {shown.step.text}", "bold")
        lines = hang(prefix, text, width)
        indent = Content(" " * prefix.cell_length)
        if shown.open:
            lines += hang(indent, Content.styled(source_of(shown.step), "$text-muted"), width)
        if shown.flag:
            lines += hang(indent, Content.styled(f"{marks.flag} you said: {shown.flag}", "$warning"), width)
        return lines

    def _legend(self, width: int) -> list[Content]:
        marks = marks_of(self)
        used = dict.fromkeys(shown.step.origin for shown in self._shown)
        text = "   ".join(f"{marks.of(origin)} {MEANING[origin]}" for origin in used)
        return Content.styled(text, "$text-muted").wrap(width)

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._shown) or action not in {"move", "source", "flag"}

    def action_move(self, by: int) -> None:
        if self._shown:
            start = -1 if by > 0 else len(self._shown)
            place = (start if self._cursor is None else self._cursor) + by
            self._choose(max(0, min(len(self._shown) - 1, place)))

    def _choose(self, index: int) -> None:
        self._cursor = index
        self.redraw()
        rows = [row for row, owner in enumerate(self._rows) if owner == index]
        if rows:
            self.keep_in_sight(rows[0], len(rows))

    def _chosen(self) -> int:
        return len(self._shown) - 1 if self._cursor is None else self._cursor

    def action_source(self) -> None:
        shown = self._shown[self._chosen()]
        shown.open = not shown.open
        self.redraw()

    def close_sources(self) -> bool:
        """Close what is open; whether there was something to close."""
        opened = [shown for shown in self._shown if shown.open]
        for shown in opened:
            shown.open = False
        self.redraw()
        return bool(opened)

    def action_flag(self) -> None:
        index = self._chosen()
        self.post_message(self.FlagWanted(index, self._shown[index].step))

    def on_click(self, event: events.Click) -> None:
        if 0 <= event.y < len(self._rows) and self._rows[event.y] >= 0:
            again = self._cursor == self._rows[event.y]
            self._choose(self._rows[event.y])
            if again:
                self.action_source()
