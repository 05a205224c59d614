"""JSON: a list of questions with fields named as people name them, or one question a line.

So come Open Trivia, many data sets and what programs write. A key that is a number is only believed when the
whole list shows whether it is counted from 0 or from 1.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tutor_app.questions.formats.columns import is_beside, normal, role_of
from tutor_app.questions.formats.keys import (
    Meaning,
    are_truths,
    by_number,
    by_text,
    counted_in_two_ways,
    folded,
    is_true_false,
    maybe_truth,
    meaning_of,
    none_of,
    true_or_false,
    without_letters,
)
from tutor_app.questions.formats.pictures import described
from tutor_app.questions.formats.reading import (
    About,
    Found,
    Item,
    Several,
    Source,
    UnusableError,
    Warned,
    all_placed_among,
    all_usable,
    build_open,
)
from tutor_app.questions.formats.several import build_each
from tutor_app.questions.formats.table import refuse_kinds
from tutor_app.questions.markup import rich, rich_with_image
from tutor_app.questions.model import Skipped

NAME = "json"

_BEGINNING = re.compile(r"\s*[\[{]")
_LISTS = re.compile(r'"(?:questions|results)"\s*:\s*\[(?=\s*\{)', re.IGNORECASE)
_NAMES = re.compile(r'"([A-Za-z][\w -]{0,40})"\s*:')
_TITLE = re.compile(r'"(?:title|name)"\s*:\s*("(?:[^"\\\n]|\\.){1,300}")')
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN = re.compile(r"[\s,]*")
_PLACE = re.compile(r"[A-Ha-h]|\d{1,2}")
_MOST_KEYS = 20
_DECODER = json.JSONDecoder()

# Names that sheets do not use, or use for something else.
_ROLES = {
    "answers": "answers",
    "accepted answers": "accepted",
    "acceptable answers": "accepted",
    "answer index": "correct",
    "answer idx": "correct",
    "correct index": "correct",
    "correct answer index": "correct",
    "correct option index": "correct",
    "correct choice index": "correct",
    "is correct": "flag",
    "is right": "flag",
}
_CHOICE_TEXTS = ("text", "answer", "option", "choice", "content", "value", "answer text")
_CHOICE_LABELS = ("label", "key", "letter", "id")
_CHOICE_FLAGS = ("correct", "is correct", "right", "is right")


def looks_like(source: Source) -> bool:
    """JSON with a field for a question and one for what is right."""
    start = source.start
    if not _BEGINNING.match(start):
        return False
    roles = {_role(name)[0] for name in set(_NAMES.findall(start))}
    return "question" in roles and not roles.isdisjoint(("correct", "wrong", "accepted", "answers", "flag"))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One question's values by what they are for, and the names of those that are not read."""

    place: str
    parts: Mapping[str, Any]
    unread: tuple[str, ...] = ()


def read(source: Source) -> Iterator[Item]:
    """Read the whole list, see how its keys are counted, and make its questions."""
    if title := _title(source.text):
        yield About(title=title)
    entries: list[_Entry] = []
    left_out: list[Skipped] = []
    for place, value in _objects(source):
        if isinstance(value, dict):
            entries.append(_entry(place, value))
        elif isinstance(value, UnusableError):
            left_out.append(Skipped(place, str(value)))
        else:
            left_out.append(Skipped(place, "the entry is not a JSON object"))
    way = _way_of(entries)
    made = [tuple(all_usable(entry.place, _question, entry, way)) for entry in entries]
    unread = dict.fromkeys(
        name
        for entry, items in zip(entries, made, strict=True)
        if isinstance(items[0], Found)
        for name in entry.unread
    )
    if unread:
        yield Warned(source.name, "fields not read: " + ", ".join(list(unread)[:20]))
    for items in made:
        yield from items
    yield from left_out


def _title(text: str) -> str:
    """The title beside the list of questions."""
    start = _LISTS.search(text)
    found = _TITLE.search(text, 0, start.start()) if start else None
    try:
        return rich(json.loads(found[1])) if found else ""
    except ValueError:
        return ""


def _objects(source: Source) -> Iterator[tuple[str, object]]:
    """The entries of every list of questions, or those of each line, with their places."""
    text, reached, line, last = source.text, 0, 1, 0
    number = 0
    for begun, by_line in _beginnings(text):
        if begun < reached:
            continue  # this list stands inside an entry that was read
        for at, end, value in _values(text, begun, by_line):
            line += text.count("\n", reached, at)
            number += 1
            place = source.at(line)
            yield place if line != last else f"{place} (question {number})", value
            last = line
            line += text.count("\n", at, end)
            reached = end


def _beginnings(text: str) -> list[tuple[int, bool]]:
    if lists := [(found.end(), False) for found in _LISTS.finditer(text)]:
        return lists
    begun = len(text) - len(text.lstrip())
    return [(begun + 1, False)] if text.startswith("[", begun) else [(begun, True)]


