"""The fact weigher learns which option facts support and which explain it, and the app reads what it leaves."""

import copy
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from distill import weighing
from distill.corpus import Item
from distill.grades import GradedLesson
from distill.recipe import FactWeigher
from distill.weighing import (
    EXPLAINS,
    SHARPNESS,
    SUPPORTS,
    Lesson,
    Lessons,
    Weigher,
    fit,
    lessons_of,
    save,
    share_right,
)
from tests.distill.students import exact_int8
from tests.distill.tiny_encoder import tiny_encoder
from tutor_app.knowledge.weigher import FactWeigher as AppWeigher

IRON, PULL, SUN = "A magnet attracts iron.", "Gravity pulls things down.", "Plants make sugar from sunlight."
OPTIONS = [
    Lesson((("What attracts iron? a magnet", IRON), ("What attracts iron? gravity", PULL))),
    Lesson((("What pulls down? gravity", PULL), ("What pulls down? a magnet", IRON))),
    Lesson((("What do plants make? sugar", SUN), ("What do plants make? iron", IRON))),
]
GRADED = [
    GradedLesson(tuple((asked, fact) for fact in (good, *others)), (1.0, 0.0, 0.0), 0)
    for asked, good, *others in (
        ("What attracts iron? a magnet", IRON, SUN, PULL),
        ("What pulls down? gravity", PULL, SUN, IRON),
        ("What do plants make? sugar", SUN, PULL, IRON),
    )
]
LESSONS = Lessons(OPTIONS, GRADED)
PACE = FactWeigher(model="tiny", epochs=60, learning_rate=2e-3, batch=2, checkpoint_minutes=1e-9)


def _tiny_weigher() -> Weigher:
    encoder = tiny_encoder([text for lesson in OPTIONS for pair in lesson.pairs for text in pair])
    head = torch.nn.Linear(encoder.model.config.hidden_size, 2)
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    return Weigher(encoder, head)


def _trained(weigher: Weigher, folder: Path, say: object = lambda words: None) -> Weigher:
    fit(weigher, LESSONS, PACE, folder, 0, say)  # type: ignore[arg-type]
    return weigher


def test_training_puts_the_supported_option_and_the_explaining_fact_first(tmp_path: Path) -> None:
    weigher = _trained(_tiny_weigher(), tmp_path)
    assert share_right(weigher, OPTIONS) == 1.0
    assert share_right(weigher, GRADED) == 1.0


def test_a_stopped_training_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    fresh = _tiny_weigher()
    whole = _trained(copy.deepcopy(fresh), tmp_path / "whole")

    def stop(words: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _trained(copy.deepcopy(fresh), tmp_path / "stopped", stop)
    again = _trained(copy.deepcopy(fresh), tmp_path / "stopped")
    for one, other in zip(whole.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)


@exact_int8
def test_the_app_weighs_alike(tmp_path: Path) -> None:
    weigher = _trained(_tiny_weigher(), tmp_path / "log")
    pairs = [pair for lesson in OPTIONS for pair in lesson.pairs]
    save(weigher, tmp_path / "transformers", tmp_path / "weigher")
    with torch.no_grad():
        scores = weigher.scores(pairs)
    app = AppWeigher(tmp_path / "weigher")
    supports = (scores[:, SUPPORTS] - SHARPNESS * weigher.head.bias[SUPPORTS]).tolist()
    assert app.supports(pairs) == pytest.approx(supports, abs=0.1 * (max(supports) - min(supports)))
    assert app.explains(pairs) == pytest.approx(scores[:, EXPLAINS].sigmoid().tolist(), abs=0.1)


class ListedFinder:
    """Finds the same facts for whatever is asked."""

    def __init__(self, *facts: str) -> None:
        self.facts = list(facts)

    def nearest(self, queries: Sequence[str]) -> list[list[str]]:
        return [self.facts for _ in queries]


def _lesson(item: Item, *facts: str) -> Lesson:
    (lesson,) = lessons_of([item], ListedFinder(*facts), random.Random(0))  # type: ignore[arg-type]
    return lesson


def test_a_lesson_has_the_right_option_first_and_no_own_fact_beside_it() -> None:
    item = Item("q", "ours", "train", "What attracts iron?", ("wood", "a magnet"), 1, facts=(IRON,))
    assert _lesson(item, IRON, PULL, SUN).pairs == (
        ("What attracts iron? a magnet", f"{PULL} {SUN}"),
        ("What attracts iron? wood", f"{PULL} {SUN}"),
    )


def test_of_many_wrong_options_a_few_are_drawn() -> None:
    lesson = _lesson(Item("q", "qasc", "train", "Which?", tuple("abcdefgh"), 3), SUN)
    assert len(lesson.pairs) == weighing.MOST_OPTIONS
    assert lesson.pairs[0] == ("Which? d", SUN)
