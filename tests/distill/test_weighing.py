"""The fact weigher learns which option facts support, and the app reads what it leaves."""

import copy
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from distill import weighing
from distill.corpus import Item
from distill.recipe import FactWeigher
from distill.weighing import Lesson, Weigher, fit, lessons_of, save, share_right
from tests.distill.tiny_encoder import tiny_encoder
from tutor_app.knowledge.weigher import FactWeigher as AppWeigher

IRON, PULL, SUN = "A magnet attracts iron.", "Gravity pulls things down.", "Plants make sugar from sunlight."
LESSONS = [
    Lesson(("What attracts iron? a magnet", "What attracts iron? gravity"), (IRON, PULL), (IRON, SUN, PULL)),
    Lesson(("What pulls down? gravity", "What pulls down? a magnet"), (PULL, IRON), (PULL, SUN, IRON)),
    Lesson(("What do plants make? sugar", "What do plants make? iron"), (SUN, IRON), (SUN, PULL, IRON)),
]
PACE = FactWeigher(model="tiny", epochs=60, learning_rate=2e-3, batch=2, checkpoint_minutes=1e-9)


def _tiny_weigher() -> Weigher:
    encoder = tiny_encoder([text for lesson in LESSONS for pair in lesson.options for text in pair])
    head = torch.nn.Linear(encoder.model.config.hidden_size, 1, bias=False)
    torch.nn.init.zeros_(head.weight)
    return Weigher(encoder, head)


def _trained(weigher: Weigher, folder: Path, say: object = lambda words: None) -> Weigher:
    fit(weigher, LESSONS, PACE, folder, 0, say, {})  # type: ignore[arg-type]
    return weigher


def test_training_puts_the_supported_option_and_the_fitting_fact_first(tmp_path: Path) -> None:
    weigher = _trained(_tiny_weigher(), tmp_path)
    assert share_right(weigher, [lesson.options for lesson in LESSONS]) == 1.0
    assert share_right(weigher, [lesson.fits for lesson in LESSONS]) == 1.0


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


def test_the_app_weighs_alike(tmp_path: Path) -> None:
    weigher = _trained(_tiny_weigher(), tmp_path / "log")
    pairs = [pair for lesson in LESSONS for pair in lesson.options]
    save(weigher, tmp_path / "transformers", tmp_path / "weigher")
    with torch.no_grad():
        wanted = weigher.scores(pairs).tolist()
    found = AppWeigher(tmp_path / "weigher").scores(pairs)
    assert found == pytest.approx(wanted, abs=0.1 * (max(wanted) - min(wanted)))


class ListedFinder:
    """Finds the same facts for whatever is asked."""

    def __init__(self, *facts: str) -> None:
        self.facts = list(facts)

    def nearest(self, queries: Sequence[str]) -> list[list[str]]:
        return [self.facts for _ in queries]

    def found(self, item: Item) -> list[str]:
        return self.facts


def _lesson(item: Item, *facts: str) -> Lesson:
    (lesson,) = lessons_of([item], ListedFinder(*facts), random.Random(0))  # type: ignore[arg-type]
    return lesson


IRON_QUESTION = Item("q", "ours", "train", "What attracts iron?", ("wood", "a magnet"), 1, facts=(IRON,))


def test_a_lesson_has_the_right_option_first_and_no_own_fact_beside_it() -> None:
    lesson = _lesson(IRON_QUESTION, IRON, PULL, SUN)
    assert lesson.asked == ("What attracts iron? a magnet", "What attracts iron? wood")
    assert lesson.beside == (f"{PULL} {SUN}",) * 2
    assert lesson.facts[0] == IRON
    assert set(lesson.facts[1:]) == {PULL, SUN}


def test_a_fact_that_no_search_finds_teaches_no_fit() -> None:
    assert _lesson(IRON_QUESTION, PULL, SUN).facts == ()


def test_of_many_wrong_options_a_few_are_drawn() -> None:
    lesson = _lesson(Item("q", "qasc", "train", "Which?", tuple("abcdefgh"), 3), SUN)
    assert len(lesson.asked) == weighing.MOST_OPTIONS
    assert lesson.asked[0] == "Which? d"
