"""The fact encoder learns to bring a question near its own fact, and the app reads what it leaves."""

import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from distill import supporting
from distill.corpus import Item
from distill.meaning import Encoder, save
from distill.supporting import (
    SHARPNESS,
    Asked,
    Pace,
    Shelf,
    fit,
    lessons_of,
    queries_of,
    search_loss,
    support_loss,
)
from tutor_app.knowledge.meaning import MeaningEncoder

FACTS = [
    "Gravity pulls things toward Earth.",
    "Plants make sugar from sunlight.",
    "Ice is water in its solid state.",
    "A magnet attracts iron.",
    "A ball is round.",
    "Iron is a metal.",
]
LESSONS = [
    Asked(("What pulls a ball down? gravity", "What pulls a ball down? sugar"), (FACTS[0],)),
    Asked(("What do plants make? sugar", "What do plants make? iron"), (FACTS[1],)),
    Asked(("What is ice? solid water", "What is ice? a magnet"), (FACTS[2],)),
    Asked(("What attracts iron? a magnet", "What attracts iron? a ball")),
]


def _tiny_encoder() -> Encoder:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    texts = [*FACTS, *queries_of(LESSONS)]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=200, special_tokens=special))
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    return Encoder(BertModel(config).eval(), fast)


def test_support_loss_by_hand() -> None:
    wanted = math.log(1 + math.exp(-SHARPNESS * 0.5))
    loss = support_loss(LESSONS[:2], torch.tensor([0.75, 0.25, 0.5, 0.0]))
    assert loss.item() == pytest.approx(wanted, abs=1e-6)


def test_search_loss_by_hand() -> None:
    one = torch.eye(2)
    loss = search_loss(one, torch.cat([one, -one]))  # own fact at 20, others at 0, -20 and 0
    wanted = math.log(math.exp(20) + 1 + math.exp(-20) + 1) - 20
    assert loss.item() == pytest.approx(wanted, abs=1e-5)


def test_lessons_put_the_right_option_first_and_keep_a_few_others() -> None:
    item = Item("1", "ours", "train", "Which?", ("a", "b", "c", "d", "e", "f"), 2)
    unknown = Item("2", "ours", "train", "Why?", ("a", "b"), None)
    (lesson,) = lessons_of([item, unknown], {"1": ("A fact.",)}, random.Random(0))
    assert lesson.queries[0] == "Which? c"
    assert len(set(lesson.queries)) == 4
    assert lesson.facts == ("A fact.",)


def test_a_question_is_not_supported_by_its_own_facts() -> None:
    encoder, shelf = _tiny_encoder(), Shelf(FACTS)
    shelf.refresh(encoder)
    with torch.no_grad():
        rows, _ = shelf.nearest(LESSONS[:1], encoder.vectors([FACTS[0], FACTS[0]]))
        others, near = shelf.nearest([Asked(("asked",))], encoder.vectors([FACTS[0]]))
    assert 0 not in rows
    assert others[0, 0] == 0
    assert near[0, 0].item() == pytest.approx(1, abs=1e-2)


def test_training_tells_options_apart_and_finds_own_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supporting, "REFRESH", 5)
    encoder, shelf = _tiny_encoder(), Shelf(FACTS)
    said: list[str] = []
    fit(encoder, LESSONS, shelf, Pace(60.5, 1e-3, 4), random.Random(0), said.append, LESSONS)
    shelf.refresh(encoder)
    assert shelf.right(encoder, LESSONS) == 1.0
    with torch.no_grad():
        asked = encoder.vectors([lesson.queries[0] for lesson in LESSONS[:3]])
    assert (asked @ shelf.vectors.T).argmax(1).tolist() == [0, 1, 2]
    assert said[0].startswith("on dev questions: right by support ")
    assert said[-1].startswith("step 61 of 61")


def test_the_app_finds_the_same_vectors(tmp_path: Path) -> None:
    encoder = _tiny_encoder()
    texts = FACTS
    with torch.no_grad():
        wanted = encoder.vectors(texts).numpy()
    save(encoder, tmp_path / "transformers", tmp_path / "encoder")
    assert not (tmp_path / "transformers").exists()
    assert json.loads((tmp_path / "encoder" / "tokenizer.json").read_text("utf-8"))
    found = MeaningEncoder(tmp_path / "encoder").vectors(texts)
    assert np.sum(wanted * found, axis=1) == pytest.approx(np.ones(len(texts)), abs=0.02)
