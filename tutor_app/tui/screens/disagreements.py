"""Where the tutor would not choose the key: one of the two is wrong, and a teacher can tell which."""

import threading
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import ProgressBar, Static

from tutor_app.errors import UserError
from tutor_app.learning.records import Disagreement, Item
from tutor_app.questions.library import BankSummary
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.choices import LETTERS
from tutor_app.tui.widgets.menu import Entry, Menu


class Checked(Message):
    """So many questions of the bank were checked."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__()
        self.done, self.total = done, total


class DisagreementsRead(Message):
    """The list is at hand."""

    def __init__(self, found: list[tuple[Disagreement, Item]]) -> None:
        super().__init__()
        self.found = found


class DisagreementsScreen(TutorScreen):
    """The surest first; in a bank, `c` checks every question."""

    HELP = """## Disagreements
Questions for which the tutor is surer of another choice than of the key. The tutor is often the one who is
wrong; but a wrong key hides here too. **Enter** shows the question. **c** (inside a bank) asks the tutor
about every question of the bank; **Esc** stops it.
"""
    GUIDE = "banks"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("c", "check", "check the whole bank")]

    def __init__(self, summary: BankSummary | None = None) -> None:
        super().__init__()
        self._summary = summary
        self._found: list[tuple[Disagreement, Item]] = []
        self._stop = threading.Event()
        self.place = f"Banks · {f'{summary.title} · ' if summary else ''}disagreements"

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Static(Content("Looking"), id="headline")
            yield ProgressBar(show_eta=False)
            yield Menu(id="list")

    def on_mount(self) -> None:
        self.query_one(ProgressBar).display = False
        self.query_one(Menu).focus()

    def on_screen_resume(self) -> None:
        self._read()

    @work(thread=True, exclusive=True, exit_on_error=False, group="read")
    def _read(self) -> None:
        desk = self.tutor_app.desk
        desk.wait_for_writes()
        found = desk.history.disagreements(self._summary.id if self._summary else None)
        items = [(d, item) for d in found if (item := desk.shelf.find(d.bank, d.question))]
        self.post_message(DisagreementsRead(items))

    def on_disagreements_read(self, message: DisagreementsRead) -> None:
        self._found = [(d, i) for d, i in message.found if d.choice < len(i.question.choices)]
        self.query_one(Menu).show(
            [
                Entry(str(n), " ".join(item.question.text.split()), _versus(d, item))
                for n, (d, item) in enumerate(self._found)
            ]
        )
        some = "The tutor would not choose the key here. Enter shows a question."
        none = "No disagreements so far." + (" c checks the whole bank." if self._summary else "")
        self.query_one("#headline", Static).update(Content(some if self._found else none))

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        from tutor_app.tui.screens.look import LookScreen

        disagreement, item = self._found[int(message.id)]
        self.app.push_screen(LookScreen(item, disagreement.choice, "Disagreement"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "check" or self._summary is not None

    def action_check(self) -> None:
        if self.tutor_app.desk.explainer is None:
            raise UserError(
                self.tutor_app.why_no_tutor or "The tutor is still waking up. Try again in a moment."
            )
        self._check()

    @work(thread=True, exclusive=True, exit_on_error=False, group="check")
    def _check(self) -> None:
        desk, explainer = self.tutor_app.desk, self.tutor_app.desk.explainer
        assert self._summary is not None
        assert explainer is not None
        items = [item for item in desk.shelf.items(self._summary.id) if item.question.answer is not None]
        for done, item in enumerate(items):
            if self._stop.is_set():
                return
            desk.history.compare_with_key(item, explainer.name, explainer.judge(item.question))
            self.post_message(Checked(done + 1, len(items)))

    def on_checked(self, message: Checked) -> None:
        bar = self.query_one(ProgressBar)
        bar.display = message.done < message.total
        bar.update(total=message.total, progress=message.done)
        if message.done == message.total or message.done % 20 == 0:
            self._read()

    def on_unmount(self) -> None:
        self._stop.set()


def _versus(disagreement: Disagreement, item: Item) -> str:
    key = LETTERS[item.question.answer] if item.question.answer is not None else "none"
    return f"key {key}, tutor {LETTERS[disagreement.choice]} ({disagreement.confidence:.0%})"
