"""How quick the app feels: first paint, key presses while a student works, screens over a long history.

Run as: python tests/bench_app.py [--rows 100000] [--banks 200] [--presses 500] [--starts 5]
"""

import argparse
import asyncio
import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def first_paint(home: Path) -> tuple[float, float]:
    """Seconds from starting the process to Home on the terminal, by the clock and of processor time."""
    started = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", TUTOR_HOME=str(home))
        os.execv(sys.executable, [sys.executable, "-m", "tutor_app"])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    said = b""
    while b"Practise" not in said:
        select.select([terminal], [], [])
        said += os.read(terminal, 65536)
    clock = time.perf_counter() - started
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    processor = (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    os.close(terminal)
    return clock, processor


def fill(rows: int, banks: int) -> None:
    """A long history over many banks, written as the app would have."""
    from dataclasses import replace

    from tutor_app.learning.history import History
    from tutor_app.questions.library import Library
    from tutor_app.questions.model import Bank, Question

    asked = [
        Question(
            f"q{n}", f"Question {n} of this bank?", ("one", "two", "three"), n % 3, topic=f"Topic {n % 3}"
        )
        for n in range(50)
    ]
    library = Library()
    for number in range(banks):
        questions = tuple(replace(q, id=f"b{number}-{q.id}", subject=f"Subject {number % 9}") for q in asked)
        library.add(Bank(f"Bank {number:03}", questions, subject=f"Subject {number % 9}"))
    with History.open() as history:
        me, now = history.profile("me"), time.time()
        ids = [(f"bank-{b:03}", f"b{b}-q{n}", n) for b in range(banks) for n in range(50)]
        with history.writing() as db:
            db.executemany(
                "INSERT INTO asked (id, bank, question, text, subject, topic, key) VALUES (?,?,?,?,?,?,?)",
                [
                    (i, bank, question, f"Question {n}", "", f"Topic {n % 3}", "one")
                    for i, (bank, question, n) in enumerate(ids, 1)
                ],
            )
            db.executemany(
                "INSERT INTO attempts (uid, profile, asked, at, day, mode, session, correct, chosen,"
                " response, certainty, points, tries, hints, did_not_know, seconds)"
                " VALUES (?, ?, ?, ?, ?, 'practise', 's', ?, 0, 'one', ?, 1, 1, 0, 0, 20)",
                [
                    (f"u{i}", me.id, i % len(ids) + 1, now - i * 60, _day(now - i * 60), i % 4 > 0, i % 3 + 1)
                    for i in range(rows)
                ],
            )
            db.execute(
                "INSERT INTO standings SELECT profile, asked, count(*), sum(correct), sum(1 - correct),"
                " correct, max(at) FROM attempts GROUP BY profile, asked"
            )
            db.execute(
                "INSERT INTO reviews (profile, asked, due, lapses, card)"
                " SELECT profile, asked, ?, 0, '{}' FROM standings",
                (now - 60,),
            )


def _day(moment: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(moment))


async def _until(true: Callable[[], object]) -> None:
    while not true():
        await asyncio.sleep(0.001)


async def screens() -> dict[str, tuple[float, float]]:
    """For each screen: milliseconds from the key to the screen, and to its figures."""
    from textual import events

    from tests.scripted import ScriptedExplainer
    from tutor_app.tui.app import TutorApp
    from tutor_app.tui.desk import Desk

    app = TutorApp(Desk(load=lambda _: ScriptedExplainer()))
    places = {
        "g": ("ProgressScreen", "#topics"),
        "b": ("BanksScreen", "#list"),
        "u": ("ProfilesScreen", "#list"),
        "s": ("SettingsScreen", "#form"),
        "t": ("TestSetupScreen", "#form"),
        "a": ("AskScreen", ""),
        "r": ("ReviewScreen", ""),
    }
    figures: dict[str, tuple[float, float]] = {}
    async with app.run_test(size=(120, 40)):
        started = time.perf_counter()
        await _until(lambda: len(app.screen.query_one("#topics").entries) > 5)  # type: ignore[attr-defined]
        figures["HomeScreen"] = (0.0, (time.perf_counter() - started) * 1000)
        for key, (name, filled) in places.items():
            started = time.perf_counter()
            app.post_message(events.Key(key, key))
            await _until(lambda name=name: type(app.screen).__name__ == name and app.screen.is_mounted)
            await _painted(app)
            shown = (time.perf_counter() - started) * 1000
            if filled:
                await _until(lambda filled=filled: app.screen.query_one(filled).entries)  # type: ignore[attr-defined]
                await _painted(app)
            figures[name] = (shown, (time.perf_counter() - started) * 1000)
            app.post_message(events.Key("escape", None))
            await _until(lambda: type(app.screen).__name__ == "HomeScreen")
            await asyncio.sleep(0.3)
    app.desk.close()
    return figures


async def _painted(app: object) -> None:
    done = asyncio.Event()
    app.screen.call_after_refresh(done.set)  # type: ignore[attr-defined]
    await done.wait()


async def key_presses(presses: int) -> tuple[str, list[float]]:
    """Milliseconds from a key press to its effect on the screen while explanations are being made."""
    from textual import events

    from tests.scripted import ScriptedExplainer
    from tutor_app.errors import UserError
    from tutor_app.questions.model import Question
    from tutor_app.tui.app import TutorApp
    from tutor_app.tui.desk import Desk, load_students
    from tutor_app.tui.explaining import Explaining

    try:
        explainer, students = load_students(Desk().settings), "the installed students"
    except UserError:
        explainer, students = ScriptedExplainer(step_delay=0.02), "a scripted tutor (no students installed)"
    app = TutorApp(Desk(load=lambda _: explainer))
    took: list[float] = []
    async with app.run_test(size=(120, 40)) as pilot:
        await _until(lambda: app.tutor_state[0])
        await _until(lambda: len(app.screen.query_one("#topics").entries) > 5)  # type: ignore[attr-defined]
        topics = app.screen.query_one("#topics")
        topics.focus()
        await pilot.pause()
        working: list[Explaining] = []
        for n in range(presses):
            if n % 10 == 0:
                for old in working:
                    old.cancel()
                question = Question(
                    f"bench-{n}", f"Why does ball number {n} fall?", ("gravity", "magnets"), 0
                )
                working = [Explaining(app, explainer, question, app.desk.settings.for_explaining())]
            before = topics.cursor  # type: ignore[attr-defined]
            key = "down" if n // 20 % 2 == 0 else "up"
            started = time.perf_counter()
            app.post_message(events.Key(key, None))
            await _until(lambda before=before: topics.cursor != before)  # type: ignore[attr-defined]
            await _painted(app)
            took.append((time.perf_counter() - started) * 1000)
        for old in working:
            old.cancel()
    app.desk.close()
    return students, took


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--banks", type=int, default=200)
    parser.add_argument("--presses", type=int, default=500)
    parser.add_argument("--starts", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TUTOR_HOME"] = folder
        starts = [first_paint(Path(folder)) for _ in range(options.starts)]
        clock, processor = (statistics.median(each) for each in zip(*starts, strict=True))
        print(
            f"first paint, whole process: {clock * 1000:.0f} ms ({processor * 1000:.0f} ms of processor time)"
        )
        students, took = asyncio.run(key_presses(options.presses))
        took.sort()
        print(
            f"key press while {students} explain: median {statistics.median(took):.1f} ms,"
            f" 99th percentile {took[int(len(took) * 0.99)]:.1f} ms, worst {took[-1]:.1f} ms"
        )
        fill(options.rows, options.banks)
        print(
            f"with {options.rows} history rows and {options.banks} more banks (to the screen, to its data):"
        )
        for name, (shown, filled) in asyncio.run(screens()).items():
            print(f"  {name:16} {shown:6.0f} ms {filled:6.0f} ms")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
