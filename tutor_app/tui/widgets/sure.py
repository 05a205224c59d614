"""How sure are you? One to three, with what each is worth."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from tutor_app.learning.marking import CERTAINTY_WORDS
from tutor_app.tui.widgets.lines import Lines, marks_of

NAMES = tuple(CERTAINTY_WORDS.values())


class Sure(Lines, can_focus=True):
    """Asks for the certainty of the answer just picked."""

    HELP = """### How sure are you?
Press **1**, **2** or **3**. The surer you say you are, the more a right answer is worth, and the more a
wrong one costs: so it pays to be honest. Settings can switch this off.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"say({n})", NAMES[n - 1]) for n in (1, 2, 3)),
        Binding("left", "move(-1)", "less", show=False),
        Binding("right", "move(1)", "more", show=False),
        Binding("enter", "take", "take"),
    ]

    class Said(Message):
        """The student said how sure she is."""

        def __init__(self, certainty: int) -> None:
            super().__init__()
            self.certainty = certainty

    def __init__(self, worth: Sequence[tuple[int, int]], id: str | None = None) -> None:
        super().__init__(id=id)
        self._worth, self._cursor = worth, 2

    def lines(self, width: int) -> list[Content]:
        marks = marks_of(self)
        lines = [Content.styled("How sure are you?", "bold")]
        for n, name in enumerate(NAMES, start=1):
            right, wrong = self._worth[n - 1]
            here = n == self._cursor and self.has_focus
            lines.append(
                Content.assemble(
                    (f"{marks.chosen if here else ' '} {n}  {name:12}", "bold $accent" if here else ""),
                    (f" right {right:+d}, wrong {wrong:+d}".replace("+0", "0"), "$text-muted"),
                )
            )
        return lines

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def action_move(self, by: int) -> None:
        self._cursor = max(1, min(3, self._cursor + by))
        self.redraw()

    def action_take(self) -> None:
        self.action_say(self._cursor)

    def action_say(self, certainty: int) -> None:
        self.post_message(self.Said(certainty))

    def on_click(self, event: events.Click) -> None:
        if 1 <= event.y <= 3:
            self.action_say(event.y)
