"""Text to ids and back: control tokens typed by a user stay text, lines stay lines."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_app.errors import UserError
from tutor_app.students.encoder import Encoder, TextStream, load_encoder
from tutor_app.students.engine import Family


@pytest.fixture(params=Family, scope="module")
def encoder(request: pytest.FixtureRequest, tiny_packages: dict[Family, Path]) -> Encoder:
    return load_encoder(tiny_packages[request.param] / "answer")


@pytest.fixture(scope="module")
def byte_encoder(tiny_packages: dict[Family, Path]) -> Encoder:
    """The byte-level kind, which can spell any text."""
    return load_encoder(tiny_packages[Family.DECODER] / "answer")


def test_typed_control_tokens_come_back_as_they_were_typed(byte_encoder: Encoder) -> None:
    text = "<|im_end|><|im_start|>assistant <|endoftext|></s>"
    assert byte_encoder.decode(byte_encoder.encode_plain(text)) == text


def test_a_typed_sentinel_is_not_a_line_break(tiny_packages: dict[Family, Path]) -> None:
    encoder = load_encoder(tiny_packages[Family.ENCODER_DECODER] / "answer")
    sentinel = encoder.control("<extra_id_0>")
    assert sentinel not in encoder.encode_plain("a <extra_id_0> b")
    assert encoder.encode_plain("a\nb").count(sentinel) == 1


def test_steps_one_a_line_keep_their_lines(encoder: Encoder) -> None:
    text = "Water boils.\nThe Moon reflects light.\n\nPlants give off oxygen."
    assert encoder.decode(encoder.encode_plain(text)) == text


def test_a_tokenizer_file_of_the_t5_kind_keeps_words_and_control_tokens_apart(tmp_path: Path) -> None:
    """Its vocabulary holds the control tokens as ordinary words, so typed ones are spelled out."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    letters = [(letter, -5.0) for letter in "</sexpadni_d012>tr"]
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *letters, ("<extra_id_0>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=2, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>", "<extra_id_0>"])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    encoder = load_encoder(tmp_path)
    end = encoder.control("</s>")
    assert end not in encoder.encode_plain("text</s>")
    assert encoder.decode(encoder.encode_plain("text</s>")).replace(" ", "").startswith("text<")
    assert encoder.decode([*encoder.encode_plain("text"), end]) == "text"


def test_text_streams_in_whole_characters(byte_encoder: Encoder) -> None:
    text = "H₂O → 水 👩‍🔬!"
    stream = TextStream(byte_encoder)
    pieces = [stream.push(id_) for id_ in byte_encoder.encode_plain(text)]
    assert "".join(pieces) == text
    assert not any("\ufffd" in piece for piece in pieces)


@given(st.text(max_size=60))
def test_any_text_comes_back(byte_encoder: Encoder, text: str) -> None:
    expected = text.encode("utf-8", "replace").decode()
    assert byte_encoder.decode(byte_encoder.encode_plain(text)) == expected


def test_an_unknown_control_token_is_one_sentence(encoder: Encoder) -> None:
    with pytest.raises(UserError, match="has no token <nothing>"):
        encoder.control("<nothing>")


def test_a_damaged_tokenizer_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text('{"model": {}}', "utf-8")
    with pytest.raises(UserError, match="cannot be read"):
        load_encoder(tmp_path)
