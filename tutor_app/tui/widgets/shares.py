"""A few shares as bars, each with its number and a word about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from tutor_app.learning.progress import share
from tutor_app.tui.widgets.bars import bar
from tutor_app.tui.widgets.lines import Lines, hang, marks_of

_BAR = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One bar."""

    name: str
    value: float | None
    said: str


class Shares(Lines):
    """A title and a bar a line; hidden when there are none."""

    def __init__(self, title: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = title
        self._rows: Sequence[Row] = ()
        self.display = False

    def show(self, rows: Sequence[Row]) -> None:
        """Show these."""
        self._rows = rows
        self.display = bool(rows)
        self.redraw()

    def lines(self, width: int) -> list[Content]:
        lines = [Content.styled(self._title, "bold $text-muted")]
        widest = max((cell_len(row.name) for row in self._rows), default=0)
        for row in self._rows:
            prefix = Content.assemble(
                f"  {row.name}{' ' * (widest - cell_len(row.name))}  ",
                bar(marks_of(self), row.value or 0.0, _BAR),
                f" {share(row.value):>4} right  ",
            )
            lines += hang(prefix, Content.styled(row.said, "$text-muted"), width)
        return lines
