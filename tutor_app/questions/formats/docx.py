"""Word documents (.docx): their paragraphs and tables are read like typed questions."""

import html
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tutor_app.errors import UserError
from tutor_app.questions.archives import Archive
from tutor_app.questions.formats.docx_style import Styles
from tutor_app.questions.formats.docx_text import inside, paragraph_lines
from tutor_app.questions.formats.plain_keys import is_table_head
from tutor_app.questions.formats.plain_lines import PICTURE, Line
from tutor_app.questions.formats.plain_question import Way, items_of_quiz
from tutor_app.questions.formats.plain_quiz import Block, quiz_of
from tutor_app.questions.formats.reading import Item, Source, Warned
from tutor_app.questions.formats.table import Row, header_of, read_rows
from tutor_app.questions.formats.xml_tree import BrokenXml, descendants, elements, name_of
from tutor_app.questions.model import Skipped

NAME = "docx"

_DOCUMENT = re.compile(r"word/document\d{0,2}\.xml")
_BARE_NUMBER = re.compile(r"\(?\d{1,3}[.)]?")
_BARE_LETTER = re.compile(r"[A-Ha-h]")

_Cells = list[list[Line]]


def looks_like(source: Source) -> bool:
    """A zip with a document of Word in it."""
    return source.is_zip and b"word/document" in source.data


def read(source: Source) -> Iterator[Item]:
    """Read the typed questions, and the tables that hold a question in each row."""
    archive = Archive(source.data, source.name)
    name = next(filter(_DOCUMENT.fullmatch, archive.names), None)
    if name is None:
        raise UserError(f"{source.name} is a zip, but not a whole Word document.")
    reader = _Reader(source.name, Styles.of(archive))
    broken: list[Item] = []
    try:
        for element in elements(Source(f"{source.name}/{name}", archive.read(name)), ("p", "tbl")):
            reader.take(element)
    except BrokenXml:
        broken.append(Skipped(source.name, "the document is broken; what comes after cannot be read"))
    if reader.has_boxes:
        yield Warned(source.name, "text boxes are not read; move their text into the page")
    yield from reader.sheets
    yield from items_of_quiz(quiz_of(reader.lines), Way(reader.place, literal=True))
    yield from broken


class _Reader:
    """The document's lines as they come, and the questions in its tables."""

    def __init__(self, name: str, styles: Styles) -> None:
        self.name = name
        self.styles = styles
        self.lines: list[Line] = []
        self.sheets: list[Item] = []
        self.paragraphs = 0
        self.tables = 0
        self.has_boxes = False

    def place(self, block: Block) -> str:
        """Nobody sees the number of a paragraph, but that of a question."""
        return block.place if block.number is None else f"{self.name}:question {block.number}"

    def take(self, element: Element) -> None:
        """A paragraph or a table of the document."""
        boxes = descendants(element, "txbxContent")
        self.has_boxes = self.has_boxes or any(descendants(box, "t") for box in boxes)
        if name_of(element) == "p":
            self.lines += self._paragraph(element)
            return
        self.tables += 1
        rows = [[self._cell(cell) for cell in inside(row, "tc")] for row in inside(element, "tr")]
        if not self._take_sheet(rows):
            for row in rows:
                self.lines += _row_lines(row)

    def _paragraph(self, element: Element) -> list[Line]:
        self.paragraphs += 1
        return paragraph_lines(element, self.styles, f"{self.name}:paragraph {self.paragraphs}")

    def _cell(self, cell: Element) -> list[Line]:
        lines = []
        for element in inside(cell, "p", "tbl"):
            if name_of(element) == "p":
                lines += self._paragraph(element)
            else:
                rows = [[self._cell(inner) for inner in inside(row, "tc")] for row in inside(element, "tr")]
                lines += [line for row in rows for line in _row_lines(row)]
        return lines

    def _take_sheet(self, rows: list[_Cells]) -> bool:
        """A table whose first row names its columns, and that is no list of answers."""
        cells = [["\n".join(line.text for line in cell) for cell in row] for row in rows]
        if not cells:
            return False
        if is_table_head("\t".join(cells[0])) and _are_numbers(row[0] for row in cells[1:] if row):
            return False
        found = header_of([Row(f"{self.name}:table {self.tables}", cells[0])])
        if found is None:
            return False
        header, columns = found
        below = [
            Row(f"{header.place}, row {number}", [_as_cell(cell) for cell in row])
            for number, row in enumerate(cells[1:], 2)
        ]
        self.sheets += read_rows(below, columns, header)
        return True


def _are_numbers(cells: Iterator[str]) -> bool:
    return all(_BARE_NUMBER.fullmatch(cell.strip()) for cell in cells)


def _as_cell(text: str) -> str:
    """A cell whose signs are meant as signs, with the pictures' descriptions in their places."""
    escaped = html.escape(text, quote=False)
    pictured = PICTURE.sub(lambda picture: f'<img alt="{html.escape(picture[1])}">', escaped)
    return pictured.replace("\n", "<br>") if "<img" in pictured else pictured


def _row_lines(cells: _Cells) -> list[Line]:
    """A row as one line, or as several where a cell has several; a number stands before what it numbers."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return []
    if all(len(cell) == 1 for cell in filled):
        return [_joined([_as_label(filled, cell[0]) for cell in filled])]
    if len(filled[0]) == 1 and len(filled) > 1 and _BARE_NUMBER.fullmatch(filled[0][0].text):
        label, first = _as_label(filled, filled[0][0]), filled[1][0]
        filled = [[_joined([label, first]), *filled[1][1:]], *filled[2:]]
    return [line for cell in filled for line in cell]


def _as_label(row: _Cells, line: Line) -> Line:
    """A bare number before a question, or a bare letter before an option, with its full stop."""
    is_first = line is row[0][0] and len(row) > 1
    of_option = is_first and len(row) == 2 and _BARE_LETTER.fullmatch(line.text)
    of_question = is_first and line.text.isdigit() and len(row[1][0].text) > 3
    return Line(line.place, f"{line.text}.", apart=True) if of_option or of_question else line


def _joined(lines: list[Line]) -> Line:
    """Cells side by side, with tabs between."""
    looks = [line.looks or "\0" * len(line.text) for line in lines]
    return Line(lines[0].place, "\t".join(line.text for line in lines), "\0".join(looks), apart=True)
