"""XLSX: sheets of questions, read like CSV."""

import datetime
import io
import re
import warnings
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

from tutor_app.errors import UserError
from tutor_app.questions.archives import Archive
from tutor_app.questions.formats.reading import Item, Source
from tutor_app.questions.formats.table import Row, header_of, headless, read_rows
from tutor_app.questions.latex import subscript, superscript
from tutor_app.questions.model import Skipped

NAME = "xlsx"

_MOST_COLUMNS = 64
_MOST_ROWS = 250_000
_MOST_EMPTY_ROWS = 5_000


def looks_like(source: Source) -> bool:
    """A zip with a workbook in it."""
    return source.is_zip and any(name.startswith("xl/workbook") for name in source.names)


def read(source: Source) -> Iterator[Item]:
    """Read every sheet that has a header row."""
    archive = Archive(source.data, source.name)
    if "xl/workbook.xml" not in archive.names:
        raise UserError(f"{source.name} is a zip, but not a whole Excel workbook.")
    found = False
    for title, sheet, formulas in _sheets(archive, source):
        place = f"{source.name}:{title}" if title else source.name
        try:
            header = header_of(_rows(sheet, place))
            if header is None:
                continue
            found = True
            below = _after(_rows(sheet, place, formulas), header[0])
            yield from read_rows(below, header[1], header[0])
        except UserError:
            raise
        except Exception as error:  # openpyxl raises whatever a broken part makes it raise
            yield Skipped(place, f"the sheet is broken ({type(error).__name__})")
            found = True
    if not found:
        raise UserError(headless(source.name))


def _sheets(archive: Archive, source: Source) -> Iterator[tuple[str, Any, Any]]:
    """Each sheet's title, the sheet with the values of formulas, and the same with the formulas, if any."""
    # What openpyxl warns of (menus in cells, broken styles) concerns saving the workbook, not its questions.
    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    archive.check_all()
    try:
        sheets = _opened(source, values=True)
        formulas = _opened(source, values=False) if _has_formulas(archive) else [None] * len(sheets)
    except UserError:
        raise
    except Exception:  # openpyxl raises whatever a broken part makes it raise
        raise UserError(
            f"{source.name} is a broken Excel workbook. Open it in Excel and save it again."
        ) from None
    for sheet, same in list(zip(sheets, formulas, strict=True))[:50]:
        yield (sheet.title if len(sheets) > 1 else ""), sheet, same


def _opened(source: Source, values: bool) -> list[Any]:
    import openpyxl

    book = openpyxl.load_workbook(
        io.BytesIO(source.data), read_only=True, data_only=values, keep_links=False, rich_text=True
    )
    return [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]


def _has_formulas(archive: Archive) -> bool:
    return any(
        _FORMULA.search(archive.read(name)) for name in archive.names if name.startswith("xl/worksheets/")
    )


def _rows(sheet: Any, place: str, formulas: Any = None) -> Iterator[Row]:
    empty = 0
    size = {"max_row": _MOST_ROWS, "max_col": _MOST_COLUMNS}
    written = formulas.iter_rows(**size) if formulas else repeat(())
    for number, (cells, sources) in enumerate(zip(sheet.iter_rows(**size), written, strict=False), 1):
        lost = {at for at, cell in enumerate(sources) if cell.data_type == "f" and _is_lost(cells[at])}
        if lost or any(cell.value is not None for cell in cells):
            empty = 0
            dates = {at for at, cell in enumerate(cells) if isinstance(cell.value, datetime.date)}
            yield Row(f"{place}:{number}", [_text(cell) for cell in cells], lost, dates)
        elif (empty := empty + 1) > _MOST_EMPTY_ROWS:
            return


def _is_lost(cell: Any) -> bool:
    """A formula whose value was not stored; one whose value is an empty text says so."""
    return cell.value is None and cell.data_type != "str"


def _after(rows: Iterator[Row], header: Row) -> Iterator[Row]:
    for row in rows:
        if row.place == header.place:
            break
    yield from rows


def _text(cell: Any) -> str:
    value = cell.value
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list):
        return "".join(map(_run, value))
    if type(value) in (int, float) and (percent := _PERCENT.fullmatch(cell.number_format)):
        return f"{value:.{len(percent[1] or '')}%}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


def _run(run: Any) -> str:
    """A stretch of rich text; what is raised or lowered stays so."""
    shift = None if isinstance(run, str) else _SHIFTS.get(run.font.vertAlign)
    return re.sub(r"\S(?:.*\S)?", lambda text: shift(text[0]), str(run)) if shift else str(run)


_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_PERCENT = re.compile(r"0(?:\.(0+))?%")
_SHIFTS: dict[str, Callable[[str], str]] = {"superscript": superscript, "subscript": subscript}
