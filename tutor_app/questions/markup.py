"""HTML and simple LaTeX as plain Unicode text, and back.

`rich` reads markup; `as_rich` is its inverse: `rich(as_rich(text)) == text` for clean text. A picture leaves
its description: inside a choice in its place, in a question beside the text.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tutor_app.questions import latex
from tutor_app.questions.text import plain

UNDESCRIBED = "no description was given"


class Rich(NamedTuple):
    """Text out of markup; `image` describes the pictures that are not shown (empty without any)."""

    text: str
    image: str = ""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MARKUP = re.compile(r"[<&\\$^_\[]")
_EMPHASIS = re.compile(r"(?<![\w*])(\*\*|\*|__)(?=\S)([^*_\n]{1,300})(?<=\S)\1(?![\w*])")
_BLOCKS = _words(
    "address article aside blockquote body center dd div dl dt figcaption figure footer form h1 "
    "h2 h3 h4 h5 h6 head header hr html li main nav ol p pre section table tbody tfoot thead tr "
    "ul caption fieldset"
)
_HIDDEN = frozenset(("script", "style", "head", "svg", "template"))
_MEDIA = {"audio": "a sound", "video": "a video", "iframe": "an embedded page", "object": "an object"}
_PLAYED = ("audio", "video")
_INLINE = _words(
    "a abbr acronym b bdi bdo big br cite code del dfn em font i img ins kbd label mark math q rp "
    "rt ruby s samp small span strike strong sub sup td th tt u var wbr embed input source "
    "picture meta link noscript param button canvas o:p"
)
_NAMES = _BLOCKS | _HIDDEN | _MEDIA.keys() | _INLINE
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9:]{0,15})(?=[\s/>])"
    r"(?P<attributes>(?:[^<>\"']++|\"[^\"]{0,2000}+\"|'[^']{0,2000}+'){0,60}+)>"
)
_ATTRIBUTE = re.compile(
    r"""([A-Za-z][A-Za-z-]{0,40})\s{0,10}=\s{0,10}(?:"([^"]*)"|'([^']*)'|([^\s"'<>=]+))"""
)
_DATA_URI = re.compile(r"data:[a-z]{1,20}/[A-Za-z0-9.+-]{1,60};base64,[A-Za-z0-9+/=\s]*")
_WHITESPACE = re.compile(r"[ \t\n\r\f]+")
_PROSE = re.compile(r"\s+[A-Za-z]+(?![\w:.-]|\s*=)")  # of `a <b and c> d`, where no attribute follows
_NUMERALS = re.compile(
    r"\b(?i:type)\s{0,9}=\s{0,9}[\"']?([aAiI])\b|list-style(?:-type)?:\s{0,9}(upper|lower)-(roman|alpha|latin)"
)
_START = re.compile(r"\b(?:start|value)\s{0,9}=\s{0,9}[\"']?(\d{1,4})\b", re.IGNORECASE)
_CELL, _ROW = "\x01", "\x02"  # stand where a cell follows another, and where a row begins or ends
_BOUNDARY = re.compile("\n?\x00[\x00 \n]*")
_OUR_MARKS = re.compile("[\x00-\x02]")
_DEEPEST_SHIFT = 4  # an index of an index of an index is still read; more is no formula


def is_html(name: str) -> bool:
    """Whether `rich` knows an element of this name; what it does not know it shows as text."""
    return name.lower() in _NAMES


def rich(text: str, html: bool = False) -> str:
    """Text out of markup, with a picture's description in the picture's place.

    `html` says that the text is known to be HTML; else it is taken so when it holds HTML tags.
    """
    if not text:
        return ""
    if not _MARKUP.search(text):
        return plain(_folded(text) if html else text)
    return _rich(text, html, inline_images=True).text


def rich_with_image(text: str, html: bool = False) -> Rich:
    """Text out of markup, with the pictures' descriptions beside it."""
    if not _MARKUP.search(text):
        return Rich(plain(_folded(text) if html else text))
    return _rich(text, html, inline_images=False)


def _folded(text: str) -> str:
    return _WHITESPACE.sub(" ", text) if "  " in text or "\n" in text else text


