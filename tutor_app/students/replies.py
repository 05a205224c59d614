"""Questions without choices: answered by a sentence of the facts, or shortly by the answer student.

A sentence answers why, how and what something is; where a word or two would do, what is likelier right, but
no word or two that is likelier wrong than right: of 18 such replies read none answered.
"""

import math
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tutor_app.knowledge.asked import wants_sentence
from tutor_app.knowledge.weigher import Fit
from tutor_app.questions.model import MOST_CHOICES, Question
from tutor_app.students import guard
from tutor_app.students.answering import Scores, asked, question_route, right
from tutor_app.students.calibration import Calibration, join
from tutor_app.students.engine import Cancelled, Limits, OptionScore, Student
from tutor_app.students.explanation import Answer, Step
from tutor_app.students.fact_source import FactSource
from tutor_app.students.phrases import phrases, short_answer
from tutor_app.students.prompts import answer_prompt

_SURE = 0.8  # of 87 sentences so likely 89% answered (cross-fitted, `python -m tests.bench_asked`)
_LIKELY = 0.5  # a short answer less likely to be right is not said, but where there is no fact to judge by
_SHORT = Limits(tokens=40, lines=1)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def replies(
    student: Student,
    read: Sequence[tuple[Question, Sequence[Step]]],
    calibration: Calibration,
    cancel: threading.Event | None,
    facts: FactSource | None = None,
) -> list[Answer]:
    """The answers, each after its steps."""
    found = _found([question for question, _ in read], cancel, facts)
    sentences = [_sentence(question, found[asked(question)], calibration) for question, _ in read]
    shortly = [
        sentence is None or not wants_sentence(asked(question))
        for (question, _), sentence in zip(read, sentences, strict=True)
    ]
    wanted = [each for each, wants_short in zip(read, shortly, strict=True) if wants_short]
    short = iter(_short_answers(student, wanted, found, calibration, cancel, facts))
    answers = []
    for (question, _), sentence, wants_short in zip(read, sentences, shortly, strict=True):
        word = next(short) if wants_short else None
        if word and facts is not None and not question.has_key and word.confidence < _LIKELY:
            word = None
        offered = [answer for answer in (word, sentence) if answer]
        answers.append(max(offered, key=lambda answer: answer.confidence, default=Answer("")))
    return answers


def short_answers(
    student: Student, questions: Sequence[Question], calibration: Calibration, facts: FactSource | None
) -> list[Answer]:
    """Short answers alone, without steps."""
    found = _found(questions, None, facts)
    return _short_answers(
        student, [(question, ()) for question in questions], found, calibration, None, facts
    )


def _found(
    questions: Sequence[Question], cancel: threading.Event | None, facts: FactSource | None
) -> dict[str, list[Fit]]:
    """For each text asked the facts that may answer it."""
    found: dict[str, list[Fit]] = {}
    for question in questions:
        if cancel is not None and cancel.is_set():
            raise Cancelled
        text = asked(question)
        if text not in found:
            found[text] = facts.fits(replace(question, text=text), "") if facts is not None else []
    return found


def _sentence(question: Question, found: Sequence[Fit], calibration: Calibration) -> Answer | None:
    """The fact likeliest to answer, where the search found it and no key says what is right."""
    best = next((fit for fit in found if fit.score < 1.0), None)
    if question.has_key or best is None or best.score < calibration.fact_threshold:
        return None
    return Answer(best.fact.text, confidence=best.score, sure=best.score >= _SURE)


def _short_answers(
    student: Student,
    read: Sequence[tuple[Question, Sequence[Step]]],
    found: Mapping[str, Sequence[Fit]],
    calibration: Calibration,
    cancel: threading.Event | None,
    facts: FactSource | None,
) -> list[Answer]:
    """The reply written after the steps, or a phrase of the facts that is likelier."""
    prompts = [answer_prompt(asked(question), [step.text for step in steps]) for question, steps in read]
    written = student.write_many(prompts, limits=_SHORT, cancel=cancel)
    offered = []
    for (question, _), texts in zip(read, written, strict=True):
        told = phrases(asked(question), found[asked(question)], MOST_CHOICES - 1)
        offered.append(_offered(question, _presentable(texts[0]), told))
    several = [
        Question(question.id, asked(question), options)
        for (question, _), options in zip(read, offered, strict=True)
        if len(options) > 1
    ]
    alone = [(prompt, options) for prompt, options in zip(prompts, offered, strict=True) if len(options) == 1]
    compared = question_route(student, several, calibration, cancel, facts)
    shares = iter([join(scores, None, calibration) for scores in compared])
    means = iter(_means(student.score(alone, cancel=cancel)))
    likely = [next(shares) if len(options) > 1 else next(means) if options else () for options in offered]
    return [_likeliest(options, each, calibration) for options, each in zip(offered, likely, strict=True)]


def _offered(question: Question, reply: str, told: Sequence[str]) -> tuple[str, ...]:
    """What may answer a question without choices: the reply, alone where it is the key, and phrases."""
    if right(question, Answer(reply)):
        return (reply,)
    short = [reply] if short_answer(reply, asked(question)) or not told else []
    offered: dict[tuple[str, ...], str] = {}
    for text in [*short, *told]:
        offered.setdefault(tuple(guard.words(text)), text)
    return tuple(text for said, text in offered.items() if said)


def _means(scores: Sequence[Sequence[OptionScore]]) -> list[Scores]:
    """Each text's mean likelihood a word."""
    return [tuple(math.exp(score.total / score.tokens) for score in each) for each in scores]


def _likeliest(options: Sequence[str], shares: Scores, calibration: Calibration) -> Answer:
    if not options:
        return Answer("")
    best = max(range(len(options)), key=lambda index: shares[index])
    confidence = calibration.open_confidence(shares[best])
    return Answer(options[best], confidence=confidence, sure=confidence >= calibration.open_sure_threshold)


def _presentable(reply: str) -> str:
    """The reply's first sentence, unless it is no answer."""
    text = _SENTENCE_END.split(" ".join(reply.split()), maxsplit=1)[0]
    return "" if guard.looping(text) or guard.rambling(text) else text
