"""How sure against how right: one line for each level of certainty."""

from collections.abc import Sequence

from textual.content import Content

from tutor_app.learning.progress import Level, share
from tutor_app.tui.widgets.bars import bar
from tutor_app.tui.widgets.lines import Lines, hang, marks_of


class Levels(Lines):
    """A bar for how often the student was right, and what that says."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._levels: Sequence[Level] = ()
        self.display = False

    def show(self, levels: Sequence[Level]) -> None:
        """Show these levels; nothing when no certainty was ever given."""
        self._levels = levels
        self.display = bool(levels)
        self.redraw()

    def lines(self, width: int) -> list[Content]:
        lines = [Content.styled("When you said you were...", "bold $text-muted")]
        for level in self._levels:
            if not level.answers:
                continue
            prefix = Content.assemble(
                f"  {level.word:12} ",
                bar(marks_of(self), level.accuracy or 0.0, 12),
                f" {share(level.accuracy):>4} right  ",
            )
            lines += hang(prefix, Content.styled(level.verdict, "$text-muted"), width)
        return lines
