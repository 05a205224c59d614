"""Students and facts that do as a test says."""

import threading
from collections.abc import Callable, Iterator, Sequence

from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.weigher import Fit, Support
from tutor_app.questions.model import Question
from tutor_app.students.engine import Cancelled, Limits, OptionScore, Request, Sampling
from tutor_app.students.prompts import Prompt

Rating = Callable[[Prompt, str], float]


class ScriptedStudent:
    """Scores by `rate`; writes `replies` in order, the last one again and again.

    `prompts` and `scored` record what it was shown. With `gate`, every call first waits for it.
    """

    def __init__(
        self,
        rate: Rating = lambda prompt, option: 0.0,
        replies: Sequence[str] = ("",),
        gate: threading.Event | None = None,
    ) -> None:
        self.rate, self.replies, self.gate = rate, list(replies), gate
        self.prompts: list[Prompt] = []
        self.scored: list[Request] = []
        self.closed = self.calls = 0

    def write(
        self,
        prompt: Prompt,
        *,
        limits: Limits = Limits(),
        sampling: Sampling = Sampling(),
        cancel: threading.Event | None = None,
    ) -> Iterator[str]:
        self.prompts.append(prompt)
        try:
            for letter in self._next():
                if cancel is not None and cancel.is_set():
                    return
                yield letter
        finally:
            self.closed += 1

    def write_many(
        self,
        prompts: Sequence[Prompt],
        samples: int = 1,
        *,
        limits: Limits = Limits(),
        sampling: Sampling = Sampling(),
        cancel: threading.Event | None = None,
    ) -> list[list[str]]:
        self._wait(cancel)
        self.calls += 1
        self.prompts += prompts
        return [[self._next() for _ in range(samples)] for _ in prompts]

    def score(
        self, requests: Sequence[Request], *, cancel: threading.Event | None = None
    ) -> list[list[OptionScore]]:
        self._wait(cancel)
        self.calls += 1
        self.scored += [request for request in requests if request[1]]
        return [
            [OptionScore(self.rate(prompt, option), 1) for option in options] for prompt, options in requests
        ]

    def _next(self) -> str:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def _wait(self, cancel: threading.Event | None) -> None:
        while self.gate is not None and not self.gate.wait(0.01):
            if cancel is not None and cancel.is_set():
                raise Cancelled
        if cancel is not None and cancel.is_set():
            raise Cancelled


class ListedFacts:
    """A fact base that offers the same facts for every question; of the `fitting` ones it is certain."""

    def __init__(self, *texts: str, fitting: Sequence[str] = ()) -> None:
        self.facts = [Fact(text, source="a book") for text in texts]
        self.fitting = fitting
        self.flags: list[Fact] = []
        self.asked: list[tuple[Question, str]] = []

    @property
    def name(self) -> str:
        return "listed facts"

    def fits(self, question: Question, supposed: str) -> list[Fit]:
        self.asked.append((question, supposed))
        left = [fact for fact in self.facts if fact not in self.flags]
        fits = [Fit(fact, float(fact.text in self.fitting)) for fact in left]
        return sorted(fits, key=lambda fit: -fit.score)

    def support(self, question: Question) -> tuple[Support, ...]:
        return tuple(
            Support(float(len(self.facts) > 1 and choice in self.facts[-1].text))
            for choice in question.choices
        )

    def knows(self, asked: str) -> bool:
        return "football" not in asked

    def get(self, fact_id: int) -> Fact | None:
        return next((fact for fact in self.facts if fact.id == fact_id), None)

    def flag(self, fact: Fact) -> None:
        self.flags.append(fact)

    def flagged(self) -> list[Fact]:
        return self.flags