def _values(text: str, at: int, by_line: bool) -> Iterator[tuple[int, int, object]]:
    """Value after value, up to the list's end; after a broken line the next line is tried."""
    while (at := _past(text, at)) < len(text) and text[at] != "]":
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = text.find("\n", at) if by_line else -1
            if end < 0:
                yield at, len(text), UnusableError("the JSON is broken here; what comes after cannot be read")
                return
            yield at, end, UnusableError("the line is broken JSON")
        else:
            yield at, end, value
        at = end


def _past(text: str, at: int) -> int:
    """Where the next value begins."""
    between = _BETWEEN.match(text, at)
    return between.end() if between else at


def _role(name: str) -> tuple[str, int]:
    split = _CAMEL.sub(" ", name)
    return (_ROLES[called], 0) if (called := normal(split)) in _ROLES else role_of(split)


def _entry(place: str, fields: dict[str, Any]) -> _Entry:
    parts, unread = _parts(fields)
    if isinstance(asked := parts.get("question"), dict):  # the question and its choices, one level down
        inner, more = _parts(asked)
        parts, unread = parts | {"question": None} | inner, unread + more
    if "answers" in parts:
        listed = parts.keys() & {"choices", "choice"}
        parts.setdefault("correct" if listed else "choices", parts["answers"])
    return _Entry(place, parts, tuple(unread))


