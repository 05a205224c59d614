"""Choosing facts: the likeliest of the fact base to explain an answer; the tutor does not invent science."""

import threading
from collections.abc import Sequence

from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.weigher import Fit
from tutor_app.questions.model import Question
from tutor_app.students.engine import Cancelled
from tutor_app.students.explanation import Origin, Step
from tutor_app.students.fact_source import FactSource
from tutor_app.students.guard import overlap

MOST_FACTS = 2
_ALSO = 0.5  # as likely as this part of the best a second fact must be
_NEAR_REPEAT = 0.6


class Chooser:
    """Chooses among what the fact base finds fitting."""

    def __init__(self, facts: FactSource, threshold: float) -> None:
        self._facts, self._threshold = facts, threshold

    def choose(
        self, wanted: Sequence[tuple[Question, str]], cancel: threading.Event | None = None
    ) -> list[tuple[Step, ...]]:
        """For each question and its supposed answer: one or two facts as steps; none where none fits."""
        chosen = []
        for question, supposed in wanted:
            if cancel is not None and cancel.is_set():
                raise Cancelled
            facts = select(self._facts.fits(question, supposed), self._threshold)
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
    """Of facts that come likeliest first, the best; others that fit nearly as well and say something else."""
    kept: list[Fact] = []
    for fit in fits:
        if len(kept) == MOST_FACTS or fit.score < max(threshold, _ALSO * fits[0].score):
            break
        if all(overlap(fit.fact.text, other.text) < _NEAR_REPEAT for other in kept):
            kept.append(fit.fact)
    return kept


def as_step(fact: Fact) -> Step:
    """A fact as a step, word for word and with its source."""
    return Step(fact.text, Origin.FACT, fact.source, fact.id)
