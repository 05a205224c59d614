"""The text of a Word paragraph, with its label, its looks, formulas and pictures."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import reduce
from itertools import groupby
from operator import and_
from typing import NamedTuple
from xml.etree.ElementTree import Element

from tutor_app.questions.formats.docx_style import Look, Styles, list_of, look_of, value_of
from tutor_app.questions.formats.omml import formula_of
from tutor_app.questions.formats.plain_lines import PICTURE, SAYS_NOTHING, Line, shown
from tutor_app.questions.formats.xml_tree import child, descendants, name_of
from tutor_app.questions.latex import subscript, superscript

_WRAPPERS = frozenset(
    ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "fldSimple", "bdo", "dir")
)
_LINK_STYLES = frozenset(("Hyperlink", "FollowedHyperlink", "InternetLink"))
_PICTURES = frozenset(("drawing", "pict", "object"))
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_SYMBOLS = {"F0FC": "✓", "F0FE": "☑", "F0A8": "☐", "F0B7": "•", "F052": "☑", "F050": "✓", "F0A3": "☐"}
_SHIFTS: dict[str, Callable[[str], str]] = {"superscript": superscript, "subscript": subscript}


class _Piece(NamedTuple):
    text: str
    look: int = 0
    shift: str = ""


def inside(element: Element, *names: str) -> Iterator[Element]:
    """The elements of these names in another, also those in a form's field or a tracked insertion."""
    for each in element:
        name = name_of(each)
        if name in names:
            yield each
        elif name in _WRAPPERS:
            yield from inside(each, *names)


def paragraph_lines(paragraph: Element, styles: Styles, place: str) -> list[Line]:
    """The paragraph's lines that are not empty; the first has the label of an automatic list before it."""
    properties = child(paragraph, "pPr")
    style = value_of(child(properties, "pStyle")) if properties is not None else ""
    shaded = look_of(properties).on if properties is not None else 0
    base = replace(styles.look(style), hidden=False)
    number, depth = list_of(properties) or styles.list_of_style(style) or ("0", 0)
    label = "" if number in ("", "0") else styles.label(number, depth)
    pieces = list(_shifted(_pieces(paragraph, base, styles)))
    text = "".join(piece.text for piece in pieces)
    looks = "".join(chr(piece.look | shaded) * len(piece.text) for piece in pieces)
    lines = list(_lines(text, looks, place))
    if lines and label:
        first = lines[0]
        lines[0] = Line(place, f"{label} {first.text}", "\0" * (len(label) + 1) + first.looks, apart=True)
    return lines


def _lines(text: str, looks: str, place: str) -> Iterator[Line]:
    start, apart = 0, True
    for part in text.split("\n"):
        line = Line(place, text, looks, apart).cut(start, start + len(part))
        start += len(part) + 1
        if line.text:
            yield line
            apart = False


def _pieces(element: Element, base: Look, styles: Styles) -> Iterator[_Piece]:
    for each in inside(element, "r", "oMath", "oMathPara", "hyperlink"):
        if name_of(each) == "r":
            yield from _run(each, base, styles)
        elif name_of(each) == "hyperlink":
            yield from (piece._replace(look=SAYS_NOTHING) for piece in _pieces(each, base, styles))
        else:
            yield _Piece(formula_of(each), SAYS_NOTHING)


def _run(run: Element, base: Look, styles: Styles) -> Iterator[_Piece]:
    properties = child(run, "rPr")
    style = value_of(child(properties, "rStyle")) if properties is not None else ""
    look = look_of(properties).over(styles.look(style).over(base))
    if look.hidden:
        return
    if style in _LINK_STYLES:
        look = replace(look, on=SAYS_NOTHING)
    for each in run:
        name = name_of(each)
        if name == "t":
            yield _Piece(shown(each.text or "").replace("\n", " "), look.on, look.shift)
        elif name in _SIGNS:
            yield _Piece(_SIGNS[name], look.on)
        elif name == "sym":
            yield _Piece(_SYMBOLS.get(value_of(each, "char").upper(), ""), look.on)
        elif name in _PICTURES and descendants(each, "blip", "imagedata", "chart"):
            yield _Piece(f"\x01{_description(each)}\x02", SAYS_NOTHING)


def _description(picture: Element) -> str:
    for each in descendants(picture, "docPr", "shape", "cNvPr"):
        if text := value_of(each, "descr") or value_of(each, "alt") or value_of(each, "title"):
            return PICTURE.sub("", " ".join(text.split()))
    return ""


def _shifted(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """Raised and lowered text as such, together where Word keeps it in several pieces."""
    for kind, group in groupby(pieces, lambda piece: piece.shift):
        if kind not in _SHIFTS:
            yield from group
            continue
        together = list(group)
        look = reduce(and_, (piece.look for piece in together))
        text = "".join(piece.text for piece in together)
        bare = text.strip()
        yield _Piece(text.replace(bare, _SHIFTS[kind](bare)) if bare else text, look)
