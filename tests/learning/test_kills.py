"""SIGKILL during each kind of write: what was said to be kept is there, and nothing is half there.

A forked child writes without a pause and reports each write only once it is done; it is killed at a moment
that differs each time, so that over the runs the kills fall before, within and after the commits.
"""

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import fsrs  # noqa: F401 - loaded before the fork, so that the child writes at once
import pytest

from tests.learning.helpers import attempt, item, question
from tests.learning.test_migrations import make_old
from tutor_app.learning import storage
from tutor_app.learning.exam import Exam
from tutor_app.learning.history import History
from tutor_app.learning.migrations import MIGRATIONS
from tutor_app.learning.records import FlagKind, Mode, OpenSession
from tutor_app.learning.settings import SettingsFile
from tutor_app.learning.transfer import export_lines, import_file

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL"),
]
KILLS = 50
Work = Callable[[Callable[[int], None]], None]


def kill_while(work: Work, delay: float, after: int = 1) -> list[int]:
    """Run `work` in a child, kill it `delay` seconds after its report `after`; what it reported."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            work(lambda number: void(os.write(writing, f"{number}\n".encode())))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        first = [said.readline() for _ in range(after)]
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        lines = [*first, *said.readlines()]
    os.waitpid(child, 0)
    return [int(line) for line in lines if line.endswith("\n")]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where that can be: a killed process leaves what it wrote, flushed to a disk or not."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as made:
        yield Path(made)


def void(_: object) -> None:
    return None


def delays(most: float = 0.02, kills: int = KILLS) -> list[float]:
    """Spread over the time that one or a few writes take, the same in each run of the test."""
    rng = random.Random(1)
    return [rng.uniform(0, most) for _ in range(kills)]


def sound(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        uneven = """SELECT count(*) FROM (SELECT asked, count(*) AS n FROM attempts WHERE correct IS NOT NULL
            GROUP BY profile, asked) AS a FULL JOIN standings USING (asked)
            WHERE a.n IS NOT standings.attempts"""
        assert db.execute(uneven).fetchone() == (0,)  # an answer and its tally come together
        assert db.execute("SELECT count(*) FROM standings").fetchone() == (
            db.execute("SELECT count(*) FROM reviews").fetchone()
        )


def test_no_finished_attempt_is_lost(folder: Path) -> None:
    path = folder / "h" / "history.db"
    kept: set[str] = set()
    for run, delay in enumerate(delays()):

        def work(said: Callable[[int], None], run: int = run) -> None:
            with History.open(path) as history:
                ann = history.profile("Ann")
                said(-1)
                for number in range(100_000):
                    one = attempt(number % 7, number % 3 > 0, uid=f"{run}-{number}")
                    history.record(ann, one, session=OpenSession("s", Mode.PRACTISE, 0, 0, {"index": number}))
                    said(number)

        kept |= {f"{run}-{number}" for number in kill_while(work, delay, after=2) if number >= 0}
        with History.open(path) as history:
            there = {past.uid for past in history.attempts()}
        assert kept <= there
        assert (
            len(there - kept) <= run + 1
        )  # of each run at most the write in hand, done but not yet reported
        sound(path)
    assert len(kept) >= KILLS


def test_a_finished_test_is_recorded_and_closed_at_once_or_still_open(folder: Path) -> None:
    path = folder / "h" / "history.db"
    finished = 0
    for delay in delays():

        def work(said: Callable[[int], None]) -> None:
            with History.open(path) as history:
                ann = history.profile("Ann")
                said(-1)
                for number in range(100_000):
                    exam = Exam([item(n) for n in range(6)], locked=True)
                    for _ in exam.items:
                        exam.answer(1)
                        exam.next()
                    history.save_session(ann, exam.snapshot())
                    history.record(ann, *exam.finish().attempts, end_session=exam.uid)
                    said(number)

        finished += sum(number >= 0 for number in kill_while(work, delay, after=2))
        with History.open(path) as history:
            counts = dict(history.read("SELECT session, count(*) FROM attempts GROUP BY session"))
            assert set(counts.values()) <= {6}
            assert len(counts) >= finished
            for session in history.open_sessions():
                assert session.uid not in counts
                history.end_session(session.uid)
        sound(path)
    assert finished >= KILLS


def test_notes_flags_sessions_and_own_questions(folder: Path) -> None:
    path = folder / "h" / "history.db"
    done = 0
    for run, delay in enumerate(delays()):

        def work(said: Callable[[int], None], run: int = run) -> None:
            with History.open(path) as history:
                ann = history.profile("Ann")
                said(-1)
                for number in range(100_000):
                    name = f"{run}-{number}"
                    history.add_note(ann, item(), name)
                    history.flag(ann, item(), name, FlagKind.WRONG)
                    history.keep_question(ann, question(1, id=name))
                    history.disagree(item(), "s", 0, 0.5)
                    history.save_session(ann, OpenSession(name, Mode.LEARN, 0, 0, {"x": name}))
                    said(number)

        done += sum(number >= 0 for number in kill_while(work, delay, after=2))
        with History.open(path) as history:
            ann = history.profile("Ann")
            for kept in (history.notes(ann), history.flags(), history.open_sessions(ann)):
                assert done <= len(kept) <= done + run + 1
            assert len(history.personal_bank(ann).questions) >= done
        sound(path)
    assert done >= KILLS


@pytest.mark.parametrize("schema", [1, len(MIGRATIONS) - 1])
def test_an_upgrade_can_be_killed_and_goes_on(folder: Path, schema: int) -> None:
    old = folder / "old" / "history.db"
    make_old(old, schema)
    for run, delay in enumerate(delays(0.05, KILLS // 2)):
        path = folder / str(run) / "history.db"
        storage.make_private(path)
        shutil.copy(old, path)

        def work(said: Callable[[int], None], path: Path = path) -> None:
            said(-1)
            History.open(path).close()
            said(0)

        kill_while(work, delay)
        with History.open(path) as history:
            assert len(list(history.attempts())) == 3
            assert history.standings(history.profile("Ann"))[0].attempts == 3
        for backup in storage.list_backups(path):
            storage.check(backup)


def test_an_import_is_whole_or_absent(folder: Path) -> None:
    source, path = folder / "a" / "history.db", folder / "b" / "history.db"
    with History.open(source) as history:
        history.record(history.profile("Ann"), *(attempt(n, n % 2 > 0) for n in range(120)))
        (folder / "out.jsonl").write_text("".join(export_lines(history)), "utf-8")
    for delay in delays(0.05):

        def work(said: Callable[[int], None]) -> None:
            with History.open(path) as history:
                said(-1)
                import_file(history, folder / "out.jsonl")
                said(0)

        done = 0 in kill_while(work, delay)
        with History.open(path) as history:
            assert len(list(history.attempts())) in ((120,) if done else (0, 120))
            for profile in history.profiles():
                history.remove_profile(profile)
        sound(path)


def test_a_backup_is_whole_or_absent_and_the_history_untouched(folder: Path) -> None:
    path = folder / "h" / "history.db"
    with History.open(path) as history:
        history.record(history.profile("Ann"), *(attempt(n) for n in range(60)))
    for delay in delays():

        def work(said: Callable[[int], None]) -> None:
            with History.open(path) as mine:
                said(-1)
                for number in range(100_000):
                    mine.back_up()
                    said(number)

        kill_while(work, delay)
        for backup in storage.list_backups(path):
            with contextlib.closing(sqlite3.connect(backup)) as copy:
                assert copy.execute("SELECT count(*) FROM attempts").fetchone() == (60,)
            backup.unlink()
        sound(path)


def test_a_restored_history_is_the_old_or_the_new(folder: Path) -> None:
    path = folder / "h" / "history.db"
    with History.open(path) as history:
        ann = history.profile("Ann")
        history.record(ann, *(attempt(n) for n in range(10)))
        small = history.back_up(folder / "small.db")
        history.record(ann, *(attempt(n) for n in range(10, 60)))
        large = history.back_up(folder / "large.db")
    for delay in delays(0.04):

        def work(said: Callable[[int], None]) -> None:
            said(-1)
            for number in range(100_000):
                storage.restore(small if number % 2 else large, path)
                said(number)

        kill_while(work, delay)
        with History.open(path) as history:
            assert len(list(history.attempts())) in (10, 60)
        sound(path)


def test_settings_are_the_old_or_the_new(folder: Path) -> None:
    path = folder / "settings.toml"
    last = 1
    for delay in delays(0.02):

        def work(said: Callable[[int], None], last: int = last) -> None:
            file = SettingsFile(path)
            said(-1)
            for number in range(100_000):
                value = (last + number) % 500 + 1
                file.set("practise.questions", value)
                said(value)

        done = [value for value in kill_while(work, delay, after=2) if value > 0]
        file = SettingsFile(path)
        now = file.settings.practise.questions
        assert file.warnings == ()
        if done:
            assert now in (done[-1], done[-1] % 500 + 1)
        last = now
