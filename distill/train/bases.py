"""The model both students start from, Llama or T5: a hub id, a folder (also of a student that ships), a
`.gguf` file or fresh weights."""

import json
import shutil
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    T5Config,
    T5ForConditionalGeneration,
)
from transformers.utils.logging import disable_progress_bar

from distill.recipe import Base
from distill.subjects import FAMILIES
from distill.train.converted import is_converted, save_converted
from distill.train.vocabulary import trim
from tutor_app.errors import UserError
from tutor_app.students.engine import Family

disable_progress_bar()  # a bar for each of many small files says nothing

_GGUF_KEYS = (
    *("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"),
    *("num_key_value_heads", "max_position_embeddings", "rms_norm_eps", "rope_parameters"),
    *("tie_word_embeddings", "bos_token_id", "eos_token_id", "pad_token_id", "hidden_act"),
)


def load_model(folder: Path | str) -> PreTrainedModel:
    """A model of either family, in float32."""
    family = family_of(folder)
    kind = AutoModelForSeq2SeqLM if family is Family.ENCODER_DECODER else AutoModelForCausalLM
    return kind.from_pretrained(str(folder), dtype=torch.float32)


def family_of(folder: Path | str) -> Family:
    """Llama's or T5's; another family is refused."""
    try:
        kind = AutoConfig.from_pretrained(str(folder)).model_type
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(
            f"The base model {folder} cannot be read ({reason}) Check `model` in [base]: a hub id (with a "
            "network the first time), a folder beside the recipe, or a .gguf file."
        ) from None
    if kind not in FAMILIES:
        raise UserError(f"{folder} is a {kind} model; students start from a Llama or a T5 model.")
    return FAMILIES[kind]


def save_base(base: Base, place: Path, texts: Sequence[str], folder: Path, seed: int) -> None:
    """Write the base as a transformers folder with its tokenizer, its vocabulary trimmed if asked for."""
    torch.manual_seed(seed)
    if base.fresh:
        _save_fresh(base, texts, folder)
        return
    if place.suffix == ".gguf":
        _save_gguf(place, folder)
    elif is_converted(place):
        save_converted(place, folder)
    else:
        source = str(place) if place.exists() else base.model
        load_model(source).save_pretrained(folder)
        _save_tokenizer(source, folder)
    if base.keep_tokens:
        _trim_saved(folder, texts, base.keep_tokens)


def _save_gguf(path: Path, folder: Path) -> None:
    """A model read from GGUF refuses to be saved, so its weights move into a plain Llama."""
    try:
        given = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    except (ValueError, OSError, KeyError, struct.error) as error:
        reason = str(error).rstrip(".")
        raise UserError(f"The base {path} cannot be read as a GGUF model: {reason}.") from None
    if given.config.model_type != "llama":
        raise UserError(f"{path} is a {given.config.model_type} model; a .gguf base must be a Llama.")
    values = {key: getattr(given.config, key) for key in _GGUF_KEYS}
    plain = LlamaForCausalLM(LlamaConfig(**values))
    plain.load_state_dict(given.state_dict(), strict=False)
    plain.tie_weights()
    plain.save_pretrained(folder)
    AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name).save_pretrained(folder)


def _save_tokenizer(source: str, folder: Path) -> None:
    """Fast tokenizers are kept as `tokenizer.json`; T5's SentencePiece model as it is."""
    tokenizer = AutoTokenizer.from_pretrained(source)
    tokenizer.save_pretrained(folder)
    spiece = Path(getattr(tokenizer, "vocab_file", None) or "")
    if spiece.suffix == ".model" and spiece.is_file():
        (folder / "spiece.model").write_bytes(spiece.read_bytes())


def copy_tokenizer(model: Path, folder: Path) -> None:
    """Put a model's tokenizer beside another's weights."""
    for path in model.iterdir():
        if "token" in path.name or path.suffix == ".model":
            shutil.copy(path, folder)


def _embeddings(model: PreTrainedModel) -> torch.Tensor:
    """A row for each token the model reads."""
    embeddings: Any = model.get_input_embeddings()
    rows: torch.Tensor = embeddings.weight.data
    return rows


def _trim_saved(folder: Path, texts: Sequence[str], size: int) -> None:
    if family_of(folder) is not Family.DECODER:
        raise UserError("keep_tokens works for Llama bases; leave it out of [base] for a T5 base.")
    path = folder / "tokenizer.json"
    trimmed = trim(json.loads(path.read_text("utf-8")), texts, size)
    model = load_model(folder)
    kept = torch.tensor(trimmed.kept)
    rows = _embeddings(model)[kept].clone()
    numbers = {old: new for new, old in enumerate(trimmed.kept)}
    model.resize_token_embeddings(len(kept))
    _embeddings(model).copy_(rows)
    for config in (model.config, model.generation_config):
        for key in ("bos_token_id", "eos_token_id", "pad_token_id"):
            old = getattr(config, key, None)
            if isinstance(old, int):
                setattr(config, key, numbers[old])
    model.save_pretrained(folder)
    path.write_text(json.dumps(trimmed.tokenizer, ensure_ascii=False), "utf-8")


def _save_fresh(base: Base, texts: Sequence[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if base.fresh == "llama":
        vocabulary = _train_bpe(texts, base.vocabulary, folder)
        _fresh_llama(base, vocabulary).save_pretrained(folder)
    else:
        vocabulary = _train_sentencepiece(texts, base.vocabulary, folder)
        _fresh_t5(base, vocabulary).save_pretrained(folder)


def _fresh_llama(base: Base, vocabulary: int) -> PreTrainedModel:
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=base.width,
        intermediate_size=base.width * 3,
        num_hidden_layers=base.layers,
        num_attention_heads=base.heads,
        num_key_value_heads=base.heads,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    return LlamaForCausalLM(config)


def _fresh_t5(base: Base, vocabulary: int) -> PreTrainedModel:
    config = T5Config(  # type: ignore[call-arg]  # some settings are those of every model
        vocab_size=vocabulary + 100,  # T5's hundred sentinels stand after the pieces
        d_model=base.width,
        d_kv=base.width // base.heads,
        d_ff=base.width * 3,
        num_layers=base.layers,
        num_heads=base.heads,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=True,
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=1,
    )
    return T5ForConditionalGeneration(config)


def _train_bpe(texts: Sequence[str], size: int, folder: Path) -> int:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": "<|endoftext|>",
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "pad_token": "<|im_end|>",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1), "utf-8")
    return int(tokenizer.get_vocab_size())


def _train_sentencepiece(texts: Sequence[str], size: int, folder: Path) -> int:
    import io

    import sentencepiece

    model = io.BytesIO()
    options: dict[str, Any] = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1, "hard_vocab_limit": False}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=model,
        vocab_size=size,
        model_type="unigram",
        minloglevel=2,
        **options,
    )
    (folder / "spiece.model").write_bytes(model.getvalue())
    settings = {"tokenizer_class": "T5Tokenizer", "extra_ids": 100}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1), "utf-8")
    return int(sentencepiece.SentencePieceProcessor(model_proto=model.getvalue()).get_piece_size())


def with_lora(model: Any, rank: int, seed: int) -> Any:
    """The model with low-rank adapters beside its linear layers; `merge_and_unload` makes it whole again."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(seed)  # the adapters begin at random, in every process and after every stop alike
    return get_peft_model(model, LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear"))
