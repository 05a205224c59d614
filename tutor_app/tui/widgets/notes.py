"""Lines of plain text with a style each: hints, verdicts, remarks."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from tutor_app.tui.widgets.lines import Lines, hang


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph: its mark, its text and the theme's style for it."""

    text: str
    mark: str = ""
    style: str = ""


class Notes(Lines):
    """Paragraphs, shown as text; hidden when there are none."""

    def __init__(self, notes: Sequence[Note] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self._notes = tuple(notes)
        self.display = bool(notes)

    def show(self, *notes: Note) -> None:
        """Show these paragraphs."""
        self._notes = notes
        self.display = bool(notes)
        self.redraw()

    def lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        for note in self._notes:
            mark = Content.styled(f"{note.mark} ", f"bold {note.style}") if note.mark else Content("")
            lines += hang(mark, Content.styled(note.text, note.style), width)
        return lines
