"""The first line of every screen: where you are, and whether the tutor is ready."""

from textual.content import Content

from tutor_app.tui.widgets.lines import Lines, marks_of


class TopLine(Lines):
    """One line; the right end is the tutor's state."""

    DEFAULT_CSS = "TopLine { dock: top; height: 1; padding: 0 1; }"

    def __init__(self, place: str = "") -> None:
        super().__init__()
        self._place = place

    def on_mount(self) -> None:
        self.watch(self.app, "tutor_state", self.redraw, init=False)

    def show(self, place: str) -> None:
        """Say where the student is."""
        self._place = place
        self.redraw()

    def lines(self, width: int) -> list[Content]:
        marks = marks_of(self)
        ready, status = getattr(self.app, "tutor_state", (False, ""))
        mark = (f"{marks.ready} " if ready else f"{marks.waiting} ", "$success" if ready else "$text-muted")
        right = Content.assemble(mark, (status, "$text-muted")) if status else Content("")
        left = Content.assemble(("Sci-CoT Tutor", "bold $primary"), (f"  {self._place}", ""))
        room = width - right.cell_length - 2
        if left.cell_length > room:
            left = Content.styled(self._place, "bold $primary").truncate(max(8, room), ellipsis=True)
        return [left.pad_right(max(1, width - right.cell_length - left.cell_length)) + right]
