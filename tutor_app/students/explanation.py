"""What the tutor says about a question: steps, then an answer with an honest confidence."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from tutor_app.questions.model import Question


class Origin(StrEnum):
    """Where a step comes from; every surface shows the difference."""

    FACT = "fact"  # chosen from the fact base, word for word
    TUTOR = "tutor"  # the rationale student's own words
    BANK = "bank"  # written by the question's author

    @property
    def in_words(self) -> str:
        """What a line of text calls it."""
        return {Origin.FACT: "fact", Origin.TUTOR: "tutor's words", Origin.BANK: "from the bank"}[self]


class Style(StrEnum):
    """How steps are made."""

    GROUNDED = "grounded"  # facts chosen from the fact base, then one step that applies them
    FREE = "free"  # every step in the student's own words
    AUTO = "auto"  # grounded where a fact fits, free where none does


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation; `source` names the fact's source (empty for the tutor's own words)."""

    text: str
    origin: Origin
    source: str = ""
    fact_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer student's judgement.

    `probabilities` are calibrated and follow the question's choices (empty for an open question, whose
    answer is `text`). `choice` is the likeliest index. `sure` is False below the package's threshold.
    Scores are the log-likelihoods of the two routes, with and without the rationale.
    """

    text: str
    choice: int | None = None
    probabilities: tuple[float, ...] = ()
    confidence: float = 0.0
    sure: bool = False
    question_scores: tuple[float, ...] = ()
    rationale_scores: tuple[float, ...] = ()

    @property
    def likeliest(self) -> tuple[int, ...]:
        """The two likeliest choices, best first."""
        order = sorted(range(len(self.probabilities)), key=lambda i: -self.probabilities[i])
        return tuple(order[:2])


@dataclass(frozen=True, slots=True)
class Explanation:
    """All steps and the answer; `agrees_with_key` is None when there is no key."""

    steps: tuple[Step, ...]
    answer: Answer
    agrees_with_key: bool | None = None
    students: str = ""
    timings: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to explain: part of the cache key, so that another setting makes another explanation."""

    style: Style = Style.GROUNDED
    samples: int = 1
    use_facts: bool = True


class Explainer(Protocol):
    """What screens and line mode need of the tutor; tests put a scripted one in its place."""

    @property
    def name(self) -> str:
        """The students' name and version, for cache keys and the status line."""
        ...

    def explain(
        self, question: Question, settings: Settings = Settings(), cancel: threading.Event | None = None
    ) -> Iterator[Step | Explanation]:
        """Steps as they are made, then the whole explanation (always the last item unless cancelled)."""
        ...

    def judge(self, question: Question) -> Answer:
        """The answer from the question alone, at once."""
        ...
