"""The index of facts: one SQLite file in the user's cache, made anew when a source changes.

FTS5 splits and stems the words and serves the user's own searches with `bm25()`. Candidates for a question
are wanted in milliseconds however common its words are, and `bm25()` visits every fact a common word occurs
in (0.1 s at 50,000 facts); so each word's postings, read once from FTS5, are also kept as a row of numbers.
"""

import hashlib
import json
import os
import sqlite3
import time
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from tutor_app import paths
from tutor_app.knowledge.facts import Fact, Source, facts_of

_VERSION = 2
_KEPT = 3
_LOST = 3600  # seconds after which nobody is still writing a draft
_TOKENIZER = "porter unicode61 remove_diacritics 2"
_TABLES = f"""
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE fact (
    row INTEGER PRIMARY KEY, id INTEGER UNIQUE,
    text TEXT, subject TEXT, topic TEXT, source TEXT, words INTEGER
);
CREATE TABLE postings (word TEXT PRIMARY KEY, rows BLOB, counts BLOB) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(text, tokenize = '{_TOKENIZER}');
"""


class Words:
    """Splits and stems text exactly as the index does: FTS5 does both."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(f"CREATE VIRTUAL TABLE page USING fts5(text, tokenize = '{_TOKENIZER}')")
        self._db.execute("CREATE VIRTUAL TABLE word USING fts5vocab(page, instance)")

    def of(self, texts: Sequence[str]) -> list[list[str]]:
        """Each text's words, stemmed, in order."""
        with self._db:
            self._db.execute("DELETE FROM page")
            rows = ((number, searchable(text)) for number, text in enumerate(texts))
            self._db.executemany("INSERT INTO page (rowid, text) VALUES (?, ?)", rows)
            found = self._db.execute("SELECT doc, term FROM word ORDER BY doc, offset").fetchall()
        words: list[list[str]] = [[] for _ in texts]
        for number, term in found:
            words[number].append(term)
        return words


def searchable(text: str) -> str:
    """H₂O and H2O are the same word."""
    return unicodedata.normalize("NFKC", text).replace("\0", " ").encode("utf-8", "replace").decode()


def open_index(sources: Sequence[Source]) -> sqlite3.Connection:
    """The index of these sources: found in the cache, or made; in memory where no file can be written."""
    key = name_of(sources)
    path = paths.user_cache() / f"facts-{key}.sqlite"
    ready = _open(path, key)
    if ready is not None:
        return ready
    try:
        _build_file(path, key, sources)
        ready = _open(path, key)
    except (OSError, sqlite3.OperationalError):
        ready = None
    if ready is None:
        ready = sqlite3.connect(":memory:", check_same_thread=False)
        _fill(ready, key, sources)
    return ready


def name_of(sources: Sequence[Source]) -> str:
    """Names the state of the sources: another state is another index."""
    stamps = json.dumps([_VERSION, sqlite3.sqlite_version, [source.stamp() for source in sources]])
    return hashlib.sha256(stamps.encode("utf-8", "replace")).hexdigest()[:16]


def _open(path: Path, key: str) -> sqlite3.Connection | None:
    if not path.is_file():
        return None
    try:
        db = sqlite3.connect(path, check_same_thread=False, timeout=5)
        found = db.execute("SELECT value FROM about WHERE name = 'key'").fetchone()
        if found == (key,):
            return db
        db.close()
    except sqlite3.Error:
        pass  # a damaged cache file is made again
    return None


def _build_file(path: Path, key: str, sources: Sequence[Source]) -> None:
    """Make the file under another name first: a killed build leaves no half index."""
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    paths.private_file(draft)
    try:
        db = sqlite3.connect(draft)
        try:
            db.execute("PRAGMA synchronous = OFF")
            _fill(db, key, sources)
        finally:
            db.close()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _clear_up(path.parent)


def _clear_up(folder: Path) -> None:
    """Of all indexes the newest stay, since programs with other sources take turns; lost drafts go."""
    with suppress(OSError):  # another process still reads or writes one: the next build tries again
        indexes = sorted(folder.glob("facts-*.sqlite"), key=lambda path: -path.stat().st_mtime)
        drafts = [path for path in folder.glob("facts-*.draft") if time.time() - path.stat().st_mtime > _LOST]
        for old in [*indexes[_KEPT:], *drafts]:
            old.unlink(missing_ok=True)


def _fill(db: sqlite3.Connection, key: str, sources: Iterable[Source]) -> None:
    db.executescript(_TABLES)
    facts = list(_distinct(sources))
    db.executemany(
        "INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?, 0)",
        ((row, fact.id, fact.text, fact.subject, fact.topic, fact.source) for row, fact in enumerate(facts)),
    )
    db.executemany(
        "INSERT INTO search (rowid, text) VALUES (?, ?)",
        ((row, searchable(fact.text)) for row, fact in enumerate(facts)),
    )
    lengths = array("l", [0]) * len(facts)
    db.execute("CREATE VIRTUAL TABLE temp.occurrence USING fts5vocab(main, search, instance)")
    found = db.execute(
        "SELECT term, doc, COUNT(*) FROM temp.occurrence GROUP BY term, doc ORDER BY term, doc"
    )
    rows = list(_postings(found, lengths))
    db.executemany("INSERT INTO postings VALUES (?, ?, ?)", rows)
    db.executemany("UPDATE fact SET words = ? WHERE row = ?", ((n, row) for row, n in enumerate(lengths)))
    db.execute("DROP TABLE temp.occurrence")
    db.execute("INSERT INTO about VALUES ('key', ?)", (key,))
    db.commit()


def _postings(
    found: Iterable[tuple[str, int, int]], lengths: "array[int]"
) -> Iterator[tuple[str, bytes, bytes]]:
    """A word's facts and how often it stands in each; counts the facts' words on the way."""
    for word, group in groupby(found, key=lambda item: item[0]):
        rows, counts = array("i"), array("B")
        for _, row, count in group:
            rows.append(row)
            counts.append(min(count, 255))
            lengths[row] += count
        yield word, rows.tobytes(), counts.tobytes()


def _distinct(sources: Iterable[Source]) -> Iterator[Fact]:
    seen: set[int] = set()
    for source in sources:
        try:
            for fact in facts_of(source):
                if fact.id not in seen:
                    seen.add(fact.id)
                    yield fact
        except OSError:
            continue  # a file that went away meanwhile
