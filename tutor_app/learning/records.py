"""What the history keeps: who learns, what she answered, and what she said about a question."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tutor_app.questions.model import Question


class Mode(StrEnum):
    """The four ways to meet a question."""

    LEARN = "learn"
    PRACTISE = "practise"
    TEST = "test"
    REVIEW = "review"


class FlagKind(StrEnum):
    """What a student says about a step."""

    WRONG = "wrong"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Item:
    """A question and the id of the bank it stands in."""

    bank: str
    question: Question

    @property
    def ref(self) -> tuple[str, str]:
        """What names the question everywhere in the history."""
        return self.bank, self.question.id

    @property
    def topic(self) -> str:
        """The topic, or the subject where the bank names no topic."""
        return self.question.topic or self.question.subject or "other"


@dataclass(frozen=True, slots=True)
class Profile:
    """Someone who learns on this machine; no password."""

    id: int
    name: str
    created: float


def new_id() -> str:
    """A name for a record that stays unique when histories are merged."""
    return uuid.uuid4().hex


def day_of(moment: float) -> str:
    """The student's own calendar day, `2026-11-28`."""
    return datetime.fromtimestamp(moment).date().isoformat()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One finished question.

    `correct` judges the first try (None: nothing was judged, as when Learn only explained, a test's question
    was left or there is no key). `chosen` is the first choice made and `response` its text or what was
    written; both are empty after 'I don't know'. `certainty` is 1 to 3 where it was asked for. `tries` counts
    all tries.
    """

    item: Item
    mode: Mode
    correct: bool | None = None
    chosen: int | None = None
    response: str = ""
    certainty: int | None = None
    points: int = 0
    tries: int = 1
    hints: int = 0
    did_not_know: bool = False
    seconds: float = 0.0
    at: float = field(default_factory=time.time)
    session: str = ""
    uid: str = field(default_factory=new_id)

    @property
    def unanswered(self) -> bool:
        """A question that a test left: its result shows it, but it is no answer."""
        return self.mode is Mode.TEST and self.tries == 0


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An attempt as the history tells it: the question may be gone, its text is kept."""

    uid: str
    profile: str
    at: float
    day: str
    mode: str
    bank: str
    question: str
    text: str
    subject: str
    topic: str
    key: str
    response: str
    correct: bool | None
    certainty: int | None
    points: int
    tries: int
    hints: int
    did_not_know: bool
    seconds: float
    session: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a student stands with one question."""

    bank: str
    question: str
    text: str
    topic: str
    attempts: int
    right: int
    missed: int
    last_correct: bool
    last_at: float

    @property
    def is_leech(self) -> bool:
        """Missed again and again: worth learning another way."""
        return self.missed >= 4 and self.missed > self.right


@dataclass(frozen=True, slots=True)
class Due:
    """A question whose review has come."""

    bank: str
    question: str
    due: float
    lapses: int


@dataclass(frozen=True, slots=True)
class Note:
    """A student's own words about a question."""

    uid: str
    bank: str
    question: str
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A step a student holds wrong or unclear; the step's text is kept as it was shown."""

    uid: str
    profile: str
    bank: str
    question: str
    at: float
    kind: FlagKind
    step: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where the tutor's answer differs from the bank's key; for the teacher to look at."""

    bank: str
    question: str
    at: float
    students: str
    choice: int
    confidence: float


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session under way: what is needed to go on after a stop, planned or not."""

    uid: str
    mode: Mode
    started: float
    saved: float
    state: Mapping[str, object]
    locked: bool = False
    ends: float | None = None
