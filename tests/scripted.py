"""A scripted tutor: says what a test tells it to, as slowly as the test wants."""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence

from tutor_app.questions.model import Question
from tutor_app.students.explanation import Answer, Explanation, Origin, Settings, Step

FACT = Step("Magnets attract iron.", Origin.FACT, "the shipped facts", 1)
APPLIED = Step("A nail is made of iron, so the magnet attracts the nail.", Origin.TUTOR)


class ScriptedExplainer:
    """Implements `Explainer` without students.

    Enqueued explanations are given first, in order; then every question gets `steps` and an answer that puts
    0.7 on the key (or the first choice). `step_delay` and `answer_delay` are waited before each step and
    before the answer, and give way to `cancel` at once. `asked`, `judged` and `flagged` record what was
    wanted.
    """

    def __init__(
        self,
        steps: Sequence[Step] = (FACT, APPLIED),
        *,
        name: str = "scripted 1.0",
        step_delay: float = 0.0,
        answer_delay: float = 0.0,
        fail: Exception | None = None,
    ) -> None:
        self.steps = tuple(steps)
        self.step_delay, self.answer_delay = step_delay, answer_delay
        self.fail = fail
        self.asked: list[tuple[Question, Settings]] = []
        self.judged: list[Question] = []
        self.cancelled: list[str] = []
        self.flagged: list[Step] = []
        self._name = name
        self._queue: deque[Explanation] = deque()

    @property
    def name(self) -> str:
        return self._name

    def enqueue(self, *explanations: Explanation) -> None:
        """What the next questions get, whatever they are."""
        self._queue.extend(explanations)

    def explain(
        self, question: Question, settings: Settings = Settings(), cancel: threading.Event | None = None
    ) -> Iterator[Step | Explanation]:
        self.asked.append((question, settings))
        if self.fail is not None:
            raise self.fail
        explanation = self._queue.popleft() if self._queue else self._usual(question)
        for step in explanation.steps:
            if not self._wait(self.step_delay, cancel, question):
                return
            yield step
        if self._wait(self.answer_delay, cancel, question):
            yield explanation

    def judge(self, question: Question) -> Answer:
        self.judged.append(question)
        return scripted_answer(question)

    def flag(self, step: Step) -> bool:
        self.flagged.append(step)
        return step.fact_id is not None

    @property
    def facts_name(self) -> str:
        return "facts 1"

    def withdrawn(self) -> frozenset[int]:
        return frozenset(step.fact_id for step in self.flagged if step.fact_id is not None)

    def _usual(self, question: Question) -> Explanation:
        answer = scripted_answer(question)
        agrees = None if question.answer is None else answer.choice == question.answer
        return Explanation(self.steps, answer, agrees, self._name, {"first_step": 0.0, "total": 0.0})

    def _wait(self, seconds: float, cancel: threading.Event | None, question: Question) -> bool:
        """False when the student cancelled before the time was up."""
        if cancel is None:
            time.sleep(seconds)
            return True
        if cancel.wait(seconds) if seconds else cancel.is_set():
            self.cancelled.append(question.id)
            return False
        return True


def scripted_answer(question: Question, choice: int | None = None, confidence: float = 0.7) -> Answer:
    """An answer that puts `confidence` on `choice` (the key, else the first) and shares out the rest."""
    if question.is_open:
        return Answer(question.accepted[0] if question.accepted else "iron", confidence=confidence, sure=True)
    chosen = choice if choice is not None else (question.answer or 0)
    rest = (1.0 - confidence) / (len(question.choices) - 1)
    probabilities = tuple(confidence if i == chosen else rest for i in range(len(question.choices)))
    scores = tuple(-1.0 if i == chosen else -3.0 for i in range(len(question.choices)))
    return Answer(
        question.choices[chosen], chosen, probabilities, confidence, confidence >= 0.5, scores, scores
    )
