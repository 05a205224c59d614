"""A history of any earlier schema opens with everything in it."""

import contextlib
import sqlite3
import time
from pathlib import Path

import pytest

from tests.learning.helpers import NOON
from tutor_app.learning import storage
from tutor_app.learning.history import History
from tutor_app.learning.migrations import MIGRATIONS, upgrade, version

ATTEMPTS = [("u1", NOON, 0), ("u2", NOON + 10, 1), ("u3", NOON + 5, 0)]  # last in time: right


def make_old(path: Path, schema: int) -> None:
    """A history as the program of that schema would have left it."""
    storage.make_private(path)
    with contextlib.closing(storage.connect(path)) as db:
        upgrade(db, to=schema)
        db.execute("INSERT INTO profiles VALUES (1, 'Ann', 'ann', 0.0)")
        db.execute("INSERT INTO asked VALUES (1, 'b', 'q1', 'Which force?', 'physics', 'forces', 'gravity')")
        for uid, at, correct in ATTEMPTS:
            db.execute(
                "INSERT INTO attempts (uid, profile, asked, at, day, mode, session, correct, response,"
                " points, tries, hints, did_not_know, seconds)"
                " VALUES (?, 1, 1, ?, '2026-09-21', 'practise', '', ?, 'x', 0, 1, 0, 0, 5.0)",
                (uid, at, correct),
            )


@pytest.mark.parametrize("schema", range(1, len(MIGRATIONS) + 1))
def test_every_earlier_schema_is_brought_up_to_date(tmp_path: Path, schema: int) -> None:
    path = tmp_path / "h" / "history.db"
    make_old(path, schema)
    with History.open(path) as history:
        ann = history.profile("ann")
        assert {past.uid for past in history.attempts(ann)} == {"u1", "u2", "u3"}
        if schema < len(MIGRATIONS):
            (standing,) = history.standings(ann)
            assert (standing.attempts, standing.right, standing.missed) == (3, 1, 2)
            assert (standing.last_correct, standing.last_at) == (True, NOON + 10)
        assert (history.notes(ann), history.flags(), history.open_sessions()) == ([], [], [])
        assert history.due(ann, time.time()) == []


@pytest.mark.parametrize("schema", range(1, len(MIGRATIONS)))
def test_a_backup_is_made_before_an_upgrade(tmp_path: Path, schema: int) -> None:
    path = tmp_path / "h" / "history.db"
    make_old(path, schema)
    History.open(path).close()
    (backup,) = storage.list_backups(path)
    with contextlib.closing(sqlite3.connect(backup)) as copy:
        assert version(copy) == schema
        assert copy.execute("SELECT count(*) FROM attempts").fetchone() == (3,)


def test_nothing_is_backed_up_when_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "h" / "history.db"
    History.open(path).close()
    History.open(path).close()
    assert storage.list_backups(path) == []


def test_a_step_that_fails_leaves_the_schema_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE half (x)")
        raise sqlite3.OperationalError("disk is full")

    path = tmp_path / "h" / "history.db"
    make_old(path, 2)
    steps = (*MIGRATIONS[:2], fails, *MIGRATIONS[3:])
    monkeypatch.setattr("tutor_app.learning.migrations.MIGRATIONS", steps)
    with pytest.raises(Exception, match="disk is full"):
        History.open(path)
    monkeypatch.undo()
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert version(db) == 2
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'half'").fetchall()
    with History.open(path) as history:
        assert len(list(history.attempts())) == 3
