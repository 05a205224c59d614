"""The fact weigher: a small network that reads facts beside a question and an answer it may have.

It says how well the facts support that answer. Two kinds of lists teach it, each by which entry is right:

- a question with each of its options, beside the facts that a search finds for it (never the question's
  own, which a new question would not have either): the right option is supported most;
- a question with its right option, beside each of some facts that a search finds: one of its own fits.
"""

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from distill import meaning
from distill.corpus import Item, read_items
from distill.meaning import Encoder, held_out
from distill.recipe import FactWeigher
from distill.stages import LOG, Work
from distill.training import SAME_FACT, drawn
from tutor_app.files import write_atomically
from tutor_app.knowledge.base import FactBase
from tutor_app.knowledge.facts import shipped_sources
from tutor_app.knowledge.meaning import MeaningEncoder, query
from tutor_app.knowledge.weigher import BESIDE, MOST_TOKENS, joined
from tutor_app.questions.duplicates import likeness
from tutor_app.questions.model import Question

MOST_OPTIONS = 4
MOST_OTHERS = 4  # facts that are told from the question's own
FACTS_WEIGHT = 0.5
CHECKPOINT = "checkpoint.pt"
SHARPNESS = 10.0  # so that the head, which begins at nothing, soon counts
_SPARE = 8  # facts searched beyond those wanted, as some are the question's own
_SEARCHED = 20  # facts, of which a question's own is one
_AT_ONCE = 2_048  # queries
_WARM_UP = 50
_TOLD = 50
_DEV = 200

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question with each of its options, the right one first, and the facts found for each.

    `facts` are one of the question's own and some that only look like it.
    """

    asked: tuple[str, ...]
    beside: tuple[str, ...]
    facts: tuple[str, ...] = ()

    @property
    def options(self) -> list[Pair]:
        """What tells the right option: each with its facts."""
        return list(zip(self.asked, self.beside, strict=True))

    @property
    def fits(self) -> list[Pair]:
        """What tells the question's own fact: the right option with each fact."""
        return [(self.asked[0], fact) for fact in self.facts]


def run_stage(work: Work) -> None:
    """The fact-weigher stage; without a base in the recipe, or an encoder, nothing weighs facts."""
    section, chance = work.recipe.fact_weigher, random.Random(work.recipe.run.seed)
    encoder = work.earlier["fact-encoder"] / "encoder"
    if not section.model or not encoder.is_dir():
        return
    taught = {item.id: item for item in read_items(work.earlier["filter"] / "kept.jsonl") if item.facts}
    items = [item for item in read_items(work.earlier["corpus"] / "train.jsonl") if item.answer is not None]
    items = [taught.get(item.id, item) for item in items if not held_out(item)]
    if work.recipe.run.threads:
        torch.set_num_threads(work.recipe.run.threads)
    finder = Finder(encoder)
    lessons = lessons_of(drawn(items, section.sources, chance), finder, chance)
    work.say(f"{len(lessons)} questions to weigh facts for")
    paths = sorted((work.run_folder / "corpus" / "dev").glob("*.jsonl"))
    dev = {path.stem: lessons_of(list(read_items(path))[:_DEV], finder, chance) for path in paths}
    finder.close()
    place = work.folders.place(section.model)
    torch.manual_seed(work.recipe.run.seed)
    weigher = Weigher.load(str(place) if place.exists() else section.model)
    if section.keep_tokens:
        texts = chain.from_iterable((*lesson.asked, *lesson.beside) for lesson in lessons)
        weigher.encoder.trim(list(texts), section.keep_tokens)
    fit(weigher, lessons, section, work.folder / LOG, work.recipe.run.seed, work.say, dev)
    save(weigher, work.folder / "transformers", work.folder / "weigher")
    (work.folder / LOG / CHECKPOINT).unlink(missing_ok=True)


class Finder:
    """The search as the app does it, for many questions at once."""

    def __init__(self, folder: Path) -> None:
        self._base = FactBase(shipped_sources(), meanings=False)
        self._facts = [fact.text for fact in self._base.all()]
        self._encoder = MeaningEncoder(folder, torch.get_num_threads())
        self._vectors = torch.from_numpy(self._encoder.vectors(self._facts))

    def close(self) -> None:
        """Let go of the fact base."""
        self._base.close()

    def nearest(self, queries: Sequence[str]) -> list[list[str]]:
        """For each query the facts nearest to it, and some to spare."""
        found: list[list[str]] = []
        for start in range(0, len(queries), _AT_ONCE):
            asked = torch.from_numpy(self._encoder.vectors(queries[start : start + _AT_ONCE]))
            rows = (asked @ self._vectors.T).topk(min(BESIDE + _SPARE, len(self._facts)), dim=1).indices
            found += [[self._facts[row] for row in each] for each in rows.tolist()]
        return found

    def found(self, item: Item) -> list[str]:
        """The facts a search by words finds for the question and its right answer."""
        question = Question(item.id, item.question, item.choices, item.answer)
        return [fact.text for fact in self._base.candidates(question, _SEARCHED, item.key)]


