"""The history's file: opening it privately, upgrading it with a backup, copying it, restoring it."""

import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tutor_app.errors import UserError
from tutor_app.learning import migrations
from tutor_app.paths import private_folder

Row = tuple[Any, ...]
Values = Sequence[Any] | Mapping[str, Any]


def make_private(path: Path) -> None:
    """The folder and the file are the owner's alone, before anything is written into them."""
    private_folder(path.parent)
    path.parent.chmod(0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def connect(path: Path) -> sqlite3.Connection:
    """A connection that keeps what it committed even when the power goes."""
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def upgrade_safely(connection: sqlite3.Connection, path: Path) -> None:
    """Bring an older history up to date, after a backup; refuse one of a newer program."""
    have = migrations.version(connection)
    if have > len(migrations.MIGRATIONS):
        raise UserError(
            f"The history {path} was written by a newer version of the tutor (schema {have}; this one knows "
            f"{len(migrations.MIGRATIONS)}). Update the tutor, or set TUTOR_HOME to use another folder."
        )
    if have == len(migrations.MIGRATIONS):
        return
    if have:
        back_up(connection, backups_of(path) / f"before-upgrade-from-{have}-{_stamp()}.db")
    migrations.upgrade(connection)


def backups_of(path: Path) -> Path:
    """Where the copies of a history lie."""
    return path.parent / "backups"


def list_backups(path: Path) -> list[Path]:
    """The kept copies, newest first."""
    return sorted(backups_of(path).glob("*.db"), key=lambda p: p.stat().st_mtime_ns, reverse=True)


def new_backup_path(path: Path) -> Path:
    """A name for a copy made now."""
    return backups_of(path) / f"history-{_stamp()}.db"


def back_up(connection: sqlite3.Connection, target: Path) -> Path:
    """A whole, consistent copy under a new name; a crash leaves no half copy under that name."""
    try:
        return _copied(connection, target)
    except OSError as error:  # the history itself is only read
        raise UserError(f"The copy {target} cannot be written: {error.strerror}.") from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise UserError(f"The copy {target} cannot be written: the disk is full.") from error


def _copied(connection: sqlite3.Connection, target: Path) -> Path:
    private_folder(target.parent)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)  # mkstemp made it 0600
    try:
        with contextlib.closing(sqlite3.connect(name)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file that can be carried away
        _flush(Path(name))
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def check(path: Path) -> None:
    """Refuse a file that is no sound history."""
    if not path.is_file():
        raise UserError(f"There is no file {path}.")
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            sound = copy.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_master")}
            newer = migrations.version(copy) > len(migrations.MIGRATIONS)
    except sqlite3.DatabaseError:
        sound, tables, newer = False, set(), False
    if not sound or not {"profiles", "attempts"} <= tables:
        raise UserError(f"{path} is not a backup of a history, or it is damaged. Nothing was changed.")
    if newer:
        raise UserError(f"{path} was written by a newer version of the tutor. Nothing was changed.")


def restore(source: Path, path: Path) -> Path | None:
    """Put a backup in the history's place; what was there is kept as a backup, whose path is returned.

    The content is replaced inside the history's own file in one transaction, so that a crash leaves the old
    or the new history and other open programs see the change.
    """
    check(source)
    with plainly(path):
        make_private(path)
        saved = _set_aside(path)
    with plainly(path), contextlib.closing(connect(path)) as connection:
        with contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            copy.backup(connection)
        upgrade_safely(connection, path)
    return saved


def _set_aside(path: Path) -> Path | None:
    """Keep the present history; one too damaged to read is moved away with its log."""
    if path.stat().st_size == 0:
        return None
    kept = backups_of(path) / f"before-restore-{_stamp()}.db"
    try:
        with contextlib.closing(connect(path)) as connection:
            return back_up(connection, kept)
    except sqlite3.OperationalError:
        raise  # a full disk or another program's lock does not make it a damaged one
    except sqlite3.DatabaseError:
        private_folder(kept.parent)
        for suffix in ("", "-wal", "-shm"):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.replace(kept.with_name(kept.name + ".damaged" + suffix))
        make_private(path)
        return kept.with_name(kept.name + ".damaged")


@contextmanager
def plainly(path: Path) -> Iterator[None]:
    """What SQLite and the system report becomes a sentence."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
            raise
        raise UserError(
            "This profile is in the history no more: it was removed, or another history was put in place. "
            "What is done now is not kept; start the tutor again to go on."
        ) from error
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise UserError(f"Another program holds the history {path}. Close it and try again.") from error
        raise UserError(
            f"The history {path} cannot be used now: {error}. Nothing kept before is lost."
        ) from error
    except sqlite3.DatabaseError as error:
        raise UserError(
            f"The history {path} is damaged ({error}). `tutor history restore` puts a backup in its place."
        ) from error
    except OSError as error:
        raise UserError(f"The history {path} cannot be opened: {error.strerror}.") from error


def _flush(path: Path) -> None:
    with path.open("rb+") as out:
        os.fsync(out.fileno())


def _stamp() -> str:
    # the nanoseconds keep two copies of one second apart
    return time.strftime("%Y%m%d-%H%M%S") + f"-{time.time_ns() % 1_000_000_000:09d}"
