"""The options of a typed question: lettered, in Roman numerals or with bullets, a line each or several."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from operator import and_

from tutor_app.questions.formats.plain_lines import Line
from tutor_app.questions.formats.reading import MOST_TEXT, UnusableError
from tutor_app.questions.model import MOST_CHOICES

_MARK = r"(?P<mark>[*✓✔√☑✅](?:(?<=^.)\s{1,3})?)?"
_BEHIND = r"(?P<star>\*)?(?=\s|\Z|[^\s.,:](?![.)]))"
_LETTER = re.compile(
    rf"{_MARK}(?P<open>[(\[])?(?P<letter>[A-Za-z])\\?(?P<close>[.)\]]|:(?=\s)|\s[-–](?=\s)){_BEHIND}"
)
_ROMAN = re.compile(
    rf"{_MARK}(?P<open>[(\[])?(?P<letter>(?:i{{1,3}}|iv|vi{{0,3}}))(?P<close>[.)\]]){_BEHIND}", re.I
)
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
_BULLET = re.compile(r"(?P<sign>[•●○◦▪■□☐☑☒✓✔\-–*]|o(?=\t)|\[[ xX]\])\s+(?=\S)")
_PLAIN_BULLETS = "•●○◦▪■-–*o"
_CHECKED, _BOXES = "☑☒✓✔", "☐□"
_RIGHT_BEHIND = re.compile(
    r"\s*(?:[✓✔☑✅]|(?<=\s)√|[(\[]\s?(?:correct|(?:the\s)?(?:correct|right)\s(?:answer|option|choice))\s?[)\]]"
    r"|(?:←|<-{1,2}|[-–—])\s?correct(?:\sanswer)?)\s*\Z",
    re.IGNORECASE,
)
_STAR_BEHIND = re.compile(r"(?<![\sα-ωΑ-Ω*])\s{0,9}\*+\Z")  # π* is an orbital
_A_LETTER = re.compile(r"(?<![^\W\d_])[A-Za-z](?![^\W\d_])")
_BETWEEN = re.compile(r"(\s*)[*✓✔√☑✅](\s*)\Z")
_RIGHT_BEFORE = re.compile(r"(?:\*(?=\s?\w)|[✓✔☑✅]|√(?=\s)|[(\[]correct[)\]])\s*", re.IGNORECASE)
_WRONG_BEHIND = re.compile(r"\s*[✗✘❌]\s*\Z")
_GAP = re.compile(r"\s\s\Z|\t\Z")
_FEWEST_SIGNS = 3  # of an option of which a star behind is surely no part
_MOST_TRIED = 50  # letters on one line that may be option A
_ENDS_A_QUESTION = re.compile(r"(?:[?:.)_]\s|\s\s|\t)\s*\Z")


@dataclass(slots=True)
class Option:
    """One option: its letter (empty for a bullet), its lines, and whether a sign says it is right.

    A sign between two options on a line puts them in doubt. `starred` says that a star stands behind it,
    which may belong to a text as short as `d*` and says then nothing by itself.
    """

    name: str
    lines: list[Line]
    right: bool = False
    in_doubt: bool = False
    starred: bool = False
    style: tuple[str, str, bool] = ("", "", False)

    @property
    def look(self) -> int | None:
        """How all of it looks; None when it has nothing that could tell."""
        looks = [look for line in self.lines if (look := line.look()) is not None]
        return reduce(and_, looks) if looks else None

    def take_star(self) -> None:
        """The star behind it says that it is right."""
        last = self.lines[-1]
        if star := _STAR_BEHIND.search(last.text[-40:]):
            self.lines[-1], self.right = last.cut(0, max(0, len(last.text) - 40) + star.start()), True


@dataclass(slots=True)
class Parts:
    """A question's own lines, and its options."""

    stem: list[Line] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)


def begins_options(line: Line) -> bool:
    """A line with option A, or with several options after a question."""
    if len(line.text) > MOST_TEXT:
        return False
    label = _LETTER.match(line.text)
    return (label is not None and label["letter"] in "Aa") or _inside(line) is not None


