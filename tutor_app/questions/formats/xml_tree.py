"""XML read piece by piece: no entities, no outside files, a limit on depth, and the line of every element."""

import html
import re
from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from tutor_app.errors import UserError
from tutor_app.questions.formats.reading import Source
from tutor_app.questions.markup import as_html, is_html
from tutor_app.questions.mathml import formula_of

_LINE = "\x00line"  # no attribute of a file can have this name
_CHUNK = 65_536
_DEEPEST = 100
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")
_BARE_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#x[0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{0,31};)")
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]{0,80})((?:\s[^<>]{0,4000})?)/?>")
_PROLOGUE = re.compile(
    r"\s*(?:<\?[^>]{0,1000}\?>|<!--.{0,4000}?-->|<!DOCTYPE[^>\[]{0,1000}(?:\[[^\]]{0,10000}\])?\s*>)",
    re.DOTALL,
)


class BrokenXml(Exception):  # noqa: N818
    """Where XML stops making sense, and how; what came before is good."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def root_of(start: str) -> tuple[str, str]:
    """The root element's plain name and its attributes as written; empty when this is no XML."""
    text = start.lstrip("\ufeff \n\t")
    if not text.startswith("<"):
        return "", ""
    for _ in range(20):
        prologue = _PROLOGUE.match(text)
        if not prologue:
            break
        text = text[prologue.end() :]
    root = _ROOT.match(text.lstrip())
    return (root[1].rpartition(":")[2], root[2]) if root else ("", "")


def name_of(element: Element) -> str:
    """An element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if "}" in tag else tag


def line_of(element: Element) -> int:
    """The line an element begins on."""
    return int(element.get(_LINE, "0"))


def elements(source: Source, wanted: Collection[str]) -> Iterator[Element]:
    """Each wanted element once it is whole, in the file's order; what was handed out is forgotten.

    A wanted element inside another wanted one comes as part of it only. Raises BrokenXml where the file
    breaks off, after everything before that has been handed out.
    """
    builder = _Builder(wanted)
    parser = DefusedXMLParser(target=builder, forbid_entities=True, forbid_external=True)
    builder.expat = parser.parser
    text = _prepared(source.text)
    failure: BrokenXml | None = None
    for at in range(0, len(text) + 1, _CHUNK):
        try:
            parser.feed(text[at : at + _CHUNK])
            if at + _CHUNK > len(text):
                parser.close()
        except DefusedXmlException:
            raise UserError(
                f"{source.name} is refused: it defines XML entities, which questions have no need of."
            ) from None
        except (ParseError, ValueError) as error:
            line = getattr(error, "position", (builder.line, 0))[0]
            failure = BrokenXml(line, "the XML is broken here; what comes after cannot be read")
        except BrokenXml as error:
            failure = error
        yield from builder.whole
        builder.whole.clear()
        if failure:
            raise failure


def _prepared(text: str) -> str:
    """XML as exporters write it, mended: no controls, HTML's entities and bare ampersands spelt out.

    What is taken away in front leaves its line ends, so that lines are counted as in the file.
    """
    text = _NO_XML.sub("", _DECLARATION.sub(lambda match: _line_ends(match[0]), text))
    if "&" in text:
        text = _BARE_AMPERSAND.sub("&amp;", _ENTITY.sub(_character, text))
    begun = text.lstrip()
    return _line_ends(text[: len(text) - len(begun)]) + begun


def _line_ends(text: str) -> str:
    return "\n" * text.count("\n")


def _character(match: re.Match[str]) -> str:
    character = html.unescape(match[0])
    if character == match[0]:
        return f"&amp;{match[1]};"
    return "".join(f"&#{ord(sign)};" for sign in character)


class _Builder(TreeBuilder):
    """Builds only the wanted elements."""

    def __init__(self, wanted: Collection[str]) -> None:
        super().__init__()
        self.wanted = wanted
        self.whole: list[Element] = []
        self.stack: list[Element] = []
        self.depth = 0
        self.expat: object = None

    @property
    def line(self) -> int:
        return int(getattr(self.expat, "CurrentLineNumber", 0))

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise BrokenXml(self.line, f"the XML is nested more than {_DEEPEST} deep")
        name = tag.rpartition("}")[2]
        element = Element(tag, attrs)
        if self.stack:
            self.stack[-1].append(element)
            self.stack.append(element)
        elif name in self.wanted:
            self.stack.append(element)
        element.set(_LINE, str(self.line))
        return element

    def end(self, tag: str) -> Element:
        self.depth -= 1
        if not self.stack:
            return Element(tag)
        element = self.stack.pop()
        if not self.stack:
            self.whole.append(element)
        return element

    def data(self, text: str) -> None:
        if not self.stack:
            return
        element = self.stack[-1]
        if len(element):
            element[-1].tail = (element[-1].tail or "") + text
        else:
            element.text = (element.text or "") + text

    def close(self) -> Element:
        return Element("closed")


def child(element: Element, *names: str) -> Element | None:
    """The first child of one of these names, whatever its namespace."""
    return next((found for found in element if name_of(found) in names), None)


def children(element: Element, *names: str) -> list[Element]:
    """The children of these names."""
    return [found for found in element if name_of(found) in names]


def descendants(element: Element, *names: str) -> list[Element]:
    """All elements of these names below, in the file's order."""
    return [found for found in element.iter() if found is not element and name_of(found) in names]


def text_of(element: Element | None) -> str:
    """All the text inside."""
    return "" if element is None else "".join(element.itertext())


_VOID = frozenset(["br", "img", "hr", "input", "source"])


def markup_of(element: Element, leave_out: Collection[str] = (), literal: bool = False) -> str:
    """What is inside an element as HTML, for formats whose questions are XHTML.

    `literal` says that signs of LaTeX in it are meant as signs.
    """
    spelt = as_html if literal else _escaped
    spelt_value = as_html if literal else html.escape
    parts = [spelt(element.text or "")]
    for inner in element:
        name = name_of(inner)
        if name == "math":
            parts.append(spelt(formula_of(inner)))
        elif name not in leave_out:
            tag = name if is_html(name) else "span"
            attributes = "".join(
                f' {key.rpartition("}")[2]}="{spelt_value(value)}"'
                for key, value in inner.items()
                if key != _LINE
            )
            parts.append(f"<{tag}{attributes}>{markup_of(inner, leave_out, literal)}")
            parts.append("" if name in _VOID else f"</{tag}>")
        parts.append(spelt(inner.tail or ""))
    return "".join(parts)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
