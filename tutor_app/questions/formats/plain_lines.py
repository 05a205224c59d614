"""The lines of a quiz as people type it: how they look, and what a line by itself says it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import and_

from tutor_app.questions.formats.reading import MOST_TEXT, Source

BOLD, UNDERLINED, HIGHLIGHTED, COLOURED = 1, 2, 4, 8
ANY_LOOK = BOLD | UNDERLINED | HIGHLIGHTED | COLOURED
SAYS_NOTHING = 16
"""The look of formulas, pictures and links, which look otherwise than the text for reasons of their own."""
PICTURE = re.compile("\x01([^\x02]*)\x02")
"""How a line holds a picture in its place: the description between two controls."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph; `looks` has a sign for each of the text's, made of the bits above, or is empty.

    `apart` says that something parts it from what stands before: an empty line, or a paragraph's edge.
    """

    place: str
    text: str
    looks: str = ""
    apart: bool = False

    def cut(self, start: int, end: int | None = None) -> "Line":
        """A stretch of the line, without spaces around it."""
        part = self.text[start:end]
        first = start + len(part) - len(part.lstrip())
        last = first + len(part.strip())
        return Line(self.place, self.text[first:last], self.looks[first:last], self.apart)

    def look(self) -> int | None:
        """How all the letters and figures of the line look, 0 when some look otherwise; None without any."""
        looks = self.looks or "\0" * len(self.text)
        said = [ord(look) for sign, look in zip(self.text, looks, strict=True) if sign.isalnum()]
        said = [look for look in said if not look & SAYS_NOTHING]
        return reduce(and_, said, ANY_LOOK) if said else None


_SIGNS = str.maketrans(
    {
        "\u00a0": " ",
        "\u2007": " ",
        "\u202f": " ",
        "\uf0b7": "•",  # bullets and ticks of Word's symbol fonts
        "\uf0a7": "•",
        "\uf0fc": "✓",
        "\uf0fe": "☑",
        "\u200b": None,
        "\ufeff": None,
        "\x01": None,
        "\x02": None,
    }
)
_BOLD_MARK = re.compile(
    r"\*\*(?=[^\s*])([^*\n]{1,2000})(?<=[^\s*])\*\*|__(?=[^\s_])([^_\n]{1,2000})(?<=[^\s_])__"
)


_BULLET_BEFORE_LETTER = re.compile(r"[-•]\s{1,3}(?=(?:\*\*)?[(\[]?[A-Ha-h][.)\]]\s)")


def shown(text: str) -> str:
    """Text with the bullets and ticks of Word's symbol fonts as such, and without controls."""
    return text.translate(_SIGNS)


def lines_of(source: Source) -> Iterator[Line]:
    """The lines of a text that are not empty; Markdown's bold is a look."""
    apart = True
    for number, text in enumerate(shown(source.text.replace("\x0b", "\n")).split("\n"), 1):
        if not text.strip():
            apart = True
            continue
        yield _line(source.at(number), _BULLET_BEFORE_LETTER.sub("", text.strip()), apart)
        apart = False


def _line(place: str, text: str, apart: bool) -> Line:
    if ("**" not in text and "__" not in text) or len(text) > MOST_TEXT:
        return Line(place, text, apart=apart)
    texts: list[str] = []
    looks: list[str] = []
    at = 0
    for bold in _BOLD_MARK.finditer(text):
        inner = bold[1] or bold[2]
        before = text[at : bold.start()]
        texts += [before, inner]
        looks += ["\0" * len(before), chr(BOLD) * len(inner)]
        at = bold.end()
    rest = text[at:]
    return Line(place, "".join((*texts, rest)), "".join((*looks, "\0" * len(rest))), apart)


# What stands on a page beside its questions

