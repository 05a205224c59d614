"""Mixing the choices of a file in which the right one stands at one place much too often.

Pure. Moodle, GIFT and quiz sites list the right answer first and shuffle when they ask; here choices stand as
the file has them, and 'all A' would be full marks. So such a file's choices are mixed when it is imported,
each question's in an order drawn from its id: the same at each import.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import sqrt

from tutor_app.questions.model import Question

_FEWEST = 5  # questions; fewer show no habit
_SHARE = 0.7  # of them with the right answer at one place
_BEYOND_CHANCE = 3.0  # standard deviations above what chance would put there

_CATCH_ALL = re.compile(
    r"^\W*(?:all|none|both|neither|any|either|alle|keine\w?|beide|toute?s|aucune?|todas|todos|ningun[ao]?|"
    r"tutt[ei]|nessun[ao]?)\b"
    r"|\b(?:the|of|answers?|choices?|options?|listed|mentioned|given) (?:above|below)\b",
    re.IGNORECASE,
)
_OF_PLACES = re.compile(
    r"\b(?i:answer|choice|option|letter|statement|antwort|réponse|respuesta|opción|risposta)s? "
    r"\(?[A-Ha-h1-8]\b"
    r"|\b[A-Ha-h]\)? (?:and|or|nor|&|und|oder|et|ou|y|o|e) \(?[A-Ha-h]\b"
    r"|(?<![\w(])\(?[A-Ha-h]\)"
    r"|\b[A-Ha-h] (?:is|are|was|ist|est|es) (?:not |nicht )?"
    r"(?:right|wrong|true|false|correct|incorrect|richtig|falsch)\b"
    r"|\b(?i:first|second|third|fourth|fifth|last|top|bottom) (?:choice|answer|option)\b"
)
_VERDICTS = re.compile(
    r"\W*(?:true|false|yes|no|right|wrong|correct|incorrect|[tfyn]|wahr|richtig|falsch|ja|nein|vrai|faux|oui|non|"
    r"verdadero|falso|sí|si|vero)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\W*?([-−–]?\d+(?:[.,]\d+)*)")


def to_mix(format: str, questions: Sequence[Question]) -> frozenset[int]:
    """Which questions of a file an import mixes, by their indices; the app's own files stay as they are."""
    if format == "native":
        return frozenset()
    free = [index for index, question in enumerate(questions) if _is_free(question)]
    return frozenset(free) if _one_place([questions[index] for index in free]) else frozenset()


def on_import(format: str, questions: tuple[Question, ...]) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """The questions as they are installed, and a remark when choices were mixed for it."""
    chosen = to_mix(format, questions)
    if not chosen:
        return questions, ()
    return tuple(mixed(q) if index in chosen else q for index, q in enumerate(questions)), (
        "In the file nearly all right answers stand at the same place, so the choices of "
        f"{len(chosen):,} questions were mixed; importing the file again mixes them the same way.",
    )


def mixed(question: Question) -> Question:
    """The question with its choices in the order of its id, and all that belongs to a choice moved along."""
    order = sorted(range(len(question.choices)), key=lambda place: _drawn(question, place))
    moved = {
        name: [value[place] for place in order]
        for name, value in question.extra.items()
        if name == "weights" and isinstance(value, Sequence) and len(value) == len(order)
    }
    return replace(
        question,
        choices=tuple(question.choices[place] for place in order),
        answer=None if question.answer is None else order.index(question.answer),
        why_wrong=tuple(question.why_wrong[place] for place in order) if question.why_wrong else (),
        extra={**question.extra, **moved},
    )


def _drawn(question: Question, place: int) -> bytes:
    return hashlib.sha256(f"{question.id}\x1f{question.choices[place]}".encode("utf-8", "replace")).digest()


def _one_place(questions: Sequence[Question]) -> bool:
    """Whether the right answers stand at one place far more often than chance puts them there."""
    if len(questions) < _FEWEST:
        return False
    place, count = Counter(question.answer or 0 for question in questions).most_common(1)[0]
    chances = [1 / len(question.choices) for question in questions if len(question.choices) > place]
    spread = sqrt(sum(chance * (1 - chance) for chance in chances))
    return count > _SHARE * len(questions) and count - sum(chances) >= _BEYOND_CHANCE * spread


def _is_free(question: Question) -> bool:
    """Whether the order of the choices means nothing."""
    if question.answer is None or not question.choices:
        return False
    said = (question.text, *question.choices, question.hint, *question.explanation, *question.why_wrong)
    return not (
        any(map(_CATCH_ALL.search, question.choices))
        or any(_OF_PLACES.search(text) for text in said if text)
        or all(map(_VERDICTS.match, question.choices))
        or _in_order(question.choices)
    )


def _in_order(choices: Sequence[str]) -> bool:
    """Numbers that rise or fall from choice to choice."""
    found = [_NUMBER.match(choice) for choice in choices]
    numbers = [_value(match.group(1)) for match in found if match]
    if len(numbers) < len(choices):
        return False
    steps = [after - before for before, after in pairwise(numbers)]
    return all(step > 0 for step in steps) or all(step < 0 for step in steps)


def _value(number: str) -> float:
    """1,000 is a thousand, 0,5 a half."""
    first, *rest = re.split("[.,]", re.sub("^[−–]", "-", number))
    thousands = first.strip("-") != "0" and all(len(part) == 3 for part in rest)
    return float("".join((first, *rest)) if thousands else f"{first}.{''.join(rest)}")
