"""CSV: rows of questions under a header row, with commas, semicolons, tabs or bars between the cells."""

import csv
import io
from collections.abc import Iterator

from tutor_app.questions.formats.columns import Columns
from tutor_app.questions.formats.reading import Item, Source, Warned
from tutor_app.questions.formats.table import Row, header_of, read_rows
from tutor_app.questions.formats.writing import lacking
from tutor_app.questions.markup import as_rich
from tutor_app.questions.model import Bank, Question, Skipped

NAME = "csv"
ENDING = ".csv"
HOLDS: frozenset[str] = frozenset(
    ("explanation", "hint", "why_wrong", "image", "topic", "subject", "grade", "source", "licence")
)
HOLDS_OF_BANK: frozenset[str] = frozenset()

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 131_072
_UNCLOSED_LINES = 40
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
            elif started:
                yield row
            else:
                started = row.place == header.place

    for item in read_rows(below(), columns, header):
        yield item
        yield from broken
        broken.clear()
    yield from broken


def _layout(start: str, name: str) -> tuple[str, Row, Columns] | None:
    """The delimiter under which a header row is understood best."""
    best: tuple[str, Row, Columns] | None = None
    for delimiter in _DELIMITERS:
        rows = (row for row in rows_of(start, delimiter, name) if isinstance(row, Row))
        found = header_of(rows)
        if found and (best is None or found[1].known > best[2].known):
            best = (delimiter, *found)
    return best


def rows_of(text: str, delimiter: str, name: str) -> Iterator[Row | Skipped | Warned]:
    """The rows with the line each begins on; a broken row costs only itself."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Skipped(f"{name}:{line}", f"a cell is longer than {_LONGEST_CELL:,} characters or broken")
            cells = []
        if reader.line_num - line > _UNCLOSED_LINES:
            yield Warned(f"{name}:{line}", "a cell runs over many lines; a quotation mark may not be closed")
        yield Row(f"{name}:{line}", cells)
        line = reader.line_num + 1


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
    cell = as_rich(text)
    if cell[:1] in ("=", "+", "-", "@", "'") and not _is_number(cell):
        return "'" + cell
    return cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell[:1] in "+-"