def _parts(fields: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The values by what they are for; empty ones are left out."""
    parts: dict[str, Any] = {}
    unread: list[str] = []
    for name, value in fields.items():
        role, number = _role(name)
        if value is None or value == "":
            continue
        if role == "choice":
            parts.setdefault("choice", {}).setdefault(number, value)
        elif role == "wrong":
            parts.setdefault("wrong", []).extend(value if isinstance(value, list) else [value])
        elif role and role not in parts:
            parts[role] = value
        elif not is_beside(_CAMEL.sub(" ", name)):
            unread.append(name)
    return parts, unread


@dataclass(frozen=True, slots=True)
class _Choices:
    """The choices as they are written, their labels, and which are marked as right, where that is said."""

    values: Sequence[object]
    labels: Sequence[str] = ()
    right: Sequence[int] = ()

    @property
    def texts(self) -> list[str]:
        return [_said(value) for value in self.values]


def _choices(parts: Mapping[str, Any]) -> _Choices:
    """Choices in a list, under labels, in two lists side by side, or each in a field of its own."""
    if "choice" in parts:
        return _Choices([parts["choice"][number] for number in sorted(parts["choice"])])
    choices = parts.get("choices", [])
    if isinstance(choices, dict):
        texts, labels = choices.get("text"), choices.get("label")
        if not isinstance(texts, list):
            return _Choices(list(choices.values()), list(choices))
        if not isinstance(labels, list) or len(labels) != len(texts):
            raise UnusableError("its choices and their labels do not go together")
        return _Choices(texts, [str(label).strip() for label in labels])
    if not isinstance(choices, list):
        raise UnusableError("its choices are in no known layout")
    if not choices or not all(isinstance(choice, dict) for choice in choices):
        texts = [choice for choice in choices if isinstance(choice, str)]
        return _Choices(without_letters(texts) if len(texts) == len(choices) else choices)
    named = [{normal(_CAMEL.sub(" ", name)): value for name, value in each.items()} for each in choices]
    labels = [_first(each, _CHOICE_LABELS) for each in named]
    return _Choices(
        [_first(each, _CHOICE_TEXTS) for each in named],
        [] if None in labels else [str(label).strip() for label in labels],
        [i for i, each in enumerate(named) if str(_first(each, _CHOICE_FLAGS)).lower() in ("true", "1")],
    )


def _first(named: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((named[name] for name in names if name in named), None)


def _said(value: object) -> str:
    """A value as text for people."""
    if isinstance(value, str):
        return rich(value)
    if isinstance(value, int | float):
        return str(value)
    raise UnusableError("a choice or an answer is no text")


# How a number that is a key may be meant: as a place, or as the choice that is this number.
_WAYS = ("from 0", "from 1", "as a choice")


def _numbered(keys: Sequence[object], choices: _Choices, way: str) -> list[int]:
    """The choices that the keys name when they are all numbers meant in one way; none when they are not."""
    found = [_places(key, choices, way) for key in keys]
    return [place for places in found for place in places] if all(found) else []


def _places(key: object, choices: _Choices, way: str) -> list[int]:
    if way == "as a choice":
        return [i for i, value in enumerate(choices.values) if type(value) is type(key) and value == key][:1]
    return by_number(str(key), choices.texts, 0 if way == "from 0" else 1)


@dataclass(frozen=True, slots=True)
class _Way:
    """What all entries of a list together say of how its keys are meant."""

    words: Meaning
    numbers: Sequence[str]
    truths: bool  # questions without choices are answered with true or false


def _way_of(entries: Sequence[_Entry]) -> _Way:
    words = _worded(entries)
    unlisted = (_keys(entry.parts) for entry in entries if _unlisted(entry.parts))
    return _Way(words, _counting(entries, words), are_truths(str(key) for keys in unlisted for key in keys))


def _worded(entries: Sequence[_Entry]) -> Meaning:
    """Whether keys that are words repeat their choices or give their letters."""
    keyed: list[tuple[str, Sequence[str]]] = []
    for entry in entries:
        with suppress(UnusableError):
            choices = _choices(entry.parts)
            if not choices.labels:
                keys = _keys(entry.parts)[:_MOST_KEYS]
                keyed += [(key, choices.texts) for key in keys if isinstance(key, str)]
    return meaning_of(keyed, ("text", "letter"))


def _counting(entries: Sequence[_Entry], words: Meaning) -> tuple[str, ...]:
    """The ways to read numbers as keys that fit the most entries of the list."""
    fits: Counter[str] = Counter()
    for entry in entries:
        with suppress(UnusableError):
            choices, keys = _choices(entry.parts), _keys(entry.parts)
            if not _all_named(keys, choices, words):
                fits.update(way for way in _WAYS if _numbered(keys, choices, way))
    return tuple(way for way in _WAYS if fits[way] == max(fits.values(), default=0))


def _keys(parts: Mapping[str, Any]) -> list[object]:
    """What the entry names as right: nothing, one answer, or several."""
    key = parts.get("correct", [])
    return key if isinstance(key, list) else [key]


def _all_named(keys: Sequence[object], choices: _Choices, words: Meaning) -> list[int]:
    """The choices that the keys name by label, text or letter; none when one of them names none so."""
    if len(keys) > _MOST_KEYS:
        raise UnusableError(f"{len(keys)} answers are marked right; at most {_MOST_KEYS} are taken")
    found = [_named(key, choices, words) for key in keys]
    return [place for places in found for place in places] if all(found) else []


def _named(key: object, choices: _Choices, words: Meaning) -> list[int]:
    """The choices that a key names by their label, their text or their letter."""
    labelled = [
        i for i, label in enumerate(choices.labels) if label.casefold() == str(key).strip().casefold()
    ]
    if labelled or not isinstance(key, str | bool):
        return labelled
    return by_text(str(key), choices.texts) if choices.labels else words.places(str(key), choices.texts)


def _right(keys: Sequence[object], choices: _Choices, way: _Way) -> list[int]:
    """Which choices are right; raises UnusableError when a key can be meant in two ways."""
    if choices.right or not keys:
        return list(choices.right)
    if named := _all_named(keys, choices, way.words):
        return named
    shown = ", ".join(str(key)[:40] for key in keys[:4])
    meant = [places for each in way.numbers if (places := _numbered(keys, choices, each))]
    if not meant:
        raise none_of(shown)
    if any(places != meant[0] for places in meant):
        raise counted_in_two_ways(shown)
    return meant[0]


def _question(entry: _Entry, way: _Way) -> Several:
    parts = entry.parts
    if not isinstance(parts.get("question"), str):
        raise UnusableError("there is no question text")
    refuse_kinds(_text(parts, "type").lower())
    stem = rich_with_image(parts["question"])
    about: dict[str, Any] = {role: _text(parts, role) for role in ("id", "hint", "explanation", "topic")}
    picture = described(str(parts["picture"])) if parts.get("picture") else ""
    about["image"] = _text(parts, "image") or picture or stem.image
    choices, right = _answers(parts, way)
    if choices:
        made = build_each(stem.text, choices, right, **about)
    else:
        accepted = _accepted(entry)
        made = Several((build_open(stem.text, accepted, **about),), maybe_truth(accepted))
    more: dict[str, Any] = {
        role: text for role in ("subject", "grade", "source", "licence") if (text := _text(parts, role))
    }
    return made.each_with(**more) if more else made


def _answers(parts: Mapping[str, Any], way: _Way) -> tuple[Sequence[str], Sequence[int]]:
    """The choices and which are right; none for an open question."""
    keys = _keys(parts)
    others = [_said(value) for value in parts.get("wrong", [])]
    if _unlisted(parts) and len(keys) == 1:
        pair, right = true_or_false(str(keys[0]), is_true_false(_text(parts, "type")), way.truths)
        if pair and {*map(folded, pair)}.issuperset(map(folded, others)):
            return pair, right
    if "wrong" in parts:
        if not keys:
            raise UnusableError("no right answer is marked")
        return all_placed_among([_said(key) for key in keys], others)
    choices = _choices(parts)
    if choices.values:
        return choices.texts, _right(keys, choices, way)
    return (), []


def _unlisted(parts: Mapping[str, Any]) -> bool:
    """Whether no choices are named, as where true and false are all there is to choose between."""
    return not parts.keys() & {"choices", "choice"}


def _accepted(entry: _Entry) -> list[str]:
    """What an open question accepts; a lone letter or number likely names a choice in an unknown field."""
    given = entry.parts.get("accepted", entry.parts.get("correct", []))
    accepted = [_said(value) for value in (given if isinstance(given, list) else [given])]
    if entry.unread and len(accepted) == 1 and _PLACE.fullmatch(accepted[0]):
        raise UnusableError("it has no field named choices or options")
    return accepted


def _text(parts: Mapping[str, Any], role: str) -> str:
    """A text beside the question; a list of texts has one a line, and what is no text is passed over."""
    value = parts.get(role)
    lines = value if isinstance(value, list) else [value]
    return "\n".join(_said(line) for line in lines if isinstance(line, str | int) and line != "")
