"""The history: every profile's attempts, reviews, notes and flags, in one SQLite file.

Each public method is one transaction, so that a crash at any moment leaves the history as it was before the
call or after it. Safe to use from several threads of one process and from several processes.
"""

import json
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.learning import marking, reviews
from tutor_app.learning.records import (
    Attempt,
    Disagreement,
    Due,
    Flag,
    FlagKind,
    Item,
    Mode,
    Note,
    OpenSession,
    PastAttempt,
    Profile,
    Standing,
    day_of,
    new_id,
)
from tutor_app.learning.reviews import Schedule
from tutor_app.learning.storage import (
    Row,
    Values,
    back_up,
    connect,
    make_private,
    new_backup_path,
    plainly,
    upgrade_safely,
)
from tutor_app.questions.formats import native
from tutor_app.questions.library import RESERVED_IDS
from tutor_app.questions.model import Bank, Question

if TYPE_CHECKING:
    from tutor_app.students.explanation import Answer

LONGEST_NAME = 40
# The bank ids of a student's own questions, and of a question that was typed in and is in no bank, so that it
# cannot come back.
PERSONAL_BANK, TYPED = RESERVED_IDS


def default_path() -> Path:
    """Where the history lies: a folder of its own, so that its permissions are its own."""
    return paths.user_data() / "history" / "history.db"


