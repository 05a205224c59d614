"""A trimmed vocabulary still reads everything."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

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


def test_a_wordpiece_vocabulary_keeps_the_words_in_use_and_spells_the_rest() -> None:
    letters = [*"abcdefghijklmnopqrstuvwxyz", *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")]
    words = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3}
    for word in (*letters, "unused", "light", "##house", "fog"):
        words[word] = len(words)
    whole = Tokenizer(WordPiece(words, unk_token="[UNK]"))
    whole.pre_tokenizer = Whitespace()
    whole.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    whole.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    trimmed = trim(json.loads(whole.to_str()), ["lighthouse light lighthouse fog"], len(words) - 1)
    small = Tokenizer.from_str(json.dumps(trimmed.tokenizer))
    assert small.encode("lighthouse").tokens == ["[CLS]", "light", "##house", "[SEP]"]
    assert small.encode("fog").ids != whole.encode("fog").ids
    assert [trimmed.kept[id_] for id_ in small.encode("light fog").ids] == whole.encode("light fog").ids
    assert small.encode("unused").tokens == ["[CLS]", "u", *(f"##{letter}" for letter in "nused"), "[SEP]"]
