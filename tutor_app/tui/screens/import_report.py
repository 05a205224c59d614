"""What an import brought, what was left out and why."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor_app.learning.progress import count
from tutor_app.questions.library import Installed
from tutor_app.questions.model import ReadReport
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.notes import Note, Notes

_MOST = 500


class ImportReportScreen(TutorScreen):
    """Good news first; then each question left out, with its place in the file."""

    HELP = """## Report
How many questions came in, what was replaced or is gone, and each question that was left out with its place
in the file and the reason.
**o** opens the bank, **y** copies the report.
"""
    GUIDE = "banks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o,enter", "open", "open the bank"),
        Binding("y", "copy", "copy the report"),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
    ]
    place = "Banks · report"

    def __init__(self, report: ReadReport, installed: Installed) -> None:
        super().__init__()
        self._report, self._installed = report, installed

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Static(Content.styled(_headline(self._installed), "bold"), id="headline")
            yield Notes(self._notes(), id="details")

    def _notes(self) -> list[Note]:
        report, marks = self._report, self.tutor_app.marks
        notes = [Note(f"The file was read as {report.format}.", style="$text-muted")]
        notes += [Note(remark, marks.flag) for remark in self._installed.remarks]
        if report.skipped:
            notes.append(Note(f"{count(len(report.skipped), 'question')} left out:", style="bold $warning"))
            notes += [Note(f"{s.place}: {s.reason}", marks.wrong) for s in report.skipped[:_MOST]]
            if len(report.skipped) > _MOST:
                notes.append(Note(f"and {len(report.skipped) - _MOST} more."))
        else:
            notes.append(Note("Nothing was left out.", marks.right, "$success"))
        if report.warnings:
            notes.append(Note("Worth a look:", style="bold"))
            notes += [Note(warning, marks.flag) for warning in report.warnings[:_MOST]]
        return notes

    def action_scroll(self, by: int) -> None:
        self.query_one("#scroll").scroll_relative(y=by, animate=False)

    def action_open(self) -> None:
        from tutor_app.tui.screens.bank import BankScreen

        self.app.switch_screen(BankScreen(self._installed.summary))

    def action_copy(self) -> None:
        lines = [_headline(self._installed), *(note.text for note in self._notes())]
        self.tutor_app.copy("\n".join(lines))


def _headline(done: Installed) -> str:
    bank = done.summary
    if not done.updated:
        return f"{bank.title}: {count(bank.count, 'question')} installed."
    parts = [
        f"{number} {what}"
        for number, what in (
            (done.added, "new"),
            (done.changed, "changed"),
            (done.unchanged, "as before"),
            (done.removed, "gone"),
        )
        if number
    ]
    return f"{bank.title} brought up to date: {', '.join(parts)}."
