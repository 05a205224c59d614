"""How likely facts explain an answer, as graded facts say."""

import math
import random
from collections.abc import Sequence

import pytest

from distill.corpus import Item
from distill.fitting import Found, fit, found_facts, quality
from distill.grades import Grades
from tutor_app.errors import UserError
from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.likelihood import ExplainingFact
from tutor_app.questions.model import Question

MAGNET, NAIL, WOOD = (
    Fact("A magnet attracts iron."),
    Fact("Nails are made of iron."),
    Fact("Wood comes from trees."),
)
ITEM = Item("ours/nail", "ours", "train", "What does a magnet pull?", ("a twig", "a nail", "a cup"), 1)


class InOrder:
    """A fact base that always finds the same, and likes magnets."""

    def candidates(self, question: Question, k: int, supposed: str | None) -> list[Fact]:
        assert (question.text, supposed) == (ITEM.question, ITEM.key)
        return [WOOD, NAIL, MAGNET][:k]

    def explaining(self, asked: str, facts: Sequence[Fact]) -> list[ExplainingFact]:
        assert asked == f"{ITEM.question} {ITEM.key}"
        return [
            ExplainingFact(0.9 if fact is MAGNET else 0.2, place, 0.0) for place, fact in enumerate(facts)
        ]


def drawn_by(numbers: Sequence[float], questions: int) -> list[tuple[Found, ...]]:
    """Questions with twelve facts found, good as often as the numbers say."""
    chance = random.Random(5)

    def found(place: int) -> Found:
        seen = ExplainingFact(chance.uniform(0.02, 0.98), place, chance.random())
        odds = sum(one * other for one, other in zip(numbers, seen.inputs, strict=True))
        return Found(seen, chance.random() < 1 / (1 + math.exp(-odds)))

    return [tuple(map(found, range(12))) for _ in range(questions)]


def test_graded_facts_are_seen_as_the_app_finds_them() -> None:
    grades = [
        Grades(ITEM.id, {MAGNET.id: 1.0, NAIL.id: 0.4}, (MAGNET.id,)),
        Grades("ours/gone", {MAGNET.id: 1.0}, ()),
    ]
    found = found_facts(grades, {ITEM.id: ITEM}, InOrder())
    assert found == [(Found(ExplainingFact(0.2, 1, 0.0), False), Found(ExplainingFact(0.9, 2, 0.0), True))]


def test_the_numbers_that_grades_were_drawn_by_are_found_again() -> None:
    fitted = fit(drawn_by((1.5, 0.8, 2.0, -0.5), 1500))
    assert fitted.numbers == pytest.approx((1.5, 0.8, 2.0, -0.5), abs=0.2)
    assert fitted.after.loss < fitted.before.loss


def test_quality_is_the_loss_of_each_fact_and_the_first_of_each_question() -> None:
    seen = ExplainingFact(0.5, 0, 0.0)
    one, other = (Found(seen, True), Found(seen, False)), (Found(seen, False), Found(seen, True))
    found = quality([one, other], [(0.8, 0.4), (0.8, 0.4)])
    assert found.loss == pytest.approx(-sum(map(math.log, (0.8, 0.6, 0.2, 0.4))) / 4)
    assert found.good_first == 0.5


def test_a_handful_of_questions_fits_nothing() -> None:
    with pytest.raises(UserError, match="graded facts of 3 questions; it takes at least 20"):
        fit(drawn_by((1.0, 1.0, 1.0, 0.0), 3))
