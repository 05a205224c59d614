"""How fast a long history answers. Run as: python -m tests.bench_history [ROWS]

Fills a history of its own with ROWS attempts (100,000 unless told) of 4 profiles over 200 banks of 40
questions and two years, then prints the time of each query a screen makes.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from tutor_app.learning.export import progress_html, results_csv
from tutor_app.learning.history import History
from tutor_app.learning.progress import progress
from tutor_app.learning.records import Attempt, Item, Mode, Profile, day_of
from tutor_app.questions.model import Question

BANKS, QUESTIONS, PROFILES, YEARS = 200, 40, 4, 2
REPEATS = 9


def main(rows: int) -> None:
    """Fill, measure, print."""
    with tempfile.TemporaryDirectory() as folder, History.open(Path(folder) / "history.db") as history:
        profiles = [history.profile(f"Student {number}") for number in range(PROFILES)]
        began = time.perf_counter()
        fill(history, profiles, rows)
        size = history.path.stat().st_size / 1e6
        print(f"{rows} attempts in {time.perf_counter() - began:.1f} s, {size:.1f} MB")
        print("milliseconds, median (most): on the clock, and of the processor's time")
        for name, query in queries(history, profiles[0]).items():
            clock, used = zip(*(timed(query) for _ in range(REPEATS)), strict=True)
            print(f"{name:34} {_spread(clock)} {_spread(used)}")


def _spread(times: Sequence[float]) -> str:
    return f"{median(times):8.1f} ({max(times):7.1f})"


def fill(history: History, profiles: list[Profile], rows: int) -> None:
    """Rows go in plainly (the schedule of each would take minutes); schedules and tallies follow."""
    rng, now = random.Random(1), time.time()
    with history.writing() as db:
        for bank in range(BANKS):
            for number in range(QUESTIONS):
                db.execute(
                    "INSERT INTO asked (bank, question, text, subject, topic, key) VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        f"bank-{bank}",
                        f"q{number}",
                        f"Question {number} of bank {bank}? " * 4,
                        "",
                        f"topic {bank}",
                        "k",
                    ),
                )
        for row in range(rows):
            at = now - rng.random() * YEARS * 365 * 86_400
            sure, right = rng.choice([None, 1, 2, 3]), rng.random() < 0.7
            profile = profiles[row % PROFILES].id if row % 2 else profiles[0].id
            db.execute(
                "INSERT INTO attempts (uid, profile, asked, at, day, mode, session, correct, chosen,"
                " response, certainty, points, tries, hints, did_not_know, seconds)"
                " VALUES (?, ?, ?, ?, ?, 'practise', 's', ?, 1, 'an answer', ?, 1, 1, 0, 0, 20.0)",
                (f"u{row}", profile, rng.randrange(BANKS * QUESTIONS) + 1, at, day_of(at), right, sure),
            )
        db.execute(
            "INSERT INTO standings"
            " SELECT profile, asked, count(*), sum(correct), sum(1 - correct), correct, max(at)"
            " FROM attempts WHERE correct IS NOT NULL GROUP BY profile, asked"
        )
        db.execute(
            "INSERT INTO reviews"
            " SELECT profile, asked, last_at + 86400 * (asked % 900), 0, '{}' FROM standings"
        )


def queries(history: History, profile: Profile) -> dict[str, Callable[[], object]]:
    """What each screen asks for. The first profile holds over half of all attempts."""
    now = time.time()
    one = Item("bank-1", Question("q1", "Question?", ("a", "b"), 0))
    return {
        "Home: due count": lambda: history.due_count(profile, now),
        "Home: topic progress": lambda: history.topic_progress(profile),
        "Home: open sessions": lambda: history.open_sessions(profile),
        "Review: what is due": lambda: history.due(profile, now, 20),
        "Review: mistakes": lambda: history.mistakes(profile, 50),
        "Review: leeches": lambda: history.leeches(profile),
        "Choosing: all standings": lambda: history.standings(profile),
        "Progress: everything": lambda: progress(history, profile, now),
        "Progress: as a page": lambda: progress_html(progress(history, profile, now)),
        "History: the newest 50 attempts": lambda: list(history.attempts(profile, 50)),
        "Record: one attempt": lambda: history.record(profile, Attempt(one, Mode.LEARN)),
        "Opening the history": lambda: History.open(history.path).close(),
        "Export: 5,000 results": lambda: sum(map(len, results_csv(history.attempts(profile, 5_000)))),
    }


def timed(query: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of one call on the clock, and of the processor's time (other programs aside)."""
    began, used = time.perf_counter(), time.process_time()
    query()
    return (time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
