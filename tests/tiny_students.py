"""Students of both families, made in a second: random weights, real tokenizers, real conversion.

`make_package(folder, family)` leaves a whole student package and, beside each student, its transformers
original in `originals/`, for tests that compare the two.
"""

import json
from pathlib import Path

from tutor_app.students.engine import Family

SENTENCES = (
    "Plants take in carbon dioxide and give off oxygen in the light.",
    "Water boils at 100 degrees Celsius at sea level.",
    "A life cycle is the series of stages a living thing goes through.",
    "Explain. Choices: gravity; friction; magnetism; heat. Answer: friction",
    "user\nWhich force slows a rolling ball?\nassistant\nFriction acts against motion.",
    "The Moon reflects light from the Sun and circles the Earth once a month.",
    "H₂O, 5 × 10⁻³ m and 37 °C are written with signs.",
)
END, TURN = "<|im_end|>", "<|im_start|>"


def make_package(folder: Path, family: Family, seed: int = 0, quantization: str | None = None) -> Path:
    """A package named `tiny-FAMILY` in `folder`, with `originals/rationale` and `originals/answer`."""
    from tutor_app.students.packages import Manifest, seal
    from tutor_app.students.prompts import VERSION

    make = _make_llama if family is Family.DECODER else _make_t5
    for number, role in enumerate(("rationale", "answer")):
        make(folder / "originals" / role, seed + number)
        _convert(folder / "originals" / role, folder / role, quantization)
    (folder / "MODEL_CARD.md").write_text("# Tiny students\nRandom weights, for tests.\n", "utf-8")
    (folder / "calibration.json").write_text("{}\n", "utf-8")
    seal(
        folder,
        Manifest(
            name=f"tiny-{family}",
            version="0.1",
            prompt_version=VERSION,
            base="random",
            family=family,
            parameters=1,
        ),
    )
    return folder


def _make_llama(folder: Path, seed: int) -> None:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    words = _train_bpe(folder)
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=words,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        bos_token_id=1,
        eos_token_id=2,
        tie_word_embeddings=True,
        initializer_range=0.3,
    )
    LlamaForCausalLM(config).eval().save_pretrained(folder)


def _train_bpe(folder: Path) -> int:
    """A byte-level BPE `tokenizer.json` like SmolLM2's; gives the size of its vocabulary."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=480,
        special_tokens=["<|endoftext|>", TURN, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": TURN,
        "eos_token": END,
        "unk_token": "<|endoftext|>",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), "utf-8")
    return int(tokenizer.get_vocab_size())


def _make_t5(folder: Path, seed: int) -> None:
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    words = _train_sentencepiece(folder)
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    config = T5Config(
        vocab_size=words + 100,
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=1,
        tie_word_embeddings=True,
        feed_forward_proj="gated-gelu",
        initializer_factor=2.0,
    )
    T5ForConditionalGeneration(config).eval().save_pretrained(folder)


def _train_sentencepiece(folder: Path) -> int:
    """A `spiece.model` with T5's control tokens; gives the number of its pieces."""
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "spiece.model").open("wb") as model:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(SENTENCES),
            model_writer=model,
            vocab_size=150,
            hard_vocab_limit=False,
            pad_id=0,
            eos_id=1,
            unk_id=2,
            bos_id=-1,
            pad_piece="<pad>",
            character_coverage=1.0,
            normalization_rule_name="nmt_nfkc",
            minloglevel=2,
        )
    settings = {"tokenizer_class": "T5Tokenizer", "extra_ids": 100, "eos_token": "</s>", "pad_token": "<pad>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), "utf-8")
    return int(sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model")).get_piece_size())


def _convert(original: Path, out: Path, quantization: str | None) -> None:
    from ctranslate2.converters import TransformersConverter

    tokenizers = [path.name for path in original.iterdir() if path.name in ("tokenizer.json", "spiece.model")]
    out.parent.mkdir(parents=True, exist_ok=True)
    TransformersConverter(str(original), copy_files=tokenizers).convert(
        str(out), quantization=quantization, force=True
    )
