"""Bars: a share drawn over a width, always with its number beside it."""

from textual.content import Content

from tutor_app.tui.marks import Marks


def bar(marks: Marks, share: float, width: int, style: str = "$primary") -> Content:
    """A bar alone."""
    full, empty = marks.bar(share, width)
    return Content.assemble((full, style), (empty, "$text-muted"))


def percent_bar(marks: Marks, share: float, width: int, style: str = "$primary") -> Content:
    """A bar and its percentage."""
    return Content.assemble(bar(marks, share, width), (f" {share:4.0%}", style))
