"""Questions out of the sorted lines of a typed quiz; one whose key is missing or in doubt is left out."""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tutor_app.questions.formats.keys import asks_for_words
from tutor_app.questions.formats.plain_keys import Entry, folded, named_by, truth_of
from tutor_app.questions.formats.plain_lines import (
    BOLD,
    COLOURED,
    HIGHLIGHTED,
    PICTURE,
    UNDERLINED,
    asks_truth,
    number_of,
    without_marks,
)
from tutor_app.questions.formats.plain_options import Option, has_starred_option, is_option, parts_of
from tutor_app.questions.formats.plain_quiz import Block, Quiz
from tutor_app.questions.formats.reading import (
    Item,
    Several,
    UnusableError,
    Warned,
    all_usable,
    build,
    build_open,
    check_length,
)
from tutor_app.questions.formats.several import build_each
from tutor_app.questions.markup import UNDESCRIBED, Rich, rich, rich_with_image
from tutor_app.questions.model import Question, Skipped

_LOOKS = {BOLD: "bold", UNDERLINED: "underlined", HIGHLIGHTED: "highlighted", COLOURED: "coloured"}
_TRUTH_ASKED = re.compile(
    r"\s*[(\[]?\s?\b(?:T|true)(?:\s?/\s?|\sor\s|\s{2,9}|\n)(?:F|false)\s?[)\]]?[.:]?\s*\Z", re.IGNORECASE
)
_TRUTH_BEHIND = re.compile(r"\s*[(\[]\s?(T|F|True|False)\s?[)\]]\.?\Z", re.IGNORECASE)
_EDGE = 60  # signs at the end of a question, among which true and false may be offered
_STATEMENT = re.compile(r"[(\[]?(\d{1,3})[)\].:]{0,2}(?:\s|\Z)")
_GAP = "__"
_MOST_WORDS = 12  # of a written answer, which is marked word for word
_LONG_TEXT = 150


@dataclass(frozen=True, slots=True)
class Way:
    """How a kind of file is read: where a question stands, and whether its signs are meant as signs."""

    place: Callable[[Block], str]
    literal: bool = False

    def clean(self, text: str) -> str:
        """The text of a choice, an answer or an explanation."""
        return rich(self._escaped(PICTURE.sub(r"\1", text)))

    def clean_stem(self, text: str) -> Rich:
        """A question's text, and its pictures beside it."""
        pictures = [rich(self._escaped(picture)) or UNDESCRIBED for picture in PICTURE.findall(text)]
        stem = rich_with_image(self._escaped(PICTURE.sub(" ", text)))
        return Rich(stem.text, "; ".join([*pictures, *filter(None, (stem.image,))]))

    def _escaped(self, text: str) -> str:
        return html.escape(text, quote=False) if self.literal else text


def items_of_quiz(quiz: Quiz, way: Way) -> Iterator[Item]:
    """The questions in their order, what was left out, and what belongs to no question."""
    numbers = Counter((block.part, block.number) for block in quiz.blocks)
    sections = Counter((block.part, block.section, block.number) for block in quiz.blocks)
    answers: dict[tuple[int, int], list[tuple[str, Entry]]] = {}
    for part, section, entry in quiz.entries:
        answers.setdefault((part, entry.number), []).append((section, entry))
    stars = _stars_count(quiz.blocks)
    for block in quiz.blocks:
        listed = answers.get((block.part, block.number or -1), [])
        named = {section for _, section, _ in quiz.entries}
        mine = [entry for section, entry in listed if section in ("", block.section) or len(named) == 1]
        same = (
            numbers[block.part, block.number]
            if len(named) < 2
            else sections[block.part, block.section, block.number]
        )
        yield from all_usable(way.place(block), _question, block, mine, same, way, stars)
    for part, _, entry in quiz.entries:
        if (part, entry.number) not in numbers:
            yield Warned(entry.place, f"an answer to question {entry.number}, which is not in the file")
    for line in quiz.beside:
        if line.text.endswith("?") and not quiz.is_numbered:
            yield Skipped(line.place, _NO_ANSWER)
        elif len(line.text) >= _LONG_TEXT:
            yield Warned(
                line.place, "a text between the questions was left out; repeat it in each that needs it"
            )


_NO_ANSWER = "it has no options (lettered A, B, …) and no answer"


def _stars_count(blocks: Sequence[Block]) -> bool:
    """Whether stars behind short options mark the right ones: in two questions, or in the only one."""
    asked = [block for block in blocks if block.has_options]
    starred = 0
    for block in asked:
        if not block.keys and any("*" in line.text for line in block.body):
            starred += has_starred_option(block.body)
    return starred > 1 or starred == len(asked)