def is_bullet(line: Line) -> bool:
    """A line that begins with a bullet."""
    return _BULLET.match(line.text[:40]) is not None


def is_option(line: Line) -> bool:
    """A line that begins with a letter of an option or with a bullet."""
    return len(line.text) <= MOST_TEXT and any(
        pattern.match(line.text) for pattern in (_LETTER, _ROMAN, _BULLET)
    )


def parts_of(lines: Sequence[Line]) -> Parts:
    """Part a question from its options; raises UnusableError where these are out of order."""
    lettered = _lettered(lines)
    if len(lettered.options) >= 2:
        _check_order(lettered.options)
        _check_columns(lettered.options)
        parts = lettered
    else:
        parts = _listed(lines, _ROMAN) or _listed(lines, _BULLET) or Parts(list(lines), [])
    if any(option.in_doubt for option in parts.options):
        raise UnusableError("a mark between two options may belong to either; put it before the letter")
    for option in parts.options:
        _take_signs(option)
    return parts


def has_right_option(lines: Sequence[Line]) -> bool:
    """Options of which a sign says that some, but not all, are right."""
    try:
        marked = [option.right or option.starred or bool(option.look) for option in parts_of(lines).options]
    except UnusableError:
        return False
    return any(marked) and not all(marked)


def has_starred_option(lines: Sequence[Line]) -> bool:
    """Options of which some, but not all, have a star behind."""
    try:
        starred = [option.starred for option in parts_of(lines).options]
    except UnusableError:
        return False
    return any(starred) and not all(starred)


def _lettered(lines: Sequence[Line]) -> Parts:
    """The last run of letters from A; an earlier one that its options speak of is part of the question."""
    stem: list[Line] = []
    options: list[Option] = []
    earlier: list[Option] = []
    begun = 0  # the line on which the run begins
    for at, line in enumerate(lines):
        label = _LETTER.match(line.text) if len(line.text) <= MOST_TEXT else None
        if label and (place := _place(label)) is not None and _goes_on(options, label, place):
            if place == 0 and options and (len(options) < 2 or options[0].style != _style(label)):
                earlier, options = options, []
            if not options:
                stem, begun = list(lines[:at]), at
            _add_all(options, line, label)
        elif not options and (inside := _inside(line)):
            stem, begun = [*lines[:at], line.cut(0, inside.start())], at
            _add_all(options, line, inside)
        elif options:
            options[-1].lines.append(line)
    if len(earlier) > 1 and not _speak_of_letters(options):
        raise UnusableError(f"it has two sets of options, the second from '{lines[begun].text[:40]}'")
    return Parts(stem, options)


def _speak_of_letters(options: Sequence[Option]) -> bool:
    """Options such as `A-2, B-1` and `Both A and R`."""
    return all(any(_A_LETTER.search(line.text) for line in option.lines) for option in options)


def _place(label: re.Match[str]) -> int | None:
    place = ord(label["letter"].lower()) - ord("a")
    return place if place <= MOST_CHOICES + 4 else None


def _style(label: re.Match[str]) -> tuple[str, str, bool]:
    return label["open"] or "", label["close"].strip(), label["letter"].isupper()


def _goes_on(options: Sequence[Option], label: re.Match[str], place: int) -> bool:
    """A letter at the beginning of a line: the first, the next, or one in the style of those before it."""
    if place == 0 or not options:
        return place == 0
    return place == len(options) or _style(label) == options[0].style


def _inside(line: Line) -> re.Match[str] | None:
    """Option A behind the question on its line, when B follows it there in the same style."""
    if len(line.text) > MOST_TEXT:
        return None
    for label in islice(_labels(line.text, 0), _MOST_TRIED):
        if label["letter"] not in "Aa" or label.start() == 0:
            continue
        if not (
            label["open"] or _ENDS_A_QUESTION.search(line.text[max(0, label.start() - 8) : label.start()])
        ):
            continue
        if _next_label(line.text, label.end(), 1, _style(label)):
            return label
    return None


