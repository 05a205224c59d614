"""The answer student: options scored with and without a rationale, joined to honest probabilities."""

import operator
import threading
from collections.abc import Sequence
from dataclasses import replace

from tutor_app.questions.model import Question
from tutor_app.students import guard
from tutor_app.students.calibration import Calibration, join, route_scores, supported
from tutor_app.students.engine import Student
from tutor_app.students.exceptions import without_exception
from tutor_app.students.explanation import Answer, Step
from tutor_app.students.fact_source import FactSource
from tutor_app.students.prompts import answer_prompt

Scores = tuple[float, ...]

_BARELY_ABOVE_CHANCE = 1.25  # times 1/choices: below it the tutor supposes nothing
_FEWEST_TO_BE_SURE = 3  # choices
_YES_OR_NO = frozenset(("yes", "no", "true", "false"))


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
    """Each question's options scored after the question alone; the fact base supports some of them.

    Where an exception is asked for, an option counts for what it gains by the `not`.
    """
    turned = [without_not(question) for question in questions]
    every = [*questions, *(turn for turn in turned if turn is not None)]
    requests = [(answer_prompt(asked(question)), question.choices) for question in every]
    scores = student.score(requests, cancel=cancel)
    found = [route_scores(options, calibration.question_length_power) for options in scores]
    if facts is not None and calibration.asks_facts:
        found = [
            supported(own, facts.support(replace(question, text=asked(question))), calibration)
            for question, own in zip(every, found, strict=True)
        ]
    own, less = found[: len(questions)], iter(found[len(questions) :])
    return [
        scores if turn is None else tuple(map(operator.sub, scores, next(less)))
        for scores, turn in zip(own, turned, strict=True)
    ]


def without_not(question: Question) -> Question | None:
    """The question that asks for what is so, where one asks for an exception; else None."""
    text = without_exception(asked(question))
    return replace(question, text=text) if text else None


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
    """The likeliest option, and whether that is likely enough to be sure.

    Never between two, or between yes and no: the threshold was fitted on questions with more choices.
    """
    best = max(range(len(probabilities)), key=lambda index: probabilities[index])
    confidence = probabilities[best]
    few = len(question.choices) < _FEWEST_TO_BE_SURE or _is_yes_or_no(question)
    sure = confidence >= calibration.sure_threshold and not few
    return Answer(question.choices[best], best, probabilities, confidence, sure, by_question, by_rationale)


def _is_yes_or_no(question: Question) -> bool:
    return all(_YES_OR_NO.intersection(guard.words(choice)[:1]) for choice in question.choices)


def suppose(question: Question, answer: Answer | None) -> str:
    """The answer a rationale is written for: the key, else the likeliest unless nothing stands out."""
    if question.key is not None:
        return question.key
    if question.accepted:
        return question.accepted[0]
    if answer is None or answer.confidence * len(question.choices) < _BARELY_ABOVE_CHANCE:
        return ""
    return answer.text


def right(question: Question, answer: Answer) -> bool | None:
    """Whether the answer is the key, or an accepted one; None when there is no key."""
    if question.answer is not None:
        return answer.choice == question.answer
    if question.accepted:
        said = guard.words(answer.text)
        return any(said == guard.words(accepted) for accepted in question.accepted)
    return None
