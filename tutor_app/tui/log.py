"""The log file that an error dialog points to: what a helper needs, never what a student must read."""

import traceback
from datetime import datetime

from tutor_app import __version__, paths

_MOST_BYTES = 1_000_000


def keep(error: BaseException) -> str:
    """Append the error to the log file; gives the file's path, or nothing when it cannot be written."""
    path = paths.user_log()
    text = "".join(traceback.format_exception(error))
    try:
        paths.private_folder(path.parent)
        if path.exists() and path.stat().st_size > _MOST_BYTES:
            path.replace(path.with_suffix(".old.log"))
        with path.open("a", encoding="utf-8") as out:
            out.write(f"{datetime.now().isoformat(timespec='seconds')} tutor {__version__}\n{text}\n")
    except OSError:
        return ""
    return str(path)
