"""Explanations that were made are kept: by question, students, facts, prompt version and settings.

A SQLite file in the user's cache. It can always be made again, so a damaged file is thrown away, and where no
file can be written the cache lives in memory.
"""

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from tutor_app import paths
from tutor_app.questions.model import Question
from tutor_app.students import prompts
from tutor_app.students.explanation import Answer, Explainer, Explanation, Origin, Settings, Step

_VERSION = 2
_MOST_KEPT = 50_000
_OLD = (
    "DELETE FROM explanation WHERE made < (SELECT made FROM explanation ORDER BY made DESC LIMIT 1 OFFSET ?)"
)
_TABLE = """
CREATE TABLE IF NOT EXISTS explanation (key TEXT PRIMARY KEY, made REAL NOT NULL, content TEXT NOT NULL)
WITHOUT ROWID
"""


class Teaching(Explainer, Protocol):
    """The tutor, as far as remembering needs it."""

    @property
    def facts_name(self) -> str:
        """Names the facts that explanations are made from."""
        ...

    def withdrawn(self) -> Collection[int]:
        """Facts that may not be used any more."""
        ...


class ExplanationCache:
    """Kept explanations. Threads may share one; processes may share the file.

    `facts` names what they are made from; it is asked each time, since some facts are found by meaning only
    later.
    """

    def __init__(self, path: Path | None = None, facts: Callable[[], str] = str) -> None:
        self._facts = facts
        self._lock = threading.Lock()
        self._db = _open(path or paths.user_cache() / f"explanations-{_VERSION}.sqlite")

    def get(
        self, question: Question, students: str, settings: Settings, withdrawn: Collection[int] = ()
    ) -> Explanation | None:
        """What was kept, unless it rests on a fact that was withdrawn since."""
        try:
            with self._lock:
                found = self._db.execute(
                    "SELECT content FROM explanation WHERE key = ?",
                    (key(question, students, settings, self._facts()),),
                ).fetchone()
            explanation = _from_json(json.loads(found[0])) if found else None
        except (sqlite3.Error, ValueError, KeyError, TypeError):
            return None
        if explanation and any(step.fact_id in withdrawn for step in explanation.steps if step.fact_id):
            return None
        return explanation

    def put(self, question: Question, settings: Settings, explanation: Explanation) -> None:
        """Keep one explanation."""
        self.put_many([(question, explanation)], settings)

    def put_many(self, explained: Iterable[tuple[Question, Explanation]], settings: Settings) -> None:
        """Keep several in one step: all or, after a crash, none. A full disk only costs making them again."""
        rows = [
            (
                key(question, made.students, settings, self._facts()),
                time.time(),
                json.dumps(asdict(made), ensure_ascii=False),
            )
            for question, made in explained
        ]
        try:
            with self._lock, self._db:
                self._db.executemany("INSERT OR REPLACE INTO explanation VALUES (?, ?, ?)", rows)
        except sqlite3.Error:
            return

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()


def recall_or_explain(
    cache: ExplanationCache,
    tutor: Teaching,
    question: Question,
    settings: Settings,
    cancel: threading.Event | None = None,
) -> Iterator[Step | Explanation]:
    """What was kept, at once, or else the tutor's explanation as it is made, which is then kept."""
    kept = cache.get(question, tutor.name, settings, tutor.withdrawn())
    if kept is not None:
        yield from kept.steps
        yield replace(kept, timings={"first_step": 0.0, "total": 0.0})
        return
    for item in tutor.explain(question, settings, cancel):
        if isinstance(item, Explanation):
            cache.put(question, settings, item)
        yield item


def key(question: Question, students: str, settings: Settings, facts: str = "") -> str:
    """Names an explanation; what could change it changes the name, but for facts withdrawn since."""
    parts = [
        prompts.VERSION,
        students,
        facts,
        asdict(settings),
        question.text,
        question.image,
        question.choices,
        question.answer,
        question.accepted,
        question.explanation,
    ]
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _from_json(content: dict[str, Any]) -> Explanation:
    steps = tuple(
        Step(step["text"], Origin(step["origin"]), step["source"], step["fact_id"])
        for step in content["steps"]
    )
    answer: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in content["answer"].items()
    }
    return Explanation(steps, Answer(**answer), content["agrees_with_key"], content["students"])


def _open(path: Path) -> sqlite3.Connection:
    """The file; a new one in place of a damaged one; memory where none can be written."""
    try:
        try:
            return _connect(paths.private_file(path))
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            for part in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                part.unlink(missing_ok=True)
            return _connect(paths.private_file(path))
    except (OSError, sqlite3.Error):
        return _connect(":memory:")


def _trim(db: sqlite3.Connection) -> None:
    """Let the oldest go; where another program is writing, the next one to open it does."""
    with suppress(sqlite3.OperationalError), db:
        db.execute(_OLD, (_MOST_KEPT - 1,))


def _connect(path: Path | str) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=5, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        with db:
            db.execute(_TABLE)
        (kept,) = db.execute("SELECT count(*) FROM explanation").fetchone()
        if kept > _MOST_KEPT:
            _trim(db)
    except BaseException:
        db.close()
        raise
    return db
