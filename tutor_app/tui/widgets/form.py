"""A list of things that can be set: left and right change the one under the cursor, Enter opens it."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tutor_app.tui.widgets.menu import Menu


class Form(Menu):
    """A menu whose entries have values; the screen knows what a change means."""

    HELP = """### Settings list
**Up** and **down** choose a line; **left** and **right** change it. **Enter** changes it too, or lets you
type a value.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,minus", "change(-1)", "less"),
        Binding("right,plus", "change(1)", "more"),
        Binding("enter,space", "choose", "change"),
    ]

    class Changed(Message):
        """The value under the cursor should go up or down."""

        def __init__(self, id: str, by: int) -> None:
            super().__init__()
            self.id, self.by = id, by

    def action_change(self, by: int) -> None:
        if entry := self.current:
            self.post_message(self.Changed(entry.id, by))

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls the page, it never changes a value."""
