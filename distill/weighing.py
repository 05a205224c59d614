"""The fact weigher: a small network that reads facts beside a question and an answer it may have.

It judges two things, each taught by lessons of its own:

- how well the facts nearest to an option support it: a question with each of its options, beside the facts
  that a search finds for it (never the question's own, which a new question would not have either); the
  right option is supported most;
- how well one fact explains the answer: the facts a search finds, graded by a science teacher.
"""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, log_softmax

from distill import meaning
from distill.corpus import Item, read_items
from distill.grades import WRONG, GradedLesson, graded_lessons, usable_grades
from distill.meaning import Encoder, held_out
from distill.recipe import FactWeigher
from distill.stages import LOG, Work, grade_files
from distill.training import drawn
from tutor_app.files import write_atomically
from tutor_app.knowledge.facts import facts_of, shipped_sources
from tutor_app.knowledge.meaning import MeaningEncoder, query
from tutor_app.knowledge.weigher import BESIDE, MOST_TOKENS, Pair, joined

MOST_OPTIONS = 4
CHECKPOINT = "checkpoint.pt"
SHARPNESS = 10.0  # so that the head, which begins at nothing, soon counts
SUPPORTS, EXPLAINS = 0, 1  # the head's two judgements
_RANKING = 0.3  # what the order of a question's graded facts counts beside each one's own grade
_SHOWN_FIRST = 1.0  # what the fact a teacher shows first is worth more than another good one
_SPARE = 8  # facts searched beyond those wanted, as some are the question's own
_AT_ONCE = 2_048  # queries
_WARM_UP = 50
_TOLD = 50
_DEV = 200


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question with each of its options, the right one first, and the facts found for each."""

    pairs: tuple[Pair, ...]


Batch = Sequence[Lesson] | Sequence[GradedLesson]


@dataclass(frozen=True, slots=True)
class Lessons:
    """All that is learned, and what is only measured on."""

    options: Sequence[Lesson]
    graded: Sequence[GradedLesson] = ()
    dev: Mapping[str, Sequence[Lesson]] = field(default_factory=dict)
    held_out: Sequence[GradedLesson] = ()


def run_stage(work: Work) -> None:
    """The fact-weigher stage; without a base in the recipe, or an encoder, nothing weighs facts."""
    section, chance = work.recipe.fact_weigher, random.Random(work.recipe.run.seed)
    encoder = work.earlier["fact-encoder"] / "encoder"
    if not section.model or not encoder.is_dir():
        work.say("nothing to do: [fact_weigher] names no model")
        return
    if work.recipe.run.threads:
        torch.set_num_threads(work.recipe.run.threads)
    lessons = gather(work, encoder, chance)
    work.say(f"{len(lessons.options)} questions to weigh facts for, {len(lessons.graded)} with graded facts")
    place = work.folders.place(section.model)
    torch.manual_seed(work.recipe.run.seed)
    weigher = Weigher.load(str(place) if place.exists() else section.model)
    if section.keep_tokens:
        pairs = chain(*(each.pairs for each in lessons.options), *(each.pairs for each in lessons.graded))
        weigher.encoder.trim(list(chain.from_iterable(pairs)), section.keep_tokens)
    fit(weigher, lessons, section, work.folder / LOG, work.recipe.run.seed, work.say)
    save(weigher, work.folder / "transformers", work.folder / "weigher")
    (work.folder / LOG / CHECKPOINT).unlink(missing_ok=True)


def gather(work: Work, encoder: Path, chance: random.Random) -> Lessons:
    """Every lesson of a run, from its corpus, its rationales and its grades."""
    section = work.recipe.fact_weigher
    facts = {fact.id: fact.text for source in shipped_sources() for fact in facts_of(source)}
    taught = {item.id: item for item in read_items(work.earlier["filter"] / "kept.jsonl") if item.facts}
    items = [item for item in read_items(work.earlier["corpus"] / "train.jsonl") if item.answer is not None]
    items = [taught.get(item.id, item) for item in items]
    ids, files = {item.id for item in items}, grade_files(work.recipe, work.folders)
    grades = [each for path in files for each in usable_grades(path, ids, facts, work.say)]
    learned = [item for item in items if not held_out(item)]
    finder = Finder(encoder, list(facts.values()))
    options = lessons_of(drawn(learned, section.sources, chance), finder, chance)
    paths = sorted((work.run_folder / "corpus" / "dev").glob("*.jsonl"))
    dev = {path.stem: lessons_of(list(read_items(path))[:_DEV], finder, chance) for path in paths}
    graded, kept = (
        graded_lessons(grades, {item.id: item for item in some}, facts, chance, wrong)
        for some, wrong in ((learned, WRONG), ([item for item in items if held_out(item)], 0))
    )
    return Lessons(options, graded * section.graded_times, dev, kept)


class Finder:
    """The search by meaning as the app does it, for many questions at once."""

    def __init__(self, folder: Path, facts: Sequence[str]) -> None:
        self._facts = facts
        self._encoder = MeaningEncoder(folder, torch.get_num_threads())
        self._vectors = torch.from_numpy(self._encoder.vectors(facts))

    def nearest(self, queries: Sequence[str]) -> list[list[str]]:
        """For each query the facts nearest to it, and some to spare."""
        found: list[list[str]] = []
        for start in range(0, len(queries), _AT_ONCE):
            asked = torch.from_numpy(self._encoder.vectors(queries[start : start + _AT_ONCE]))
            rows = (asked @ self._vectors.T).topk(min(BESIDE + _SPARE, len(self._facts)), dim=1).indices
            found += [[self._facts[row] for row in each] for each in rows.tolist()]
        return found


def lessons_of(items: Sequence[Item], finder: Finder, chance: random.Random) -> list[Lesson]:
    """One lesson per question; of many wrong options a few are drawn."""
    asked = [_options(item, chance) for item in items]
    found = iter(finder.nearest(list(chain.from_iterable(asked))))
    lessons = []
    for item, queries in zip(items, asked, strict=True):
        near = [[fact for fact in next(found) if fact not in item.facts] for _ in queries]
        beside = (joined(facts[:BESIDE]) for facts in near)
        lessons.append(Lesson(tuple(zip(queries, beside, strict=True))))
    return lessons


def _options(item: Item, chance: random.Random) -> tuple[str, ...]:
    wrong = [choice for place, choice in enumerate(item.choices) if place != item.answer]
    kept = chance.sample(wrong, min(len(wrong), MOST_OPTIONS - 1))
    return tuple(query(item.question, choice) for choice in (item.key, *kept))


@dataclass(slots=True)
class Weigher:
    """A transformers encoder and the weights that turn the mean of its states into two numbers."""

    encoder: Encoder
    head: torch.nn.Linear

    @classmethod
    def load(cls, source: str) -> "Weigher":
        """From a hub id or a folder; the head begins at nothing."""
        encoder = Encoder.load(source)
        head = torch.nn.Linear(encoder.model.config.hidden_size, 2)
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
        return cls(encoder, head)

    def parameters(self) -> list[torch.nn.Parameter]:
        """Everything that learns."""
        return [*self.encoder.model.parameters(), *self.head.parameters()]

    def scores(self, pairs: Sequence[Pair]) -> Tensor:
        """For each question with an answer and its facts: how well they support it, and explain it."""
        asked, facts = zip(*pairs, strict=True)
        read = self.encoder.tokenizer(
            list(asked), list(facts), padding=True, truncation=True, max_length=MOST_TOKENS,
            return_tensors="pt", return_token_type_ids=True,
        )  # fmt: skip
        with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
            states = self.encoder.model(**read).last_hidden_state
        known = read["attention_mask"].unsqueeze(-1).float()
        judged: Tensor = self.head((states.float() * known).sum(1) / known.sum(1))
        return SHARPNESS * judged


def loss_of(weigher: Weigher, batch: Batch) -> Tensor:
    """How far the weigher is from what a batch of lessons of one kind teaches."""
    scores = weigher.scores([pair for lesson in batch for pair in lesson.pairs])
    parts = scores.split([len(lesson.pairs) for lesson in batch])
    losses = [
        _graded_loss(part[:, EXPLAINS], lesson)
        if isinstance(lesson, GradedLesson)
        else cross_entropy(part[:, SUPPORTS].unsqueeze(0), torch.zeros(1, dtype=torch.long))
        for part, lesson in zip(parts, batch, strict=True)
    ]
    return torch.stack(losses).mean()


def _graded_loss(scores: Tensor, lesson: GradedLesson) -> Tensor:
    """Each fact by its own grade, and the better ones before the others."""
    worth = torch.tensor(lesson.worth)
    loss = binary_cross_entropy_with_logits(scores, worth)
    if lesson.best is not None:
        shares = worth.clone()
        shares[lesson.best] += _SHOWN_FIRST
        loss = loss - _RANKING * (shares / shares.sum() * log_softmax(scores, 0)).sum()
    return loss


@torch.no_grad()
def share_right(weigher: Weigher, lessons: Batch) -> float:
    """The share of lessons whose first pair by score is the right option, or a good fact."""
    weigher.encoder.model.eval()
    right = 0
    for start in range(0, len(lessons), 32):
        batch = lessons[start : start + 32]
        scores = weigher.scores([pair for lesson in batch for pair in lesson.pairs])
        places = pairwise(accumulate((len(lesson.pairs) for lesson in batch), initial=0))
        for lesson, (begin, end) in zip(batch, places, strict=True):
            if isinstance(lesson, GradedLesson):
                right += lesson.worth[int(scores[begin:end, EXPLAINS].argmax())] == 1.0
            else:
                right += int(scores[begin:end, SUPPORTS].argmax()) == 0
    weigher.encoder.model.train()
    return right / max(len(lessons), 1)


def fit(
    weigher: Weigher,
    lessons: Lessons,
    section: FactWeigher,
    folder: Path,
    seed: int,
    say: Callable[[str], None],
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
            _tell(weigher, lessons, say)
        if time.monotonic() - kept > 60 * section.checkpoint_minutes:
            _keep(weigher, optimiser, step + 1, folder / CHECKPOINT)
            kept = time.monotonic()
    weigher.encoder.model.eval()


def _tell(weigher: Weigher, lessons: Lessons, say: Callable[[str], None]) -> None:
    """How well it does on what it does not learn from."""
    right = {name: share_right(weigher, own) for name, own in lessons.dev.items()}
    say("right by facts: " + ", ".join(f"{name} {share:.1%}" for name, share in right.items()))
    if lessons.held_out:
        share = share_right(weigher, lessons.held_out)
        say(f"a good fact first: {share:.1%} of {len(lessons.held_out)} held-out questions")


def _step(weigher: Weigher, optimiser: torch.optim.Optimizer, batch: Batch) -> float:
    optimiser.zero_grad(set_to_none=True)
    loss = loss_of(weigher, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(weigher.parameters(), 1.0)
    optimiser.step()
    return loss.item()


def _batches(lessons: Lessons, section: FactWeigher, seed: int) -> list[Batch]:
    """So many epochs, each in an order of its own: batches of one kind, of like length, all mixed."""
    chance = random.Random(seed)
    batches: list[Batch] = []
    for _ in range(section.epochs):
        epoch: list[Batch] = [
            *_alike(lessons.options, section.batch, chance),
            *_alike(lessons.graded, max(1, section.batch // 2), chance),  # they have more pairs
        ]
        chance.shuffle(epoch)
        batches += epoch
    return batches


Some = TypeVar("Some", Lesson, GradedLesson)


def _alike(lessons: Sequence[Some], size: int, chance: random.Random) -> Iterator[list[Some]]:
    """Batches of lessons whose texts are about as long."""
    order = list(lessons)
    chance.shuffle(order)
    for pool in (order[i : i + 16 * size] for i in range(0, len(order), 16 * size)):
        pool.sort(key=lambda lesson: max(len(asked) + len(facts) for asked, facts in lesson.pairs))
        yield from (pool[i : i + size] for i in range(0, len(pool), size))


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
    rows = (SHARPNESS * weigher.head.weight).tolist()
    supports, explains = ([round(weight, 5) for weight in row] for row in rows)
    above = round(SHARPNESS * weigher.head.bias[EXPLAINS].item(), 5)
    head = {"supports": supports, "explains": explains, "explains_above": above}
    write_atomically(converted / "head.json", json.dumps(head) + "\n", 0o644)