def lessons_of(items: Sequence[Item], finder: Finder, chance: random.Random) -> list[Lesson]:
    """One lesson per question; of many wrong options a few are drawn."""
    asked = [_options(item, chance) for item in items]
    found = iter(finder.nearest(list(chain.from_iterable(asked))))
    lessons = []
    for item, queries in zip(items, asked, strict=True):
        near = [[fact for fact in next(found) if fact not in item.facts] for _ in queries]
        beside = tuple(joined(facts[:BESIDE]) for facts in near)
        lessons.append(Lesson(queries, beside, _facts(item, finder, chance)))
    return lessons


def _options(item: Item, chance: random.Random) -> tuple[str, ...]:
    wrong = [choice for place, choice in enumerate(item.choices) if place != item.answer]
    kept = chance.sample(wrong, min(len(wrong), MOST_OPTIONS - 1))
    return tuple(query(item.question, choice) for choice in (item.key, *kept))


def _facts(item: Item, finder: Finder, chance: random.Random) -> tuple[str, ...]:
    """One of the question's own facts and others, all from what a search finds.

    An own fact that it does not find would be told by that alone, and all facts then by how unlike they are.
    """
    if not item.facts:
        return ()
    found = finder.found(item)
    own = [fact for fact in found if fact in item.facts]
    others = [fact for fact in found if all(likeness(fact, mine) < SAME_FACT for mine in item.facts)]
    if not own or not others:
        return ()
    return (chance.choice(own), *chance.sample(others, min(len(others), MOST_OTHERS)))


@dataclass(slots=True)
class Weigher:
    """A transformers encoder and the weights that turn the mean of its states into one number."""

    encoder: Encoder
    head: torch.nn.Linear

    @classmethod
    def load(cls, source: str) -> "Weigher":
        """From a hub id or a folder; the head begins at nothing."""
        encoder = Encoder.load(source)
        head = torch.nn.Linear(encoder.model.config.hidden_size, 1, bias=False)
        torch.nn.init.zeros_(head.weight)
        return cls(encoder, head)

    def parameters(self) -> list[torch.nn.Parameter]:
        """Everything that learns."""
        return [*self.encoder.model.parameters(), *self.head.parameters()]

    def scores(self, pairs: Sequence[Pair]) -> Tensor:
        """How well each text of facts supports its question's answer."""
        asked, facts = zip(*pairs, strict=True)
        read = self.encoder.tokenizer(
            list(asked), list(facts), padding=True, truncation=True, max_length=MOST_TOKENS,
            return_tensors="pt", return_token_type_ids=True,
        )  # fmt: skip
        with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
            states = self.encoder.model(**read).last_hidden_state
        known = read["attention_mask"].unsqueeze(-1).float()
        return SHARPNESS * self.head((states.float() * known).sum(1) / known.sum(1)).squeeze(-1)


def first_loss(weigher: Weigher, lists: Sequence[Sequence[Pair]]) -> Tensor:
    """The first of each list should be supported most."""
    scores = weigher.scores(list(chain.from_iterable(lists)))
    wanted = torch.zeros(1, dtype=torch.long)
    parts = scores.split([len(each) for each in lists])
    return torch.stack([cross_entropy(part.unsqueeze(0), wanted) for part in parts]).mean()


@torch.no_grad()
def share_right(weigher: Weigher, lists: Sequence[Sequence[Pair]]) -> float:
    """The share of lists whose first is supported most."""
    weigher.encoder.model.eval()
    right = 0
    for start in range(0, len(lists), 32):
        batch = lists[start : start + 32]
        scores = weigher.scores(list(chain.from_iterable(batch)))
        places = pairwise(accumulate((len(each) for each in batch), initial=0))
        right += sum(int(scores[begin:end].argmax()) == 0 for begin, end in places)
    weigher.encoder.model.train()
    return right / max(len(lists), 1)


