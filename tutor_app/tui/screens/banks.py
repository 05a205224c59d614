"""Banks: bring in a file, look into a bank, see flags and where the tutor disagrees."""

from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor_app.learning.progress import count
from tutor_app.questions.library import BankSummary, Installed
from tutor_app.questions.model import ReadReport, Skipped
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.menu import Entry, Menu

_NARROW = 80  # columns; below, a bank's line has no room for its subject and grade


class BanksRead(Message):
    """The list is at hand."""

    def __init__(self, banks: list[BankSummary], damaged: list[Skipped]) -> None:
        super().__init__()
        self.banks, self.damaged = banks, damaged


class BanksScreen(TutorScreen):
    """Enter looks into a bank, `i` brings one in."""

    HELP = """## Banks
A bank is a set of questions. **i** brings in a file: Moodle XML, GIFT, Aiken, QTI, H5P, Excel, CSV and
more; the report says what was left out and why. **Enter** looks into a bank, where you can edit questions
and let the tutor write missing explanations. **d** shows where the tutor would not choose the key, **f**
what students flagged.
"""
    GUIDE = "banks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "import", "import a file"),
        Binding("d", "disagreements", "disagreements"),
        Binding("f", "flags", "flags"),
        Binding("r", "rename", "rename"),
        Binding("delete", "remove", "remove"),
    ]
    place = "Banks"

    def __init__(self) -> None:
        super().__init__()
        self._banks: dict[str, BankSummary] = {}

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Static(Content("Press i to bring in a file of questions."), id="headline")
            yield Menu(id="list")

    def on_mount(self) -> None:
        self.query_one(Menu).focus()

    def on_screen_resume(self) -> None:
        self._read()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        library = self.tutor_app.desk.library
        self.post_message(BanksRead(library.banks(), library.damaged()))

    def on_banks_read(self, message: BanksRead) -> None:
        self._banks = {bank.id: bank for bank in message.banks}
        entries: list[Entry] = []
        for shipped, title in ((False, "Your banks"), (True, "Banks that come with the app")):
            group = [bank for bank in message.banks if bank.shipped is shipped]
            if group:
                entries.append(Entry("", title, heading=True))
                narrow = self.app.size.width < _NARROW
                entries += [
                    Entry(b.id, b.title, count(b.count, "question") if narrow else _about(b)) for b in group
                ]
        self.query_one("#list", Menu).show(entries)
        if message.damaged:
            worst = message.damaged[0]
            text = f"{count(len(message.damaged), 'file')} could not be read: {worst.place}: {worst.reason}"
            self.query_one("#headline", Static).update(Content.styled(text, "$warning"))

    def _current(self) -> BankSummary | None:
        entry = self.query_one("#list", Menu).current
        return self._banks.get(entry.id) if entry else None

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        from tutor_app.tui.screens.bank import BankScreen

        self.app.push_screen(BankScreen(self._banks[message.id]))

    def action_import(self) -> None:
        from tutor_app.tui.screens.pick_file import PickFile

        self.app.push_screen(PickFile("Which file?"), self._import)

    def _import(self, path: object) -> None:
        if isinstance(path, Path):
            from tutor_app.tui.screens.importing import ImportingScreen

            self.app.push_screen(ImportingScreen(path), self._imported)

    def _imported(self, done: object) -> None:
        from tutor_app.tui.screens.import_report import ImportReportScreen

        if isinstance(done, tuple):
            report, installed = done
            assert isinstance(report, ReadReport)
            assert isinstance(installed, Installed)
            self.tutor_app.desk.forget_banks()
            self.app.push_screen(ImportReportScreen(report, installed))

    def action_disagreements(self) -> None:
        from tutor_app.tui.screens.disagreements import DisagreementsScreen

        self.app.push_screen(DisagreementsScreen())

    def action_flags(self) -> None:
        from tutor_app.tui.screens.flags import FlagsScreen

        self.app.push_screen(FlagsScreen())

    def action_rename(self) -> None:
        from tutor_app.tui.screens.bank import refuse_shipped
        from tutor_app.tui.screens.dialog import AskLine

        if bank := self._current():
            refuse_shipped(bank)
            self.app.push_screen(
                AskLine("The bank's new title", value=bank.title), lambda title: self._rename(bank.id, title)
            )

    def _rename(self, bank_id: str, title: object) -> None:
        if isinstance(title, str):
            self.tutor_app.desk.library.rename(bank_id, title)
            self._read()

    def action_remove(self) -> None:
        from tutor_app.tui.screens.bank import refuse_shipped
        from tutor_app.tui.screens.dialog import confirm

        if bank := self._current():
            refuse_shipped(bank)
            text = f"{bank.title}: {count(bank.count, 'question')}. What students did with them is kept."
            self.app.push_screen(
                confirm("Remove this bank?", text, "Remove it"),
                lambda yes: self._remove(bank.id) if yes else None,
            )

    def _remove(self, bank_id: str) -> None:
        self.tutor_app.desk.library.remove(bank_id)
        self.tutor_app.desk.forget_banks()
        self._read()


def _about(bank: BankSummary) -> str:
    parts = [count(bank.count, "question"), bank.subject, bank.grade and f"grade {bank.grade}"]
    return ", ".join(part for part in parts if part)
