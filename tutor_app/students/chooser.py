"""Choosing facts: the likeliest of the fact base to explain an answer; the tutor does not invent science."""

import threading
from collections.abc import Sequence
from dataclasses import replace

from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.weigher import Fit
from tutor_app.questions.model import Question
from tutor_app.students.answering import asked
from tutor_app.students.engine import Cancelled
from tutor_app.students.explanation import Origin, Step
from tutor_app.students.fact_source import FactSource
from tutor_app.students.guard import overlap

MOST_FACTS = 3
_ENOUGH = 0.9  # once one of the facts shown is so likely to explain the answer, no more are added
_ALSO = 0.3  # as likely as this part of the best a further fact must be
_NEAR_REPEAT = 0.6


class Chooser:
    """Chooses among what the fact base finds fitting."""

    def __init__(self, facts: FactSource, threshold: float) -> None:
        self._facts, self._threshold = facts, threshold

    def choose(
        self, wanted: Sequence[tuple[Question, str]], cancel: threading.Event | None = None
    ) -> list[tuple[Step, ...]]:
        """For each question and its supposed answer: one to three facts as steps; none where none fits."""
        chosen = []
        for question, supposed in wanted:
            if cancel is not None and cancel.is_set():
                raise Cancelled
            read = replace(question, text=asked(question))
            facts = select(self._facts.fits(read, supposed), self._threshold)
            chosen.append(tuple(as_step(fact) for fact in facts))
        return chosen

    def flag(self, step: Step) -> bool:
        """Never choose this step's fact again; False when it is no fact of the base."""
        fact = None if step.fact_id is None else self._facts.get(step.fact_id)
        if fact is not None:
            self._facts.flag(fact)
        return fact is not None

    def withdrawn(self) -> frozenset[int]:
        """The ids of flagged facts."""
        return frozenset(fact.id for fact in self._facts.flagged())


def select(fits: Sequence[Fit], threshold: float) -> list[Fact]:
    """Of facts that come likeliest first as many as it takes that one of them probably explains the answer.

    What is certain to explain it is always shown, and nothing that says again what another says.
    """
    kept: list[Fact] = []
    in_vain = 1.0  # how likely it is that none of those kept explains it
    for fit in fits:
        enough = 1 - in_vain >= _ENOUGH and fit.score < 1.0
        if enough or len(kept) == MOST_FACTS or fit.score < max(threshold, _ALSO * fits[0].score):
            break
        if all(overlap(fit.fact.text, other.text) < _NEAR_REPEAT for other in kept):
            kept.append(fit.fact)
            in_vain *= 1 - fit.score
    return kept


def as_step(fact: Fact) -> Step:
    """A fact as a step, word for word and with its source."""
    return Step(fact.text, Origin.FACT, fact.source, fact.id)
