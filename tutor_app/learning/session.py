"""A sitting of Learn, Practise or Review: questions one after another, and a way to go on after a stop.

Pure: the caller keeps `session.snapshot()` after each event (`History.save_session`) and each finished
question (`History.record`).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from tutor_app.learning.records import Attempt, Item, Mode, OpenSession, new_id
from tutor_app.learning.turn import ALL, Clock, Turn

FindItem = Callable[[str, str], Item | None]  # bank id, question id


@dataclass(frozen=True, slots=True)
class Tally:
    """How a sitting went so far."""

    questions: int
    answered: int
    right: int
    points: int


class Session:
    """The course of a sitting. `turn` is the question in hand; None when all are done."""

    def __init__(
        self,
        mode: Mode,
        items: Sequence[Item],
        *,
        tries: int = 2,
        certainty: bool = True,
        clock: Clock = time.time,
    ) -> None:
        self.mode, self.items = mode, list(items)
        self.uid, self.started = new_id(), clock()
        self.index = 0
        self.attempts: list[Attempt] = []
        self._tries = ALL if mode is Mode.LEARN else tries
        self._certainty = certainty
        self._clock = clock
        self._repeats_left = len(self.items) if mode is Mode.REVIEW else 0
        self._counts = Tally(0, 0, 0, 0)
        self._kept = False
        self.turn: Turn | None = self._open()

    def _open(self) -> Turn | None:
        self._kept = False
        if self.index >= len(self.items):
            return None
        item = self.items[self.index]
        return Turn(item, self.mode, tries=self._tries, certainty=self._certainty, clock=self._clock)

    @property
    def finished(self) -> bool:
        return self.turn is None

    @property
    def upcoming(self) -> Item | None:
        """The question after this one, so that its explanation can be made ahead."""
        after = self.index + 1
        return self.items[after] if after < len(self.items) else None

    @property
    def tally(self) -> Tally:
        """Counts over the whole sitting, also before a stop."""
        return self._counts

    @property
    def awaits_mark(self) -> bool:
        """No key found the written answer right, and its writer has not said yet whether it is."""
        turn = self.turn
        if turn is None or self._kept or not (turn.done and turn.question.is_open):
            return False
        return turn.verdict is not None and not turn.verdict.right

    def keep(self) -> Attempt | None:
        """The attempt to record, once per question and only when it is done.

        A question missed in Review comes once more at the end of the same sitting.
        """
        turn = self.turn
        if turn is None or not turn.done or self._kept:
            return None
        self._kept = True
        attempt = turn.attempt(self.uid)
        self.attempts.append(attempt)
        counts = self._counts
        self._counts = Tally(
            counts.questions + 1,
            counts.answered + (attempt.correct is not None),
            counts.right + bool(attempt.correct),
            counts.points + attempt.points,
        )
        if attempt.correct is False and self._repeats_left > 0:
            self._repeats_left -= 1
            self.items.append(turn.item)
        return attempt

    def next(self) -> Turn | None:
        """Go on to the next question; one left undone stays unrecorded."""
        if self.turn is not None:
            self.index += 1
            self.turn = self._open()
        return self.turn

    def snapshot(self) -> OpenSession:
        """Where the sitting stands, to be saved."""
        state: dict[str, Any] = {
            "items": [item.ref for item in self.items],
            "index": self.index,
            "tries": self._tries,
            "certainty": self._certainty,
            "repeats_left": self._repeats_left,
            "counts": [
                self._counts.questions,
                self._counts.answered,
                self._counts.right,
                self._counts.points,
            ],
            "kept": self._kept,
            "turn": self.turn.state() if self.turn else None,
        }
        return OpenSession(self.uid, self.mode, self.started, self._clock(), state)

    @classmethod
    def resume(cls, saved: OpenSession, find: FindItem, clock: Clock = time.time) -> Self:
        """Go on with a saved sitting; questions that are no longer installed are left out."""
        state: Any = saved.state
        refs = [tuple(ref) for ref in state["items"]]
        found = [find(*ref) for ref in refs]
        session = cls(saved.mode, (), certainty=state["certainty"], clock=clock)
        session.items = [item for item in found if item]
        session.index = sum(1 for item in found[: state["index"]] if item)
        session.uid, session.started, session._tries = saved.uid, saved.started, state["tries"]
        session._repeats_left, session._counts = state["repeats_left"], Tally(*state["counts"])
        session.turn = session._open()
        same = session.turn and state["index"] < len(refs) and session.turn.item.ref == refs[state["index"]]
        if session.turn and state["turn"] and same:
            session.turn.restore(state["turn"])
            session._kept = state["kept"]
        return session