def fit(
    weigher: Weigher,
    lessons: Sequence[Lesson],
    section: FactWeigher,
    folder: Path,
    seed: int,
    say: Callable[[str], None],
    dev: dict[str, list[Lesson]],
) -> None:
    """Train in place: warm-up, then a straight line down; a stopped training goes on where it was."""
    optimiser = torch.optim.AdamW(weigher.parameters(), lr=section.learning_rate, weight_decay=0.01)
    batches = _batches(lessons, section, seed)
    done = _take_up(weigher, optimiser, folder / CHECKPOINT)
    kept = time.monotonic()
    losses: list[float] = []
    weigher.encoder.model.train()
    for step in range(done, len(batches)):
        rising, falling = min(1.0, (step + 1) / _WARM_UP), max(0.02, 1 - step / len(batches))
        for group in optimiser.param_groups:
            group["lr"] = section.learning_rate * rising * falling
        torch.manual_seed(seed + step)
        losses.append(_step(weigher, optimiser, batches[step]))
        last = step + 1 == len(batches)
        if (step + 1) % _TOLD == 0 or last:
            say(f"step {step + 1} of {len(batches)}, loss {sum(losses[-_TOLD:]) / len(losses[-_TOLD:]):.3f}")
        if (step + 1) % (8 * _TOLD) == 0 or last:
            right = {name: share_right(weigher, [each.options for each in own]) for name, own in dev.items()}
            say("right by facts: " + ", ".join(f"{name} {share:.1%}" for name, share in right.items()))
        if time.monotonic() - kept > 60 * section.checkpoint_minutes:
            _keep(weigher, optimiser, step + 1, folder / CHECKPOINT)
            kept = time.monotonic()
    weigher.encoder.model.eval()


def _step(weigher: Weigher, optimiser: torch.optim.Optimizer, batch: Sequence[Lesson]) -> float:
    """One step on both kinds of lists; what is told is the options' loss."""
    optimiser.zero_grad(set_to_none=True)
    options = first_loss(weigher, [lesson.options for lesson in batch])
    options.backward()  # type: ignore[no-untyped-call]
    fits = [lesson.fits for lesson in batch if lesson.facts]
    if fits:
        share = FACTS_WEIGHT * len(fits) / len(batch)
        (share * first_loss(weigher, fits)).backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(weigher.parameters(), 1.0)
    optimiser.step()
    return options.item()


def _batches(lessons: Sequence[Lesson], section: FactWeigher, seed: int) -> list[list[Lesson]]:
    """So many epochs, each in an order of its own; questions of like length lie together."""
    chance = random.Random(seed)
    batches: list[list[Lesson]] = []
    for _ in range(section.epochs):
        order = list(lessons)
        chance.shuffle(order)
        pools = [order[i : i + 16 * section.batch] for i in range(0, len(order), 16 * section.batch)]
        epoch: list[list[Lesson]] = []
        for pool in pools:
            pool.sort(key=lambda lesson: max(len(a) + len(b) for a, b in lesson.options))
            epoch += [pool[i : i + section.batch] for i in range(0, len(pool), section.batch)]
        chance.shuffle(epoch)
        batches += epoch
    return batches


def _take_up(weigher: Weigher, optimiser: torch.optim.Optimizer, path: Path) -> int:
    """How many steps a stopped training had done."""
    if not path.is_file():
        return 0
    kept = torch.load(path, weights_only=True)
    weigher.encoder.model.load_state_dict(kept["encoder"])
    weigher.head.load_state_dict(kept["head"])
    optimiser.load_state_dict(kept["optimiser"])
    return int(kept["done"])


def _keep(weigher: Weigher, optimiser: torch.optim.Optimizer, done: int, path: Path) -> None:
    """Leave all a stopped training needs, at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    state: dict[str, Any] = {
        "encoder": weigher.encoder.model.state_dict(),
        "head": weigher.head.state_dict(),
        "optimiser": optimiser.state_dict(),
        "done": done,
    }
    torch.save(state, fresh)
    fresh.replace(path)


def save(weigher: Weigher, folder: Path, converted: Path) -> None:
    """Leave the weigher in int8 with its tokenizer and head, as the app reads it."""
    meaning.save(weigher.encoder, folder, converted)
    head = [round(SHARPNESS * weight, 5) for weight in weigher.head.weight[0].tolist()]
    write_atomically(converted / "head.json", json.dumps(head) + "\n", 0o644)
