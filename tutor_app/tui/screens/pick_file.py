"""Pick a file: walk the folders, or type a path."""

import os
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tutor_app.errors import UserError
from tutor_app.tui.screens.dialog import Dialog, Line
from tutor_app.tui.widgets.menu import Entry, Menu

_MOST = 2000


class FileMenu(Menu, inherit_bindings=False):
    """A list in which no letter moves the cursor: letters belong to the path."""

    BINDINGS: ClassVar[list[BindingType]] = [*Menu.KEYS[:-1], Binding("enter,space", "choose", "open")]


class PickFile(Dialog):
    """Gives the picked file's path, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("backspace", "up", "folder above", show=False),
        Binding("down", "list", "choose below", show=False),
    ]

    def __init__(self, title: str, start: Path | None = None) -> None:
        super().__init__(title)
        self._folder = start or Path.cwd()
        self._paths: list[Path] = []

    def body(self) -> ComposeResult:
        hint = "type or paste a path, or choose below"
        yield Line(placeholder=hint, id="path", compact=True, select_on_focus=False)
        yield FileMenu(id="files")

    def on_mount(self) -> None:
        self._list(self._folder)
        self.query_one(Menu).focus()

    def _list(self, folder: Path) -> None:
        try:
            found = [path for path in folder.iterdir() if not path.name.startswith(".")]
        except OSError as error:
            raise UserError(f"The folder {folder} cannot be opened: {error.strerror}.") from error
        self._folder = folder
        folders = sorted((p for p in found if p.is_dir()), key=lambda p: p.name.casefold())
        files = sorted((p for p in found if p.is_file()), key=lambda p: p.name.casefold())
        self._paths = [folder.parent, *folders, *files][:_MOST]
        entries = [Entry("", str(folder), heading=True), Entry("0", "..", "the folder above")]
        for index, path in enumerate(self._paths[1:], start=1):
            entries.append(
                Entry(str(index), f"{path.name}/" if index <= len(folders) else path.name, _size(path))
            )
        self.query_one(Menu).show(entries)
        self.query_one(Input).value = ""
        self.call_after_refresh(self._to_top)

    def _to_top(self) -> None:
        self.query_one(Menu).action_jump(0)
        self.query_one("#window").scroll_home(animate=False)

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        self._take(self._paths[int(message.id)])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._take(typed_path(event.value, self._folder))

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character:
            self._type(event.character)

    def on_paste(self, event: events.Paste) -> None:
        self._type("".join(event.text.splitlines()[:1]))

    def _type(self, text: str) -> None:
        """What is typed or pasted over the list."""
        path = self.query_one(Input)
        path.focus()
        path.insert_text_at_cursor(text)

    def _take(self, path: Path) -> None:
        if path.is_dir():
            self._list(path)
        elif path.is_file():
            self.dismiss(path)
        else:
            raise UserError(f"There is no file {path}. Check the path, or choose the file below.")

    def action_list(self) -> None:
        self.query_one(Menu).focus()

    def action_up(self) -> None:
        self._list(self._folder.parent)


def typed_path(text: str, folder: Path) -> Path:
    """A path as a person types it, from this folder; quotes go, and ~ is home (the ~ of nobody stays)."""
    return folder / os.path.expanduser(text.strip().strip("'\""))  # noqa: PTH111 - Path's own would raise


def _size(path: Path) -> str:
    try:
        size = path.stat().st_size
    except OSError:
        return ""
    if path.is_dir():
        return ""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"
