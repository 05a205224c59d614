"""Questions in rows and columns, as spreadsheets and quiz sites keep them (CSV and XLSX share this)."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, NamedTuple

from tutor_app.questions.formats.columns import Columns, columns_of
from tutor_app.questions.formats.keys import (
    AS_TEXT,
    Meaning,
    are_truths,
    asks_for_words,
    by_number,
    by_text,
    is_true_false,
    maybe_truth,
    meaning_of,
    names_a_place,
    none_of,
    true_or_false,
    without_letters,
)
from tutor_app.questions.formats.pictures import described
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
_ERROR = re.compile(r"#(?:NAME\?|REF!|VALUE!|DIV/0!|N/A|NUM!|NULL!|SPILL!|CALC!)")
_COMMA = re.compile(r",(?!\d)|(?<!\d),")


class Row(NamedTuple):
    """A row and where it stands, and which of its cells hold a formula without its value or a date."""

    place: str
    cells: Sequence[str]
    empty_formulas: Collection[int] = ()
    dates: Collection[int] = ()


def header_of(rows: Iterable[Row]) -> tuple[Row, Columns] | None:
    """The first row that names its columns, after any banner."""
    for row in islice(rows, BANNER_ROWS):
        columns = columns_of(row.cells)
        if columns.usable:
            return row, columns
    return None


def headless(name: str) -> str:
    """What to say of a table whose columns are not known."""
    return (
        f"{name} has no row near its top that names columns this tutor knows. The first row should name "
        "them, such as: question, choice 1, choice 2, choice 3, choice 4, correct."
    )


def read_rows(rows: Iterable[Row], columns: Columns, header: Row) -> Iterator[Item]:
    """The questions below a header row."""
    if columns.unread:
        yield Warned(header.place, f"columns not read: {columns.not_read}")
    waiting = iter(rows)
    sample = list(islice(waiting, _SAMPLE_ROWS))
    if sample and any(_BANNER_CELL.search(cell) for cell in sample[0].cells):
        sample = sample[1:]
    sheet = _sheet(columns, sample)
    if sheet.keys.remark:
        yield Warned(header.place, sheet.keys.remark)
    for row in chain(sample, waiting):
        if not _has_question(row.cells, columns):
            continue
        yield from all_usable(row.place, _question, row, sheet)
        if dates := [row.cells[at] for at in sheet.used if at in row.dates]:
            yield Warned(
                row.place, f"a cell is a date and was read as {dates[0]}; if it is none, write it as text"
            )


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What its columns hold, and what its rows together say of how they are written."""

    columns: Columns
    used: Sequence[int]
    keys: Meaning = AS_TEXT
    truths: bool = False  # questions without choices are answered with true or false
    listed: int = 0  # how many choices stand in one cell with commas, when in all rows as many


def _sheet(columns: Columns, sample: Sequence[Row]) -> _Sheet:
    used = sorted(columns.places)
    if columns.wrong or "correct" not in columns.single:
        return _Sheet(columns, used)
    counts = {len(parts) for row in sample if (parts := _by_commas(_together(row.cells, columns)))}
    sheet = _Sheet(columns, used, listed=counts.pop() if len(counts) == 1 else 0)
    rows = [(_single(row.cells, columns, "correct"), _choice_cells(row.cells, sheet)) for row in sample]
    keyed = [(key, texts) for key, texts in rows if key and any(texts)]
    return replace(
        sheet,
        keys=meaning_of(keyed),
        truths=are_truths(key for key, texts in rows if key and not any(texts)),
    )


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


def _question(row: Row, sheet: _Sheet) -> Several:
    cells, columns = row.cells, sheet.columns
    _refuse_broken(row, sheet)
    stem = rich_with_image(_single(cells, columns, "question"))
    kind = _single(cells, columns, "type").lower()
    refuse_kinds(kind)
    if not columns.key_named:
        unread = f"; columns not read: {columns.not_read}" if columns.unread else ""
        raise UnusableError(f"no column is named correct{unread}")
    about: dict[str, Any] = {
        role: rich(_single(cells, columns, role)) for role in ("id", "hint", "explanation", "topic")
    }
    about["image"] = _image(cells, columns) or stem.image
    written = "fill" in kind or "short" in kind
    choices, right = _choices(cells, sheet, is_true_false(kind))
    if len(choices) == 1 and not written and "choices" in columns.single:
        raise UnusableError(f"its choices stand in one cell ('{choices[0][:60]}'); put | between them")
    if not choices or written:
        accepted = _accepted(cells, columns, written, [choices[i] for i in right] or choices)
        remark = "" if written else maybe_truth(accepted)
        made = Several((build_open(stem.text, accepted, **about),), remark)
    else:
        made = build_each(stem.text, choices, right, feedback=_notes(cells, columns, len(choices)), **about)
    more: dict[str, Any] = {
        role: rich(_single(cells, columns, role)) for role in _MORE if role in columns.single
    }
    more["facts"] = lines_of(rich(_single(cells, columns, "facts")))
    return made.each_with(**more) if any(more.values()) else made


