"""How often a question is learnt from follows from its source's weight, and nothing counts twice."""

import random
from dataclasses import replace

import pytest

from distill.training import drawn
from tests.distill.questions import SPOON

ITEMS = [replace(SPOON, id=f"ours/{i}", weight=0.5) for i in range(400)]


def test_a_weight_of_two_is_twice() -> None:
    assert len(drawn(ITEMS[:5], {"ours": 2.0}, random.Random(1))) == 10


def test_half_of_the_questions_are_drawn_at_a_weight_of_a_half_and_count_whole() -> None:
    found = drawn(ITEMS, {}, random.Random(1))
    assert len(found) == pytest.approx(200, abs=40)
    assert {item.weight for item in found} == {1.0}


def test_a_source_a_phase_does_not_name_has_no_part_in_it() -> None:
    assert drawn(ITEMS, {"others": 1.0}, random.Random(1)) == []
