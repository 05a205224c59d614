"""A test: questions answered in any order, nothing told before the end, and perhaps a time limit.

Pure, as `session` is. `Exam.finish()` gives the attempts to record and the result.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from tutor_app.errors import UserError
from tutor_app.learning import marking
from tutor_app.learning.records import Attempt, Item, Mode, OpenSession, new_id
from tutor_app.learning.session import FindItem
from tutor_app.learning.turn import LONGEST_THOUGHT, Clock, choice_now
from tutor_app.questions.model import Question


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered to one question so far."""

    choice: int | None = None
    text: str = ""

    @property
    def empty(self) -> bool:
        return self.choice is None and not self.text.strip()


@dataclass(frozen=True, slots=True)
class TopicScore:
    """One topic's bar."""

    topic: str
    right: int
    total: int


@dataclass(frozen=True, slots=True)
class ExamResult:
    """How a test went: what was left counts as not right, questions without a key nowhere (`unjudged`)."""

    attempts: tuple[Attempt, ...]
    right: int
    total: int
    unanswered: int
    unjudged: int
    seconds: float
    topics: tuple[TopicScore, ...] = field(default_factory=tuple)


class Exam:
    """A test under way."""

    def __init__(
        self, items: Sequence[Item], *, minutes: float = 0, locked: bool = False, clock: Clock = time.time
    ) -> None:
        if not items:
            raise UserError("A test needs at least one question. Choose another topic or bank.")
        self.items = list(items)
        self.uid, self.started = new_id(), clock()
        self.ends = self.started + minutes * 60 if minutes else None
        self.locked = locked
        self.index = 0
        self.given: list[Given] = [Given()] * len(self.items)
        self.marked: set[int] = set()
        self._spent = [0.0] * len(self.items)
        self._clock = clock
        self._since = clock()

    @property
    def item(self) -> Item:
        """The question in hand."""
        return self.items[self.index]

    @property
    def answered(self) -> int:
        return sum(not given.empty for given in self.given)

    @property
    def seconds_left(self) -> float | None:
        """None without a time limit; never below zero."""
        return None if self.ends is None else max(0.0, self.ends - self._clock())

    @property
    def time_is_up(self) -> bool:
        return self.seconds_left == 0.0

    def answer(self, choice: int | None = None, text: str = "") -> bool:
        """Keep an answer (nothing takes it back); False when the time is up and nothing was kept."""
        if choice is not None and not 0 <= choice < len(self.item.question.choices):
            raise ValueError("no such choice")
        if self.time_is_up:
            return False
        self._count_time()
        self.given[self.index] = Given(choice, text)
        return True

    def mark(self) -> bool:
        """Mark the question for another look, or take the mark away; whether it is marked now."""
        self.marked ^= {self.index}
        return self.index in self.marked

    def go(self, index: int) -> None:
        """To any question."""
        self._count_time()
        self.index = max(0, min(index, len(self.items) - 1))

    def next(self) -> None:
        """To the next question (the last stays)."""
        self.go(self.index + 1)

    def previous(self) -> None:
        """To the question before (the first stays)."""
        self.go(self.index - 1)

    def finish(self) -> ExamResult:
        """Judge everything."""
        self._count_time()
        attempts = tuple(map(self._attempt, range(len(self.items))))
        counted = [attempt for attempt in attempts if attempt.item.question.has_key]
        end = min(self._clock(), self.ends) if self.ends is not None else self._clock()
        return ExamResult(
            attempts,
            right=sum(bool(attempt.correct) for attempt in counted),
            total=len(counted),
            unanswered=sum(given.empty for given in self.given),
            unjudged=len(attempts) - len(counted),
            seconds=max(0.0, end - self.started),
            topics=topic_scores(counted),
        )

    def _attempt(self, index: int) -> Attempt:
        item, given = self.items[index], self.given[index]
        question = item.question
        correct: bool | None = None
        if not given.empty and question.has_key:
            if question.is_open:
                correct = marking.matches(given.text, question.accepted)
            else:
                correct = given.choice == question.answer
        response = given.text if given.choice is None else question.choices[given.choice]
        return Attempt(
            item,
            Mode.TEST,
            correct=correct,
            chosen=given.choice,
            response=response,
            points=marking.points(correct, None),
            tries=0 if given.empty else 1,
            seconds=round(self._spent[index], 1),
            at=self._clock(),
            session=self.uid,
        )

    def _count_time(self) -> None:
        now = self._clock()
        self._spent[self.index] += min(max(now - self._since, 0.0), LONGEST_THOUGHT)
        self._since = now

    def snapshot(self) -> OpenSession:
        """Where the test stands, to be saved."""
        self._count_time()
        state: dict[str, Any] = {
            "items": [item.ref for item in self.items],
            "index": self.index,
            "given": [
                _saved(given, item.question) for given, item in zip(self.given, self.items, strict=True)
            ],
            "marked": sorted(self.marked),
            "spent": self._spent,
        }
        return OpenSession(self.uid, Mode.TEST, self.started, self._clock(), state, self.locked, self.ends)

    @classmethod
    def resume(cls, saved: OpenSession, find: FindItem, clock: Clock = time.time) -> Self | None:
        """Go on with a saved test; the time limit ran on. Questions no longer installed are left out.

        None when no question is left.
        """
        state: Any = saved.state
        there = [(i, item) for i, ref in enumerate(state["items"]) if (item := find(*ref))]
        if not there:
            return None
        exam = cls([item for _, item in there], locked=saved.locked, clock=clock)
        exam.uid, exam.started, exam.ends = saved.uid, saved.started, saved.ends
        exam.given = [_given_now(state["given"][i], item.question) for i, item in there]
        exam.marked = {new for new, (old, _) in enumerate(there) if old in state["marked"]}
        exam._spent = [state["spent"][i] for i, _ in there]
        exam.index = max(0, sum(1 for i, _ in there if i <= state["index"]) - 1)
        return exam


def _saved(given: Given, question: Question) -> tuple[str | None, str]:
    """An answer as it is saved: a choice by its text, for an updated bank may put it in another place."""
    return (None if given.choice is None else question.choices[given.choice]), given.text


def _given_now(saved: tuple[int | str | None, str], question: Question) -> Given:
    """The answer again; none where its choice is gone, or choices stand where it was written."""
    choice, text = saved
    return Given(choice_now(choice, question), text if question.is_open else "")


def topic_scores(attempts: Sequence[Attempt]) -> tuple[TopicScore, ...]:
    """A score per topic, in the topics' alphabetical order."""
    totals: dict[str, list[int]] = {}
    for attempt in attempts:
        totals.setdefault(attempt.item.topic, []).append(int(bool(attempt.correct)))
    return tuple(TopicScore(topic, sum(rights), len(rights)) for topic, rights in sorted(totals.items()))


def read_mix(text: str) -> dict[str, int] | None:
    """`forces=5,cells=3` as how many questions of each topic; None when nothing is asked for."""
    if not text:
        return None
    parts = [part.rpartition("=") for part in text.split(",")]
    if not all(topic.strip() and number.strip().isdecimal() for topic, _, number in parts):
        raise UserError("Write the mix as topic=number, with commas between: --mix 'forces=5,cells=3'.")
    return {topic.strip(): int(number) for topic, _, number in parts}
