"""The log file that errors point to: what a helper needs, never what a student must read."""

import logging
from pathlib import Path

from tutor_app import __version__, paths

_MOST_BYTES = 1_000_000
_FORMAT = logging.Formatter(f"%(asctime)s tutor {__version__} %(name)s %(levelname)s: %(message)s")


class _ToFile(logging.Handler):
    """Adds to the file; where nothing can be written, what it wanted to say is lost without a word."""

    def emit(self, record: logging.LogRecord) -> None:
        _add(record)


def to_file() -> None:
    """From now on, what goes wrong inside goes to the file and never to the screen."""
    root = logging.getLogger()
    if not any(isinstance(handler, _ToFile) for handler in root.handlers):
        root.addHandler(_ToFile(logging.WARNING))


def keep(error: BaseException) -> str:
    """Add the error to the file; gives the file's path, or nothing when it cannot be written."""
    cause = (type(error), error, error.__traceback__)
    record = logging.LogRecord("tutor_app", logging.ERROR, "", 0, "a mistake of its own", None, cause)
    written = _add(record)
    return str(written or "")


def _add(record: logging.LogRecord) -> Path | None:
    path = paths.user_log()
    try:
        paths.private_file(path)
        if path.stat().st_size > _MOST_BYTES:
            path.replace(path.with_suffix(".old.log"))
            paths.private_file(path)
        with path.open("a", encoding="utf-8", errors="replace") as out:
            out.write(f"{_FORMAT.format(record)}\n")
    except Exception:  # a record that cannot be put into words, too: whoever logged goes on
        return None
    return path
