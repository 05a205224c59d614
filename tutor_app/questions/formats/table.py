"""Questions in rows and columns, as spreadsheets and quiz sites keep them (CSV and XLSX share this)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from tutor_app.questions.formats.columns import Columns, columns_of
from tutor_app.questions.formats.reading import (
    Item,
    Several,
    UnusableError,
    Warned,
    all_usable,
    build_open,
    lines_of,
    placed_among,
)
from tutor_app.questions.formats.several import build_each
from tutor_app.questions.markup import rich, rich_with_image
from tutor_app.questions.model import MOST_CHOICES

BANNER_ROWS = 20
_SAMPLE_ROWS = 300
_FORMULA_GUARD = re.compile(r"'(?=[=+\-@'])")
_BANNER_CELL = re.compile(r"\(\s*(?:required|optional|default)\b", re.IGNORECASE)
TRUE_FALSE = ("True", "False")
_LABEL = re.compile(
    r"(?:(?:option|answer|choice)\s*)?\(?([A-Ha-h]|\d{1,2})\)?[.:)]?(?:\s+(?P<rest>\S.*))?",
    re.DOTALL | re.IGNORECASE,
)
_LISTED = re.compile(r"[,;|\n]")


class Row(NamedTuple):
    """A row and where it stands."""

    place: str
    cells: Sequence[str]


def header_of(rows: Iterable[Row]) -> tuple[Row, Columns] | None:
    """The first row that names its columns, after any banner."""
    for row in islice(rows, BANNER_ROWS):
        columns = columns_of(row.cells)
        if columns.usable:
            return row, columns
    return None


def read_rows(rows: Iterable[Row], columns: Columns, header: Row) -> Iterator[Item]:
    """The questions below a header row."""
    if columns.unread:
        yield Warned(header.place, "columns not read: " + ", ".join(columns.unread[:20]))
    waiting = iter(rows)
    sample = list(islice(waiting, _SAMPLE_ROWS))
    if sample and any(_BANNER_CELL.search(cell) for cell in sample[0].cells):
        sample = sample[1:]
    style = _key_style(sample, columns)
    for row in chain(sample, waiting):
        if _has_question(row.cells, columns):
            yield from all_usable(row.place, _question, row.cells, columns, style)


def _cell(cells: Sequence[str], at: int | None) -> str:
    if at is None or at >= len(cells):
        return ""
    cell = cells[at].strip()
    return _FORMULA_GUARD.sub("", cell, count=1) if cell.startswith("'") else cell


def _single(cells: Sequence[str], columns: Columns, role: str) -> str:
    at = columns.single.get(role)
    return "" if at is None else _cell(cells, at)


def _has_question(cells: Sequence[str], columns: Columns) -> bool:
    """Templates come with empty numbered rows: those are no questions."""
    if _single(cells, columns, "question"):
        return True
    return any(_cell(cells, at) for at in columns.choice.values())


def _question(cells: Sequence[str], columns: Columns, style: str) -> Several:
    stem = rich_with_image(_single(cells, columns, "question"))
    kind = _single(cells, columns, "type").lower()
    refuse_kinds(kind)
    image = rich(_single(cells, columns, "image")) or stem.image
    choices, right = _choices(cells, columns, style, "true" in kind)
    explanation = rich(_single(cells, columns, "explanation"))
    name, hint = rich(_single(cells, columns, "id")), rich(_single(cells, columns, "hint"))
    topic = rich(_single(cells, columns, "topic"))
    written = "fill" in kind or "short" in kind
    if not choices or written:
        accepted = _accepted(cells, columns, written) or choices
        question = build_open(
            stem.text, accepted, id=name, hint=hint, explanation=explanation, image=image, topic=topic
        )
        made = Several((question,))
    else:
        notes = _notes(cells, columns, len(choices))
        made = build_each(
            stem.text,
            choices,
            right,
            id=name,
            hint=hint,
            explanation=explanation,
            feedback=notes,
            image=image,
            topic=topic,
        )
    more: dict[str, Any] = {
        role: rich(_single(cells, columns, role)) for role in _MORE if role in columns.single
    }
    more["facts"] = lines_of(rich(_single(cells, columns, "facts")))
    return made.each_with(**more) if any(more.values()) else made


_MORE = ("subject", "grade", "source", "licence")


def refuse_kinds(kind: str) -> None:
    """Raise UnusableError for what a quiz site calls questions without one right answer."""
    for word in (
        "open",
        "essay",
        "poll",
        "draw",
        "match",
        "order",
        "reorder",
        "hotspot",
        "numer",
        "slide",
        "puzzle",
    ):
        if word in kind:
            raise UnusableError(f"{kind} questions are not supported")


def _choices(
    cells: Sequence[str], columns: Columns, style: str, true_false: bool
) -> tuple[list[str], list[int]]:
    """The choices that are filled in, and which of them are right."""
    key = _single(cells, columns, "correct")
    if columns.wrong:
        return _right_among_wrong(rich(key), [rich(_cell(cells, at)) for at in columns.wrong])
    texts = _choice_cells(cells, columns)
    if not any(texts) and (true_false or key.lower() in ("true", "false")):
        texts = list(TRUE_FALSE)
    number = _single(cells, columns, "number")
    right = by_number(number, texts) if number else _right(key, texts, style) if any(texts) else []
    if all(texts):
        return texts, right
    filled = [i for i, text in enumerate(texts) if text]
    if missing := [i for i in right if i not in filled]:
        raise UnusableError(f"the key names choice {missing[0] + 1}, which is empty")
    return [texts[i] for i in filled], [filled.index(i) for i in right]


def _choice_cells(cells: Sequence[str], columns: Columns) -> list[str]:
    if columns.choice:
        return [rich(_cell(cells, at)) for at in columns.choice_places]
    together = _single(cells, columns, "choices")
    for separator in ("\n", "|", ";"):
        if separator in together:
            return [rich(part) for part in together.split(separator) if part.strip()]
    return [rich(together)] if together else []


def _right_among_wrong(right: str, wrong: list[str]) -> tuple[list[str], list[int]]:
    """The right answer comes in a column of its own."""
    others = [text for text in wrong if text]
    if not right:
        return others, []
    choices, place = placed_among(right, others)
    return choices, [place]


def _notes(cells: Sequence[str], columns: Columns, count: int) -> list[str]:
    """A note per choice, when there are any and every choice cell is filled."""
    if not columns.note:
        return []
    numbers = sorted(columns.choice) if columns.choice else range(count)
    filled = [n for n in numbers if not columns.choice or _cell(cells, columns.choice[n])]
    notes = [rich(_cell(cells, columns.note.get(n))) for n in filled]
    return notes if len(notes) == count else []


def _accepted(cells: Sequence[str], columns: Columns, written: bool) -> list[str]:
    if columns.accepted:
        return [rich(_cell(cells, at)) for at in columns.accepted]
    key = _single(cells, columns, "correct")
    if not written and _names_a_place(key, columns):
        raise UnusableError(f"the key {key} is none of the choices")
    return [rich(part) for part in key.split("|")] if key else []


def _names_a_place(key: str, columns: Columns) -> bool:
    """A letter or number that names a choice column, though the row's choices are empty (or pictures)."""
    places = [""] * (MOST_CHOICES if "choices" in columns.single else len(columns.choice_places))
    return bool(by_letter(key, places) or by_number(key, places))


