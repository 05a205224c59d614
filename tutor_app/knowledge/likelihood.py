"""How likely a fact is to explain an answer, or to answer a question: what is seen of it, weighed.

What each thing seen counts was fitted by logistic regression to facts that readers graded.
"""

import math
import operator
from collections.abc import Collection, Sequence
from dataclasses import dataclass

_ALIKE = 3  # of the other facts found, those most like a fact
# Fitted on facts found for 230 questions that the weigher had not learned from:
# `python -m tests.bench_facts QUESTIONS --grades assets/recipes/fact-grades.jsonl --fit`.
EXPLAINS = (0.67, 0.41, 4.15, -1.76)
# Fitted on facts found for 300 questions as pupils ask them: `python -m tests.bench_asked`.
ANSWERS = (2.94, 0.4, 1.54, 0.55, 0.89, 0.26, 5.35, -8.29)


@dataclass(frozen=True, slots=True)
class ExplainingFact:
    """A fact beside a question and its answer: how likely the weigher's reading makes it, its place in the
    search (from 0), and how far other facts that were found agree with it.
    """

    reading: float
    place: int
    agreement: float

    @property
    def inputs(self) -> tuple[float, ...]:
        """What the likelihood is reckoned from."""
        reading = min(max(self.reading, 1e-9), 1 - 1e-9)
        return math.log(reading / (1 - reading)), -math.log(1 + self.place), self.agreement, 1.0

    @property
    def likelihood(self) -> float:
        """How likely the fact is to explain the answer."""
        return _likelihood(self.inputs, EXPLAINS)


@dataclass(frozen=True, slots=True)
class AnsweringFact:
    """A fact beside a question without choices: how near it lies, its place in the search (from 0), the share
    of the question's words it has (rare ones count more), whether it begins with what is asked about and has
    the form of a reply (a reason, a definition, an amount, a no), how many telling words it has, and how far
    other facts that were found agree with it.
    """

    nearness: float
    place: int
    shared: float
    named_first: bool
    in_form: bool
    words: int
    agreement: float

    @property
    def inputs(self) -> tuple[float, ...]:
        """What the likelihood is reckoned from."""
        later = math.log(1 + self.place)
        seen = (self.nearness, -later, self.shared, self.named_first, self.in_form, self.words)
        return *seen, self.agreement, 1.0

    @property
    def likelihood(self) -> float:
        """How likely the fact, by itself, is to answer the question."""
        return _likelihood(self.inputs, ANSWERS)


def agreements(facts: Sequence[Collection[str]]) -> list[float]:
    """How far the facts most like each one say the same, from the telling words of all: 0 to 1."""
    found = []
    for place, fact in enumerate(facts):
        others = sorted(
            (_overlap(fact, other) for other in [*facts[:place], *facts[place + 1 :]]), reverse=True
        )
        found.append(sum(others[:_ALIKE]) / _ALIKE)
    return found


def shared(asked: Collection[str], fact: Collection[str], rarity: dict[str, float]) -> float:
    """The share of the question's words that the fact has, by how rare each is."""
    every = sum(rarity[word] for word in asked)
    return sum(rarity[word] for word in asked if word in fact) / every if every else 0.0


def _overlap(one: Collection[str], other: Collection[str]) -> float:
    together = len(one) + len(other)
    return 2 * len(set(one) & set(other)) / together if together else 0.0


def _likelihood(inputs: Sequence[float], counts: Sequence[float]) -> float:
    odds = sum(map(operator.mul, inputs, counts))
    return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))
