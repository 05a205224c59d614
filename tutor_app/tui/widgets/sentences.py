"""A short menu of whole sentences: what does not fit in a line goes on in the next."""

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.visual import Visual

from tutor_app.tui.widgets.lines import hang, marks_of
from tutor_app.tui.widgets.menu import Menu


class Sentences(Menu):
    """A menu whose entries wrap; for a handful of entries, since all are drawn to know their rows."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows(width))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        rows = self._rows(width)
        line = rows[y][1] if y < len(rows) else Content("")
        return Visual.to_strips(self, line, width, 1, self.visual_style)[0]

    def _rows(self, width: int) -> list[tuple[int, Content]]:
        """Each row with the entry it belongs to."""
        return [(i, line) for i in range(len(self.entries)) for line in self._block(i, width)]

    def _block(self, index: int, width: int) -> list[Content]:
        entry = self.entries[index]
        if entry.heading:
            return [self._line(index, width)]
        here = index == self.cursor and self.has_focus
        mark = Content.styled(f"{marks_of(self).chosen if here else ' '} ", "bold $accent")
        block = hang(mark, Content.styled(entry.label, "bold" if here else ""), width)
        return [self._lit(line, width) for line in block] if here else block

    def _keep_in_sight(self) -> None:
        owners = [owner for owner, _ in self._rows(self.size.width)]
        if self.cursor in owners:
            self.keep_in_sight(owners.index(self.cursor), owners.count(self.cursor))

    def on_click(self, event: events.Click) -> None:
        rows = self._rows(self.size.width)
        if 0 <= event.y < len(rows) and not self.entries[rows[event.y][0]].heading:
            event.prevent_default()
            self._go(rows[event.y][0])
            self.action_choose()
