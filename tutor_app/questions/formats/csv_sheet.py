"""CSV: rows of questions under a header row, with commas, semicolons, tabs or bars between the cells."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from tutor_app.questions.cells import guarded
from tutor_app.questions.formats.columns import Columns
from tutor_app.questions.formats.reading import Item, Source
from tutor_app.questions.formats.table import BANNER_ROWS, Row, header_of, headless, read_rows
from tutor_app.questions.formats.writing import lacking
from tutor_app.questions.markup import as_rich
from tutor_app.questions.model import Bank, Question, Skipped

NAME = "csv"
ENDING = ".csv"
HOLDS: frozenset[str] = frozenset(
    ("explanation", "hint", "why_wrong", "image", "topic", "subject", "grade", "source", "licence")
)
HOLDS_OF_BANK: frozenset[str] = frozenset()

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_LONGEST_CELL = 131_072
_TEXTS = ("hint", "subject", "topic", "grade", "image", "source", "licence")


def looks_like(source: Source) -> bool:
    """A row near the top names its columns."""
    return _layout(source.start, source.name) is not None


def read(source: Source) -> Iterator[Item]:
    """Read the sheet row by row."""
    layout = _layout(source.start, source.name)
    if layout is None:
        return
    delimiter, header, columns = layout
    rows = rows_of(source.text, delimiter, source.name)
    broken: list[Item] = []

    def below() -> Iterator[Row]:
        started = False
        for row in rows:
            if not isinstance(row, Row):
                broken.append(row)
            elif not started:
                started = row.place == header.place
            elif why := _too_long(row, header, delimiter):
                broken.append(Skipped(row.place, why))
            else:
                yield row

    for item in read_rows(below(), columns, header):
        yield item
        yield from broken
        broken.clear()
    yield from broken


def _too_long(row: Row, header: Row, delimiter: str) -> str:
    """What is wrong with a row that goes on to the right of the heading: its cells may be shifted."""
    filled, named = _width(row.cells), _width(header.cells)
    if filled <= named:
        return ""
    return (
        f"the row has {filled} cells, the heading names {named}; put quotation marks round cells with "
        f"{_DELIMITERS[delimiter]}"
    )


def _width(cells: Sequence[str]) -> int:
    """How many cells there are up to the last that is filled."""
    return max((at for at, cell in enumerate(cells, 1) if cell.strip()), default=0)


def without_heading(source: Source) -> str:
    """What to say of a table whose columns are not known; empty where the source is no table."""
    for delimiter in _DELIMITERS:
        rows = (row for row in rows_of(source.start, delimiter, source.name) if isinstance(row, Row))
        widths = [len(row.cells) for row in islice(rows, BANNER_ROWS) if any(row.cells)]
        if len(widths) > 1 and min(widths) > 2:
            return headless(source.name)
    return ""


def _layout(start: str, name: str) -> tuple[str, Row, Columns] | None:
    """The delimiter under which a header row is understood best."""
    best: tuple[str, Row, Columns] | None = None
    for delimiter in _DELIMITERS:
        rows = (row for row in rows_of(start, delimiter, name) if isinstance(row, Row))
        found = header_of(rows)
        if found and (best is None or found[1].known > best[2].known):
            best = (delimiter, *found)
    return best


def rows_of(text: str, delimiter: str, name: str) -> Iterator[Row | Skipped]:
    """The rows with the line each begins on; a broken row costs only itself."""
    lines: list[str] = []
    reader = csv.reader(_noted(io.StringIO(text, newline=""), lines), delimiter=delimiter)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Skipped(f"{name}:{line}", f"a cell is longer than {_LONGEST_CELL:,} characters or broken")
            cells = []
        if len(lines) > 1 and not _is_closed(lines, delimiter):
            yield Skipped(
                f"{name}:{line}",
                f"{len(lines)} lines were read as one row, since a quotation mark in them is not closed; "
                "close it or take it away",
            )
            cells = []
        lines.clear()
        yield Row(f"{name}:{line}", cells)
        line = reader.line_num + 1


def _noted(lines: Iterable[str], seen: list[str]) -> Iterator[str]:
    for line in lines:
        seen.append(line)
        yield line


def _is_closed(lines: Iterable[str], delimiter: str) -> bool:
    """Whether a row over several lines has its quotation marks where CSV wants them."""
    try:
        return len(list(csv.reader(lines, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False


def write(bank: Bank) -> bytes:
    """The bank as a sheet that Excel and LibreOffice open; columns that would be empty are left out."""
    questions = [question for question in bank.questions if not unwritable(question)]
    most = max((len(question.choices) for question in questions), default=0)
    accepted = max((len(question.accepted) for question in questions), default=0)
    noted = any(question.why_wrong for question in questions)
    texts = [name for name in _TEXTS if any(getattr(question, name) for question in questions)]
    facts = any(question.facts for question in questions)
    out = io.StringIO(newline="")
    sheet = csv.writer(out, lineterminator="\r\n")
    header = ["id", "question", *(f"choice {n + 1}" for n in range(most)), "correct number"]
    header += [f"accepted answer {n + 1}" for n in range(accepted)]
    header += [f"why wrong {n + 1}" for n in range(most if noted else 0)]
    named = ["image description" if name == "image" else name for name in texts]
    sheet.writerow([*header, *(["facts"] if facts else []), "explanation", *named])
    for question in questions:
        cells = [question.id, question.text, *_padded(question.choices, most), _key(question)]
        cells += _padded(question.accepted, accepted)
        cells += _padded([note or "" for note in question.why_wrong], most) if noted else []
        cells += ["\n".join(question.facts)] if facts else []
        cells += ["\n".join(question.steps), *(getattr(question, name) for name in texts)]
        sheet.writerow([_safe(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def unwritable(question: Question) -> str:
    """Why a sheet cannot hold a question; empty when it can."""
    return lacking(question)


def _key(question: Question) -> str:
    return "" if question.answer is None else str(question.answer + 1)


def _padded(texts: tuple[str, ...] | list[str], count: int) -> list[str]:
    return [*texts, *[""] * (count - len(texts))]


def _safe(text: str) -> str:
    """Text as a cell: not read as markup, and not run as a formula by a spreadsheet."""
    return guarded(as_rich(text))
