"""An import under way: it can be cancelled while the file is read, and then nothing is installed."""

from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.widgets import ProgressBar

from tutor_app.tui.screens.dialog import Dialog


class ImportingScreen(Dialog):
    """Gives (report, installed), or None when it was cancelled or failed."""

    def __init__(self, path: Path) -> None:
        super().__init__("Reading the file", str(path))
        self._path = path
        self._cancelled = self._installing = False

    def body(self) -> ComposeResult:
        yield ProgressBar(total=None, show_percentage=False, show_eta=False)

    def on_mount(self) -> None:
        self._import()

    def action_close(self) -> None:
        if self._installing:
            self.tutor_app.say("The bank is being installed; you will see what came in.")
            return
        self._cancelled = True
        self.dismiss(None)

    @work(thread=True, exit_on_error=False)
    def _import(self) -> None:
        from tutor_app.questions.formats import read_file

        try:
            report = read_file(self._path)
            if not self.app.call_from_thread(self._may_install):
                return
            done = self.tutor_app.desk.library.install(report, self._path)
        except Exception as error:
            self.app.call_from_thread(self._failed, error)
            return
        self.app.call_from_thread(self._finished, (report, done))

    def _may_install(self) -> bool:
        """From here on Esc comes too late."""
        self._installing = not self._cancelled
        return self._installing

    def _finished(self, done: object) -> None:
        self._installing = False
        self.dismiss(done)

    def _failed(self, error: Exception) -> None:
        self._installing = False
        if not self._cancelled:
            self.dismiss(None)
            self.tutor_app.report(error)