def _rich(text: str, known_html: bool, inline_images: bool) -> Rich:
    if "data:" in text:
        text = _DATA_URI.sub("", text)
    text = _OUR_MARKS.sub("", text)
    if "<!" in text or "<?" in text:
        text = _without(_without(text, "<!--", "-->"), "<![CDATA[", "]]>", keep=True)
    if "<math" in text or "<m:math" in text:
        text = _without_mathml(text)
    text = latex.untex(text)
    if known_html or any(map(_is_tag, _TAG.finditer(text))):
        return _Html(inline_images).read(text)
    return Rich(plain(_unescaped(text)))


def _is_tag(found: re.Match[str]) -> bool:
    """Whether it is an element of HTML, and no letter between a less-than and a greater-than sign."""
    name = found["name"].lower()
    return name in _NAMES and not (len(name) == 1 and _PROSE.match(found["attributes"]))


def without_emphasis(text: str) -> str:
    """Markdown's *words* and **words** without their signs."""
    return _EMPHASIS.sub(r"\2", text)


def as_rich(text: str, one_line: bool = False) -> str:
    """Clean text as markup that `rich` reads back the same; text that needs no escaping stays as it is."""
    if rich(text) == text and not (one_line and "\n" in text):
        return text
    return as_html(text)


def as_html(text: str) -> str:
    """Clean text as HTML, safe from being read as LaTeX."""
    escaped = re.sub(r"[&<>\"\\$^_]|\[(?=tex\])", lambda match: f"&#{ord(match[0])};", text)
    return re.sub(r"(?<= ) |^ ", "&nbsp;", escaped).replace("\n", "<br>")


def _unescaped(text: str) -> str:
    """Entities as characters; a name HTML does not know stays as written."""
    return html.unescape(text) if "&" in text else text


def _without(text: str, opening: str, closing: str, keep: bool = False) -> str:
    """Text without the stretches between two marks (or, with `keep`, without the marks themselves)."""
    parts: list[str] = []
    at = 0
    while (start := text.find(opening, at)) >= 0:
        parts.append(text[at:start])
        end = text.find(closing, start + len(opening))
        inner_end = len(text) if end < 0 else end
        if keep:
            parts.append(text[start + len(opening) : inner_end])
        at = len(text) if end < 0 else end + len(closing)
    return "".join(parts) + text[at:] if parts else text


def _without_mathml(text: str) -> str:
    from tutor_app.questions import mathml

    prefix = "m:" if "<m:math" in text else ""
    parts: list[str] = []
    at = 0
    while (start := text.find(f"<{prefix}math", at)) >= 0:
        end = text.find(f"</{prefix}math>", start)
        if end < 0:
            break
        end += len(f"</{prefix}math>")
        element = text[start:end].replace("<m:", "<").replace("</m:", "</").replace("&nbsp;", " ")
        parts += (text[at:start], html.escape(mathml.formula(element), quote=False))
        at = end
    return "".join(parts) + text[at:]


@dataclass(slots=True)
class _Numbers:
    """How the items of a numbered list count: the next number, and a, A, i or I for letters and numerals."""

    number: int
    kind: str

    @classmethod
    def of(cls, attributes: str) -> "_Numbers":
        start, kind = _START.search(attributes), _NUMERALS.search(attributes)
        named = (kind[1] or _KINDS[kind[2], kind[3][0]]) if kind else "1"
        return cls(int(start[1]) if start else 1, named)

    def next(self, attributes: str) -> str:
        if given := _START.search(attributes):
            self.number = int(given[1])
        self.number += 1
        return f"{_numeral(self.number - 1, self.kind)}."


