"""How likely a fact is to explain an answer or to answer a question, from all that is seen of it, fitted to
graded facts.

The app's numbers stand in `tutor_app/knowledge/likelihood.py`. `EXPLAINS` must be fitted to questions whose
grades the weigher did not learn from: what it learned it reads better than anything new.
`python -m tests.bench_facts QUESTIONS --grades FILE --fit` does it, `python -m tests.bench_asked` for
`ANSWERS`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Protocol

import numpy as np

from distill.corpus import Item
from distill.grades import WORTH, Grades
from distill.statistics import logistic
from tutor_app.errors import UserError
from tutor_app.knowledge.base import WEIGHED
from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.likelihood import AnsweringFact, ExplainingFact
from tutor_app.knowledge.meaning import query
from tutor_app.questions.model import Question

FOLDS = 10
Numbers = tuple[float, ...]
"""What each input of a fact (`inputs`) counts."""


class Searches(Protocol):
    """A fact base, as far as it is needed here."""

    def candidates(self, question: Question, k: int, supposed: str | None) -> list[Fact]: ...

    def explaining(self, asked: str, facts: Sequence[Fact]) -> list[ExplainingFact]: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A graded fact as the app finds it."""

    seen: ExplainingFact | AnsweringFact
    good: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """How good likelihoods are: the mean log loss of a fact, and of each question's first one how likely it
    seemed and whether it is good.
    """

    loss: float
    firsts: tuple[tuple[float, bool], ...]

    @property
    def good_first(self) -> float:
        """How often the first fact is good."""
        return fmean(good for _, good in self.firsts)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Numbers fitted to all questions; `after` was measured on questions they were not fitted to."""

    numbers: Numbers
    before: Quality
    after: Quality


def found_facts(
    grades: Iterable[Grades], items: Mapping[str, Item], facts: Searches
) -> list[tuple[Found, ...]]:
    """For each question what the app's search, told the key, finds of its graded facts; none without any."""
    every = []
    for row in grades:
        item = items.get(row.question)
        if item is None:
            continue
        question = Question(item.id, item.question, item.choices, item.answer)
        found = facts.candidates(question, WEIGHED, item.key)
        seen = facts.explaining(query(item.question, item.key), found) if found else []
        every.append(
            tuple(
                Found(each, row.worth[fact.id] == WORTH["good"])
                for fact, each in zip(found, seen, strict=True)
                if fact.id in row.worth
            )
        )
    return [graded for graded in every if graded]


def fit(questions: Sequence[Sequence[Found]], folds: int = FOLDS) -> Fitted:
    """The numbers under which the grades are likeliest, beside the app's own."""
    if len(questions) < 2 * folds:
        raise UserError(
            f"The search finds graded facts of {len(questions)} questions; it takes at least {2 * folds}."
        )
    kept = [_fit(q for place, q in enumerate(questions) if place % folds != held) for held in range(folds)]
    before = [[fact.seen.likelihood for fact in each] for each in questions]
    after = [_likely(each, kept[place % folds]) for place, each in enumerate(questions)]
    return Fitted(_fit(questions), quality(questions, before), quality(questions, after))


def quality(questions: Sequence[Sequence[Found]], likely: Sequence[Sequence[float]]) -> Quality:
    """How good the likelihoods of each question's facts are."""
    told, firsts = [], []
    for facts, chances in zip(questions, likely, strict=True):
        pairs = zip(facts, chances, strict=True)
        told += [chance if fact.good else 1 - chance for fact, chance in pairs]
        first = int(np.argmax(chances))
        firsts.append((chances[first], facts[first].good))
    return Quality(float(-np.log(np.clip(told, 1e-9, None)).mean()), tuple(firsts))


def _fit(questions: Iterable[Sequence[Found]]) -> Numbers:
    """Logistic regression: a fact is good, or it is not."""
    facts = [fact for each in questions for fact in each]
    inputs = np.array([fact.seen.inputs for fact in facts], dtype=float)
    return tuple(map(float, logistic(inputs, [fact.good for fact in facts])))


def _likely(facts: Sequence[Found], numbers: Numbers) -> list[float]:
    odds = np.array([fact.seen.inputs for fact in facts], dtype=float) @ np.array(numbers)
    return [float(chance) for chance in 1 / (1 + np.exp(-odds))]