class History:
    """One open history file."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path | None = None) -> Self:
        """Open the history, making or upgrading it where needed (a backup is kept before an upgrade)."""
        path = path or default_path()
        with plainly(path):
            make_private(path)
            connection = connect(path)
            try:
                upgrade_safely(connection, path)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection)

    def close(self) -> None:
        """Close the file; the object is of no use after."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Profiles

    def profiles(self) -> list[Profile]:
        """Everyone who learns here, by name."""
        rows = self.read("SELECT id, name, created FROM profiles ORDER BY folded")
        return [Profile(*row) for row in rows]

    def profile(self, name: str) -> Profile:
        """The profile of this name (case does not matter), made now if it is new."""
        known = self.find_profile(name)
        if known:
            return known
        with self.writing() as db:
            return self.profile_within(db, name)

    def profile_within(self, db: sqlite3.Connection, name: str) -> Profile:
        """The same, as part of a larger transaction."""
        name = _clean_name(name)
        db.execute(
            "INSERT INTO profiles (name, folded, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (name, _fold(name), time.time()),
        )
        row = db.execute("SELECT id, name, created FROM profiles WHERE folded = ?", (_fold(name),))
        return Profile(*row.fetchone())

    def find_profile(self, name: str) -> Profile | None:
        """The profile of this name, if there is one."""
        rows = self.read("SELECT id, name, created FROM profiles WHERE folded = ?", (_fold(name),))
        return Profile(*rows[0]) if rows else None

    def rename_profile(self, profile: Profile, name: str) -> Profile:
        """Give a profile another name."""
        name = _clean_name(name)
        taken = self.find_profile(name)
        if taken and taken.id != profile.id:
            raise UserError(f"There is already a profile named {taken.name}. Choose another name.")
        with self.writing() as db:
            db.execute("UPDATE profiles SET name=?, folded=? WHERE id=?", (name, _fold(name), profile.id))
        return Profile(profile.id, name, profile.created)

    def remove_profile(self, profile: Profile) -> Path:
        """Delete a profile with all it did; a backup of before is kept, and its path returned."""
        kept = self.back_up()
        with self.writing() as db:
            db.execute("DELETE FROM profiles WHERE id = ?", (profile.id,))
        return kept

    # Attempts and reviews

    def record(
        self,
        profile: Profile,
        *attempts: Attempt,
        session: OpenSession | None = None,
        end_session: str = "",
        retention: float = 0.9,
    ) -> None:
        """Keep finished questions, with what follows from them, in one step.

        The standing of each question and its review schedule change with it; what a test left unanswered is
        no answer and is not kept. `session` saves the course of the session in the same step; `end_session`
        closes the one of that uid (a test's last step).
        """
        with self.writing() as db:
            for attempt in attempts:
                self._add(db, profile, attempt, retention)
            if session:
                _save_session(db, profile, session)
            if end_session:
                db.execute("DELETE FROM open_sessions WHERE uid = ?", (end_session,))

    def _add(self, db: sqlite3.Connection, profile: Profile, attempt: Attempt, retention: float) -> None:
        if attempt.unanswered:
            return
        asked = _asked(db, attempt.item)
        new = db.execute(
            "INSERT INTO attempts (uid, profile, asked, at, day, mode, session, correct, chosen, response,"
            " certainty, points, tries, hints, did_not_know, seconds)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uid) DO NOTHING",
            (
                attempt.uid, profile.id, asked, attempt.at, day_of(attempt.at), attempt.mode.value,
                attempt.session, attempt.correct, attempt.chosen, attempt.response, attempt.certainty,
                attempt.points, attempt.tries, attempt.hints, attempt.did_not_know, attempt.seconds,
            ),
        )  # fmt: skip
        if new.rowcount == 0 or attempt.correct is None or attempt.item.bank == TYPED:
            return
        _stand(db, profile.id, asked, attempt.correct, attempt.at)
        how = marking.recall(attempt.correct, attempt.certainty, attempt.hints)
        earlier = db.execute(
            "SELECT due, lapses, card FROM reviews WHERE profile = ? AND asked = ?", (profile.id, asked)
        ).fetchone()
        schedule = reviews.after(Schedule(*earlier) if earlier else None, how, attempt.at, retention)
        db.execute(
            "INSERT OR REPLACE INTO reviews (profile, asked, due, lapses, card) VALUES (?, ?, ?, ?, ?)",
            (profile.id, asked, schedule.due, schedule.lapses, schedule.card),
        )

    def attempts(
        self, profile: Profile | None = None, limit: int = -1, session: str = ""
    ) -> Iterator[PastAttempt]:
        """Attempts of one profile or of all, newest first; read in pages, so that others can write."""
        where = (
            ["1"] + ["attempts.profile = :profile"] * bool(profile) + ["session = :session"] * bool(session)
        )
        sql = (
            "SELECT attempts.uid, profiles.name, at, day, mode, bank, question, text, subject, topic, key,"
            " response, correct, certainty, points, tries, hints, did_not_know, seconds, session"
            " FROM attempts JOIN asked ON asked.id = attempts.asked"
            " JOIN profiles ON profiles.id = attempts.profile"
            f" WHERE {' AND '.join(where)} ORDER BY at DESC, attempts.id DESC LIMIT :limit"
        )
        values = {"profile": profile and profile.id, "session": session, "limit": limit}
        for row in self._pages(sql, values):
            past = PastAttempt(*row)  # SQLite keeps truth as 0 and 1
            correct = None if past.correct is None else bool(past.correct)
            yield replace(past, correct=correct, did_not_know=bool(past.did_not_know))

    def due(
        self, profile: Profile, now: float, limit: int = -1, banks: Collection[str] | None = None
    ) -> list[Due]:
        """Questions whose review has come (of the banks named, if any are), the longest waiting first."""
        sql = "SELECT bank, question, due, lapses FROM reviews JOIN asked ON asked.id = asked WHERE "
        where, values = _due_where(profile, now, banks)
        return [Due(*row) for row in self.read(f"{sql}{where} ORDER BY due LIMIT ?", [*values, limit])]

    def due_count(self, profile: Profile, now: float, banks: Collection[str] | None = None) -> int:
        """How many reviews have come."""
        where, values = _due_where(profile, now, banks)
        rows = self.read(f"SELECT count(*) FROM reviews JOIN asked ON asked.id = asked WHERE {where}", values)
        return int(rows[0][0])

    def next_due(self, profile: Profile) -> float | None:
        """When the next review comes, if any is planned."""
        moment: float | None = self.read("SELECT min(due) FROM reviews WHERE profile=?", (profile.id,))[0][0]
        return moment

    def standings(self, profile: Profile) -> list[Standing]:
        """Every question this student answered, and how she stands with it."""
        return self._standings(profile, "1", "last_at DESC", -1)

    def mistakes(self, profile: Profile, limit: int = -1) -> list[Standing]:
        """Questions last answered wrong, newest first."""
        return self._standings(profile, "NOT last_correct", "last_at DESC", limit)

    def leeches(self, profile: Profile) -> list[Standing]:
        """Questions missed again and again: worth learning another way."""
        found = self._standings(profile, "missed >= 4", "missed DESC, last_at DESC", -1)
        return [standing for standing in found if standing.is_leech]

    def _standings(self, profile: Profile, where: str, order: str, limit: int) -> list[Standing]:
        rows = self.read(
            "SELECT bank, question, text, topic, attempts, right, missed, last_correct, last_at"
            f" FROM standings JOIN asked ON asked.id = asked WHERE profile = ? AND {where}"
            f" ORDER BY {order} LIMIT ?",
            (profile.id, limit),
        )
        return [
            Standing(bank, question, text, topic, attempts, right, missed, bool(last), at)
            for bank, question, text, topic, attempts, right, missed, last, at in rows
        ]

    def topic_progress(self, profile: Profile) -> dict[tuple[str, str], tuple[int, int]]:
        """For each (bank, topic): how many questions were met, and how many last answered right."""
        rows = self.read(
            "SELECT bank, topic, count(*), sum(last_correct) FROM standings JOIN asked ON asked.id = asked"
            " WHERE profile = ? GROUP BY bank, topic",
            (profile.id,),
        )
        return {(bank, topic): (met, known) for bank, topic, met, known in rows}

    # Sessions that can go on

    def save_session(self, profile: Profile, session: OpenSession) -> None:
        """Keep where a session stands."""
        with self.writing() as db:
            _save_session(db, profile, session)

    def end_session(self, uid: str) -> None:
        """Forget an open session: it is done, or was given up."""
        with self.writing() as db:
            db.execute("DELETE FROM open_sessions WHERE uid = ?", (uid,))

    def open_sessions(self, profile: Profile | None = None) -> list[OpenSession]:
        """Sessions under way, the last touched first."""
        rows = self.read(
            "SELECT uid, mode, started, saved, state, locked, ends FROM open_sessions"
            " WHERE ?1 IS NULL OR profile = ?1 ORDER BY saved DESC",
            (profile and profile.id,),
        )
        return [
            OpenSession(uid, Mode(mode), started, saved, json.loads(state), bool(locked), ends)
            for uid, mode, started, saved, state, locked, ends in rows
        ]

    # Notes, flags, disagreements

    def add_note(self, profile: Profile, item: Item, text: str) -> Note:
        """Keep a student's own words about a question."""
        note = Note(new_id(), *item.ref, time.time(), text.strip())
        with self.writing() as db:
            db.execute(
                "INSERT INTO notes (uid, profile, asked, at, text) VALUES (?, ?, ?, ?, ?)",
                (note.uid, profile.id, _asked(db, item), note.at, note.text),
            )
        return note

    def notes(self, profile: Profile, item: Item | None = None) -> list[Note]:
        """A student's notes, about one question or all, newest first."""
        bank, question = item.ref if item else (None, None)
        rows = self.read(
            "SELECT uid, bank, question, at, notes.text FROM notes JOIN asked ON asked.id = asked"
            " WHERE profile = ?1 AND (?2 IS NULL OR (bank = ?2 AND question = ?3)) ORDER BY at DESC",
            (profile.id, bank, question),
        )
        return [Note(*row) for row in rows]

    def flag(self, profile: Profile, item: Item, step: str, kind: FlagKind, comment: str = "") -> Flag:
        """Keep that a student holds a step wrong or unclear."""
        flag = Flag(new_id(), profile.name, *item.ref, time.time(), kind, step, comment.strip())
        with self.writing() as db:
            db.execute(
                "INSERT INTO flags (uid, profile, asked, at, kind, step, comment)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (flag.uid, profile.id, _asked(db, item), flag.at, kind.value, step, flag.comment),
            )
        return flag

    def flags(self, bank: str | None = None) -> list[Flag]:
        """All profiles' flags on one bank or all, newest first: for the teacher."""
        rows = self.read(
            "SELECT uid, name, bank, question, at, kind, step, comment FROM flags"
            " JOIN asked ON asked.id = asked JOIN profiles ON profiles.id = profile"
            " WHERE ?1 IS NULL OR bank = ?1 ORDER BY at DESC",
            (bank,),
        )
        return [replace(flag, kind=FlagKind(flag.kind)) for flag in (Flag(*row) for row in rows)]

    def remove_flag(self, flag: Flag) -> None:
        """Delete a flag that was looked at."""
        with self.writing() as db:
            db.execute("DELETE FROM flags WHERE uid = ?", (flag.uid,))

    def disagree(self, item: Item, students: str, choice: int, confidence: float) -> None:
        """Keep that the tutor would not choose the key; the newest word of each students' version counts."""
        with self.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO disagreements (asked, students, at, choice, confidence)"
                " VALUES (?, ?, ?, ?, ?)",
                (_asked(db, item), students, time.time(), choice, confidence),
            )

    def agree(self, item: Item, students: str) -> None:
        """Forget an earlier disagreement: the tutor now gives the key."""
        with self.writing() as db:
            db.execute(
                "DELETE FROM disagreements WHERE asked = ? AND students = ?", (_asked(db, item), students)
            )

    def compare_with_key(self, item: Item, students: str, answer: "Answer") -> None:
        """Keep for the teacher whether the tutor would choose the key, where there is one."""
        if item.question.answer is None or answer.choice is None:
            return
        if answer.choice == item.question.answer:
            self.agree(item, students)
        else:
            self.disagree(item, students, answer.choice, answer.confidence)

    def disagreements(self, bank: str | None = None) -> list[Disagreement]:
        """Where the tutor differs from the key, the surest first."""
        rows = self.read(
            "SELECT bank, question, at, students, choice, confidence FROM disagreements"
            " JOIN asked ON asked.id = asked WHERE ?1 IS NULL OR bank = ?1 ORDER BY confidence DESC",
            (bank,),
        )
        return [Disagreement(*row) for row in rows]

    # The personal bank

    def keep_question(self, profile: Profile, question: Question) -> Item:
        """Put a question into the student's personal bank (the same id replaces it)."""
        with self.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO own_questions (profile, question, at, body) VALUES (?, ?, ?, ?)",
                (profile.id, question.id, time.time(), native.dumps(Bank("", (question,)))),
            )
        return Item(PERSONAL_BANK, question)

    def personal_bank(self, profile: Profile) -> Bank:
        """The student's own questions, oldest first."""
        rows = self.read("SELECT body FROM own_questions WHERE profile = ? ORDER BY at", (profile.id,))
        kept = [native.loads(body, PERSONAL_BANK).bank.questions for (body,) in rows]
        return Bank("My questions", tuple(question for part in kept for question in part))

    def back_up(self, target: Path | None = None) -> Path:
        """Keep a whole, consistent copy; others may go on writing meanwhile."""
        with self._lock, plainly(self.path):
            return back_up(self._connection, target or new_backup_path(self.path))

    # For the modules that read and write whole histories

    def read(self, sql: str, values: Values = ()) -> list[Row]:
        """Rows of one query."""
        with self._lock, plainly(self.path):
            return self._connection.execute(sql, values).fetchall()

    def _pages(self, sql: str, values: Values) -> Iterator[Row]:
        with self._lock, plainly(self.path):
            cursor = self._connection.execute(sql, values)
        while True:
            with self._lock, plainly(self.path):
                page = cursor.fetchmany(1000)
            if not page:
                return
            yield from page

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or none."""
        with self._lock, plainly(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _due_where(
    profile: Profile, now: float, banks: Collection[str] | None
) -> tuple[str, list[str | float | int]]:
    where, values = "profile = ? AND due <= ?", [profile.id, now]
    if banks is None:
        return where, [*values]
    return f"{where} AND bank IN ({', '.join('?' * len(banks))})", [*values, *banks]


def _asked(db: sqlite3.Connection, item: Item) -> int:
    """The row of a question; its text follows the bank, so that the history shows what now stands there."""
    question = item.question
    key = question.key or " / ".join(question.accepted)
    row = db.execute(
        "INSERT INTO asked (bank, question, text, subject, topic, key) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (bank, question) DO UPDATE SET text = excluded.text, subject = excluded.subject,"
        " topic = excluded.topic, key = excluded.key RETURNING id",
        (*item.ref, question.text, question.subject, item.topic, key),
    ).fetchone()
    return int(row[0])


def _stand(db: sqlite3.Connection, profile: int, asked: int, correct: bool, at: float) -> None:
    """Add an answer to the tally; one from before the last (the clock was set back) leaves the last word."""
    db.execute(
        "INSERT INTO standings (profile, asked, attempts, right, missed, last_correct, last_at)"
        " VALUES (?1, ?2, 1, ?3, 1 - ?3, ?3, ?4) ON CONFLICT DO UPDATE SET attempts = attempts + 1,"
        " right = right + ?3, missed = missed + 1 - ?3,"
        " last_correct = CASE WHEN ?4 >= last_at THEN ?3 ELSE last_correct END,"
        " last_at = max(last_at, ?4)",
        (profile, asked, int(correct), at),
    )


def _save_session(db: sqlite3.Connection, profile: Profile, session: OpenSession) -> None:
    db.execute(
        "INSERT OR REPLACE INTO open_sessions (uid, profile, mode, started, saved, state, locked, ends)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.uid, profile.id, session.mode.value, session.started, session.saved,
            json.dumps(session.state), session.locked, session.ends,
        ),
    )  # fmt: skip


def _fold(name: str) -> str:
    sound = name.encode("utf-8", "replace").decode()  # what is typed may hold half a character
    return unicodedata.normalize("NFKC", sound).strip().casefold()


def _clean_name(name: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UserError(f"{name!r} can be no profile: a name has 1 to {LONGEST_NAME} ordinary characters.")
    return name
