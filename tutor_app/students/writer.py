"""Writing: the step that applies the facts, or all steps in own words; the guard has the last word."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from tutor_app.questions.model import Question
from tutor_app.students import guard
from tutor_app.students.answering import asked
from tutor_app.students.engine import Limits, Sampling, Student
from tutor_app.students.explanation import Origin, Step
from tutor_app.students.prompts import Prompt, rationale_prompt

MOST_FREE_STEPS = 5
_ONE_STEP = Limits(tokens=80, lines=1)
_ALL_STEPS = Limits(tokens=220, lines=MOST_FREE_STEPS)
_TRIES = 3
VARIED = Sampling(temperature=0.7, top_k=40)


@dataclass(frozen=True, slots=True)
class Task:
    """What to write for: the question, the answer supposed to be right, and the facts chosen (none: free)."""

    question: Question
    supposed: str
    facts: tuple[Step, ...] = ()

    @property
    def prompt(self) -> Prompt:
        """What the rationale student is shown."""
        facts = [fact.text for fact in self.facts]
        return rationale_prompt(asked(self.question), self.question.choices, self.supposed, facts)

    @property
    def limits(self) -> Limits:
        """One step applies chosen facts; without them the student writes all steps."""
        return _ONE_STEP if self.facts else _ALL_STEPS

    def fitting(self, reply: str) -> tuple[Step, ...]:
        """The lines of a reply that may be shown."""
        steps: list[Step] = []
        for line in reply.split("\n")[: self.limits.lines]:
            steps += self.fit(line, [*self.facts, *steps])
        return tuple(steps)

    def fit(self, line: str, so_far: Sequence[Step]) -> list[Step]:
        """The line as a step, unless the guard drops it."""
        text = " ".join(line.split())
        shown = [step.text for step in so_far]
        fits = guard.fit_to_show(text, shown, self.question.choices, self.supposed)
        if fits and self.facts:
            facts = [fact.text for fact in self.facts]
            fits = guard.applies(text, asked(self.question), facts, self.question.choices, self.supposed)
        return [Step(text, Origin.TUTOR)] if fits else []


class Writer:
    """The rationale student as a writer."""

    def __init__(self, student: Student, fewest_likelihood: float = 0.0) -> None:
        self._student, self._bar = student, fewest_likelihood

    def write(self, tasks: Sequence[Task], cancel: threading.Event | None = None) -> list[tuple[Step, ...]]:
        """What comes after each task's facts: the likeliest words; without facts, else sampled ones.

        Where facts are shown and the likeliest step may not be, sampled ones seldom may (2 of 86 tried).
        """
        steps = [found[0] for found in self._batch(tasks, 1, Sampling(), cancel)]
        failed = [index for index, found in enumerate(steps) if not found and not tasks[index].facts]
        if failed:
            tries = self._batch([tasks[index] for index in failed], _TRIES, VARIED, cancel)
            for index, found in zip(failed, tries, strict=True):
                steps[index] = next(filter(None, found), ())
        return steps

    def vary(
        self, tasks: Sequence[Task], samples: int, cancel: threading.Event | None = None
    ) -> list[list[tuple[Step, ...]]]:
        """`samples` sampled continuations of each task."""
        return self._batch(tasks, samples, VARIED, cancel)

    def stream(self, task: Task, cancel: threading.Event | None = None) -> Iterator[Step]:
        """Steps one by one as their lines are finished; going round in circles ends it."""
        steps: list[Step] = []
        line = ""
        reply = self._student.write(task.prompt, limits=task.limits, cancel=cancel)
        with closing(reply):  # type: ignore[type-var]  # students' replies are generators
            for piece in reply:
                line += piece
                while "\n" in line:
                    finished, line = line.split("\n", 1)
                    found = task.fit(finished, [*task.facts, *steps])
                    steps += found
                    yield from found
                if guard.looping(line) or guard.rambling(line):
                    return
        if cancel is None or not cancel.is_set():
            yield from task.fit(line, [*task.facts, *steps])

    def _batch(
        self, tasks: Sequence[Task], samples: int, sampling: Sampling, cancel: threading.Event | None
    ) -> list[list[tuple[Step, ...]]]:
        """Replies made side by side, tasks of like limits together."""
        results: dict[int, list[tuple[Step, ...]]] = {}
        for limits in (_ONE_STEP, _ALL_STEPS):
            chosen = [index for index, task in enumerate(tasks) if task.limits is limits]
            prompts = [tasks[index].prompt for index in chosen]
            if prompts:
                replies = self._student.write_many(
                    prompts, samples, limits=limits, sampling=sampling, cancel=cancel
                )
                for index, texts in zip(chosen, replies, strict=True):
                    results[index] = [tasks[index].fitting(text) for text in texts]
        return self._likely(tasks, [results[index] for index in range(len(tasks))], cancel)

    def _likely(
        self,
        tasks: Sequence[Task],
        written: Sequence[list[tuple[Step, ...]]],
        cancel: threading.Event | None,
    ) -> list[list[tuple[Step, ...]]]:
        """Leave out a step that applies facts and that its own writer finds unlikely: it is seldom true."""
        rated = [
            list(dict.fromkeys(steps[0].text for steps in found if steps)) if task.facts and self._bar else []
            for task, found in zip(tasks, written, strict=True)
        ]
        requests = [(task.prompt, texts) for task, texts in zip(tasks, rated, strict=True)]
        scores = self._student.score(requests, cancel=cancel) if any(rated) else [[] for _ in rated]
        dropped = [
            {text for text, score in zip(texts, found, strict=True) if score.total < self._bar * score.tokens}
            for texts, found in zip(rated, scores, strict=True)
        ]
        return [
            [() if steps and steps[0].text in unlikely else steps for steps in found]
            for found, unlikely in zip(written, dropped, strict=True)
        ]