_KINDS = {("upper", "r"): "I", ("lower", "r"): "i", ("upper", "a"): "A", ("lower", "a"): "a"}
_KINDS |= {("upper", "l"): "A", ("lower", "l"): "a"}
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def roman(number: int) -> str:
    """A number of a list in Roman numerals, in small letters."""
    text = ""
    for value, sign in _ROMAN:
        text += sign * min(number // value, 20)
        number %= value
    return text


def _numeral(number: int, kind: str) -> str:
    if kind in "aA" and 0 < number <= 26:
        return chr(ord(kind) + number - 1)
    if kind in "iI" and 0 < number < 40:
        return roman(number).upper() if kind == "I" else roman(number)
    return str(number)


class _Html:
    """Reads HTML from left to right, whatever shape it is in; never fails."""

    def __init__(self, inline_images: bool) -> None:
        self.inline_images = inline_images
        self.parts: list[str] = []
        self.images: list[str] = []
        self.shifted: list[tuple[str, int]] = []
        self.preformatted = 0
        self.lists: list[_Numbers | None] = []
        self.in_row = False

    def read(self, text: str) -> Rich:
        at = 0
        hidden = ""
        closed = {name: text.rfind(f"</{name}") for name in _PLAYED}
        for tag in _TAG.finditer(text):
            name = tag["name"].lower()
            if not _is_tag(tag):
                continue
            if not hidden:
                self.text(text[at : tag.start()])
            at = tag.end()
            if hidden:
                hidden = "" if tag["close"] and name == hidden else hidden
            elif tag["close"]:
                self.end(name)
            elif name in _HIDDEN and not tag["attributes"].endswith("/"):
                hidden = name
            else:
                self.begin(name, tag["attributes"])
                if closed.get(name, 0) > at:
                    hidden = name  # what stands inside is for browsers that cannot play it
        if not hidden:
            self.text(text[at:])
        while self.shifted:
            self.end(self.shifted[-1][0])
        joined = "".join(self.parts)
        if _CELL in joined:
            joined = " | ".join(cell.strip("\x00 \n") for cell in joined.split(_CELL))
        joined = joined.replace(_ROW, "\x00")
        return Rich(plain(_BOUNDARY.sub("\n", joined)), "; ".join(self.images))

    def text(self, piece: str) -> None:
        if not self.preformatted:
            piece = _WHITESPACE.sub(" ", piece)
            if self.parts and self.parts[-1].endswith(" "):
                piece = piece.lstrip(" ")
        if piece:
            self.parts.append(_unescaped(piece))

    def begin(self, name: str, attributes: str) -> None:
        if name == "br":
            self.parts.append("\n")
        elif name in ("td", "th"):
            self.parts.append(_CELL if self.in_row else "")
            self.in_row = True
        elif name == "tr":
            self.row_edge()
        elif name == "li":
            self.parts.append(f"\x00{self.mark_of_item(attributes)} ")
        elif name in _BLOCKS:
            if name in ("ol", "ul"):
                self.lists.append(_Numbers.of(attributes) if name == "ol" else None)
            self.parts.append("\x00")
            self.preformatted += name == "pre"
        elif name in ("sub", "sup"):
            self.shifted.append((name, len(self.parts)))
        elif name == "img" or name in _MEDIA:
            self.picture(name, attributes)

    def end(self, name: str) -> None:
        if name == "tr":
            self.row_edge()
        elif name in _BLOCKS:
            if name in ("ol", "ul") and self.lists:
                self.lists.pop()
            self.parts.append("\x00")
            self.preformatted -= name == "pre" and self.preformatted > 0
        elif self.shifted and self.shifted[-1][0] == name:
            start = self.shifted.pop()[1]
            if len(self.shifted) >= _DEEPEST_SHIFT:
                return
            shift: Callable[[str], str] = latex.subscript if name == "sub" else latex.superscript
            self.parts[start:] = [shift("".join(self.parts[start:]))]

    def row_edge(self) -> None:
        self.parts.append(_ROW)
        self.in_row = False

    def mark_of_item(self, attributes: str) -> str:
        numbers = self.lists[-1] if self.lists else None
        return numbers.next(attributes) if numbers else "-"

    def picture(self, name: str, attributes: str) -> None:
        values = {
            match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "")
            for match in _ATTRIBUTE.finditer(attributes)
        }
        alt = values.get("alt", "").strip() or values.get("title", "").strip()
        equation = values.get("data-equation-content") or (
            alt if "texrender" in values.get("class", "") else ""
        )
        if equation or alt.startswith("LaTeX:"):
            self.parts.append(html.unescape(latex.formula(equation or alt.removeprefix("LaTeX:"))))
        elif self.inline_images:
            self.parts.append(_WHITESPACE.sub(" ", alt))
        else:
            self.images.append(plain(alt) or _MEDIA.get(name, UNDESCRIBED))
