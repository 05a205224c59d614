"""The history's schema, as ordered steps; `PRAGMA user_version` says how many were taken.

A step is never changed once it shipped: a change is a new step at the end.
"""

import sqlite3
from collections.abc import Callable, Sequence

Migration = Callable[[sqlite3.Connection], None]


def _run(connection: sqlite3.Connection, statements: Sequence[str]) -> None:
    """One statement at a time: `executescript` would commit the transaction around the step."""
    for statement in statements:
        connection.execute(statement)


def m001_profiles_and_attempts(connection: sqlite3.Connection) -> None:
    """Who learns, which questions were asked (their text outlives the bank), and each answer."""
    _run(
        connection,
        [
            """CREATE TABLE profiles (
                id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE,
                created REAL NOT NULL) STRICT""",
            """CREATE TABLE asked (
                id INTEGER PRIMARY KEY, bank TEXT NOT NULL, question TEXT NOT NULL, text TEXT NOT NULL,
                subject TEXT NOT NULL, topic TEXT NOT NULL, key TEXT NOT NULL,
                UNIQUE (bank, question)) STRICT""",
            """CREATE TABLE attempts (
                id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
                profile INTEGER NOT NULL REFERENCES profiles ON DELETE CASCADE,
                asked INTEGER NOT NULL REFERENCES asked,
                at REAL NOT NULL, day TEXT NOT NULL, session TEXT NOT NULL,
                mode TEXT NOT NULL CHECK (mode IN ('learn', 'practise', 'test', 'review')),
                correct INTEGER CHECK (correct IN (0, 1)), chosen INTEGER, response TEXT NOT NULL,
                certainty INTEGER CHECK (certainty IN (1, 2, 3)),
                points INTEGER NOT NULL, tries INTEGER NOT NULL, hints INTEGER NOT NULL,
                did_not_know INTEGER NOT NULL, seconds REAL NOT NULL) STRICT""",
            "CREATE INDEX attempts_by_time ON attempts (profile, at)",
            """CREATE INDEX attempts_by_day
                ON attempts (profile, day, certainty, correct, points, seconds)""",
            """CREATE INDEX attempts_by_question
                ON attempts (profile, asked, certainty, correct, seconds)""",
            "CREATE INDEX attempts_by_session ON attempts (session)",
        ],
    )


def m002_reviews(connection: sqlite3.Connection) -> None:
    """When each question comes back; `card` is the scheduler's own JSON."""
    _run(
        connection,
        [
            """CREATE TABLE reviews (
                profile INTEGER NOT NULL REFERENCES profiles ON DELETE CASCADE,
                asked INTEGER NOT NULL REFERENCES asked, due REAL NOT NULL, lapses INTEGER NOT NULL,
                card TEXT NOT NULL, PRIMARY KEY (profile, asked)) STRICT, WITHOUT ROWID""",
            "CREATE INDEX reviews_by_due ON reviews (profile, due)",
        ],
    )


def m003_notes_flags_and_disagreements(connection: sqlite3.Connection) -> None:
    """What students say about questions and steps, and where the tutor differs from the key."""
    _run(
        connection,
        [
            """CREATE TABLE notes (
                uid TEXT PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profiles ON DELETE CASCADE,
                asked INTEGER NOT NULL REFERENCES asked, at REAL NOT NULL, text TEXT NOT NULL) STRICT""",
            "CREATE INDEX notes_by_question ON notes (profile, asked)",
            """CREATE TABLE flags (
                uid TEXT PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profiles ON DELETE CASCADE,
                asked INTEGER NOT NULL REFERENCES asked, at REAL NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('wrong', 'unclear')),
                step TEXT NOT NULL, comment TEXT NOT NULL) STRICT""",
            "CREATE INDEX flags_by_question ON flags (asked)",
            """CREATE TABLE disagreements (
                asked INTEGER NOT NULL REFERENCES asked, students TEXT NOT NULL, at REAL NOT NULL,
                choice INTEGER NOT NULL, confidence REAL NOT NULL, PRIMARY KEY (asked, students)) STRICT""",
        ],
    )


def m004_open_sessions_and_own_questions(connection: sqlite3.Connection) -> None:
    """Sessions that can go on after a stop, and each student's personal bank."""
    _run(
        connection,
        [
            """CREATE TABLE open_sessions (
                uid TEXT PRIMARY KEY, profile INTEGER NOT NULL REFERENCES profiles ON DELETE CASCADE,
                mode TEXT NOT NULL, started REAL NOT NULL, saved REAL NOT NULL, state TEXT NOT NULL,
                locked INTEGER NOT NULL, ends REAL) STRICT""",
            "CREATE INDEX open_sessions_by_profile ON open_sessions (profile, saved)",
            """CREATE TABLE own_questions (
                profile INTEGER NOT NULL REFERENCES profiles ON DELETE CASCADE, question TEXT NOT NULL,
                at REAL NOT NULL, body TEXT NOT NULL, PRIMARY KEY (profile, question)) STRICT""",
        ],
    )


def m005_standings(connection: sqlite3.Connection) -> None:
    """A running tally per question, so that mistakes and topic progress need no walk over all attempts."""
    _run(
        connection,
        [
            """CREATE TABLE standings (
                profile INTEGER NOT NULL REFERENCES profiles ON DELETE CASCADE,
                asked INTEGER NOT NULL REFERENCES asked, attempts INTEGER NOT NULL, right INTEGER NOT NULL,
                missed INTEGER NOT NULL, last_correct INTEGER NOT NULL, last_at REAL NOT NULL,
                PRIMARY KEY (profile, asked)) STRICT, WITHOUT ROWID""",
            """INSERT INTO standings
                SELECT profile, asked, count(*), sum(correct), sum(1 - correct), correct, max(at)
                FROM attempts WHERE correct IS NOT NULL GROUP BY profile, asked""",
        ],
    )


MIGRATIONS: tuple[Migration, ...] = (
    m001_profiles_and_attempts,
    m002_reviews,
    m003_notes_flags_and_disagreements,
    m004_open_sessions_and_own_questions,
    m005_standings,
)


def version(connection: sqlite3.Connection) -> int:
    """How many steps this history has taken."""
    number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return number


def upgrade(connection: sqlite3.Connection, to: int = len(MIGRATIONS)) -> None:
    """Take the missing steps, each in its own transaction; a stop between two leaves a sound history."""
    while (taken := version(connection)) < to:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version(connection) == taken:  # else another process took the step while we waited
                MIGRATIONS[taken](connection)
                connection.execute(f"PRAGMA user_version = {taken + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