def _question(block: Block, entries: Sequence[Entry], same: int, way: Way, stars: bool) -> Question | Several:
    if entries and same > 1:
        raise UnusableError(
            f"{same} questions have the number {block.number}, and the list of answers does not tell which"
        )
    keys = [*block.keys, *(entry.value for entry in entries)]
    why = [*block.explanation, *(text for entry in entries for text in entry.explanation)]
    parts = parts_of(block.body)
    text = without_marks("\n".join(line.text for line in parts.stem))
    if not parts.options:
        if len(parts.stem) > 1 and is_option(parts.stem[-1]):
            raise UnusableError("its options cannot be told apart; letter them A, B, C, …")
        return _without_options(block, text, keys, why, way)
    if stars and not keys:
        for option in parts.options:
            option.take_star()
    stem = way.clean_stem(text)
    choices = [way.clean(" ".join(line.text for line in option.lines)) for option in parts.options]
    if not keys and not stars and any(option.starred and not option.right for option in parts.options):
        raise UnusableError("a star behind an option may belong to it; put the star before the letter")
    right, beside = _right(parts.options, choices, [way.clean(key) for key in keys])
    return build_each(
        stem.text,
        choices,
        right,
        hint=way.clean(block.hint),
        explanation=way.clean("\n".join((*beside, *why))),
        image=stem.image,
    )


def _right(
    options: Sequence[Option], choices: Sequence[str], keys: Sequence[str]
) -> tuple[set[int], list[str]]:
    """The right options, on which all that is said of them must agree; and what keys say beside."""
    names = [option.name for option in options]
    said = {frozenset(place for place, option in enumerate(options) if option.right)}
    beside = []
    for key in keys:
        places, rest = named_by(key, names, choices)
        said.add(frozenset(places))
        beside += [rest] if rest else []
    said.add(_by_look(options))
    said.discard(frozenset())
    if len(said) > 1:
        each = " or ".join(sorted(_named(places, options) for places in said))
        raise UnusableError(f"its right answer is in doubt: {each}, by its key, its marks and its looks")
    return set(next(iter(said), frozenset())), beside


def _named(places: frozenset[int], options: Sequence[Option]) -> str:
    return " and ".join(options[place].name or f"option {place + 1}" for place in sorted(places))


def _by_look(options: Sequence[Option]) -> frozenset[int]:
    """The only option that is bold, underlined, highlighted or coloured, in one of these ways or more.

    None where an option is only a formula, a sign, a picture or a link: it does not tell how it would look.
    """
    looks = [option.look for option in options]
    if None in looks:
        return frozenset()
    alone = {}
    for look, name in _LOOKS.items():
        places = [place for place, each in enumerate(looks) if each and each & look]
        if len(places) == 1:
            alone[name] = places[0]
    if len(set(alone.values())) > 1:
        ways = " and ".join(
            f"{_named(frozenset((place,)), options)} is {name}" for name, place in alone.items()
        )
        raise UnusableError(f"its right answer is in doubt: {ways}")
    return frozenset(alone.values())


def _without_options(block: Block, text: str, keys: Sequence[str], why: Sequence[str], way: Way) -> Question:
    """A statement that is true or false, or a question whose answer is written."""
    check_length(text)
    _refuse_statement(text, keys)
    end, start = text[-_EDGE:], max(0, len(text) - _EDGE)
    asked = _TRUTH_ASKED.search(end) if not text[:40].lower().startswith("true or false") else None
    behind = _TRUTH_BEHIND.search(end)
    bare = text[: start + behind.start()].rstrip() if behind else text
    if behind and (len(behind[1]) > 1 or _is_for_truth(block, bare)):
        text, keys = bare, [*keys, behind[1]]
    elif asked and start + asked.start():
        text = text[: start + asked.start()].rstrip()
    stem = way.clean_stem(text)
    details: dict[str, Any] = {
        "hint": way.clean(block.hint),
        "explanation": way.clean("\n".join(why)),
        "image": stem.image,
    }
    if not keys:
        raise UnusableError(_NO_ANSWER)
    truths = {truth_of(key) for key in keys}
    if len(set(keys)) > 1 and len(truths) > 1:
        raise UnusableError("its right answer is in doubt: several keys are given")
    key = way.clean(keys[0])
    letter = len(folded(key)) == 1
    if (
        truth_of(key)
        and _GAP not in stem.text
        and (not letter or asked or behind or _is_for_truth(block, text))
    ):
        return build(stem.text, ("True", "False"), (int(truth_of(key) == "False"),), **details)
    return build_open(stem.text, _accepted(key), **details)


def _is_for_truth(block: Block, text: str) -> bool:
    """Whether T or F can mean true or false here, and not the symbol of tesla or fluorine."""
    if asks_truth(text):
        return True
    return block.after_truth and not text.endswith("?") and not asks_for_words(text)


def _refuse_statement(text: str, keys: Sequence[str]) -> None:
    """Raise UnusableError for a key that is the number of a line of the question."""
    numbers = {number[0] for line in text.split("\n") if (number := number_of(line[:40]))}
    for key in keys:
        if (found := _STATEMENT.match(key)) and int(found[1]) in numbers:
            raise UnusableError(
                f"its key is {found[1]}, and numbered options cannot be told from statements; "
                "letter them A, B, C, …"
            )


def _accepted(key: str) -> list[str]:
    if len(key.strip("().[] ")) == 1 and key.strip("().[] ").isalpha():
        raise UnusableError(f"its key is {key}, but it has no options that can be told apart (A, B, …)")
    if len(key.split()) > _MOST_WORDS:
        raise UnusableError(f"its answer has {len(key.split())} words; essay questions are not supported")
    return [part.strip() for part in key.split(" / ")]
