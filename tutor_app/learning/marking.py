"""Marks and ratings: what an answer earns, and what it says about memory."""

import re
import unicodedata
from collections.abc import Sequence
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
    """A written answer is right when it says the same words, whatever its case, accents and punctuation."""
    return bool(said := _plain(response)) and any(said == _plain(text) for text in accepted)


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
