"""How sure a short answer without choices may sound: dev questions asked openly, judged by their keys.

An answer counts as right when it and the key share half their words, which finds fewer right than a reader
does, so the tutor rather sounds less sure than it could.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from distill.calibrate import sure_threshold
from distill.reading import by_length
from distill.scores import Reading, ScoresFile, digest
from distill.sets import EvaluationSet
from distill.statistics import logistic
from tutor_app.knowledge.asked import wants_sentence
from tutor_app.questions.model import Question
from tutor_app.students.calibration import Calibration
from tutor_app.students.explanation import Answer
from tutor_app.students.guard import overlap
from tutor_app.students.tutor import Tutor

AT_ONCE = 16
FEWEST = 20  # questions; with fewer nothing is fitted
SHARED = 0.5
_NEEDS_CHOICES = re.compile(
    r"\b(of these|following|which (statement|sentence|one|choice|best))\b", re.IGNORECASE
)


def openly(questions: Iterable[Question]) -> list[Question]:
    """Those that a word or two answers and that do not speak of their choices."""
    whole = [q for q in questions if q.text.endswith("?") and not _NEEDS_CHOICES.search(q.text)]
    return [q for q in whole if not wants_sentence(q.text)]


def fit_open(
    tutor: Tutor,
    sets: Sequence[EvaluationSet],
    route: str,
    kept: ScoresFile,
    start: Calibration,
    target: float,
    say: Callable[[str], None],
) -> Calibration:
    """`start` with the numbers of answers without choices; what `kept` has under `route` is not asked again.

    The tutor must have the likelihoods as they are, which `start` gives it.
    """
    found = [kept.readings[place] for place in _asked(tutor, sets, route, kept)]
    found = [reading for reading in found if reading.extra["likelihood"]]  # without an answer 0
    likelihoods = [cast(float, reading.extra["likelihood"]) for reading in found]
    rights = [bool(reading.extra["right"]) for reading in found]
    if len(rights) < FEWEST:
        return start
    weight, offset = fit_odds(likelihoods, rights)
    fitted = replace(start, open_weight=weight, open_offset=offset)
    confidences = np.array([fitted.open_confidence(each) for each in likelihoods])
    threshold, accuracy, _ = sure_threshold(confidences, np.array(rights), target)
    say(
        f"without choices: {np.mean(rights):.0%} of {len(rights)} answers share half their words with the "
        f"key; they sound {confidences.min():.0%} to {confidences.max():.0%} sure"
    )
    return replace(fitted, open_sure_threshold=threshold if accuracy >= target else 1.0)


def _asked(
    tutor: Tutor, sets: Sequence[EvaluationSet], route: str, kept: ScoresFile
) -> Iterator[tuple[str, str, str]]:
    """Ask what is not in `kept` yet, and keep it batch by batch; gives the place of every answer."""
    for each in sets:
        asked = openly(each.questions)
        missing = [q for q in asked if (each.name, digest(q), route) not in kept.readings]
        for chunk in by_length(missing, AT_ONCE):
            found = tutor.short_answers([Question(q.id, q.text, image=q.image) for q in chunk])
            kept.add(
                _reading(each.name, route, question, answer)
                for question, answer in zip(chunk, found, strict=True)
            )
        yield from ((each.name, digest(question), route) for question in asked)


def _reading(wanted: str, route: str, question: Question, answer: Answer) -> Reading:
    right = says(answer.text, question.key or "")
    judged: dict[str, object] = {"likelihood": answer.confidence, "right": right}
    return Reading(wanted, digest(question), route, question.answer, (), (), id=question.id, extra=judged)


def says(answer: str, key: str) -> bool:
    """The answer and the key have half their words in common."""
    return overlap(answer, key) >= SHARED


def fit_odds(likelihoods: Sequence[float], rights: Sequence[bool]) -> tuple[float, float]:
    """Weight and offset of the likelihoods' log odds under which the answers' being right is likeliest."""
    seems = np.clip(np.array(likelihoods), 1e-6, 1 - 1e-6)
    found = logistic(np.stack([np.log(seems / (1 - seems)), np.ones(len(seems))], axis=1), rights)
    if found[0] < 0:  # the likelihood tells nothing
        share = float(np.clip(np.mean(rights), 0.01, 0.99))
        return 0.0, float(np.log(share / (1 - share)))
    return float(found[0]), float(found[1])
