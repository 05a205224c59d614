"""One question's course: think, hints, tries, and the explanation that unfolds step by step.

Pure: no clock but the one given, no history, no tutor. Whoever shows the question calls `explain()` of an
`Explainer` (or `bank_steps`) and hands what it yields to `turn.unfolding.arrive`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import Any

from tutor_app.learning import marking
from tutor_app.learning.records import Attempt, Item, Mode
from tutor_app.questions.model import Question
from tutor_app.students.explanation import Explanation, Origin, Step

Clock = Callable[[], float]
LONGEST_THOUGHT = 600.0  # seconds: a screen left open over lunch is not time spent learning
ALL = 1_000_000


def bank_steps(question: Question) -> tuple[Step, ...]:
    """The author's own explanation."""
    return tuple(Step(text, Origin.BANK, question.source) for text in question.explanation)


def gives_away(text: str, question: Question) -> bool:
    """Whether a text names the right answer."""
    rights = [question.key] if question.key else list(question.accepted)
    return any(marking.mentions(text, right) for right in rights)


def hint_ladder(question: Question, steps: Sequence[Step] = ()) -> tuple[str, ...]:
    """The bank's hint or the first fact, then step after step; never one that names the answer.

    `steps` (the tutor's) serve where the bank has no explanation of its own.
    """
    own = [step.text for step in bank_steps(question) or steps]
    rungs = [text for text in own if not gives_away(text, question)]
    return (question.hint, *rungs) if question.hint else tuple(rungs)


def choice_now(saved: int | str | None, question: Question) -> int | None:
    """Where a choice that was saved by its text stands now; None when it is gone.

    An updated bank may have put the choices in another order. Older versions saved the place.
    """
    if isinstance(saved, int):
        return saved if saved < len(question.choices) else None
    return question.choices.index(saved) if saved in question.choices else None


class Unfolding:
    """An explanation that arrives in its own time and is shown at the student's pace."""

    def __init__(self) -> None:
        self.arrived: tuple[Step, ...] = ()
        self.explanation: Explanation | None = None
        self.complete = False
        self._wanted = 0

    @property
    def shown(self) -> tuple[Step, ...]:
        """The steps to show now."""
        return self.arrived[: self._wanted]

    @property
    def begun(self) -> bool:
        """Whether the student asked for a step."""
        return self._wanted > 0

    @property
    def waiting(self) -> bool:
        """The student wants a step that has not arrived."""
        return self._wanted > len(self.arrived) and not self.complete

    @property
    def done(self) -> bool:
        """Every step is shown."""
        return self.complete and self._wanted >= len(self.arrived)

    def arrive(self, *items: Step | Explanation) -> None:
        """What the tutor made; the whole explanation comes last and has the last word on the steps."""
        for item in items:
            if isinstance(item, Explanation):
                self.arrived, self.explanation, self.complete = item.steps, item, True
            elif not self.complete:
                self.arrived += (item,)

    def settle(self, steps: Sequence[Step] = ()) -> None:
        """No more will come: the given steps (the bank's) are all, or what arrived so far is."""
        self.arrived = tuple(steps) or self.arrived
        self.complete = True

    def begin_again(self) -> None:
        """Another explanation will come in place of this one; what was wanted stays wanted."""
        self.arrived, self.explanation, self.complete = (), None, False

    def more(self) -> None:
        """One more step; asking again for one that is on its way changes nothing."""
        self._wanted = min(self._wanted, len(self.arrived)) + 1

    def all(self) -> None:
        """Every step, as it arrives."""
        self._wanted = ALL


