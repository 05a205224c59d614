"""The answer student: options scored with and without a rationale, joined to honest probabilities."""

import math
import re
import threading
from collections.abc import Sequence

from tutor_app.questions.model import Question
from tutor_app.students import guard
from tutor_app.students.calibration import Calibration, join, route_scores, supported
from tutor_app.students.engine import Limits, Student
from tutor_app.students.explanation import Answer, Step
from tutor_app.students.fact_source import FactSource
from tutor_app.students.prompts import answer_prompt

Scores = tuple[float, ...]

_SHORT = Limits(tokens=40, lines=1)
_BARELY_ABOVE_CHANCE = 1.25  # times 1/choices: below it the tutor supposes nothing
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def asked(question: Question) -> str:
    """What the students read: the question, or what a picture would show when there is nothing else."""
    return question.text.strip() or question.image


def question_route(
    student: Student,
    questions: Sequence[Question],
    calibration: Calibration,
    cancel: threading.Event | None,
    facts: FactSource | None = None,
) -> list[Scores]:
    """Each question's options scored after the question alone; the fact base supports some of them."""
    requests = [(answer_prompt(asked(question)), question.choices) for question in questions]
    scores = student.score(requests, cancel=cancel)
    found = [route_scores(options, calibration.question_length_power) for options in scores]
    if facts is None or not calibration.asks_facts:
        return found
    return [
        supported(own, facts.support(question), calibration)
        for question, own in zip(questions, found, strict=True)
    ]


def rationale_route(
    student: Student,
    read: Sequence[tuple[Question, Sequence[Step]]],
    calibration: Calibration,
    cancel: threading.Event | None,
) -> list[Scores]:
    """Each question's options scored after the question and a rationale."""
    requests = [
        (answer_prompt(asked(question), [step.text for step in steps]), question.choices)
        for question, steps in read
    ]
    scores = student.score(requests, cancel=cancel)
    return [route_scores(options, calibration.rationale_length_power) for options in scores]


def conclude(
    question: Question, by_question: Scores, by_rationale: Scores | None, calibration: Calibration
) -> Answer:
    """Both routes (or the question's alone) as one answer with its confidence."""
    probabilities = join(by_question, by_rationale, calibration)
    return chosen(question, probabilities, by_question, by_rationale or (), calibration)


def chosen(
    question: Question,
    probabilities: Scores,
    by_question: Scores,
    by_rationale: Scores,
    calibration: Calibration,
) -> Answer:
    """The likeliest option, and whether that is likely enough to be sure."""
    best = max(range(len(probabilities)), key=lambda index: probabilities[index])
    confidence = probabilities[best]
    sure = confidence >= calibration.sure_threshold
    return Answer(question.choices[best], best, probabilities, confidence, sure, by_question, by_rationale)


def suppose(question: Question, answer: Answer | None) -> str:
    """The answer a rationale is written for: the key, else the likeliest unless nothing stands out."""
    if question.key is not None:
        return question.key
    if question.accepted:
        return question.accepted[0]
    if answer is None or answer.confidence * len(question.choices) < _BARELY_ABOVE_CHANCE:
        return ""
    return answer.text


def open_answers(
    student: Student,
    read: Sequence[tuple[Question, Sequence[Step]]],
    calibration: Calibration,
    cancel: threading.Event | None,
) -> list[Answer]:
    """Short written answers; confidence is the geometric mean of their words' probabilities."""
    prompts = [answer_prompt(asked(question), [step.text for step in steps]) for question, steps in read]
    written = student.write_many(prompts, limits=_SHORT, cancel=cancel)
    texts = [_presentable(replies[0]) for replies in written]
    scores = student.score(
        [(prompt, [text or "?"]) for prompt, text in zip(prompts, texts, strict=True)], cancel=cancel
    )
    answers = []
    for text, (score,) in zip(texts, scores, strict=True):
        confidence = math.exp(score.total / score.tokens) if text else 0.0
        answers.append(
            Answer(text, confidence=confidence, sure=confidence >= calibration.open_sure_threshold)
        )
    return answers


def right(question: Question, answer: Answer) -> bool | None:
    """Whether the answer is the key, or an accepted one; None when there is no key."""
    if question.answer is not None:
        return answer.choice == question.answer
    if question.accepted:
        said = guard.words(answer.text)
        return any(said == guard.words(accepted) for accepted in question.accepted)
    return None


def _presentable(reply: str) -> str:
    """The reply's first sentence, unless it is no answer."""
    text = _SENTENCE_END.split(" ".join(reply.split()), maxsplit=1)[0]
    return "" if guard.looping(text) or guard.rambling(text) else text
