"""Writing a file so that a crash leaves the old one or the new one, never half of either."""

import os
import tempfile
from pathlib import Path

from tutor_app.paths import private_folder


def write_atomically(path: Path, content: str | bytes, mode: int = 0o600) -> None:
    """Replace `path` in one step, flushed to disk before the name changes hands."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    private_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
