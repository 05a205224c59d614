"""A history as a file that can be carried to another machine, and merged into the history there.

JSON Lines: a header, then one record a line, each with its table's name. Records keep their ids, so that
importing the same file twice, or two files that overlap, changes nothing that is already there.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tutor_app.errors import UserError
from tutor_app.learning import reviews
from tutor_app.learning.history import TYPED, History
from tutor_app.learning.records import Profile
from tutor_app.questions.formats import native

FORMAT = "sci-cot-history"
VERSION = 1

_LARGEST = 1e11  # of any number: as a moment it is in the year 5138, and a million of them can be added up

# For each table: the columns that travel. `profile` and `asked` travel by name instead of by number.
_TABLES = {
    "attempts": (
        "uid", "at", "day", "mode", "session", "correct", "chosen", "response", "certainty", "points",
        "tries", "hints", "did_not_know", "seconds",
    ),
    "notes": ("uid", "at", "text"),
    "flags": ("uid", "at", "kind", "step", "comment"),
    "reviews": ("due", "lapses", "card"),
    "own_questions": ("question", "at", "body"),
}  # fmt: skip
_TEXTS = {  # every other column is a number
    "uid", "day", "mode", "session", "response", "text", "kind", "step", "comment", "card", "question",
    "body",
}  # fmt: skip
_ASKED = ("bank", "question", "text", "subject", "topic", "key")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import added."""

    profiles: tuple[str, ...]
    added: dict[str, int]
    known: int


def export_lines(history: History, profile: Profile | None = None) -> Iterator[str]:
    """The history of one profile, or of all, line by line."""
    yield _line({"format": FORMAT, "version": VERSION})
    for one in [profile] if profile else history.profiles():
        yield _line({"table": "profiles", "name": one.name, "created": one.created})
        for table, columns in _TABLES.items():
            has_asked = table != "own_questions"
            names = [f"{table}.{column}" for column in columns] + [f"asked.{c}" for c in _ASKED] * has_asked
            keys = [*columns, *[f"asked_{column}" for column in _ASKED] * has_asked]
            sql = f"SELECT {', '.join(names)} FROM {table}"
            sql += " JOIN asked ON asked.id = asked" if has_asked else ""
            for row in history.read(f"{sql} WHERE profile = ?", (one.id,)):
                yield _line({"table": table, "profile": one.name} | dict(zip(keys, row, strict=True)))


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def import_file(history: History, path: Path) -> Imported:
    """Merge a file into the history: all of it, or, when a line is wrong, nothing."""
    try:
        with path.open(encoding="utf-8") as lines:
            return _import(history, lines, path.name)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is not a history export: it is no UTF-8 text. Nothing was changed."
        ) from error


def _import(history: History, lines: Iterable[str], name: str) -> Imported:
    added: dict[str, int] = dict.fromkeys(_TABLES, 0)
    profiles: dict[str, Profile] = {}
    known = 0
    with history.writing() as db:
        for number, record in _records(lines, name):
            try:
                is_profile = record["table"] == "profiles"
                owner = record["name" if is_profile else "profile"]
                if owner not in profiles:
                    profiles[owner] = history.profile_within(db, owner)
                if is_profile:
                    continue
                new = _insert(db, profiles[owner].id, record)
            except (KeyError, TypeError, ValueError, AttributeError, sqlite3.Error, UserError) as error:
                raise UserError(
                    f"{name}:{number}: this line does not fit ({error}). Nothing was changed."
                ) from error
            added[record["table"]] += new
            known += not new
        for profile in profiles.values():
            _recount(db, profile.id)
    return Imported(tuple(profile.name for profile in profiles.values()), added, known)


def _records(lines: Iterable[str], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if number == 1:
            _check_header(record, name)
        elif not isinstance(record, dict) or record.get("table") not in ("profiles", *_TABLES):
            raise UserError(f"{name}:{number}: this line is no record of a history. Nothing was changed.")
        else:
            yield number, record
    if not number:
        _check_header(None, name)


def _check_header(record: object, name: str) -> None:
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise UserError(f"{name} is not a history export (see tutor history export). Nothing was changed.")
    if record.get("version") != VERSION:
        raise UserError(f"{name} was written by a newer version of the tutor. Nothing was changed.")


def _insert(db: sqlite3.Connection, profile: int, record: dict[str, Any]) -> bool:
    table = record["table"]
    columns = _TABLES[table]
    values = [record[column] for column in columns]
    _check_numbers(zip(columns, values, strict=True))
    if table == "attempts":
        if date.fromisoformat(record["day"]).isoformat() != record["day"]:
            raise ValueError(f"{record['day']} is not a day such as 2026-11-28")
    elif table == "reviews":
        reviews.check(record["card"])
    elif table == "own_questions":
        native.loads(record["body"], "a question of one's own")
    names = ["profile", *columns]
    if table != "own_questions":
        names.append("asked")
        values.append(_asked(db, record))
    conflict = _NEWER.get(table, "ON CONFLICT DO NOTHING")
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) {conflict}"
    return db.execute(sql, (profile, *values)).rowcount > 0


def _check_numbers(named: Iterable[tuple[str, Any]]) -> None:
    """What could not be shown or added up later is refused now."""
    for name, value in named:
        if name in _TEXTS or value is None:
            continue
        least = 0 if name in ("at", "due") else -_LARGEST
        if not isinstance(value, int | float) or not least <= value <= _LARGEST:
            raise ValueError(f"{name} cannot be {value!r}")


# Of two schedules for one question, the one reviewed last knows more.
_NEWER = {
    "reviews": (
        "ON CONFLICT DO UPDATE SET due = excluded.due, lapses = excluded.lapses, card = excluded.card"
        " WHERE json_extract(excluded.card, '$.last_review') > json_extract(reviews.card, '$.last_review')"
    )
}


def _asked(db: sqlite3.Connection, record: dict[str, Any]) -> int:
    values = [str(record[f"asked_{column}"]) for column in _ASKED]
    sql = f"INSERT INTO asked ({', '.join(_ASKED)}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    db.execute(sql, values)
    row = db.execute("SELECT id FROM asked WHERE bank = ? AND question = ?", values[:2]).fetchone()
    return int(row[0])


def _recount(db: sqlite3.Connection, profile: int) -> None:
    """The tallies follow the attempts, whatever their order was; those of typed questions have none."""
    db.execute("DELETE FROM standings WHERE profile = ?", (profile,))
    db.execute(
        "INSERT INTO standings"
        " SELECT profile, asked, count(*), sum(correct), sum(1 - correct), correct, max(at)"
        " FROM attempts WHERE profile = ? AND correct IS NOT NULL"
        " AND asked NOT IN (SELECT id FROM asked WHERE bank = ?) GROUP BY profile, asked",
        (profile, TYPED),
    )
