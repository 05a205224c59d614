"""The fact encoder: a small sentence encoder that learns which facts explain which questions.

The question with its answer and each of its own facts should lie close together, closer than the other
facts of the batch and than the facts a word search confuses with them.
"""

import json
import random
import shutil
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from distill.convert import round_rows
from distill.corpus import Item, read_items
from distill.explaining import shipped_facts
from distill.stages import Work
from distill.train.vocabulary import trim
from distill.training import drawn, neighbours
from tutor_app.errors import UserError
from tutor_app.knowledge.facts import facts_of, shipped_sources
from tutor_app.knowledge.meaning import MeaningEncoder, packed, query, vectors_file

SHARPNESS = 20.0
MOST_TOKENS = 96
LEVELS = 40  # of the 127 that int8 has: smaller to store, and near enough


@dataclass(frozen=True, slots=True)
class Pair:
    """A question as it is asked, a fact of its own, and one that only looks like it."""

    question: str
    fact: str
    other: str


def run_stage(work: Work) -> None:
    """The fact-encoder stage; without a base in the recipe facts are found by words alone."""
    section = work.recipe.fact_encoder
    if not section.model:
        work.say("nothing to do: [fact_encoder] names no model")
        return
    chance = random.Random(work.recipe.run.seed)
    items = [item for item in read_items(work.earlier["filter"] / "kept.jsonl") if item.facts]
    items = [item for item in items if not held_out(item)]
    place = work.folders.place(section.model)
    source = str(place) if place.exists() else section.model
    pairs = pairs_of(drawn(items, section.sources, chance), chance)
    work.say(f"{len(pairs)} questions with a fact of their own")
    if work.recipe.run.threads:
        torch.set_num_threads(work.recipe.run.threads)
    torch.manual_seed(work.recipe.run.seed)
    encoder = Encoder.load(source)
    if section.keep_tokens:
        texts = [fact.text for own in shipped_sources() for fact in facts_of(own)]
        texts += [query(item.question, choice) for item in items for choice in item.choices]
        encoder.trim(texts, section.keep_tokens)
    fit(encoder, pairs, section.epochs, section.learning_rate, section.batch, chance, work.say)
    save(encoder, work.folder / "transformers", work.folder / "encoder")
    write_vectors(work.folder / "encoder")


def held_out(item: Item) -> bool:
    """One question in twenty is kept to measure the search on (`tests/bench_facts.py`)."""
    return zlib.crc32(item.question.encode()) % 20 == 0


def pairs_of(items: Sequence[Item], chance: random.Random) -> list[Pair]:
    """One pair per question: one of its facts and one of the nearest facts that are not its own."""
    facts = shipped_facts(meanings=False)
    pairs = []
    for item in items:
        others = neighbours(item, facts, told=True, count=6)
        if others:
            asked = query(item.question, item.key)
            pairs.append(Pair(asked, chance.choice(item.facts), chance.choice(others)))
    facts.close()
    return pairs


@dataclass(slots=True)
class Encoder:
    """A transformers encoder with its tokenizer; a text's vector is the mean over its tokens."""

    model: Any
    tokenizer: Any

    @classmethod
    def load(cls, source: str) -> "Encoder":
        """From a hub id or a folder."""
        from transformers import AutoModel, AutoTokenizer

        try:
            return cls(AutoModel.from_pretrained(source), AutoTokenizer.from_pretrained(source))
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise UserError(
                f"The encoder {source} cannot be read ({reason}) Check `model` in [fact_encoder] and "
                "[fact_weigher]: a hub id (with a network the first time) or a folder beside the recipe."
            ) from None

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
        """One row a text, of length one."""
        read = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=MOST_TOKENS, return_tensors="pt"
        )
        with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
            states = self.model(**read).last_hidden_state
        known = read["attention_mask"].unsqueeze(-1).float()
        mean = (states.float() * known).sum(1) / known.sum(1)
        return torch.nn.functional.normalize(mean, dim=-1)


def contrastive_loss(questions: Tensor, facts: Tensor, others: Tensor) -> Tensor:
    """Each question should be nearest to its own fact among all facts of the batch."""
    products = questions @ torch.cat([facts, others]).T * SHARPNESS
    return torch.nn.functional.cross_entropy(products, torch.arange(len(questions)))


def fit(
    encoder: Encoder,
    pairs: Sequence[Pair],
    epochs: int,
    rate: float,
    size: int,
    chance: random.Random,
    say: Callable[[str], None],
) -> None:
    """A short training in place: warm-up, then a straight line down."""
    optimiser = torch.optim.AdamW(encoder.model.parameters(), lr=rate, weight_decay=0.01)
    batches = [batch for _ in range(epochs) for batch in _shuffled(pairs, size, chance)]
    encoder.model.train()
    losses: list[float] = []
    for step, batch in enumerate(batches):
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 20) * max(0.02, 1 - step / len(batches))
        loss = contrastive_loss(
            encoder.vectors([pair.question for pair in batch]),
            encoder.vectors([pair.fact for pair in batch]),
            encoder.vectors([pair.other for pair in batch]),
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.model.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
        if (step + 1) % 20 == 0 or step + 1 == len(batches):
            recent = losses[-20:]
            say(f"step {step + 1} of {len(batches)}, loss {sum(recent) / len(recent):.3f}")
    encoder.model.eval()


def _shuffled(pairs: Sequence[Pair], size: int, chance: random.Random) -> list[list[Pair]]:
    order = list(pairs)
    chance.shuffle(order)
    return [order[i : i + size] for i in range(0, len(order) - 1, size)]


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
