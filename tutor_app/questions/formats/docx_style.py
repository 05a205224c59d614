"""How text in a Word document looks, by its styles, and what its automatic lists count."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from tutor_app.questions.archives import Archive
from tutor_app.questions.formats.plain_lines import BOLD, COLOURED, HIGHLIGHTED, UNDERLINED
from tutor_app.questions.formats.reading import Source
from tutor_app.questions.formats.xml_tree import BrokenXml, child, children, elements
from tutor_app.questions.markup import roman

_OFF = frozenset(("0", "false", "off", "none", "auto", "clear", "white"))
_DARKEST, _LIGHTEST = 0x40, 0xF0  # near-black text and near-white paper come with designs and pasted pages
_COLOUR = re.compile(r"[0-9A-Fa-f]{6}")
_DEEPEST = 20


def value_of(element: Element | None, name: str = "val") -> str:
    """An attribute by its plain name; empty when it is not there."""
    if element is None:
        return ""
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


@dataclass(frozen=True, slots=True)
class Look:
    """What the properties of a run switch on and off; `shift` is superscript, subscript or empty."""

    on: int = 0
    off: int = 0
    shift: str = ""
    hidden: bool = False

    def over(self, below: "Look") -> "Look":
        """These properties where they say something, else those of the style below."""
        on = (below.on & ~self.off) | self.on
        return Look(
            on, (below.off & ~self.on) | self.off, self.shift or below.shift, self.hidden or below.hidden
        )


def look_of(properties: Element | None) -> Look:
    """The look that run properties give."""
    if properties is None:
        return Look()
    said = {
        BOLD: _switched(child(properties, "b")),
        UNDERLINED: _switched(child(properties, "u"), "single"),
        HIGHLIGHTED: _highlighted(properties),
        COLOURED: _coloured(child(properties, "color")),
    }
    on = sum(look for look, switched in said.items() if switched)
    off = sum(look for look, switched in said.items() if switched is False)
    shift = value_of(child(properties, "vertAlign"))
    return Look(on, off, shift, bool(_switched(child(properties, "vanish"))))


def _switched(element: Element | None, otherwise: str = "on") -> bool | None:
    return None if element is None else (value_of(element) or otherwise).lower() not in _OFF


def _coloured(element: Element | None) -> bool | None:
    return None if element is None else max(_channels(value_of(element)), default=0) > _DARKEST


def _channels(colour: str) -> list[int]:
    """Red, green and blue; none of what is no colour, as `auto`."""
    return list(bytes.fromhex(colour)) if _COLOUR.fullmatch(colour) else []


def _highlighted(properties: Element) -> bool | None:
    marked = _switched(child(properties, "highlight"))
    shaded = child(properties, "shd")
    if shaded is not None and min(_channels(value_of(shaded, "fill")), default=255) < _LIGHTEST:
        return True
    return marked


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class _Style:
    based_on: str
    look: Look
    list: tuple[str, int] | None


@dataclass(slots=True)
class Styles:
    """The styles of a document, and its lists as they are counted from its beginning."""

    styles: dict[str, _Style] = field(default_factory=dict)
    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, archive: Archive) -> "Styles":
        """The styles and lists of a document; what is missing or broken in them gives none."""
        styles = cls()
        for element in _all_in(archive, "word/styles.xml", "style"):
            paragraph = child(element, "pPr")
            styles.styles[value_of(element, "styleId")] = _Style(
                value_of(child(element, "basedOn")), look_of(child(element, "rPr")), list_of(paragraph)
            )
        linked: dict[str, str] = {}
        for element in _all_in(archive, "word/numbering.xml", "abstractNum", "num"):
            styles._add_list(element, linked)
        return styles

    def _add_list(self, element: Element, linked: dict[str, str]) -> None:
        """A kind of list with its levels, or a list of such a kind, which may start anew."""
        if kind := value_of(element, "abstractNumId"):
            levels = children(element, "lvl")
            self.levels[kind] = {_number(value_of(level, "ilvl")): _level(level) for level in levels}
            if name := value_of(child(element, "styleLink")):
                linked[name] = kind
            if name := value_of(child(element, "numStyleLink")):
                self.levels[kind] = self.levels.get(linked.get(name, ""), {})
        elif number := value_of(element, "numId"):
            self.kinds[number] = value_of(child(element, "abstractNumId"))
            self.restarts[number] = {
                _number(value_of(each, "ilvl")): _number(value_of(start), 1)
                for each in children(element, "lvlOverride")
                if (start := child(each, "startOverride")) is not None
            }

    def look(self, name: str) -> Look:
        """The look of a style with all it is based on."""
        look = Look()
        for style in self._chain(name):
            look = look.over(style.look)
        return look

    def list_of_style(self, name: str) -> tuple[str, int] | None:
        """The list that paragraphs of a style are in."""
        return next((style.list for style in self._chain(name) if style.list), None)

    def _chain(self, name: str) -> Iterator[_Style]:
        for _ in range(_DEEPEST):
            style = self.styles.get(name)
            if style is None:
                return
            yield style
            name = style.based_on

    def label(self, number: str, depth: int) -> str:
        """What Word shows before the next paragraph of a list: `3.`, `b)`, a bullet, or nothing."""
        kind = self.kinds.get(number, "")
        levels = self.levels.get(kind, {})
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self.counts.setdefault(kind, {})
        restart = self.restarts.get(number, {}).pop(depth, None)
        counts[depth] = counts.get(depth, level.start - 1) + 1 if restart is None else restart
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]
        if level.format == "bullet":
            return "•"
        text = _PLACE.sub(lambda place: _counted(levels, counts, int(place[1]) - 1), level.text)
        return f"{text}." if text.isalnum() else text


_PLACE = re.compile(r"%([1-9])")


def list_of(properties: Element | None) -> tuple[str, int] | None:
    """The list and the level that paragraph properties name."""
    numbering = child(properties, "numPr") if properties is not None else None
    if numbering is None:
        return None
    return value_of(child(numbering, "numId")), _number(value_of(child(numbering, "ilvl")))


def _all_in(archive: Archive, part: str, *names: str) -> Iterator[Element]:
    if part not in archive.names:
        return
    try:
        yield from elements(Source(f"{archive.name}/{part}", archive.read(part)), names)
    except BrokenXml:
        return


def _level(element: Element) -> _Level:
    start = _number(value_of(child(element, "start")), 1)
    return _Level(value_of(child(element, "numFmt")), value_of(child(element, "lvlText"))[:40], start)


def _number(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def _counted(levels: dict[int, _Level], counts: dict[int, int], depth: int) -> str:
    level = levels.get(depth)
    count = counts.get(depth, level.start if level else 1)
    name = level.format if level else "decimal"
    if name.endswith("Letter"):
        text = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 4) if count else "0"
    elif name.endswith("Roman"):
        text = roman(count)
    else:
        text = "" if name == "none" else str(count)
    return text.upper() if name.startswith("upper") else text
