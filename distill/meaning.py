"""The fact encoder: a small sentence encoder that learns which facts explain which questions.

What it is taught, and how, is in `distill.supporting`.
"""

import json
import random
import shutil
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from distill.convert import round_rows
from distill.corpus import Item, read_items
from distill.stages import Work
from distill.supporting import Pace, Shelf, fit, lessons_of, queries_of
from distill.train.vocabulary import trim
from distill.training import by_question, drawn
from tutor_app.knowledge.facts import facts_of, shipped_sources
from tutor_app.knowledge.meaning import MeaningEncoder, packed, vectors_file

MOST_TOKENS = 96
AT_ONCE = 32
LEVELS = 40  # of the 127 that int8 has: smaller to store, and near enough


def run_stage(work: Work) -> None:
    """The fact-encoder stage; without a base in the recipe facts are found by words alone."""
    section = work.recipe.fact_encoder
    if not section.model:
        return
    chance = random.Random(work.recipe.run.seed)
    items = [item for item in read_items(work.earlier["corpus"] / "train.jsonl") if not held_out(item)]
    kept = by_question(read_items(work.earlier["filter"] / "kept.jsonl"))
    taught = {id_: tuple(fact for row in rows for fact in row.facts) for id_, rows in kept.items()}
    lessons = lessons_of(drawn(items, section.sources, chance), taught, chance)
    facts = [fact.text for source in shipped_sources() for fact in facts_of(source)]
    work.say(f"{len(lessons)} questions, {sum(bool(each.facts) for each in lessons)} with facts of their own")
    if work.recipe.run.threads:
        torch.set_num_threads(work.recipe.run.threads)
    torch.manual_seed(work.recipe.run.seed)
    place = work.folders.place(section.model)
    encoder = Encoder.load(str(place) if place.exists() else section.model)
    if section.keep_tokens:
        encoder.trim(facts + queries_of(lessons), section.keep_tokens)
    pace = Pace(section.epochs, section.learning_rate, section.batch)
    fit(encoder, lessons, Shelf(facts), pace, chance, work.say)
    save(encoder, work.folder / "transformers", work.folder / "encoder")
    write_vectors(work.folder / "encoder")


def held_out(item: Item) -> bool:
    """One question in twenty is kept to measure the search on (`tests/bench_facts.py`)."""
    return zlib.crc32(item.question.encode()) % 20 == 0


@dataclass(slots=True)
class Encoder:
    """A transformers encoder with its tokenizer; a text's vector is the mean over its tokens."""

    model: Any
    tokenizer: Any

    @classmethod
    def load(cls, source: str) -> "Encoder":
        """From a hub id or a folder."""
        from transformers import AutoModel, AutoTokenizer

        return cls(AutoModel.from_pretrained(source), AutoTokenizer.from_pretrained(source))

    def trim(self, texts: Sequence[str], size: int) -> None:
        """Keep the tokens these texts use, and their embeddings."""
        from tokenizers import Tokenizer

        trimmed = trim(json.loads(self.tokenizer.backend_tokenizer.to_str()), texts, size)
        rows = self.model.get_input_embeddings().weight.data[torch.tensor(trimmed.kept)].clone()
        self.model.resize_token_embeddings(len(rows))
        self.model.get_input_embeddings().weight.data.copy_(rows)
        self.tokenizer = type(self.tokenizer)(
            tokenizer_object=Tokenizer.from_str(json.dumps(trimmed.tokenizer)),
            **{name: str(token) for name, token in self.tokenizer.special_tokens_map.items()},
        )

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """One row a text, of length one; texts of like length are computed together."""
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        groups = [order[start : start + AT_ONCE] for start in range(0, len(order), AT_ONCE)]
        parts = [self._together([texts[number] for number in group]) for group in groups]
        return torch.cat(parts)[torch.tensor(order).argsort()]

    def _together(self, texts: Sequence[str]) -> Tensor:
        read = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=MOST_TOKENS, return_tensors="pt"
        )
        with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
            states = self.model(**read).last_hidden_state
        known = read["attention_mask"].unsqueeze(-1).float()
        mean = (states.float() * known).sum(1) / known.sum(1)
        return torch.nn.functional.normalize(mean, dim=-1)


def save(encoder: Encoder, folder: Path, converted: Path) -> None:
    """Leave the encoder in int8 with its tokenizer, as the app reads it."""
    from ctranslate2.converters import TransformersConverter

    round_rows(encoder.model, LEVELS)
    if not hasattr(encoder.model.config, "position_embedding_type"):
        encoder.model.config.position_embedding_type = "absolute"  # the converter asks for it
    encoder.model.save_pretrained(folder)
    encoder.tokenizer.save_pretrained(folder)
    TransformersConverter(str(folder)).convert(str(converted), quantization="int8", force=True)
    shutil.copy(folder / "tokenizer.json", converted)
    shutil.rmtree(folder)


def write_vectors(folder: Path) -> None:
    """The vectors of the shipped facts, so that no laptop has to compute them."""
    facts = [fact for source in shipped_sources() for fact in facts_of(source)]
    vectors = packed(MeaningEncoder(folder).vectors([fact.text for fact in facts]))
    known = dict(zip((fact.id for fact in facts), vectors, strict=True))
    (folder / "vectors.npz").write_bytes(vectors_file(known))
