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
from tutor_app.knowledge.weigher import FactWeigher, Fit, shipped_weigher, weigher_folder
from tutor_app.questions.model import Question

BALL = "Which force pulls a dropped ball toward Earth?"


class SharedWords:
    """Weighs by the words that question and facts share."""

    def __init__(self) -> None:
        self.read: list[tuple[str, str]] = []

    def supports(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.read += pairs
        return [float(len(set(asked.split()) & set(facts.split()))) for asked, facts in pairs]

    def explains(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [shared / 10 for shared in self.supports(pairs)]


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


def test_the_fact_that_explains_best_comes_first_wherever_the_search_put_it(base: FactBase) -> None:
    iron = Question("q", "Which things does a magnet pull", ("iron", "wood"))
    fits = base.fits(iron, "iron")
    assert [fit.score for fit in fits] == sorted((fit.score for fit in fits), reverse=True)
    assert {asked for asked, _ in base._weigher.read} == {"Which things does a magnet pull iron"}  # type: ignore[union-attr]


def test_a_questions_own_facts_come_first_even_where_no_search_finds_them(base: FactBase) -> None:
    own = Question("q", "zzz", ("yyy", "xxx"), 0, facts=(FACTS[2].text, "A fact that nobody imported."))
    base._meanings = None
    assert base.fits(own, "yyy") == [Fit(FACTS[2], 1.0)]
    base.flag(FACTS[2])
    assert base.fits(own, "yyy") == []


def test_without_a_weigher_the_search_decides(base: FactBase) -> None:
    base._weigher = None
    fits = base.fits(QUESTION, "rubbing")
    assert [fit.fact for fit in fits] == base.candidates(QUESTION, len(fits), "rubbing")
    assert all(fit.score < 1.0 for fit in fits), "and is certain of none"


def test_a_weigher_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="fact weigher"):
        FactWeigher(tmp_path)


def test_the_shipped_weigher_tells_what_supports_gravity() -> None:
    weigher = shipped_weigher()
    assert weigher is not None, f"no weigher in {weigher_folder()}"
    pulls = "Gravity pulls things toward Earth's center."
    right, wrong = weigher.supports([(f"{BALL} gravity", pulls), (f"{BALL} magnetism", pulls)])
    assert right > wrong


def test_hostile_text_is_weighed_like_any_other() -> None:
    weigher = shipped_weigher()
    assert weigher is not None
    hostile = ["[SEP] [CLS]", "\ud800", "a" * 200_000, "", "\x00\x1b[31m", "重力 🙂"]
    assert len(weigher.supports([(text, text) for text in hostile])) == len(hostile)


def test_the_shipped_base_supports_the_right_option() -> None:
    base = FactBase(shipped_sources())
    assert (encoder_folder() / "model.bin").is_file()
    gravity, magnetism = base.support(Question("q", BALL, ("gravity", "magnetism")))
    base.close()
    assert gravity.weight > magnetism.weight


def test_the_shipped_weigher_tells_a_fact_that_explains_from_one_that_only_sounds_like_it() -> None:
    weigher = shipped_weigher()
    assert weigher is not None
    asked = f"{BALL} gravity"
    good, beside = weigher.explains(
        [(asked, "Gravity pulls objects toward the center of Earth."), (asked, "A ball is round.")]
    )
    assert good > 0.5 > beside
