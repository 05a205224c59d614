"""Progress: how much is right, how sure against how right, by topic and over time, and what to do next."""

import re
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Sparkline, Static

from tutor_app.errors import UserError
from tutor_app.learning.progress import Progress, Tally, by_week, count, duration, progress, share
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.screens.dialog import AskLine, Choose, Option, confirm
from tutor_app.tui.screens.pick_file import typed_path
from tutor_app.tui.widgets.menu import Entry, Menu
from tutor_app.tui.widgets.notes import Note, Notes
from tutor_app.tui.widgets.sentences import Sentences
from tutor_app.tui.widgets.shares import Row, Shares

_WEEKS, _MISTAKES = 8, 8


class ProgressRead(Message):
    """The figures are at hand."""

    def __init__(self, report: Progress, closed: str) -> None:
        super().__init__()
        self.report, self.closed = report, closed


class ProgressScreen(TutorScreen):
    """Figures first, then what to do next, then topics."""

    HELP = """## Progress
How many questions you answered and how many were right; for each level of certainty, how often you were
right (a good judge is right about as often as she thinks); and your topics. **Enter** on a suggestion
starts it, **e** saves everything to a file.
"""
    GUIDE = "progress"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "export", "save to a file"),
        Binding("m", "mistakes", "mistakes"),
    ]
    place = "Progress"

    def __init__(self) -> None:
        super().__init__()
        self._report: Progress | None = None

    def body(self) -> ComposeResult:
        with Horizontal(classes="columns"):
            with Vertical(classes="column first"):
                yield Static(Content("Counting"), id="headline")
                yield Sentences(id="next")
                yield Static(Content.styled("Questions a day", "bold $text-muted"), id="days-title")
                yield Sparkline([], id="days")
                yield Notes(id="days-ends")
                yield Shares("Week by week", id="weeks")
                yield Menu(id="again")
            with Vertical(classes="column second"):
                yield Shares("When you said you were...", id="levels")
                yield Menu(id="topics")

    def on_mount(self) -> None:
        self.query_one("#next").focus()

    def on_screen_resume(self) -> None:
        self._read()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        desk = self.tutor_app.desk
        wanted = desk.settings.progress
        desk.wait_for_writes()
        report = progress(desk.history, desk.profile, days=wanted.days, streak=wanted.streak)
        self.post_message(ProgressRead(report, desk.closed))

    def on_progress_read(self, message: ProgressRead) -> None:
        report = self._report = message.report
        self.query_one("#headline", Static).update(Content(_headline(report)))
        entries = [Entry(str(i), suggestion.text) for i, suggestion in enumerate(report.suggestions)]
        self.query_one("#next", Menu).show([Entry("", "What next?", heading=True), *entries])
        self._show_days(report)
        self._show_mistakes(report, message.closed)
        levels = [Row(level.word, level.accuracy, level.verdict) for level in report.levels if level.answers]
        self.query_one("#levels", Shares).show(levels)
        topics = [
            Entry(name, name, _right_and_sure(tally), share=tally.accuracy)
            for name, tally in report.topics
            if tally.judged
        ]
        self.query_one("#topics", Menu).show(
            [Entry("", "By topic: right, and how sure you were", heading=True), *topics] if topics else []
        )

    def _show_mistakes(self, report: Progress, closed: str) -> None:
        """The newest mistakes, where there is room for them (the style sheet says where)."""
        if not report.mistakes:
            entries = []
        elif closed:  # what was missed may stand in the test
            entries = [Entry("", f"Your mistakes are closed {closed}.", heading=True)]
        else:
            shown = [" ".join(mistake.text.split()) for mistake in report.mistakes[:_MISTAKES]]
            entries = [Entry("", "Look at these again", heading=True)]
            entries += [Entry(str(i), text) for i, text in enumerate(shown)]
        self.query_one("#again", Menu).show(entries)

    def _show_days(self, report: Progress) -> None:
        seen = len(report.days) > 1
        for id in ("#days", "#days-title", "#days-ends"):
            self.query_one(id).display = seen
        if seen:
            self.query_one(Sparkline).data = [float(tally.answers) for _, tally in report.days]
            first, last = report.days[0], report.days[-1]
            text = f"{first[0]}: {first[1].answers}   {last[0]}: {last[1].answers}"
            self.query_one("#days-ends", Notes).show(Note(text, style="$text-muted"))
        weeks = [
            Row(f"{monday.day} {monday:%b}", tally.accuracy, f"of {tally.judged}{_sure(tally)}")
            for monday, tally in by_week(report.days)
            if tally.judged
        ]
        self.query_one("#weeks", Shares).show(weeks[-_WEEKS:] if len(weeks) > 1 else ())

    def on_menu_chosen(self, message: Menu.Chosen) -> None:
        if message.menu.id == "topics":
            self.tutor_app.start_named("practise", message.id)
        elif message.menu.id == "again":
            self._look_at(int(message.id))
        elif self._report:
            suggestion = self._report.suggestions[int(message.id)]
            if suggestion.target:
                self.tutor_app.start_named(suggestion.mode, suggestion.target)
            else:
                self.tutor_app.start(suggestion.mode)

    def _look_at(self, index: int) -> None:
        from tutor_app.tui.screens.mistakes import look_at

        assert self._report is not None
        look_at(self, self._report.mistakes[index])

    def action_mistakes(self) -> None:
        self.tutor_app.go("mistakes")

    def action_export(self) -> None:
        if self.tutor_app.closed():  # the file names what was missed
            return
        kinds = [
            Option("html", "A page with charts", ".html", "h"),
            Option("md", "Markdown", ".md", "m"),
            Option("csv", "A table", ".csv", "c"),
        ]
        self.app.push_screen(Choose("Save as", kinds), self._ask_where)

    def _ask_where(self, ending: object) -> None:
        if not isinstance(ending, str):
            return
        who = re.sub(r'[\\/:*?"<>|]', "-", self.tutor_app.desk.profile_name)
        self.app.push_screen(
            AskLine("Where to?", value=str(Path.home() / f"progress-{who}.{ending}")),
            lambda path: self._write_if_wanted(path, ending) if isinstance(path, str) else None,
        )

    def _write_if_wanted(self, typed: str, ending: str) -> None:
        """A file that is there is replaced only when asked to."""
        path = typed_path(typed, Path.cwd())
        if path.is_dir() or not path.parent.is_dir():
            what = f"{path} is a folder" if path.is_dir() else f"There is no folder {path.parent}"
            raise UserError(f"{what}. Give the name of a file in a folder that is there.")
        if not path.exists():
            self._write(path, ending)
            return
        self.app.push_screen(
            confirm("Replace this file?", f"{path} is there already.", "Replace it"),
            lambda yes: self._write(path, ending) if yes else None,
        )

    def _write(self, path: Path, ending: str) -> None:
        from tutor_app.files import write_atomically
        from tutor_app.learning import export

        makers = {"html": export.progress_html, "md": export.progress_markdown, "csv": export.progress_csv}
        assert self._report is not None
        try:
            write_atomically(path, makers[ending](self._report), 0o644)
        except OSError as error:
            raise UserError(
                f"{path} could not be written: {error.strerror}. Choose another place."
            ) from error
        self.tutor_app.say(f"Saved: {path}")


def _right_and_sure(tally: Tally) -> str:
    return f"{share(tally.accuracy)} of {tally.judged}{_sure(tally)}"


def _sure(tally: Tally) -> str:
    """How sure the student was, beside how right."""
    return "" if tally.how_sure is None else f", {share(tally.how_sure)} sure"


def _headline(report: Progress) -> str:
    total = report.total
    if not total.answers:
        return "Nothing answered yet. Everything you do shows up here."
    parts = [count(total.answers, "question")]
    if 0 < total.judged < total.answers:  # a question that was only explained is neither right nor wrong
        parts.append(f"{total.judged} of them answered")
    if total.judged:
        parts.append(f"{share(total.accuracy)} right at the first try")
    if report.not_known:
        parts.append(f"{count(report.not_known, 'time')} 'I don't know'")
    parts.append(f"{duration(total.seconds)} spent")
    if report.streak:
        parts.append(f"{count(report.streak, 'day')} in a row")
    return ", ".join(parts) + "."
