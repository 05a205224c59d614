"""Profiles: several students on one machine, without passwords."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor_app.learning.records import Profile
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.menu import Entry, Menu


class ProfilesRead(Message):
    """The list is at hand."""

    def __init__(self, profiles: list[Profile]) -> None:
        super().__init__()
        self.profiles = profiles


class Names(Menu):
    """Who can learn here."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "choose", "learn")]


class ProfilesScreen(TutorScreen):
    """Enter learns as someone, `n` adds someone."""

    HELP = """## Profiles
Each student has a profile with its own history. **Enter** goes on as the one under the cursor, **n** adds a
new one, **r** renames, **Del** removes one with all it did.
"""
    GUIDE = "class"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "new"),
        Binding("r", "rename", "rename"),
        Binding("delete", "remove", "remove"),
    ]
    place = "Profiles"

    def __init__(self) -> None:
        super().__init__()
        self._profiles: dict[str, Profile] = {}

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Static(Content("Who is learning?"))
            yield Names(id="list")

    def on_mount(self) -> None:
        self.query_one(Menu).focus()
        self._read()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        desk = self.tutor_app.desk
        desk.wait_for_writes()
        desk.profile  # noqa: B018 - makes the profile in use, so that it is on the list
        self.post_message(ProfilesRead(desk.history.profiles()))

    def on_profiles_read(self, message: ProfilesRead) -> None:
        now = str(self.tutor_app.desk.profile.id)
        self._profiles = {str(profile.id): profile for profile in message.profiles}
        menu = self.query_one(Menu)
        menu.show(
            [Entry(id, p.name, "learning now" if id == now else "") for id, p in self._profiles.items()]
        )
        if now in self._profiles:
            menu.select(now)

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        self.tutor_app.desk.profile = self._profiles[message.id]
        self.dismiss(None)

    def _current(self) -> Profile | None:
        entry = self.query_one(Menu).current
        return self._profiles.get(entry.id) if entry else None

    def action_new(self) -> None:
        from tutor_app.tui.screens.dialog import AskLine

        self.app.push_screen(AskLine("The new student's name"), self._make)

    def _make(self, name: object) -> None:
        if isinstance(name, str):
            self.tutor_app.desk.profile = self.tutor_app.desk.history.profile(name)
            self._read()

    def action_rename(self) -> None:
        from tutor_app.tui.screens.dialog import AskLine

        if profile := self._current():
            self.app.push_screen(
                AskLine("New name", value=profile.name), lambda name: self._rename(profile, name)
            )

    def _rename(self, profile: Profile, name: object) -> None:
        if isinstance(name, str):
            desk = self.tutor_app.desk
            renamed = desk.history.rename_profile(profile, name)
            if draft := desk.drafts.pop(profile.name, None):
                desk.drafts[renamed.name] = draft
            if desk.profile.id == profile.id:
                desk.profile = renamed
            self._read()

    def action_remove(self) -> None:
        from tutor_app.tui.screens.dialog import confirm

        if (profile := self._current()) and profile.id == self.tutor_app.desk.profile.id:
            self.tutor_app.say("This one is learning now; go on as someone else first.", trouble=True)
        elif profile:
            self.app.push_screen(
                confirm(
                    f"Remove {profile.name}?",
                    "All answers and reviews of this profile go too. A backup of before is kept "
                    "('tutor history list' shows where).",
                    "Remove",
                ),
                lambda yes: self._remove(profile) if yes else None,
            )

    def _remove(self, profile: Profile) -> None:
        desk = self.tutor_app.desk
        desk.write(lambda: desk.history.remove_profile(profile))
        self._read()
