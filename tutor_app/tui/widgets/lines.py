"""A widget that wraps its own lines, so that wrapped text can hang under its first word."""

from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region, Size
from textual.widget import Widget

from tutor_app.tui.marks import UNICODE, Marks

_TALL = 36  # rows; the style sheet's -tall begins here too


def marks_of(widget: Widget) -> Marks:
    """The app's marks (Unicode or ASCII)."""
    marks: Marks = getattr(widget.app, "marks", UNICODE)
    return marks


def hang(prefix: Content, body: Content, width: int) -> list[Content]:
    """`body` wrapped beside `prefix`; later lines are indented to stand under the first."""
    indent = prefix.cell_length
    wrapped = body.wrap(max(8, width - indent)) or [Content("")]
    rest = Content(" " * indent)
    return [prefix + wrapped[0], *(rest + line for line in wrapped[1:])]


class Lines(Widget):
    """Draws `lines(width)`; subclasses say what the lines are and call `redraw` when that changes."""

    DEFAULT_CSS = "Lines { height: auto; width: 1fr; }"

    def lines(self, width: int) -> list[Content]:
        """What to draw at this width."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw again, at a new height if need be."""
        self._kept: tuple[int, bool, list[Content]] | None = None
        self.refresh(layout=True)

    @property
    def airy(self) -> bool:
        """Whether the terminal is tall enough for empty lines between the parts of a list."""
        return self.app.size.height >= _TALL

    def drawn(self, width: int) -> list[Content]:
        """The lines, made once for a width."""
        kept = getattr(self, "_kept", None)
        if kept is None or kept[:2] != (width, self.airy):
            kept = self._kept = (width, self.airy, self.lines(width))
        return kept[2]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.drawn(width)) if width else 0

    def render(self) -> Content:
        return Content("\n").join(self.drawn(self.content_size.width or self.size.width or 80))

    def keep_in_sight(self, row: int, height: int = 1) -> None:
        """Scroll the nearest scrolling container so that these rows are seen."""
        if window := self.window:
            y = self.region.y - window.scrollable_content_region.y + int(window.scroll_offset.y) + row
            window.scroll_to_region(Region(0, y, 1, height), animate=False)

    @property
    def window(self) -> VerticalScroll | None:
        """The nearest scrolling container."""
        return next((node for node in self.ancestors if isinstance(node, VerticalScroll)), None)
