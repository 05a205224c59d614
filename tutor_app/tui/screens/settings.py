"""Settings: the typed settings file as a list; a change is saved at once."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tutor_app.learning.settings import Setting, Value, all_settings, find
from tutor_app.tui import themes
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.form import Form
from tutor_app.tui.widgets.menu import Entry, Menu
from tutor_app.tui.widgets.notes import Note, Notes

_TITLES = {
    "look": "Look",
    "learn": "Learn",
    "practise": "Practise",
    "test": "Test",
    "review": "Review",
    "progress": "Progress",
    "tutor": "The tutor",
}


class SettingsScreen(TutorScreen):
    """Left and right change a line, Enter too."""

    HELP = """## Settings
Every change is saved at once, in one file that you can also edit by hand. **Del** puts a setting back to
what it was at first.
"""
    GUIDE = "settings"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("delete", "reset", "as it was")]
    place = "Settings"

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Form(self._entries(), id="form")
            file = self.tutor_app.desk.settings_file
            yield Notes([Note(f"The file: {file.path}", style="$text-muted"), *map(Note, file.warnings)])

    def foot(self) -> ComposeResult:
        with Vertical(id="about-row"):
            yield Notes(id="about")

    def on_mount(self) -> None:
        self.query_one(Form).focus()
        self._explain()

    def _entries(self) -> list[Entry]:
        entries: list[Entry] = []
        section = ""
        for setting in all_settings():
            if setting.section != section:
                section = setting.section
                entries.append(Entry("", _TITLES.get(section, section), heading=True))
            value = self.tutor_app.desk.settings.get(setting.name)
            entries.append(Entry(setting.name, _name(setting), _shown(setting, value)))
        return entries

    def _explain(self) -> None:
        if entry := self.query_one(Form).current:
            self.query_one("#about", Notes).show(Note(find(entry.id).help, style="$primary"))

    def on_menu_moved(self, message: Menu.Moved) -> None:
        self._explain()

    def on_form_changed(self, message: Form.Changed) -> None:
        setting = find(message.id)
        value = _after(setting, self.tutor_app.desk.settings.get(setting.name), message.by)
        if value is not None:
            self._set(setting, value)

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        from tutor_app.tui.screens.dialog import AskLine

        setting = find(message.id)
        value = self.tutor_app.desk.settings.get(setting.name)
        if isinstance(value, bool) or _options(setting):
            self.on_form_changed(Form.Changed(message.id, 1))
            return

        def take(text: object) -> None:
            if text is not None:
                self._set(setting, setting.parse(str(text)))

        self.app.push_screen(AskLine(_name(setting), setting.help, str(value), setting.refusal), take)

    def action_reset(self) -> None:
        if entry := self.query_one(Form).current:
            setting = find(entry.id)
            self._set(setting, setting.default)

    def _set(self, setting: Setting, value: Value) -> None:
        self.tutor_app.desk.settings_file.set(setting.name, value)
        self.tutor_app.apply_settings()
        self.query_one(Form).show(self._entries())


def _name(setting: Setting) -> str:
    return setting.label or setting.key.replace("_", " ").capitalize()


def _options(setting: Setting) -> tuple[str, ...]:
    if setting.name == "look.theme":
        return tuple(look.name for look in themes.LOOKS)
    return setting.choices


def _shown(setting: Setting, value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if setting.name == "look.theme":
        return next((look.title for look in themes.LOOKS if look.name == value), str(value))
    return str(value) or "the ones that ship"


def _after(setting: Setting, value: Value, by: int) -> Value | None:
    """The next value in this direction; None where only typing makes sense."""
    if isinstance(value, bool):
        return not value
    if options := _options(setting):
        place = options.index(str(value)) if value in options else 0
        return options[(place + by) % len(options)]
    if isinstance(value, int):
        return int(max(setting.least, min(setting.most, value + by)))
    if isinstance(value, float):
        return round(max(setting.least, min(setting.most, value + by * 0.01)), 2)
    return None
