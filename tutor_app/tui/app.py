"""The full-screen app: what all screens share. Screens and heavy parts are imported when first needed."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import ClassVar

from textual import work
from textual.actions import ActionParseResult
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.screen import Screen

from tutor_app import log
from tutor_app.errors import UserError, disk_refusal
from tutor_app.tui import themes
from tutor_app.tui.desk import BuildAnew, Desk, DeskOpened, Topic, TutorLoaded, WriteFailed
from tutor_app.tui.marks import ASCII, UNICODE, Marks, terminal_needs_ascii

_SAME_TROUBLE_S = 2.0
_STUDY = {"learn", "practise", "test", "review"}
_OPEN_WHEN_LOCKED = {"progress", "settings", "profiles", "guides"}
SCREENS = {
    "ask": ("ask", "AskScreen"),
    "progress": ("progress", "ProgressScreen"),
    "banks": ("banks", "BanksScreen"),
    "profiles": ("profiles", "ProfilesScreen"),
    "settings": ("settings", "SettingsScreen"),
    "guides": ("guides", "GuidesScreen"),
    "mistakes": ("mistakes", "MistakesScreen"),
}
Prepare = Callable[[], tuple[Screen[object] | None, str]]


def _commands() -> type[Provider]:
    from tutor_app.tui.commands import TutorCommands

    return TutorCommands


class TutorApp(App[int]):
    """Holds the desk (profile, banks, history, tutor) and shows errors as plain sentences."""

    TITLE = "Sci-CoT Tutor"
    CSS_PATH = "styles/app.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-medium"), (120, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall"), (46, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave", "quit", show=False, priority=True),
        Binding("ctrl+c", "copy_or_leave", show=False),
        Binding("f1", "help", "help", show=False),
        Binding("f2", "screenshot", "picture", show=False),
    ]
    tutor_state: reactive[tuple[bool, str]] = reactive((False, ""))

    def __init__(self, desk: Desk, command: argparse.Namespace | None = None) -> None:
        self.desk, self._command = desk, command  # first: the style sheet asks for the page's width
        super().__init__()
        self.marks: Marks = UNICODE
        self.troubles: list[BaseException] = []
        self.why_no_tutor = ""
        self._last_start: tuple[str, Topic | None] = ("learn", None)
        desk.on_trouble = lambda error: self.post_message(WriteFailed(error))
        desk.tell = lambda sentence: self.say(sentence, trouble=True)
        self._last_trouble = 0.0
        self._opening = False  # whether a screen is being prepared
        for theme in themes.themes():
            self.register_theme(theme)
        self.apply_settings()

    def get_css_variables(self) -> dict[str, str]:
        """The theme's colours, and how wide a page may get."""
        width = self.desk.settings.look.width
        return {
            **super().get_css_variables(),
            "page-width": str(width + 12),
            "columns-width": str(2 * width - 10),
        }

    def apply_settings(self) -> None:
        """Take up theme, marks and motion from the settings."""
        look = self.desk.settings.look
        self.theme = themes.theme_for(look.theme)
        self.marks = ASCII if look.ascii_marks or terminal_needs_ascii() else UNICODE
        self.animation_level = "none" if look.reduced_motion else "basic"
        if self.is_running:
            self.refresh_css(animate=False)

    def get_default_screen(self) -> Screen[object]:
        from tutor_app.tui.screens.home import HomeScreen

        return HomeScreen()

    def on_mount(self) -> None:
        log.to_file()
        self.call_after_refresh(self._open_desk)

    @work(thread=True, exit_on_error=False, group="desk")
    def _open_desk(self) -> None:
        try:
            self.desk.overview()
        except Exception as error:
            self.post_message(DeskOpened(error))
            return
        self.post_message(DeskOpened())

    def on_desk_opened(self, message: DeskOpened) -> None:
        for screen in self.screen_stack:
            screen.post_message(message)  # Home reads anew and says what fails
        self.tutor_state = (False, "the tutor is waking up")
        self._load_tutor()
        if self._command is not None and not message.trouble:
            from tutor_app.tui import starting

            command, self._command = self._command, None
            self.open_screen(lambda: starting.from_command(self.desk, command))

    @work(thread=True, exit_on_error=False, group="tutor")
    def _load_tutor(self) -> None:
        try:
            self.post_message(TutorLoaded(self.desk.load_tutor()))
        except Exception as error:
            log.keep(error)
            self.post_message(TutorLoaded("The students could not be loaded; the log says why."))

    def on_tutor_loaded(self, message: TutorLoaded) -> None:
        self.why_no_tutor = message.why_not
        self.tutor_state = (False, "no tutor") if message.why_not else (True, "tutor ready")
        for screen in self.screen_stack:
            screen.post_message(message)

    # Going places

    def go(self, place: str) -> None:
        """Open a screen by its name."""
        if place in {"learn", "practise", "test", "review", "continue"}:
            self.start(place)
        elif place in _OPEN_WHEN_LOCKED or not self.closed():
            module, name = SCREENS[place]
            self.push_screen(getattr(import_module(f"tutor_app.tui.screens.{module}"), name)())

    def start(self, mode: str, topic: Topic | None = None) -> None:
        """Begin a sitting (or go on with the last one); its questions are chosen in a thread."""
        if mode in {"test", "continue"} or not self.closed():
            self._last_start = (mode, topic)
            self._prepare(mode, topic)

    def closed(self) -> bool:
        """Whether a test with exam lock keeps explanations closed now; if so it is said."""
        if until := self.desk.closed:
            self.say(f"This is closed {until}.", trouble=True)
        return bool(until)

    def start_named(self, mode: str, topic: str) -> None:
        """Begin a sitting on the topic of this name, in whatever bank it stands."""
        from tutor_app.tui.screens.home import HomeScreen

        home = self.screen_stack[0]
        known = home.topics if isinstance(home, HomeScreen) else ()
        found = next((t for t in known if t.name.casefold() == topic.casefold()), None)
        if found is None:
            raise UserError(f"No installed bank has questions on {topic}.")
        self.start(mode, found)

    def start_again(self) -> None:
        """Another sitting like the last one."""
        self.start(*self._last_start)

    def _prepare(self, mode: str, topic: Topic | None) -> None:
        from tutor_app.tui import starting

        self.open_screen(lambda: starting.prepare(self.desk, mode, topic))

    def open_screen(self, prepare: Prepare, instead_of: Screen[object] | None = None) -> None:
        """Prepare a screen in a thread and open it; asked again meanwhile (a key pressed twice), do nothing.

        It takes the place of `instead_of`, if that is still in front.
        """
        if not self._opening:
            self._opening = True
            self._prepare_screen(prepare, instead_of)

    @work(thread=True, exit_on_error=False, group="start")
    def _prepare_screen(self, prepare: Prepare, instead_of: Screen[object] | None) -> None:
        try:
            screen, says = prepare()
        except Exception as error:
            self.call_from_thread(self._prepared, None, "", instead_of, error)
            return
        self.call_from_thread(self._prepared, screen, says, instead_of)

    def _prepared(
        self,
        screen: Screen[object] | None,
        says: str,
        instead_of: Screen[object] | None,
        error: Exception | None = None,
    ) -> None:
        self._opening = False
        if error:
            self.report(error)
        elif screen:
            (self.switch_screen if self.screen is instead_of else self.push_screen)(screen)
        if says:
            self.say(says)

    # Errors

    def report(self, error: BaseException) -> None:
        """Show an error as a dialog: a plain sentence and, for our own mistakes, where the log lies."""
        from tutor_app.tui.screens.dialog import Say

        if said := _in_words(error):
            self.push_screen(Say(getattr(error, "title", UserError.title), said))
            return
        self.troubles.append(error)
        self.push_screen(Say("Something went wrong", _apology(log.keep(error))))

    def on_write_failed(self, message: WriteFailed) -> None:
        """Say it, unless no screen is left that could; then `run_app` does."""
        if self.return_code is None:
            self.desk.unreported.remove(message.error)
            self.report(message.error)

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """An error in a key's action becomes a dialog; left alone it would end the widget with the key."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except Exception as error:
            self.report(error)
            return True

    def _handle_exception(self, error: Exception) -> None:
        """The last resort: an error outside a screen's own handlers.

        The widget it came from is dead, so the screens above Home are closed and Home is built anew; if
        errors keep coming, the app ends with a sentence instead of a traceback.
        """
        if isinstance(error, UserError):  # raised in the callback of a dialog, where no screen can catch it
            self.call_next(self.report, error)
            return
        now = time.monotonic()
        again, self._last_trouble = now - self._last_trouble < _SAME_TROUBLE_S, now
        if again or not self.is_running:
            self.troubles.append(error)
            self.exit(1, return_code=1, message=_apology(log.keep(error)))
            return
        self.call_next(self._start_over, error)

    def _start_over(self, error: Exception) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.screen.post_message(BuildAnew())
        self.report(error)

    # Shared actions

    def action_leave(self) -> None:
        """Close the app; open sessions are kept, so there is nothing to ask."""
        self.exit(0)

    def action_copy_or_leave(self) -> None:
        if selected := self.screen.get_selected_text():
            self.copy(selected)
        else:
            self.say("Ctrl+Q closes the tutor.")

    def action_help(self) -> None:
        self.show_help()

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Save a picture of the screen into the user's folder."""
        from tutor_app import paths

        folder = paths.private_folder(paths.user_data() / "pictures")
        self.say(f"Picture saved: {self.save_screenshot(filename, str(folder))}")

    def looks(self) -> tuple[themes.Look, ...]:
        """The themes to choose from."""
        return themes.LOOKS

    def set_look(self, name: str) -> None:
        """Choose a theme and keep the choice."""
        self.desk.settings_file.set("look.theme", name)
        self.apply_settings()

    def show_help(self) -> None:
        """Help that belongs to the widget in focus, then to the screen."""
        from tutor_app.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.screen, self.screen.focused))

    def say(self, text: str, trouble: bool = False) -> None:
        """A short note that goes away by itself; never read as markup."""
        self.notify(text, severity="warning" if trouble else "information", timeout=4, markup=False)

    def copy(self, text: str) -> None:
        """Copy to the clipboard, also over SSH (OSC 52)."""
        self.copy_to_clipboard(text)
        self.say("Copied.")


def _in_words(error: BaseException) -> str:
    """An error that a person can do something about; empty for a mistake of our own."""
    if isinstance(error, UserError):
        return str(error)
    return disk_refusal(error) if isinstance(error, OSError) else ""


def _apology(log_path: str) -> str:
    where = f" The details are in {log_path}" if log_path else ""
    return (
        "The tutor ran into a mistake of its own. You can go on; "
        f"only what you did last may not be saved.{where}"
    )


def run_app(options: argparse.Namespace) -> int:
    """Open the full-screen app; without a terminal, say what to use instead."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        raise UserError(
            "The full-screen app needs a terminal. "
            "Use `tutor learn --plain` (or practise, test, review) here."
        )
    desk = Desk(
        profile=getattr(options, "profile", None), exam_lock=bool(getattr(options, "exam_lock", False))
    )
    app = TutorApp(desk, options if getattr(options, "command", None) in _STUDY else None)
    try:
        result = app.run()
    finally:
        desk.close()
        for error in desk.unreported:
            said = _in_words(error) or _apology(log.keep(error))
            print(f"tutor: What you did last is not saved. {said}", file=sys.stderr)
    return app.return_code or result or int(bool(desk.unreported))
