"""A few shares as bars, each with its number and a word about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from tutor_app.learning.progress import share
from tutor_app.tui.widgets.bars import bar
from tutor_app.tui.widgets.lines import Lines, hang, marks_of

_BAR = 12
_NAME = 12  # letters of a name that are shown, however narrow it is
_FIGURES, _SAID = 17, 8  # what the share in figures needs, and the word about it at least


@dataclass(frozen=True, slots=True)
class Row:
    """One bar."""

    name: str
    value: float | None
    said: str


class Shares(Lines):
    """A title and a bar a line; hidden when there are none."""

    def __init__(self, title: str, rows: Sequence[Row] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self._title, self._rows = title, rows
        self.display = bool(rows)

    def show(self, rows: Sequence[Row]) -> None:
        """Show these."""
        self._rows = rows
        self.display = bool(rows)
        self.redraw()

    def lines(self, width: int) -> list[Content]:
        lines = [Content.styled(self._title, "bold $text-muted")]
        widest = max((cell_len(row.name) for row in self._rows), default=0)
        said = min(_SAID, max((cell_len(row.said) for row in self._rows), default=0))
        room = min(widest, max(_NAME, width - _BAR - _FIGURES - said))
        for row in self._rows:
            name = Content(row.name).truncate(room, ellipsis=True)
            prefix = Content.assemble(
                "  ",
                name.pad_right(room - name.cell_length + 2),
                bar(marks_of(self), row.value or 0.0, _BAR),
                f" {share(row.value):>4} right  ",
            )
            lines += hang(prefix, Content.styled(row.said, "$text-muted"), width)
        return lines
