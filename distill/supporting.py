"""How the fact encoder is trained: to find what explains a question, and to tell which option facts support.

A question is put once with each option. Two things are asked of the vectors, in one step:

- *support*: the facts nearest to the question with its right option should lie nearer than those nearest to
  it with another; measured as the app does, over all shipped facts but the question's own, which a new
  question would not have either;
- *search*: one of the question's own facts should lie nearer to it, with its right option, than the nearest
  other fact, and than the facts of the batch's other questions.

All facts' vectors are made anew every `REFRESH` steps, and support is measured by them as they are:
computing the facts found at each step would cost twice the time.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from distill.corpus import Item
from tutor_app.knowledge.meaning import SUPPORTERS, query

SHARPNESS = 20.0  # what differences of cosines are multiplied by, before they become probabilities
MOST_OPTIONS = 4
REFRESH = 100
_WARM_UP = 20
_TOLD = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A question put with each of its options, the right one first, and its own facts."""

    queries: tuple[str, ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast and how long it is trained."""

    epochs: float
    learning_rate: float
    batch: int


def lessons_of(
    items: Sequence[Item], taught: Mapping[str, Sequence[str]], chance: random.Random
) -> list[Asked]:
    """One lesson per question with a key; of many wrong options a few are drawn."""
    lessons = []
    for item in items:
        if item.answer is None:
            continue
        wrong = [choice for place, choice in enumerate(item.choices) if place != item.answer]
        drawn = chance.sample(wrong, min(len(wrong), MOST_OPTIONS - 1))
        queries = tuple(query(item.question, choice) for choice in (item.key, *drawn))
        lessons.append(Asked(queries, tuple(taught.get(item.id, ()))))
    return lessons


class Shelf:
    """All shipped facts with their vectors as they were at the last look."""

    def __init__(self, facts: Sequence[str]) -> None:
        self.facts = list(dict.fromkeys(facts))
        self._rows = {fact: row for row, fact in enumerate(self.facts)}
        self.vectors = torch.empty(0)

    @torch.no_grad()
    def refresh(self, encoder: Any) -> None:
        """Make all vectors anew."""
        self.vectors = encoder.vectors(self.facts)

    def nearest(self, lessons: Sequence[Asked], asked: Tensor) -> tuple[Tensor, Tensor]:
        """For each query the rows of the nearest facts that are not the question's own, and how near."""
        near = asked @ self.vectors.T
        forbidden = torch.zeros_like(near, dtype=torch.bool)
        row = 0
        for lesson in lessons:
            own = [self._rows[fact] for fact in lesson.facts if fact in self._rows]
            forbidden[row : row + len(lesson.queries), own] = True
            row += len(lesson.queries)
        found = near.masked_fill(forbidden, -1.0).topk(min(SUPPORTERS, len(self.facts)), dim=1)
        return found.indices, found.values

    @torch.no_grad()
    def right(self, encoder: Any, lessons: Sequence[Asked]) -> float:
        """The share of questions whose right option is supported most."""
        count = 0
        for start in range(0, len(lessons), 32):
            batch = lessons[start : start + 32]
            _, near = self.nearest(batch, encoder.vectors(queries_of(batch)))
            count += sum(int(each.argmax()) == 0 for each in _by_lesson(batch, near.mean(1)))
        return count / len(lessons)


def queries_of(lessons: Sequence[Asked]) -> list[str]:
    """All that is asked, question by question."""
    return list(chain.from_iterable(lesson.queries for lesson in lessons))


def loss_of(encoder: Any, shelf: Shelf, lessons: Sequence[Asked], chance: random.Random) -> Tensor:
    """Both losses of a batch, added."""
    asked = encoder.vectors(queries_of(lessons))
    rows, near = shelf.nearest(lessons, asked)
    loss = support_loss(lessons, near.mean(1))
    firsts = [0, *accumulate(len(lesson.queries) for lesson in lessons)]
    taught = [(first, lesson) for first, lesson in zip(firsts, lessons, strict=False) if lesson.facts]
    if taught:
        own = [chance.choice(lesson.facts) for _, lesson in taught]
        others = [shelf.facts[int(rows[first, 0])] for first, _ in taught]
        vectors = encoder.vectors(own + others)  # anew: old vectors would be told by their age
        loss = loss + search_loss(asked[[first for first, _ in taught]], vectors)
    return loss


def support_loss(lessons: Sequence[Asked], support: Tensor) -> Tensor:
    """The first option of each question should be supported most."""
    scores = _by_lesson(lessons, support * SHARPNESS)
    wanted = torch.zeros(1, dtype=torch.long)
    return torch.stack([cross_entropy(each.unsqueeze(0), wanted) for each in scores]).mean()


def search_loss(asked: Tensor, facts: Tensor) -> Tensor:
    """Each question should be nearest to its own fact; the questions' own come first, in order."""
    return cross_entropy(asked @ facts.T * SHARPNESS, torch.arange(len(asked)))


def _by_lesson(lessons: Sequence[Asked], values: Tensor) -> tuple[Tensor, ...]:
    return values.split([len(lesson.queries) for lesson in lessons])


def fit(
    encoder: Any,
    lessons: Sequence[Asked],
    shelf: Shelf,
    pace: Pace,
    chance: random.Random,
    say: Callable[[str], None],
    dev: Sequence[Asked] = (),
) -> None:
    """Train in place: warm-up, then a straight line down."""
    optimiser = torch.optim.AdamW(encoder.model.parameters(), lr=pace.learning_rate, weight_decay=0.01)
    batches = _batches(lessons, pace, chance)
    losses: list[float] = []
    for step, batch in enumerate(batches):
        if step % REFRESH == 0:
            encoder.model.eval()
            shelf.refresh(encoder)
            if dev:
                say(f"on dev questions: right by support {shelf.right(encoder, dev):.1%}")
            encoder.model.train()
        for group in optimiser.param_groups:
            rising, falling = min(1.0, (step + 1) / _WARM_UP), max(0.02, 1 - step / len(batches))
            group["lr"] = pace.learning_rate * rising * falling
        loss = loss_of(encoder, shelf, batch, chance)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(encoder.model.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
        if (step + 1) % _TOLD == 0 or step + 1 == len(batches):
            recent = losses[-_TOLD:]
            say(f"step {step + 1} of {len(batches)}, loss {sum(recent) / len(recent):.3f}")
    encoder.model.eval()


def _batches(lessons: Sequence[Asked], pace: Pace, chance: random.Random) -> list[list[Asked]]:
    """So many epochs, each in an order of its own; a part of an epoch is its beginning."""
    batches: list[list[Asked]] = []
    left = pace.epochs
    while left > 0:
        order = list(lessons)
        chance.shuffle(order)
        order = order[: round(len(order) * min(1.0, left))]
        batches += [order[i : i + pace.batch] for i in range(0, len(order), pace.batch)]
        left -= 1
    return batches