_BLANKS = r"(?:name|date|class|student|teacher|school|period|score|form|set|roll\s?(?:no|number)\.?)"
_FURNITURE = re.compile(
    rf"""(?:
    (?:page|p\.)\s?\d{{1,4}}(?:\s?(?:of|/)\s?\d{{1,4}})? | \d{{1,4}}\sof\s\d{{1,4}}
    | [-–—]\s?\d{{1,4}}\s?[-–—]
    | [(\[]?\s?(?:marks?|points?|pts|score|total\smarks|max(?:imum)?\smarks)\s?[:=]\s?(?:[\d_].{{0,20}})?
    | (?:difficulty|bloom'?s(?:\slevel)?)\s?:.{{0,40}} | time\s?:\s?\d{{1,3}}\s?(?:min|h).{{0,20}}
    | [(\[]?\s?\d{{1,3}}(?:\.5)?\s?(?:marks?|points?|pts?)\.?\s?[)\]]? | \[\s?\d{{1,2}}\s?\]
    | (?:(?:{_BLANKS}(?:'s)?\s?){{1,2}}(?:of\s(?:the\s)?{_BLANKS}\s?)?
      :?\s{{0,9}}[_/][_/\s.,;|]{{2,80}}(?:\d{{1,3}}\s{{0,9}})?)+
    | {_BLANKS}\s?:
    | (?:end\sof\s(?:the\s)?(?:test|quiz|exam|paper|section|questions)|turn\sover|p\.?t\.?o\.?)\W{{0,3}}
    | [-_=*~.·•\s]{{3,}}
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_HEADING = re.compile(
    r"(?:section|part)\s(?:[A-Z]|[IVX]{1,4}|\d{1,2})\b(?:\s?[:.\-–—(].{0,100}|\s.{0,100})?", re.IGNORECASE
)
_TRUTH = re.compile(r"\btrue\s?(?:or|/)\s?false\b|\bT\s?/\s?F\b", re.IGNORECASE)
_GOES_ON = re.compile(r"\S+\s\S+\s[a-z]")  # as in: Part A of the diagram
_MARKS = r"[(\[]\s?\d{1,3}(?:\.5)?\s?(?:marks?|points?|pts?)\.?\s?[)\]]"
_MARKS_AT_EDGE = re.compile(rf"^\s{{0,9}}{_MARKS}\s{{0,9}}|\s{{0,9}}{_MARKS}$|\s\[\d{{1,2}}\]\Z", re.I | re.M)


def is_furniture(text: str) -> bool:
    """A page number, the marks to be had, a place for a name, a rule across the page."""
    return len(text) <= 200 and _FURNITURE.fullmatch(text) is not None


def is_heading(text: str) -> bool:
    """`Section B` or `Part 2: True or false`, which end what stands above them."""
    return len(text) <= 120 and _HEADING.fullmatch(text) is not None and not _GOES_ON.match(text)


def asks_truth(text: str) -> bool:
    """A question or the text above several that asks whether something is true."""
    return _TRUTH.search(text[:200]) is not None


def without_marks(text: str) -> str:
    """A question without the marks it is worth: `(2 marks)`, `[1]`."""
    return _MARKS_AT_EDGE.sub("", text).strip() if "(" in text or "[" in text else text


# What a line is of a question

_NUMBER = re.compile(
    r"(?:\#{1,6}\s{1,4})?(?:_{2,20}\s{0,4})?"
    r"(?:(?:question|ques|que|q)\s?[.:#]?\s?(?:no\.?\s?)?(\d{1,3})\b(?:\s?[.):\]–-]|(?=\s|\Z))(?!\d)"
    r"|\(?(\d{1,3})\\?(?:[.)](?![\d.])|:(?=\s))(?!\)))\s{0,20}",
    re.IGNORECASE,
)
_KEY_NAME = (
    r"(?:the\s)?(?:(?:correct|right|best)\s(?:answer|option|choice|response)|answer|answers|ans|key|correct)"
)
_KEY = re.compile(
    rf"(?:[✅✔✓👉➜→•-]\ufe0f?\s{{0,3}})?[(\[]?{_KEY_NAME}(?P<sign>\s?(?:is\s?)?[:=–—-]|\.(?=\s?\S)|\sis\s|\s(?=[(\[]?[A-Za-z][)\]]?\.?\Z))\s{{0,20}}"
    r"(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)
_KEY_BEHIND = re.compile(
    rf"\s[(\[]{_KEY_NAME}\s?[:=.–—-]\s?(?P<inner>[^:=\n]{{1,80}})[)\]]\Z"
    rf"|\s{_KEY_NAME}\s?[:=.]\s?(?P<value>[(\[]?[A-Za-z][)\]]?|true|false)\.?\Z",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(
    r"(?:answer\s)?(?:explanation|feedback|rationale|reason(?:ing)?|justification|why)\s?[:=–—-]\s?(.*)"
    r"|(because\s.*)",
    re.IGNORECASE | re.DOTALL,
)
_SOLUTION = re.compile(r"(?:solution|sol)\s?[:.=–—-]\s?(.*)", re.IGNORECASE | re.DOTALL)
_LONE_LETTER = re.compile(r"[(\[]?[A-Za-z][)\].]{0,2}")
_HINT = re.compile(r"(?:hint|clue)\s?[:=–—-]\s?(.*)", re.IGNORECASE | re.DOTALL)


def number_of(text: str) -> tuple[int, int, str] | None:
    """The number that begins a question (`3.`, `Q3)`), where its text begins, and the sign between."""
    found = _NUMBER.match(text)
    return (int(found[1] or found[2]), found.end(), found[0].rstrip()[-1:]) if found else None


def key_of(text: str) -> str | None:
    """What a line `Answer: B` names; None for any other line."""
    if found := _KEY.fullmatch(text):
        said = _unbracketed(text, found["value"])
        is_sure = (
            found["sign"].strip() != "is" or _LONE_LETTER.fullmatch(said) or said.lower() in ("true", "false")
        )
        return said if is_sure else None
    solution = _SOLUTION.fullmatch(text)
    return solution[1] if solution and _LONE_LETTER.fullmatch(solution[1].strip()) else None


def is_letter(text: str) -> bool:
    """A letter and nothing else, as below a line `Answer:`."""
    return _LONE_LETTER.fullmatch(text) is not None


def key_behind(text: str) -> tuple[int, str] | None:
    """A key at the end of another line (`c) watt   [Ans: b]`): where it begins and what it names."""
    found = _KEY_BEHIND.search(text)
    return (found.start(), (found["inner"] or found["value"]).strip()) if found else None


def _unbracketed(text: str, value: str) -> str:
    value = value.strip()
    return value[:-1].strip() if text[:1] in ("(", "[") and value[-1:] in (")", "]") else value


def explanation_of(text: str) -> str | None:
    """What follows `Explanation:`; a sentence with *Because* is whole."""
    found = _EXPLANATION.fullmatch(text)
    if found:
        return found[1] if found[1] is not None else found[2]
    solution = _SOLUTION.fullmatch(text)
    return solution[1] if solution and key_of(text) is None else None


def hint_of(text: str) -> str | None:
    """What follows `Hint:`."""
    found = _HINT.fullmatch(text)
    return found[1] if found else None