def _refuse_broken(row: Row, sheet: _Sheet) -> None:
    """Raise UnusableError when the spreadsheet itself did not know what a cell holds."""
    for at in sheet.used:
        if at in row.empty_formulas:
            raise UnusableError(
                "a cell holds a formula without its value; open the file in a spreadsheet and save it again"
            )
        if cell := _ERROR.fullmatch(_cell(row.cells, at)):
            raise UnusableError(f"a cell holds the spreadsheet's error {cell[0]}; write what it should say")


def _image(cells: Sequence[str], columns: Columns) -> str:
    """What is said of a question's picture."""
    if description := rich(_single(cells, columns, "image")):
        return description
    return next((described(cell) for at in columns.pictures if (cell := _cell(cells, at))), "")


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


def _choices(cells: Sequence[str], sheet: _Sheet, true_false: bool) -> tuple[list[str], list[int]]:
    """The choices that are filled in, and which of them are right."""
    columns = sheet.columns
    key = _single(cells, columns, "correct")
    if columns.wrong:
        return _right_among_wrong(rich(key), _wrong_cells(cells, columns))
    texts = _choice_cells(cells, sheet)
    if not any(texts):
        sure = sheet.truths and not asks_for_words(_single(cells, columns, "question"))
        return true_or_false(key or _single(cells, columns, "number"), true_false, sure)
    number = _single(cells, columns, "number")
    if len(texts) == 1:
        return texts, []
    right = by_number(number, texts) if number else sheet.keys.right(key, texts)
    if all(texts):
        return texts, right
    filled = [i for i, text in enumerate(texts) if text]
    if missing := [i for i in right if i not in filled]:
        raise UnusableError(f"the key names choice {missing[0] + 1}, which is empty")
    return [texts[i] for i in filled], [filled.index(i) for i in right]


def _choice_cells(cells: Sequence[str], sheet: _Sheet) -> list[str]:
    columns = sheet.columns
    if columns.choice:
        return without_letters([rich(_cell(cells, at)) for at in columns.choice_places])
    together = _together(cells, columns)
    parts = _apart(together)
    if listed := [rich(part) for part in _by_commas(together)]:
        key = _single(cells, columns, "correct")
        if by_text(key, listed) or len(listed) == sheet.listed or without_letters(listed) != listed:
            return without_letters(listed)
    return without_letters([rich(part) for part in parts])


def _together(cells: Sequence[str], columns: Columns) -> str:
    return _single(cells, columns, "choices")


def _apart(cell: str) -> list[str]:
    """What stands in one cell with signs between that are no part of a choice."""
    separator = next((sign for sign in ("\n", "|", ";") if sign in cell), "\n")
    return [part for part in cell.split(separator) if part.strip()]


def _by_commas(cell: str) -> list[str]:
    """What stands in one cell with commas between; those of decimals and thousands divide nothing."""
    parts = _COMMA.split(cell) if len(_apart(cell)) == 1 else []
    return [part for part in parts if part.strip()] if len(parts) > 1 else []


def _wrong_cells(cells: Sequence[str], columns: Columns) -> list[str]:
    """The wrong choices: each in a cell of its own, or all in one cell under a name such as `distractors`."""
    if not columns.wrong_together:
        return [rich(_cell(cells, at)) for at in columns.wrong]
    cell = _cell(cells, columns.wrong[0])
    return without_letters([rich(part) for part in _by_commas(cell) or _apart(cell)])


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


def _accepted(cells: Sequence[str], columns: Columns, written: bool, choices: Sequence[str]) -> list[str]:
    """What an open question accepts."""
    if columns.accepted:
        return [rich(_cell(cells, at)) for at in columns.accepted]
    if choices:
        return list(choices)
    key = _single(cells, columns, "correct")
    if not written:
        _refuse_place(key, cells, columns)
    return [rich(part) for part in key.split("|")] if key else []


def _refuse_place(key: str, cells: Sequence[str], columns: Columns) -> None:
    """Raise UnusableError for a letter or number that names a choice which is not in the row.

    The choice columns may be empty (or hold pictures), or have names that are not known.
    """
    places = MOST_CHOICES if "choices" in columns.single else len(columns.choice_places)
    if names_a_place(key, places):
        raise none_of(key)
    unread = [name for at, name in columns.unread.items() if _cell(cells, at)]
    if len(unread) > 1 and names_a_place(key):
        raise UnusableError(
            f"its answer is only {key}, and the columns {', '.join(unread[:8])} are not read; "
            "if they hold the choices, name them choice 1, choice 2 and so on"
        )
