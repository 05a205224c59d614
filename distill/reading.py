"""Students read questions: each route's option scores, in batches on all cores, kept as they are made."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from distill.protocols import Protocol
from distill.routes import QUESTION
from distill.scores import Reading, ScoresFile, digest
from distill.sets import EvaluationSet
from tutor_app.knowledge.weigher import Support
from tutor_app.questions.model import Question
from tutor_app.students.answering import without_not
from tutor_app.students.engine import Request, Student
from tutor_app.students.fact_source import FactSource
from tutor_app.students.prompts import answer_prompt

CHUNK = 32

Progress = Callable[[int, int], None]


def cores() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def read_question_route(
    student: Student,
    wanted: EvaluationSet,
    kept: ScoresFile,
    protocol: Protocol,
    workers: int = 1,
    progress: Progress = lambda done, of: None,
) -> None:
    """Score the options of every question that is not in `kept`, from the question alone."""
    missing = [q for q in wanted.questions if (wanted.name, digest(q), QUESTION) not in kept.readings]
    done = len(wanted.questions) - len(missing)
    progress(done, len(wanted.questions))

    def score(chunk: Sequence[Question]) -> list[Reading]:
        began = time.perf_counter()
        requests: list[Request] = [(answer_prompt(protocol.text(q.text)), q.choices) for q in chunk]
        scores = student.score(requests)
        share = (time.perf_counter() - began) / len(chunk)
        return [
            Reading(
                wanted.name,
                digest(question),
                QUESTION,
                question.answer,
                tuple(score.total for score in found),
                tuple(score.tokens for score in found),
                id=question.id,
                seconds=share,
            )
            for question, found in zip(chunk, scores, strict=True)
        ]

    with ThreadPoolExecutor(workers) as pool:
        for readings in pool.map(score, by_length(missing)):
            kept.add(readings)
            done += len(readings)
            progress(done, len(wanted.questions))


def as_in_the_app(
    student: Student, wanted: EvaluationSet, kept: ScoresFile, facts: FactSource | None
) -> None:
    """Make a set's question readings what the app has: facts speak for options, and a `not` is heard.

    The route is linear in both, so that of an exception an option's gain by the `not` is a reading too.
    """
    for question in wanted.questions:
        place = wanted.name, digest(question), QUESTION
        reading = replace(kept.readings[place], support=_support(question, facts))
        turned = without_not(question)
        if turned is not None:
            (scores,) = student.score([(answer_prompt(turned.text), turned.choices)])
            less = replace(
                reading, sums=tuple(score.total for score in scores), support=_support(turned, facts)
            )
            reading = _gain(reading, less)
        kept.readings[place] = reading


def _support(question: Question, facts: FactSource | None) -> tuple[Support, ...]:
    return () if facts is None else facts.support(question)


def _gain(reading: Reading, less: Reading) -> Reading:
    sums = tuple(one - other for one, other in zip(reading.sums, less.sums, strict=True))
    support = tuple(
        Support(one.nearness - other.nearness, one.weight - other.weight)
        for one, other in zip(reading.support, less.support, strict=True)
    )
    return replace(reading, sums=sums, support=support)


def by_length(questions: Sequence[Question], size: int = CHUNK) -> Iterator[Sequence[Question]]:
    """Chunks of questions of like length, the longest first, so that padding is small."""
    ordered = sorted(questions, key=lambda q: -len(q.text) - max(map(len, q.choices), default=0))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
