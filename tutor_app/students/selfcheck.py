"""Self-checking: among several rationales, the one that leads to the key; without a key, a vote."""

from collections.abc import Sequence
from dataclasses import dataclass

from tutor_app.questions.model import Question
from tutor_app.students.answering import chosen, right
from tutor_app.students.calibration import Calibration
from tutor_app.students.explanation import Answer, Step


@dataclass(frozen=True, slots=True)
class Attempt:
    """One rationale, the answer it was written for, and the answer it led to."""

    supposed: str
    steps: tuple[Step, ...]
    answer: Answer


def settle(question: Question, attempts: Sequence[Attempt], calibration: Calibration) -> Attempt:
    """The attempt to show, its answer that of all attempts where there is no key."""
    if question.is_open:
        return _best_written(question, attempts)
    if question.answer is not None:
        key = question.answer
        return max(attempts, key=lambda attempt: attempt.answer.probabilities[key])
    return _vote(question, attempts, calibration)


def _vote(question: Question, attempts: Sequence[Attempt], calibration: Calibration) -> Attempt:
    """Mean probabilities decide; the rationale shown is the one that speaks most for the winner."""
    columns = zip(*(attempt.answer.probabilities for attempt in attempts), strict=True)
    mean = tuple(sum(column) / len(attempts) for column in columns)
    winner = max(range(len(mean)), key=lambda index: mean[index])
    text = question.choices[winner]
    best = max(attempts, key=lambda a: (a.supposed in (text, ""), a.answer.probabilities[winner]))
    scores = best.answer.question_scores, best.answer.rationale_scores
    return Attempt(best.supposed, best.steps, chosen(question, mean, *scores, calibration))


def _best_written(question: Question, attempts: Sequence[Attempt]) -> Attempt:
    """An accepted answer if one was written, else the one written most often, else the most confident."""

    def rank(attempt: Attempt) -> tuple[bool, int, float]:
        text = attempt.answer.text.casefold()
        times = sum(other.answer.text.casefold() == text for other in attempts) if text else 0
        return bool(right(question, attempt.answer)), times, attempt.answer.confidence

    return max(attempts, key=rank)
