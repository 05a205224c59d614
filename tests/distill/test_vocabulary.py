"""A trimmed vocabulary still reads everything."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from distill.train.vocabulary import trim
from tests.distill.training_helpers import TEXTS, tiny_base


def _trimmed(folder: Path, size: int) -> tuple[Tokenizer, Tokenizer, tuple[int, ...]]:
    raw = json.loads((tiny_base(folder) / "tokenizer.json").read_text("utf-8"))
    smaller = trim(raw, TEXTS[:2], size)
    return (
        Tokenizer.from_str(json.dumps(raw)),
        Tokenizer.from_str(json.dumps(smaller.tokenizer)),
        smaller.kept,
    )


def test_words_of_the_texts_keep_their_tokens_and_numbers_map_back(tmp_path: Path) -> None:
    whole, small, kept = _trimmed(tmp_path, 300)
    assert small.get_vocab_size() == len(kept) <= 300
    before, after = whole.encode(TEXTS[0]), small.encode(TEXTS[0])
    assert after.tokens == before.tokens
    assert [kept[id_] for id_ in after.ids] == before.ids
    assert small.token_to_id("<|im_end|>") is not None


def test_any_text_comes_back_as_it_was(tmp_path: Path) -> None:
    _, small, _ = _trimmed(tmp_path, 280)

    @given(st.text(max_size=60))
    def comes_back(text: str) -> None:
        assert small.decode(small.encode(text).ids, skip_special_tokens=False) == text

    comes_back()
