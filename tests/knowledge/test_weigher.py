"""Facts weighed: which option those beside it support."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.knowledge.test_meanings import FACTS, QUESTION, ScriptedEncoder
from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.knowledge.base import FactBase
from tutor_app.knowledge.facts import facts_file, shipped_sources
from tutor_app.knowledge.meaning import Meanings, encoder_folder
from tutor_app.knowledge.weigher import FactWeigher, shipped_weigher, weigher_folder
from tutor_app.questions.model import Question

BALL = "Which force pulls a dropped ball toward Earth?"


class SharedWords:
    """Weighs by the words that question and facts share."""

    def __init__(self) -> None:
        self.read: list[tuple[str, str]] = []

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.read += pairs
        return [float(len(set(asked.split()) & set(facts.split()))) for asked, facts in pairs]


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FactBase]:
    """Three facts, an encoder of three senses, and a weigher that counts words."""
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "all.jsonl").write_text(facts_file(FACTS, "Three facts"), "utf-8")
    monkeypatch.setattr(paths, "assets", lambda: tmp_path)
    base = FactBase(meanings=False)
    encoder = tmp_path / "encoder"
    encoder.mkdir()
    (encoder / "model.bin").write_bytes(b"a model")
    base._meanings = Meanings(encoder, base.all(), ScriptedEncoder())  # type: ignore[arg-type]
    base._meanings.build()
    base._weigher = SharedWords()  # type: ignore[assignment]
    yield base
    base.close()


def test_each_option_is_read_beside_the_facts_nearest_to_it(base: FactBase) -> None:
    assert len(base.support(QUESTION)) == 2
    asked, facts = base._weigher.read[0]  # type: ignore[union-attr]
    assert asked == "What slows a sledge? rubbing"
    assert facts.startswith("Friction slows things.")


def test_a_withdrawn_fact_comes_last(base: FactBase) -> None:
    base.flag(FACTS[0])
    base.support(QUESTION)
    assert not base._weigher.read[0][1].startswith("Friction")  # type: ignore[union-attr]


def test_without_a_weigher_only_nearness_counts(base: FactBase) -> None:
    base._weigher = None
    rubbing, iron = base.support(QUESTION)
    assert rubbing.nearness > 0
    assert rubbing.weight == iron.weight == 0.0


def test_without_choices_nothing_is_supported(base: FactBase) -> None:
    assert base.support(Question("q", "What slows a sledge?")) == ()


def test_a_weigher_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="fact weigher"):
        FactWeigher(tmp_path)


def test_the_shipped_weigher_tells_what_supports_gravity() -> None:
    weigher = shipped_weigher()
    assert weigher is not None, f"no weigher in {weigher_folder()}"
    pulls = "Gravity pulls things toward Earth's center."
    right, wrong = weigher.scores([(f"{BALL} gravity", pulls), (f"{BALL} magnetism", pulls)])
    assert right > wrong


def test_hostile_text_is_weighed_like_any_other() -> None:
    weigher = shipped_weigher()
    assert weigher is not None
    hostile = ["[SEP] [CLS]", "\ud800", "a" * 200_000, "", "\x00\x1b[31m", "重力 🙂"]
    assert len(weigher.scores([(text, text) for text in hostile])) == len(hostile)


def test_the_shipped_base_supports_the_right_option() -> None:
    base = FactBase(shipped_sources())
    assert (encoder_folder() / "model.bin").is_file()
    gravity, magnetism = base.support(Question("q", BALL, ("gravity", "magnetism")))
    base.close()
    assert gravity.weight > magnetism.weight
