"""Marks and ratings: what an answer earns, and what it says about memory."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from enum import IntEnum

CERTAINTIES = (1, 2, 3)
CERTAINTY_WORDS = {1: "guessing", 2: "fairly sure", 3: "certain"}
BEST_WHEN_RIGHT = {
    1: (0.0, 2 / 3),
    2: (2 / 3, 0.8),
    3: (0.8, 1.0),
}  # by share right
MARKING_EXPLAINED = (
    "Say how sure you are: guessing, fairly sure or certain. A right answer earns 1, 2 or 3 points; "
    "a wrong one costs 0, 2 or 6. So guessing is always safe, and 'certain' pays only when you really are: "
    "choose it when you would be right at least 4 times in 5. 'I don't know' costs nothing."
)
_RIGHT = {1: 1, 2: 2, 3: 3}
_WRONG = {1: 0, 2: -2, 3: -6}
# Words, and the signs that change what is said: those of numbers (-5, 2 + 3, 3.5, 40%) and charges (Cl-).
_SAID = re.compile(r"[^\W_]+|[.,](?=\d)|[-+](?= ?\d)|(?<=[^\W_])[-+](?![^\W_])|%")

_POWER_OF_TEN = re.compile(
    r"(?:(?<=\d)\s*[x×·*]\s*|(\A\s*[-+−]?))10(?:\s*\^\s*([-+−]?\d{1,3})|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))"
)
_BETWEEN_THOUSANDS = ", \u00a0\u2009\u202f"  # a comma, or a space: usual, no-break, thin, or both
_THOUSANDS = re.compile(rf"\A\s*[-+−]?[1-9]\d{{0,2}}(?:([{_BETWEEN_THOUSANDS}])\d{{3}}(?:\1\d{{3}})*)(?!\d)")
_QUANTITY = re.compile(
    r"\s*([-+]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:e[-+]?\d{1,3})?)\s*((?:[^\W\d_]|[°%]).*)?",
    re.IGNORECASE,
)


class Recall(IntEnum):
    """How well a question was remembered; the numbers are those of the review scheduler."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


def points(correct: bool | None, certainty: int | None) -> int:
    """Certainty-based marking; without a certainty, one point for a right answer."""
    if correct is None:
        return 0
    if certainty is None:
        return 1 if correct else 0
    return (_RIGHT if correct else _WRONG)[certainty]


def recall(correct: bool, certainty: int | None, hints: int = 0) -> Recall:
    """A lucky guess or an answer that took hints was hard to recall; a certain one was easy."""
    if not correct:
        return Recall.AGAIN
    if hints or certainty == 1:
        return Recall.HARD
    return Recall.EASY if certainty == 3 else Recall.GOOD


def matches(response: str, accepted: Sequence[str]) -> bool:
    """A written answer is right when it says the same words, whatever its case, accents and punctuation.

    A number with what is behind it is right when it has the same value: 0.50 is .5, 10^3 is 1000, and 6e3 m
    or 6,000 m is 6000 m.
    """
    said, meant = _plain(response), _quantity(response)
    return bool(said) and any(
        said == _plain(text) or (meant is not None and meant == _quantity(text)) for text in accepted
    )


def _quantity(text: str) -> tuple[Decimal, str] | None:
    """A number and its unit, when a text is nothing else."""
    number = _THOUSANDS.sub(_together, _POWER_OF_TEN.sub(_exponent, text))
    found = _QUANTITY.fullmatch(number.replace("−", "-").rstrip())
    return (Decimal(found[1]), _plain(found[2] or "")) if found else None


def _exponent(power: re.Match[str]) -> str:
    before = "" if power[1] is None else f"{power[1]}1"  # alone, it is once a power of ten
    return f"{before}e" + unicodedata.normalize("NFKC", power[2] or power[3])


def _together(number: re.Match[str]) -> str:
    return number[0].replace(number[1], "")


def mentions(text: str, phrase: str) -> bool:
    """Whether a text holds a phrase, word for word."""
    said = _plain(phrase)
    return bool(said) and f" {said} " in f" {_plain(text)} "


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).replace("−", "-").casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = _SAID.findall(bare) or bare.split()  # an answer may be nothing but a sign
    telling = [word for word in words if word not in ("a", "an", "the")]
    return " ".join(telling or words)  # blood group A