class Phase(StrEnum):
    """Where a question stands."""

    ASKING = "asking"  # the student may think, take hints, answer
    EXPLAINING = "explaining"  # steps unfold; in Learn she may still answer
    DONE = "done"  # the answer is known; the rest of the explanation may still unfold


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer came to. `right` is None where nothing can judge it.

    `why` says what is wrong with the choice made, without naming the answer while `may_retry`.
    """

    right: bool | None
    points: int
    why: str = ""
    may_retry: bool = False


class Turn:
    """One question met in Learn, Practise or Review."""

    def __init__(
        self, item: Item, mode: Mode, *, tries: int = 2, certainty: bool = True, clock: Clock = time.time
    ) -> None:
        self.item, self.mode = item, mode
        self.asks_certainty = certainty
        self.phase = Phase.ASKING
        self.unfolding = Unfolding()
        self.verdict: Verdict | None = None
        self.struck: tuple[int, ...] = ()
        self.hints: tuple[str, ...] = ()
        self.did_not_know = False
        self._clock = clock
        self._started = clock()
        self._spent = 0.0
        self._tries_allowed = tries
        self._tries = 0
        self._out_of_tries = False
        self._first: tuple[bool | None, int | None, str, int | None] = (None, None, "", None)

    @property
    def question(self) -> Question:
        return self.item.question

    @property
    def done(self) -> bool:
        """The answer is known and the attempt can be kept."""
        return self.phase is Phase.DONE

    @property
    def tries(self) -> int:
        return self._tries

    @property
    def response(self) -> str:
        """What was answered first."""
        return self._first[2]

    # Hints

    @property
    def hints_left(self) -> int:
        """Rungs of the ladder not yet taken."""
        return len(self._ladder()) - len(self.hints)

    def hint(self) -> str | None:
        """The next rung of the hint ladder; None at its end."""
        if self.done or self.hints_left <= 0:
            return None
        rung = self._ladder()[len(self.hints)]
        self.hints += (rung,)
        return rung

    def _ladder(self) -> tuple[str, ...]:
        rungs = hint_ladder(self.question, self.unfolding.arrived)
        return (*self.hints, *(rung for rung in rungs if rung not in self.hints))

    # Answers

    @property
    def can_answer(self) -> bool:
        """In Learn also while the explanation unfolds: 'I already know'."""
        leading = self.phase is Phase.EXPLAINING and self.mode is Mode.LEARN
        return (self.phase is Phase.ASKING or leading) and not self._out_of_tries

    def answer(self, choice: int | None = None, text: str = "", certainty: int | None = None) -> Verdict:
        """Judge a choice (or what was written); the first answer is the one that counts."""
        if not self.can_answer:
            raise ValueError("the question takes no more answers")
        if choice is not None and (choice in self.struck or not 0 <= choice < len(self.question.choices)):
            raise ValueError("no such choice")
        self._tries += 1
        right = self._judge(choice, text)
        level = certainty if self.asks_certainty else None
        if self._tries == 1:
            self._first = (
                right,
                choice,
                self.question.choices[choice] if choice is not None else text,
                level,
            )
        points = marking.points(self._first[0], self._first[3])
        self._out_of_tries = self._tries >= self._tries_allowed or self._choices_left() <= 2
        missed = right is False
        retry = missed and not self._out_of_tries
        leading = missed and self.mode is Mode.LEARN  # the explanation leads on to the answer
        if choice is not None and missed:
            self.struck += (choice,)
        why = self._why_wrong(choice, hide_key=retry or leading) if missed else ""
        self.verdict = Verdict(right, points, why, retry)
        if not retry and not leading:
            self._finish()
        return self.verdict

    def dont_know(self) -> None:
        """'I don't know' is an answer: it costs nothing, and the explanation leads to the answer."""
        if self.done:
            return
        if self._tries == 0:
            self.did_not_know = True
            if self.mode is not Mode.LEARN:
                self._first = (False, None, "", None)
        self.phase = Phase.EXPLAINING
        self.unfolding.more()

    def mark_yourself(self, right: bool) -> Verdict:
        """For a written answer that no key can judge (or that says the right thing in other words)."""
        if not self.question.is_open or not self.verdict:
            raise ValueError("only a written answer can be marked by its writer")
        _, choice, response, certainty = self._first
        self._first = (right, choice, response, certainty)
        self.verdict = Verdict(right, marking.points(right, certainty))
        return self.verdict

    def _judge(self, choice: int | None, text: str) -> bool | None:
        if choice is not None:
            return None if self.question.answer is None else choice == self.question.answer
        return marking.matches(text, self.question.accepted) if self.question.accepted else None

    def _choices_left(self) -> int:
        """How many choices stand; an open question can be tried as often as allowed."""
        return len(self.question.choices) - len(self.struck) if self.question.choices else ALL

    def _why_wrong(self, choice: int | None, hide_key: bool) -> str:
        """The bank's sentence about this choice, or one made from the explanation."""
        question = self.question
        sentences = [question.why_wrong[choice] or ""] if question.why_wrong and choice is not None else []
        steps = bank_steps(question) or self.unfolding.arrived
        sentences += [f"Think of this: {step.text}" for step in steps]
        for sentence in filter(None, sentences):
            if not (hide_key and gives_away(sentence, question)):
                return sentence
        return "Read the question again and look for what it really asks."

    # The explanation

    def advance(self) -> Phase:
        """The student goes on (Space): explanation, its next step, and after the last the answer."""
        if self.phase is Phase.ASKING and self.mode is not Mode.LEARN:
            return self.phase  # answering, or saying 'I don't know', comes first
        if self.phase is Phase.EXPLAINING and self.unfolding.done:
            self._finish()
        else:
            self.phase = Phase.DONE if self.done else Phase.EXPLAINING
            self.unfolding.more()
        return self.phase

    def show_all(self) -> Phase:
        """All steps (Enter), as they arrive; once all are shown, the answer."""
        if self.phase is Phase.ASKING and self.mode is not Mode.LEARN:
            return self.phase
        if self.phase is Phase.EXPLAINING and self.unfolding.done:
            self._finish()
        elif self.phase is Phase.ASKING:
            self.phase = Phase.EXPLAINING
        self.unfolding.all()
        return self.phase

    def reveal(self) -> None:
        """Show the answer now."""
        if not self.done:
            self._finish()

    def _finish(self) -> None:
        self._spent = self._seconds()
        self.phase = Phase.DONE

    # What is kept

    def attempt(self, session: str = "") -> Attempt:
        """The record of this question, once it is done."""
        correct, chosen, response, certainty = self._first
        return Attempt(
            self.item,
            self.mode,
            correct=correct,
            chosen=chosen,
            response=response,
            certainty=certainty,
            points=marking.points(correct, certainty),
            tries=self._tries,
            hints=len(self.hints),
            did_not_know=self.did_not_know,
            seconds=round(self._spent if self.done else self._seconds(), 1),
            at=self._clock(),
            session=session,
        )

    def _seconds(self) -> float:
        return self._spent + min(max(self._clock() - self._started, 0.0), LONGEST_THOUGHT)

    def state(self) -> dict[str, Any]:
        """What a later start needs to go on with this question; choices by their texts."""
        return {
            "phase": self.phase.value,
            "struck": [self.question.choices[choice] for choice in self.struck],
            "hints": self.hints,
            "did_not_know": self.did_not_know,
            "tries": self._tries,
            "out_of_tries": self._out_of_tries,
            "first": self._first,
            "verdict": astuple(self.verdict) if self.verdict else None,
            "spent": self._spent if self.done else self._seconds(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from `state()`; an explanation starts to unfold anew."""
        self.phase = Phase(state["phase"])
        struck = [choice_now(saved, self.question) for saved in state["struck"]]
        self.struck = tuple(c for c in struck if c is not None and c != self.question.answer)
        self.hints = tuple(state["hints"])
        self.did_not_know, self._tries = bool(state["did_not_know"]), int(state["tries"])
        self._out_of_tries = bool(state["out_of_tries"])
        right, choice, response, certainty = state["first"]
        if choice is not None:  # what was answered then is kept as it was judged; `response` is its text
            choice = choice_now(response, self.question)
        self._first = (right, choice, response, certainty)
        verdict = state.get("verdict")  # sessions saved before this was kept have none
        self.verdict = Verdict(*verdict) if verdict else None
        self._spent = float(state["spent"])
        if self.phase is Phase.EXPLAINING:
            self.unfolding.more()
