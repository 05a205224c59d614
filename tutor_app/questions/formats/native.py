"""The app's own format: JSON Lines, a header line and then one question a line (see the formats guide)."""

import json
from collections.abc import Iterator
from typing import Any

from tutor_app.errors import UserError
from tutor_app.questions import text as texts
from tutor_app.questions.formats.reading import (
    About,
    Item,
    Source,
    UnusableError,
    Warned,
    collect,
    content_id,
    usable,
)
from tutor_app.questions.model import Bank, Question, ReadReport, Skipped

NAME = "native"
ENDING = ".jsonl"
HOLDS: frozenset[str] = frozenset(
    ("explanation", "hint", "why_wrong", "image", "topic", "subject", "grade", "source", "licence", "extra")
)
HOLDS_OF_BANK: frozenset[str] = frozenset(("title", "subject", "grade", "source", "licence", "extra"))
HEADER = "sci-cot-bank"
VERSION = 1

_BANK_TEXTS = ("title", "subject", "grade", "source", "licence")
_TEXTS = ("id", "text", "hint", "subject", "topic", "grade", "image", "source", "licence")
_LISTS = ("choices", "accepted", "facts", "steps")
_FIELDS = frozenset((*_TEXTS, *_LISTS, "answer", "why_wrong"))


def looks_like(source: Source) -> bool:
    """The first line is our header, or at least a question as we write them."""
    first = _object(source.start.lstrip().split("\n", 1)[0])
    return first is not None and (first.get("format") == HEADER or ("text" in first and "choices" in first))


def loads(text: str, name: str) -> ReadReport:
    """Read a bank's text."""
    return collect(NAME, _read_lines(text, name), name)


def read(source: Source) -> Iterator[Item]:
    """Read a bank line by line."""
    return _read_lines(source.text, source.name)


def dumps(bank: Bank) -> str:
    """Write a bank: the header line, then one question a line; empty fields are left out."""
    header: dict[str, object] = {"format": HEADER, "version": VERSION}
    header |= {name: value for name in _BANK_TEXTS if (value := getattr(bank, name))}
    lines = [_line(header | {k: v for k, v in bank.extra.items() if k not in header})]
    lines.extend(_line(_fields(question)) for question in bank.questions)
    return "\n".join(lines) + "\n"


def write(bank: Bank) -> bytes:
    """The bank's file."""
    return dumps(bank).encode("utf-8")


def unwritable(question: Question) -> str:
    """Every question can be written."""
    return ""


def _line(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(", ", ": "))


def _fields(question: Question) -> dict[str, object]:
    fields: dict[str, object] = {"id": question.id, "text": question.text}
    if question.choices:
        fields |= {"choices": question.choices, "answer": question.answer}
    for name in ("accepted", "hint", "facts", "steps", "why_wrong", *_TEXTS[3:]):
        if value := getattr(question, name):
            fields[name] = value
    return fields | {k: v for k, v in question.extra.items() if k not in _FIELDS}


def _read_lines(text: str, name: str) -> Iterator[Item]:
    headed = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line or line.isspace():
            continue
        place = f"{name}:{number}"
        fields = _object(line)
        if fields is None:
            yield Skipped(place, "the line is not a JSON object")
        elif fields.get("format") == HEADER and "text" not in fields:
            yield _about(fields, place)
            headed = True
        else:
            if not headed:
                yield Warned(place, "there is no header line; the bank's title and licence are not known")
                headed = True
            yield usable(place, _question, fields)


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _about(fields: dict[str, Any], place: str) -> About:
    version = fields.get("version", VERSION)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise UserError(f"{place}: the bank's version must be a whole number, not {_short(version)}.")
    if version > VERSION:
        raise UserError(
            f"{place}: this bank has format version {version}, but this tutor reads up to version {VERSION}. "
            "Update the tutor, or export the bank again from an older one."
        )
    known = {name: _bank_text(fields, name, place) for name in _BANK_TEXTS}
    extra = {k: v for k, v in fields.items() if k not in _BANK_TEXTS and k not in ("format", "version")}
    return About(**known, extra=extra)


def _bank_text(fields: dict[str, Any], name: str, place: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UserError(f'{place}: the bank\'s "{name}" must be a text, not {_short(value)}.')
    return texts.plain(value)


def _question(fields: dict[str, Any]) -> Question:
    known: dict[str, Any] = {name: _text(fields, name) for name in _TEXTS if name in fields}
    known |= {name: _list(fields, name) for name in _LISTS if name in fields}
    if "text" not in known:
        raise UnusableError('there is no "text"')
    choices = known.get("choices", ())
    answer = fields.get("answer")
    if answer is not None and (not isinstance(answer, int) or isinstance(answer, bool)):
        raise UnusableError('"answer" must be the number of the right choice, counted from 0, or null')
    if not known.get("id"):
        key = choices[answer] if answer is not None and 0 <= answer < len(choices) else ""
        known["id"] = content_id(known["text"], choices, key)
    if "why_wrong" in fields:
        known["why_wrong"] = _why_wrong(fields["why_wrong"])
    if fields.keys() - _FIELDS:
        known["extra"] = {k: v for k, v in fields.items() if k not in _FIELDS}
    return Question(answer=answer, **known)


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields[name]
    if isinstance(value, str):
        return texts.plain(value)
    if value is None:
        return ""
    if name in ("grade", "id") and isinstance(value, int):
        return str(value)
    raise UnusableError(f'"{name}" must be a text, not {_short(value)}')


def _list(fields: dict[str, Any], name: str) -> tuple[str, ...]:
    value = fields[name]
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise UnusableError(f'"{name}" must be a list of texts')
    return tuple([texts.plain(part) for part in value])


def _why_wrong(value: object) -> tuple[str | None, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(part is None or isinstance(part, str) for part in value):
        raise UnusableError('"why_wrong" must be a list with a text or null for each choice')
    return tuple([texts.plain(part) if part else None for part in value])


def _short(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 40 else shown[:37] + "..."