def _key_style(sample: Sequence[Row], columns: Columns) -> str:
    """Whether keys are given by number, by letter or by text: what fits the most rows of a sample."""
    if columns.wrong or "correct" not in columns.single:
        return "text"
    fits = {"text": 0, "letter": 0, "number": 0, "zero": 0}
    zero_seen = False
    for row in sample:
        key = _single(row.cells, columns, "correct")
        texts = _choice_cells(row.cells, columns)
        if not key or not any(texts):
            continue
        zero_seen = zero_seen or key == "0"
        for style in fits:
            fits[style] += _fits(key, texts, style)
    if not zero_seen:
        fits["zero"] = 0
    return max(fits, key=lambda style: fits[style])


def _fits(key: str, texts: list[str], style: str) -> bool:
    try:
        return bool(_TRY[style](key, texts))
    except UnusableError:
        return False


def _right(key: str, texts: list[str], style: str) -> list[int]:
    if not key:
        return []
    for way in dict.fromkeys((style, "text", "letter", "number")):
        if _fits(key, texts, way):
            return _TRY[way](key, texts)
    shown = key if len(key) <= 40 else key[:37] + "..."
    raise UnusableError(f"the key {shown} is none of the choices")


def by_text(key: str, texts: list[str]) -> list[int]:
    """The choice that a key repeats, or the choices that it lists with signs between them."""
    wanted = _folded(rich(key))
    found = [i for i, text in enumerate(texts) if text and _folded(text) == wanted]
    if found or not _LISTED.search(key):
        return found[:1]
    places = {_folded(text): i for i, text in enumerate(texts) if text}
    parts = [_folded(rich(part)) for part in _LISTED.split(key) if part.strip()]
    return [places[part] for part in parts] if places.keys() >= set(parts) else []


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def by_letter(key: str, texts: list[str]) -> list[int]:
    """The choices whose letters a key gives; none when it gives anything else."""
    labels = [_LABEL.fullmatch(part.strip()) for part in _several(key)]
    places = []
    for label in labels:
        if label is None or not label[1].isalpha():
            return []
        place = ord(label[1].lower()) - ord("a")
        rest = label["rest"]
        if rest and (place >= len(texts) or _folded(rich(rest)) != _folded(texts[place])):
            return []
        places.append(place)
    return places if all(place < len(texts) for place in places) else []


def _several(key: str) -> list[str]:
    """`1,3` and `A and C` name several; `B. red, green` names one."""
    parts = [part for part in re.split(r"\s*(?:[,;&|/]|\band\b)\s*", key) if part]
    return parts if all(_LABEL.fullmatch(part) and len(part) <= 9 for part in parts) else [key]


def by_number(key: str, texts: list[str], first: int = 1) -> list[int]:
    """The choices whose numbers a key gives; none when it gives anything else."""
    if key.isascii() and key.isdigit():
        place = int(key[:9]) - first
        return [place] if 0 <= place < len(texts) else []
    places = []
    for part in _several(key):
        label = _LABEL.fullmatch(part.strip())
        if label is None or not label[1].isdigit() or label["rest"]:
            return []
        places.append(int(label[1]) - first)
    return places if all(0 <= place < len(texts) for place in places) else []


def _from_zero(key: str, texts: list[str]) -> list[int]:
    return by_number(key, texts, 0)


_TRY = {"text": by_text, "letter": by_letter, "number": by_number, "zero": _from_zero}
