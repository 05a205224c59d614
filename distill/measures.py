"""From readings to figures: accuracy with its interval, calibration, and what the rationales were worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from distill.protocols import Measure, Protocol, compared
from distill.scores import Reading, digest
from distill.sets import EvaluationSet
from distill.statistics import Bin, Interval, expected_calibration_error, reliability, softmax, wilson
from tutor_app.students.calibration import Calibration, join, route_scores
from tutor_app.students.engine import OptionScore

Readings = Mapping[tuple[str, str, str], Reading]


@dataclass(frozen=True, slots=True)
class Judged:
    """One question under one route: the probabilities of its options and its key."""

    question: str
    probabilities: tuple[float, ...]
    key: int

    @property
    def choice(self) -> int:
        """The likeliest option."""
        return max(range(len(self.probabilities)), key=self.probabilities.__getitem__)

    @property
    def right(self) -> bool:
        """The likeliest option is the key."""
        return self.choice == self.key

    @property
    def confidence(self) -> float:
        """The likeliest option's probability."""
        return max(self.probabilities)


@dataclass(frozen=True, slots=True)
class Result:
    """One set under one route."""

    set: str
    route: str
    protocol: str
    questions: int
    right: int
    accuracy: Interval
    ece: float
    curve: tuple[Bin, ...]
    judged: tuple[Judged, ...]


def probabilities_of(
    route: str, found: Sequence[Reading], choices: Sequence[str], measure: Measure, calibration: Calibration
) -> tuple[float, ...]:
    """The options' probabilities from one reading, or joined from two (question, then rationale)."""
    if measure is not Measure.PACKAGE:
        logits = [compared(measure, each.sums, each.tokens, choices) for each in found]
        return tuple(float(share) for share in softmax([sum(parts) for parts in zip(*logits, strict=True)]))
    scores = [_options(each) for each in found]
    question = route_scores(scores[0], calibration.question_length_power)
    if len(scores) == 2:
        return join(question, route_scores(scores[1], calibration.rationale_length_power), calibration)
    if route == "question":
        return join(question, None, calibration)
    alone = route_scores(scores[0], calibration.rationale_length_power)
    weight = calibration.question_weight + calibration.rationale_weight
    return tuple(
        float(share) for share in softmax([weight * each / calibration.temperature for each in alone])
    )


def _options(reading: Reading) -> list[OptionScore]:
    return [OptionScore(total, count) for total, count in zip(reading.sums, reading.tokens, strict=True)]


def measure_route(
    wanted: EvaluationSet,
    route: str,
    parts: Sequence[str],
    readings: Readings,
    protocol: Protocol,
    calibration: Calibration,
) -> Result:
    """Judge every question that all `parts` (the routes joined) have read."""
    judged = []
    for question in wanted.questions:
        found = [readings.get((wanted.name, digest(question), part)) for part in parts]
        whole = [each for each in found if each is not None and each.sums]
        if question.answer is None or len(whole) < len(parts):
            continue
        shares = probabilities_of(route, whole, question.choices, protocol.measure, calibration)
        judged.append(Judged(digest(question), shares, question.answer))
    rights = [each.right for each in judged]
    confidences = [each.confidence for each in judged]
    return Result(
        wanted.name,
        route,
        protocol.name,
        len(judged),
        sum(rights),
        wilson(sum(rights), len(judged)),
        expected_calibration_error(confidences, rights),
        reliability(confidences, rights),
        tuple(judged),
    )
