"""Facts found by meaning: vectors made once, kept, used as far as they are there."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.meaning import MeaningEncoder, Meanings, fuse
from tutor_app.questions.model import Question

FACTS = [Fact("Friction slows things."), Fact("Magnets attract iron."), Fact("Roots take up water.")]
QUESTION = Question("q", "What slows a sledge?", ("rubbing", "iron"))
SENSES = ("friction slow rub", "magnet iron attract", "root water plant")


class ScriptedEncoder:
    """Knows three senses; counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        rows = [
            [sum(word in text.lower() for word in sense.split()) + 0.01 for sense in SENSES] for text in texts
        ]
        made = np.array(rows, np.float32)
        return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"a model")
    return folder


def _meanings(folder: Path, facts: Sequence[Fact] = FACTS) -> tuple[Meanings, ScriptedEncoder]:
    encoder = ScriptedEncoder()
    return Meanings(folder, facts, encoder), encoder  # type: ignore[arg-type]


def test_nothing_is_near_before_there_are_vectors(folder: Path) -> None:
    meanings, _ = _meanings(folder)
    assert meanings.near(QUESTION, 2) == []
    assert meanings.join(QUESTION, [2, 1], 2) == [2, 1]
    meanings.start()
    meanings.stop() if meanings.ready else meanings.build()
    assert meanings.near(QUESTION, 1) == [0]


def test_what_no_fact_is_near_to_is_not_known(folder: Path) -> None:
    meanings, _ = _meanings(folder, FACTS[:2])
    assert meanings.knows("Roots take up water."), "until the vectors are there nobody can tell"
    meanings.build()
    assert meanings.knows("What slows a sledge?")
    assert not meanings.knows("Roots take up water.")


def test_vectors_are_made_once_and_only_for_new_facts(folder: Path) -> None:
    _meanings(folder)[0].build()
    again, encoder = _meanings(folder, [*FACTS, Fact("Ice floats.")])
    again.build()
    assert encoder.asked == ["Ice floats."]
    assert again.ready


def test_a_damaged_cache_of_vectors_is_made_again(folder: Path) -> None:
    _meanings(folder)[0].build()
    (kept,) = paths.user_cache().glob("fact-meanings-*.npz")
    for damage in (b"", b"nonsense", kept.read_bytes()[:-40]):
        kept.write_bytes(damage)
        again, encoder = _meanings(folder)
        again.build()
        assert again.ready
        assert len(encoder.asked) == len(FACTS)


def test_vectors_that_ship_beside_the_encoder_are_not_made(folder: Path) -> None:
    made = ScriptedEncoder().vectors([fact.text for fact in FACTS]).astype(np.float16)
    np.savez(folder / "vectors.npz", ids=np.array([fact.id for fact in FACTS]), vectors=made)
    meanings, encoder = _meanings(folder)
    meanings.build()
    assert meanings.ready
    assert encoder.asked == []


def test_both_lists_count_and_what_is_in_both_comes_first() -> None:
    assert fuse([[1, 2, 3], [3, 4]], (1.0, 1.0))[0] == 3
    assert set(fuse([[1, 2, 3], [3, 4]], (1.0, 1.0))) == {1, 2, 3, 4}
    assert fuse([[1, 2], []], (1.0, 1.0)) == [1, 2]


def test_an_encoder_that_cannot_be_read_is_one_sentence(folder: Path) -> None:
    with pytest.raises(UserError, match="fact encoder"):
        MeaningEncoder(folder)


def test_the_facts_beside_an_option_are_the_nearest_first(folder: Path) -> None:
    meanings, _ = _meanings(folder, [*FACTS, Fact("Rubbing slows friction.")])
    assert meanings.beside(QUESTION, 2) == []
    meanings.build()
    rubbing, iron = meanings.beside(QUESTION, 2)
    assert set(rubbing.rows) == {0, 3}
    assert rubbing.nearness > iron.nearness
    withdrawn, _ = meanings.beside(QUESTION, 4, withdrawn=[3])
    assert (withdrawn.rows[0], withdrawn.rows[-1]) == (0, 3)
    assert meanings.beside(Question("q", "What slows a sledge?"), 2) == []


def test_what_is_asked_again_is_not_read_again(folder: Path) -> None:
    meanings, encoder = _meanings(folder)
    meanings.build()
    encoder.asked.clear()
    beside = meanings.beside(QUESTION, 2, withdrawn=[0])
    assert meanings.near(QUESTION, 1, "rubbing") == [0], "what was withdrawn before is not so now"
    assert meanings.beside(QUESTION, 2, withdrawn=[0]) == beside
    assert sorted(encoder.asked) == ["What slows a sledge? iron", "What slows a sledge? rubbing"]


def test_new_vectors_make_what_was_remembered_old(folder: Path) -> None:
    _meanings(folder, FACTS[:2])[0].build()
    meanings, _ = _meanings(folder)
    meanings._use(meanings._read())
    assert not meanings.complete
    assert meanings.near(Question("q", "root water plant"), 1) != [2]
    meanings.build()
    assert meanings.complete
    assert meanings.near(Question("q", "root water plant"), 1) == [2]
