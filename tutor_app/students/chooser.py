"""Choosing facts: the rationale student scores the candidates; it does not invent science."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor_app.knowledge.facts import Fact, fact_id
from tutor_app.questions.model import Question
from tutor_app.students.answering import asked
from tutor_app.students.calibration import Calibration
from tutor_app.students.engine import OptionScore, Request, Student
from tutor_app.students.explanation import Origin, Step
from tutor_app.students.fact_source import FactSource
from tutor_app.students.guard import overlap
from tutor_app.students.prompts import fact_prior_prompt, rationale_prompt

CANDIDATES = 4  # of 100 dev questions none was given a fact from further down by the search's order
MOST_FACTS = 2
_MARGIN = 0.6  # how far behind the best, per token, a second or third fact may be
_NEAR_REPEAT = 0.6
AT_ONCE = 16  # facts measured before the next look at what else is wanted


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a fact explains a question, per token, above how likely it is anyhow."""

    fact: Fact
    score: float


class Chooser:
    """The rationale student's choice among the fact base's candidates."""

    def __init__(self, student: Student, facts: FactSource, calibration: Calibration, package: str) -> None:
        self._student, self._facts = student, facts
        self._calibration, self._package = calibration, package

    def choose(
        self, wanted: Sequence[tuple[Question, str]], cancel: threading.Event | None = None
    ) -> list[tuple[Step, ...]]:
        """For each question and its supposed answer: one or two facts as steps; none where none fits."""
        threshold = self._calibration.fact_threshold
        rated = self.rate(wanted, cancel)
        return [tuple(as_step(fact) for fact in select(fits, threshold)) for fits in rated]

    def rate(
        self, wanted: Sequence[tuple[Question, str]], cancel: threading.Event | None = None
    ) -> list[list[Fit]]:
        """How well each candidate explains each question, given its supposed answer."""
        candidates = [self._candidates(question, supposed) for question, supposed in wanted]
        requests: list[Request] = [
            (rationale_prompt(asked(question), (), supposed), [fact.text for fact in found])
            for (question, supposed), found in zip(wanted, candidates, strict=True)
        ]
        known, unknown = self._priors(candidates)
        *scored, measured = self._student.score([*requests, _prior_request(unknown)], cancel=cancel)
        known |= self._keep(unknown, measured)
        return [self._fits(found, scores, known) for found, scores in zip(candidates, scored, strict=True)]

    def measure_more(self, cancel: threading.Event | None = None) -> bool:
        """Measure some facts without any question beforehand; False when all are measured."""
        facts = self._facts.without_prior(self._package, AT_ONCE)
        if facts:
            (scores,) = self._student.score([_prior_request(facts)], cancel=cancel)
            self._keep(facts, scores)
        return bool(facts)

    def flag(self, step: Step) -> bool:
        """Never choose this step's fact again; False when it is no fact of the base."""
        fact = None if step.fact_id is None else self._facts.get(step.fact_id)
        if fact is not None:
            self._facts.flag(fact)
        return fact is not None

    def withdrawn(self) -> frozenset[int]:
        """The ids of flagged facts."""
        return frozenset(fact.id for fact in self._facts.flagged())

    def _candidates(self, question: Question, supposed: str) -> list[Fact]:
        """The question's own facts, where its bank brings some, before those a search finds."""
        withdrawn = self.withdrawn() if question.facts else ()
        own = [fact for text in question.facts if (fact := self._facts.get(fact_id(text)))]
        own = [fact for fact in own if fact.id not in withdrawn]
        found = self._facts.candidates(question, CANDIDATES, supposed or None)
        return list({fact.id: fact for fact in [*own, *found]}.values())[:CANDIDATES]

    def _priors(self, candidates: Sequence[Sequence[Fact]]) -> tuple[dict[int, float], list[Fact]]:
        """What is known of the candidates, and those not measured yet."""
        every = list({fact.id: fact for found in candidates for fact in found}.values())
        known = self._facts.priors(self._package, every) if every else {}
        return known, [fact for fact in every if fact.id not in known]

    def _keep(self, facts: Sequence[Fact], scores: Sequence[OptionScore]) -> dict[int, float]:
        measured = _by_id(facts, scores)
        if measured:
            self._facts.keep_priors(self._package, measured)
        return measured

    def _fits(
        self, found: Sequence[Fact], scores: Sequence[OptionScore], priors: Mapping[int, float]
    ) -> list[Fit]:
        """The student's own judgement, less for each place further down in the search's order."""
        prior, place = self._calibration.fact_prior_weight, self._calibration.fact_search_weight
        return [
            Fit(fact, (score.total - prior * priors[fact.id]) / score.tokens - place * rank)
            for rank, (fact, score) in enumerate(zip(found, scores, strict=True))
        ]


def measure(student: Student, facts: Sequence[Fact]) -> dict[int, float]:
    """How likely the student finds each fact without any question."""
    (scores,) = student.score([_prior_request(facts)])
    return _by_id(facts, scores)


def _by_id(facts: Sequence[Fact], scores: Sequence[OptionScore]) -> dict[int, float]:
    return {fact.id: score.total for fact, score in zip(facts, scores, strict=True)}


def _prior_request(facts: Sequence[Fact]) -> Request:
    return fact_prior_prompt(), [fact.text for fact in facts]


def select(fits: Sequence[Fit], threshold: float) -> list[Fact]:
    """The best first; others only when they fit nearly as well and say something else."""
    ordered = sorted((fit for fit in fits if fit.score >= threshold), key=lambda fit: -fit.score)
    kept: list[Fact] = []
    for fit in ordered:
        if len(kept) == MOST_FACTS or fit.score < ordered[0].score - _MARGIN:
            break
        if all(overlap(fit.fact.text, other.text) < _NEAR_REPEAT for other in kept):
            kept.append(fit.fact)
    return kept


def as_step(fact: Fact) -> Step:
    """A fact as a step, word for word and with its source."""
    return Step(fact.text, Origin.FACT, fact.source, fact.id)