def _labels(text: str, start: int) -> Iterator[re.Match[str]]:
    return (
        found
        for found in _LETTER.finditer(text, start)
        if found.start() == 0 or text[found.start() - 1].isspace()
    )


def _next_label(text: str, start: int, place: int, style: tuple[str, str, bool]) -> re.Match[str] | None:
    for label in _labels(text, start):
        if _place(label) == place and _style(label) == style:
            return label
    return None


def _add_all(options: list[Option], line: Line, label: re.Match[str] | None) -> None:
    """The option that begins with the label, and those behind it on the line."""
    while label:
        place, style = _place(label), _style(label)
        following = _next_label(line.text, label.end(), (place or 0) + 1, style)
        text = line.cut(label.end(), following.start() if following else None)
        between = _BETWEEN.search(line.text[label.end() : following.start()][-20:]) if following else None
        in_doubt = between is not None and len(between[1]) >= len(between[2]) > 0
        right = bool(label["mark"] or label["star"])
        options.append(Option(label["letter"].upper(), [text], right, in_doubt, style=style))
        label = following


def _check_order(options: Sequence[Option]) -> None:
    names = [option.name for option in options]
    if names != [chr(ord("A") + place) for place in range(len(names))]:
        raise UnusableError(
            f"its options are lettered {', '.join(names[:12])}; letter them A, B, C, … in order"
        )


def _check_columns(options: Sequence[Option]) -> None:
    """Raise UnusableError for options in columns: behind A on its line stands C, and not B."""
    for place, option in enumerate(options):
        text = option.lines[0].text
        for label in _labels(text, 0):
            later = (_place(label) or 0) > place and _style(label) == option.style and label.end() < len(text)
            if later and (label["open"] or _GAP.search(text[max(0, label.start() - 2) : label.start()])):
                raise UnusableError("options side by side cannot be told apart; write each on its own line")


def _listed(lines: Sequence[Line], pattern: re.Pattern[str]) -> Parts | None:
    """Roman numerals from i, or bullets of one kind, on all the last lines of a question."""
    first = next((at for at, line in enumerate(lines) if pattern.match(line.text[:40])), 0)
    listed = [(line, pattern.match(line.text[:40])) for line in lines[first:]]
    labels = [label for _, label in listed if label]
    if not first or not 2 <= len(labels) == len(listed) <= MOST_CHOICES:
        return None
    make = _numeral if pattern is _ROMAN else _bullet
    options = [make(line.cut(label.end()), label) for line, label in listed if label]
    if pattern is _ROMAN:
        fits = [option.name for option in options] == [name.upper() for name in _NUMERALS[: len(options)]]
    else:
        signs = {label["sign"].lower() for label in labels}
        boxes = signs <= {*_BOXES, *_CHECKED} and len(signs & {*_CHECKED}) == 1
        fits = len(signs) == 1 or signs <= {"[ ]", "[x]"} or boxes
    return Parts(list(lines[:first]), options) if fits else None


def _numeral(line: Line, label: re.Match[str]) -> Option:
    return Option(label["letter"].upper(), [line], bool(label["mark"] or label["star"]))


def _bullet(line: Line, label: re.Match[str]) -> Option:
    return Option("", [line], label["sign"] in _CHECKED or label["sign"].lower() == "[x]")


def _take_signs(option: Option) -> None:
    """Take the signs of the right one off an option's text."""
    last = option.lines[-1]
    option.starred = _STAR_BEHIND.search(last.text[-40:]) is not None
    if option.starred and sum(sign.isalnum() for line in option.lines for sign in line.text) >= _FEWEST_SIGNS:
        option.take_star()
        last = option.lines[-1]
    if found := _RIGHT_BEHIND.search(last.text[-40:]):
        cut = max(0, len(last.text) - 40) + found.start()
        option.lines[-1], option.right = last.cut(0, cut), True
    elif wrong := _WRONG_BEHIND.search(last.text[-4:]):
        option.lines[-1] = last.cut(0, max(0, len(last.text) - 4) + wrong.start())
    if before := _RIGHT_BEFORE.match(option.lines[0].text):
        option.lines[0], option.right = option.lines[0].cut(before.end()), True
