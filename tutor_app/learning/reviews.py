"""When a question comes back: spaced repetition with FSRS."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from tutor_app.learning.marking import Recall

if TYPE_CHECKING:
    from fsrs import Scheduler


@dataclass(frozen=True, slots=True)
class Schedule:
    """One student's schedule for one question; `card` is the scheduler's own JSON."""

    due: float
    lapses: int
    card: str


@lru_cache(maxsize=4)
def _scheduler(retention: float) -> "Scheduler":
    # No steps within a day: a question comes back tomorrow at the earliest, and a missed one comes back
    # within the same sitting because the review session itself repeats it. No fuzz: few cards, and a
    # schedule that can be explained.
    from fsrs import Scheduler

    return Scheduler(
        desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )


def after(earlier: Schedule | None, how: Recall, at: float, retention: float = 0.9) -> Schedule:
    """The schedule after an answer at `at`; the first answer makes the first schedule."""
    from fsrs import Card, Rating

    now = datetime.fromtimestamp(at, UTC)
    card = Card.from_json(earlier.card) if earlier else Card(card_id=0, due=now)
    card, _ = _scheduler(retention).review_card(card, Rating(int(how)), now)
    lapsed = bool(earlier) and how is Recall.AGAIN
    return Schedule(card.due.timestamp(), (earlier.lapses if earlier else 0) + lapsed, card.to_json())


def check(card: str) -> None:
    """Raise a ValueError where the next answer could not go on from a card from outside."""
    try:
        after(Schedule(0, 0, card), Recall.GOOD, time.time())
    except Exception as error:  # the scheduler has no error of its own
        raise ValueError(f"it is no schedule of a review: {error}") from error
