"""HTML and simple LaTeX as plain Unicode text, and back.

`rich` reads markup; `as_rich` is its inverse: `rich(as_rich(text)) == text` for clean text. A picture leaves
its description: inside a choice in its place, in a question beside the text.
"""

import html
import re
from collections.abc import Callable
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
_BOUNDARY = re.compile("\n?\x00[\x00 \n]*")
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
    text = text.replace("\x00", "")
    if "<!" in text or "<?" in text:
        text = _without(_without(text, "<!--", "-->"), "<![CDATA[", "]]>", keep=True)
    if "<math" in text or "<m:math" in text:
        text = _without_mathml(text)
    text = latex.untex(text)
    if known_html or any(tag["name"].lower() in _NAMES for tag in _TAG.finditer(text)):
        return _Html(inline_images).read(text)
    return Rich(plain(_unescaped(text)))


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


class _Html:
    """Reads HTML from left to right, whatever shape it is in; never fails."""

    def __init__(self, inline_images: bool) -> None:
        self.inline_images = inline_images
        self.parts: list[str] = []
        self.images: list[str] = []
        self.shifted: list[tuple[str, int]] = []
        self.preformatted = 0

    def read(self, text: str) -> Rich:
        at = 0
        hidden = ""
        closed = {name: text.rfind(f"</{name}") for name in _PLAYED}
        for tag in _TAG.finditer(text):
            name = tag["name"].lower()
            if name not in _NAMES:
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
        return Rich(plain(_BOUNDARY.sub("\n", "".join(self.parts))), "; ".join(self.images))

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
        elif name in _BLOCKS:
            self.parts.append("\x00- " if name == "li" else "\x00")
            self.preformatted += name == "pre"
        elif name in ("sub", "sup"):
            self.shifted.append((name, len(self.parts)))
        elif name == "img" or name in _MEDIA:
            self.picture(name, attributes)

    def end(self, name: str) -> None:
        if name in ("td", "th"):
            self.parts.append(" ")
        elif name in _BLOCKS:
            self.parts.append("\x00")
            self.preformatted -= name == "pre" and self.preformatted > 0
        elif self.shifted and self.shifted[-1][0] == name:
            start = self.shifted.pop()[1]
            if len(self.shifted) >= _DEEPEST_SHIFT:
                return
            shift: Callable[[str], str] = latex.subscript if name == "sub" else latex.superscript
            self.parts[start:] = [shift("".join(self.parts[start:]))]

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
