"""What every screen has: the top line, a scrolling middle, the key bar, `?`, Esc, and no way to crash."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from tutor_app.tui.widgets.key_bar import KeyBar
from tutor_app.tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from tutor_app.tui.app import TutorApp


class Guarded:
    """Mixed into screens: an error in a handler or a worker becomes a dialog, and the screen lives on."""

    _failure = ""  # what the last worker failed of

    @property
    def tutor_app(self) -> "TutorApp":
        """The app, as what it is."""
        return cast("TutorApp", self.app)  # type: ignore[attr-defined]

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)  # type: ignore[misc]
        except Exception as error:
            self.tutor_app.report(error)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what failed; once, for a screen may read anew as soon as the dialog closes."""
        if event.state is WorkerState.SUCCESS:
            self._failure = ""
        elif event.state is WorkerState.ERROR and (error := event.worker.error):
            if str(error) != self._failure:
                self.tutor_app.report(error)
            self._failure = str(error)


class TutorScreen(Guarded, Screen[object]):
    """A full screen; subclasses give `place` (the breadcrumb) and `body`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back"),
        Binding("question_mark", "help", "help"),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]
    AUTO_FOCUS = ""  # each screen says itself what has the focus
    GUIDE = "start"  # the guide that `?` offers
    place = ""

    def compose(self) -> ComposeResult:
        yield TopLine(self.place)
        with VerticalScroll(id="scroll", can_focus=False):
            yield from self.body()
        yield from self.foot()
        yield KeyBar()

    def body(self) -> ComposeResult:
        """The screen's middle."""
        yield from ()

    def foot(self) -> ComposeResult:
        """What stays in sight under the middle, however far that is scrolled."""
        yield from ()

    def where(self, place: str) -> None:
        """Change the breadcrumb."""
        self.place = place
        self.query_one(TopLine).show(place)

    def action_back(self) -> None:
        self.dismiss(None)

    def action_help(self) -> None:
        self.tutor_app.show_help()

    def action_page(self, by: int) -> None:
        scroll = self.query_one("#scroll", VerticalScroll)
        scroll.scroll_relative(y=by * max(1, scroll.size.height - 2), animate=False)

    def follow(self) -> None:
        """Keep the newest line in sight, once it is laid out."""
        self.call_after_refresh(self.query_one("#scroll").scroll_end, animate=False)
