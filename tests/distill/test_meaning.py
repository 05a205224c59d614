"""The fact encoder learns to bring a question near its own fact, and the app reads what it leaves."""

import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from distill.meaning import Encoder, Pair, contrastive_loss, fit, save
from tests.distill.tiny_encoder import tiny_encoder
from tutor_app.errors import UserError
from tutor_app.knowledge.meaning import MeaningEncoder

PAIRS = [
    Pair("What pulls a ball down? gravity", "Gravity pulls things toward Earth.", "A ball is round."),
    Pair("What do plants make? sugar", "Plants make sugar from sunlight.", "Plants grow in soil."),
    Pair("What is ice? solid water", "Ice is water in its solid state.", "Water is a liquid."),
    Pair("What attracts iron? a magnet", "A magnet attracts iron.", "Iron is a metal."),
]


def _tiny_encoder() -> Encoder:
    return tiny_encoder([text for pair in PAIRS for text in (pair.question, pair.fact, pair.other)])


def test_contrastive_loss_by_hand() -> None:
    one = torch.eye(2)
    near_own = contrastive_loss(
        one, one, -one
    )  # own fact at 20, the other at 0, the confused ones at -20 and 0
    wanted = math.log(math.exp(20) + 1 + math.exp(-20) + 1) - 20
    assert near_own.item() == pytest.approx(wanted, abs=1e-5)


def test_training_brings_questions_near_their_own_facts() -> None:
    encoder = _tiny_encoder()
    fit(encoder, PAIRS, 30, 2e-3, 4, random.Random(0), lambda words: None)
    with torch.no_grad():
        products = (
            encoder.vectors([pair.question for pair in PAIRS])
            @ encoder.vectors([pair.fact for pair in PAIRS]).T
        )
    assert products.argmax(1).tolist() == [0, 1, 2, 3]


def test_an_encoder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot be read .* Check `model` in \[fact_encoder\]"):
        Encoder.load(str(tmp_path / "none"))


def test_the_app_finds_the_same_vectors(tmp_path: Path) -> None:
    encoder = _tiny_encoder()
    texts = [pair.fact for pair in PAIRS]
    with torch.no_grad():
        wanted = encoder.vectors(texts).numpy()
    save(encoder, tmp_path / "transformers", tmp_path / "encoder")
    assert not (tmp_path / "transformers").exists()
    assert json.loads((tmp_path / "encoder" / "tokenizer.json").read_text("utf-8"))
    found = MeaningEncoder(tmp_path / "encoder").vectors(texts)
    assert np.sum(wanted * found, axis=1) == pytest.approx(np.ones(len(texts)), abs=0.02)
