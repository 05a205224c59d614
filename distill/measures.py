"""From readings to figures: accuracy with its interval, calibration, and what the rationales were worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from distill.protocols import Measure, compared
from distill.routes import QUESTION
from distill.scores import Reading, digest
from distill.sets import EvaluationSet
from distill.statistics import Bin, Interval, expected_calibration_error, reliability, wilson
from tutor_app.knowledge.facts import fact_id
from tutor_app.students.calibration import Calibration, join, route_scores, softmax, supported
from tutor_app.students.engine import OptionScore
from tutor_app.students.guard import overlap

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
class RationaleFigures:
    """What the rationales of one set were like, and whether the answers used them. Shares are 0 to 1.

    `disagree` is how often the answer after the rationale is not the answer to the question alone, which is
    also how often an empty rationale would change it; `shuffled_changes` how often it changes when the
    rationale is another question's. `empty` is the share of questions for which nothing could be shown.
    `recall_at_1` and `recall_at_3` say how often one of the question's own facts is among the first chosen
    (None where the set has no facts of its own in the fact base).
    """

    questions: int
    words: float
    steps: float
    on_facts: float
    with_fact: float
    disagree: float
    empty: float
    shuffled_changes: float | None = None
    shuffled_accuracy: float | None = None
    recall_at_1: float | None = None
    recall_at_3: float | None = None
    with_own_facts: int = 0
    overlap: float | None = None
    seconds: float = 0.0
    tokens_per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """One set under one route; `rationales` only where the route wrote some.

    `fitted_on` says that the package's joining of routes was fitted on these very questions.
    """

    set: str
    route: str
    protocol: str
    questions: int
    right: int
    accuracy: Interval
    ece: float
    curve: tuple[Bin, ...]
    judged: tuple[Judged, ...]
    rationales: RationaleFigures | None = None
    fitted_on: bool = False


def probabilities_of(
    found: Sequence[Reading], choices: Sequence[str], measure: Measure, calibration: Calibration
) -> tuple[float, ...]:
    """The options' probabilities from one route's reading, or joined from the question's and the rationale's.

    A second reading without scores means that no rationale could be shown: then the question decides.
    """
    found = [each for each in found if each.sums]
    if measure is not Measure.PACKAGE:
        logits = [compared(measure, each.sums, each.tokens, choices) for each in found]
        return softmax([sum(parts) for parts in zip(*logits, strict=True)])
    if len(found) == 2:
        by_rationale = route_scores(_options(found[1]), calibration.rationale_length_power)
        return join(question_scores(found[0], calibration), by_rationale, calibration)
    if found[0].route == QUESTION:
        return join(question_scores(found[0], calibration), None, calibration)
    return join(route_scores(_options(found[0]), calibration.rationale_length_power), None, calibration)


def question_scores(reading: Reading, calibration: Calibration) -> tuple[float, ...]:
    """The question route's scores as the app has them."""
    alone = route_scores(_options(reading), calibration.question_length_power)
    return supported(alone, reading.support, calibration)


def _options(reading: Reading) -> list[OptionScore]:
    return [OptionScore(total, count) for total, count in zip(reading.sums, reading.tokens, strict=True)]


def judge(
    wanted: EvaluationSet,
    parts: Sequence[str],
    readings: Readings,
    measure: Measure,
    calibration: Calibration,
) -> list[Judged]:
    """Every question of a set under one route; `parts` name its readings, the question's first if joined.

    Where a route has nothing to read (no rationale, no fact), the question alone decides, as in the app.
    """
    judged = []
    for question in wanted.questions:
        place = digest(question)
        found = [
            readings[wanted.name, place, part] for part in parts if (wanted.name, place, part) in readings
        ]
        if question.answer is None or len(found) < len(parts):
            continue
        given = found[0].extra.get("probabilities")
        if isinstance(given, list):
            shares = tuple(float(each) for each in given)
        else:
            asked = [each for each in found if each.sums] or [readings[wanted.name, place, QUESTION]]
            shares = probabilities_of(asked, question.choices, measure, calibration)
        judged.append(Judged(place, shares, question.answer))
    return judged


def result_of(
    wanted: str,
    route: str,
    protocol: str,
    judged: Sequence[Judged],
    rationales: RationaleFigures | None = None,
) -> Result:
    """The figures of one set and route."""
    rights = [each.right for each in judged]
    confidences = [each.confidence for each in judged]
    return Result(
        wanted,
        route,
        protocol,
        len(judged),
        sum(rights),
        wilson(sum(rights), len(judged)),
        expected_calibration_error(confidences, rights),
        reliability(confidences, rights),
        tuple(judged),
        rationales,
    )


def fitted_on_text(results: Sequence[Result]) -> str:
    """A sentence about figures that flatter the package, if there are such."""
    names = ", ".join(dict.fromkeys(each.set for each in results if each.fitted_on))
    if not names:
        return ""
    return (
        f"How the routes are joined was fitted on these very questions ({names}), so the figures are a "
        "little too good; the package's card has cross-fitted ones."
    )


def rationale_figures(
    wanted: EvaluationSet,
    explained: Sequence[Reading],
    own_facts: Sequence[frozenset[int]],
    by_question: Sequence[Judged],
    by_rationale: Sequence[Judged],
    by_shuffled: Sequence[Judged],
) -> RationaleFigures:
    """What the rationales of a set were like; `explained` and `own_facts` follow the set's questions."""
    steps = [step for each in explained for step in each.steps]
    texts = [[step.text for step in each.steps] for each in explained]
    chosen = [[fact_id(text) for text in each.facts] for each in explained]
    known = [(own, found) for own, found in zip(own_facts, chosen, strict=True) if own]
    references = [
        overlap(" ".join(question.explanation), " ".join(lines))
        for question, lines in zip(wanted.questions, texts, strict=True)
        if question.explanation and lines
    ]
    seconds = sum(each.seconds for each in explained)
    return RationaleFigures(
        questions=len(explained),
        words=_mean([len(" ".join(lines).split()) for lines in texts]),
        steps=len(steps) / max(len(explained), 1),
        on_facts=_mean([step.origin == "fact" for step in steps]),
        with_fact=_mean([bool(each.facts) for each in explained]),
        disagree=_changed(by_question, by_rationale),
        empty=_mean([not lines for lines in texts]),
        shuffled_changes=_changed(by_rationale, by_shuffled),
        shuffled_accuracy=_mean([each.right for each in by_shuffled]),
        recall_at_1=_mean([bool(own & set(found[:1])) for own, found in known]) if known else None,
        recall_at_3=_mean([bool(own & set(found[:3])) for own, found in known]) if known else None,
        with_own_facts=len(known),
        overlap=_mean(references) if references else None,
        seconds=seconds / max(len(explained), 1),
        tokens_per_second=sum(each.written for each in explained) / seconds if seconds else 0.0,
    )


def _changed(first: Sequence[Judged], second: Sequence[Judged]) -> float:
    """How often two routes choose differently, on the questions both judged."""
    choices = {each.question: each.choice for each in first}
    return _mean([choices[each.question] != each.choice for each in second if each.question in choices])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
