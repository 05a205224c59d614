"""How the answer student's two routes become one honest probability: numbers fitted on dev data, pure sums.

`calibration.json` holds the fields of `Calibration`; a field it leaves out keeps the value below.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from tutor_app.errors import UserError
from tutor_app.knowledge.weigher import Support
from tutor_app.students.engine import OptionScore


@dataclass(frozen=True, slots=True)
class Calibration:
    """The weights and thresholds of one student package.

    A route's score of an option is its log-likelihood divided by `tokens ** length_power` (0: the sum,
    1: the mean); to the question's, the fact base adds `support_weight` times how near its facts are to the
    question with that option, and `weigher_weight` times how well they support it when they are read.
    `question_temperature` holds where the question alone decides (0: as `temperature`). `sure_threshold` and
    `open_sure_threshold` part 'sure' from 'not sure'; a guess must be as likely as `step_threshold` before a
    step may argue for it, and the step's words, per token, as likely to its writer as `step_likelihood` (0:
    any may be shown). A fact less likely to explain the answer than `fact_threshold` does not fit. With
    `open_weight` and `open_offset` the log odds of an answer without choices become those of its being right.
    """

    temperature: float = 1.0
    question_temperature: float = 0.0
    question_weight: float = 0.5
    rationale_weight: float = 0.5
    support_weight: float = 0.0
    weigher_weight: float = 0.0
    question_length_power: float = 0.0
    rationale_length_power: float = 0.0
    sure_threshold: float = 0.5
    open_sure_threshold: float = 1.0
    open_weight: float = 1.0
    open_offset: float = 0.0
    step_threshold: float = 0.9
    step_likelihood: float = 0.0
    fact_threshold: float = 0.0

    def __post_init__(self) -> None:
        if not all(math.isfinite(getattr(self, field.name)) for field in fields(self)):
            raise ValueError("a value is not a finite number")
        if self.support_weight < 0 or self.weigher_weight < 0:
            raise ValueError("the weight of the facts' support is below 0")
        if self.temperature <= 0 or self.question_temperature < 0:
            raise ValueError("the temperature is not above 0")
        if self.open_weight < 0:
            raise ValueError("the weight of written answers is below 0")
        if (
            self.question_weight < 0
            or self.rationale_weight < 0
            or not self.question_weight + self.rationale_weight
        ):
            raise ValueError("the routes' weights are not 0 or more with a sum above 0")

    def open_confidence(self, likelihood: float) -> float:
        """How likely an answer without choices is right, from the share it has of what was offered."""
        seems = min(max(likelihood, 1e-6), 1 - 1e-6)
        log_odds = self.open_offset + self.open_weight * math.log(seems / (1 - seems))
        return 1 / (1 + math.exp(-min(max(log_odds, -30.0), 30.0)))

    @property
    def asks_facts(self) -> bool:
        """Whether what the facts say for an option counts in its score."""
        return bool(self.support_weight or self.weigher_weight)


def read_calibration(path: Path) -> Calibration:
    """The calibration in a package's `calibration.json`; fields of later versions are left out."""
    try:
        values = json.loads(path.read_text("utf-8"))
        if "open_weight" not in values:  # its threshold was for another measure
            values.pop("open_sure_threshold", None)
        known = {field.name for field in fields(Calibration)}
        return Calibration(**{name: float(value) for name, value in values.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is not a calibration ({error}); install the students again.") from error


def route_scores(scores: Sequence[OptionScore], power: float) -> tuple[float, ...]:
    """One route's score of each option: log-likelihood over `tokens ** power`."""
    return tuple(score.total / score.tokens**power for score in scores)


def supported(
    scores: Sequence[float], support: Sequence[Support], calibration: Calibration
) -> tuple[float, ...]:
    """The question's scores with what the fact base has to say for each option (nothing, if it is empty)."""
    if not support:
        return tuple(scores)
    near, read = calibration.support_weight, calibration.weigher_weight
    return tuple(
        score + near * facts.nearness + read * facts.weight
        for score, facts in zip(scores, support, strict=True)
    )


def join(
    question: Sequence[float], rationale: Sequence[float] | None, calibration: Calibration
) -> tuple[float, ...]:
    """Calibrated probabilities from both routes' scores; without a rationale the question counts whole."""
    total = calibration.question_weight + calibration.rationale_weight
    temperature = calibration.temperature
    if rationale is None:
        temperature = calibration.question_temperature or temperature
        logits = [total * score for score in question]
    else:
        pairs = zip(question, rationale, strict=True)
        logits = [calibration.question_weight * q + calibration.rationale_weight * r for q, r in pairs]
    return softmax([logit / temperature for logit in logits])


def softmax(logits: Sequence[float]) -> tuple[float, ...]:
    """Probabilities in proportion to exp(logit)."""
    top = max(logits, default=0.0)
    parts = [math.exp(logit - top) for logit in logits]
    return tuple(part / sum(parts) for part in parts)
