"""What an evaluation found, as JSON on disk: figures, and each question's outcome for paired tests."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from distill.measures import Judged, RationaleFigures, Result
from distill.statistics import Bin, Interval
from tutor_app.errors import UserError
from tutor_app.files import write_atomically

SCORES = "scores.json"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All results of one package or model; `identity` is its weights' hash."""

    name: str
    identity: str
    results: tuple[Result, ...]

    def find(self, wanted: str, route: str) -> Result | None:
        """The result of one set and route."""
        return next((each for each in self.results if (each.set, each.route) == (wanted, route)), None)


def figures(result: Result) -> dict[str, object]:
    """A result without the single questions."""
    whole = asdict(result)
    del whole["judged"]
    return whole


def card_scores(evaluation: Evaluation, files: Mapping[str, str] | None = None) -> dict[str, object]:
    """What a package's manifest and card keep: `set/route` to its main figures, and a set's file if known."""
    return {
        f"{each.set}/{each.route}": {
            "protocol": each.protocol,
            "questions": each.questions,
            "accuracy": asdict(each.accuracy),
            "ece": each.ece,
            **({"file": files[each.set]} if files else {}),
        }
        for each in evaluation.results
    }


def write_evaluation(path: Path, evaluation: Evaluation) -> None:
    """Keep an evaluation."""
    results = [
        {**figures(each), "judged": [[j.question, list(j.probabilities), j.key] for j in each.judged]}
        for each in evaluation.results
    ]
    whole = {"name": evaluation.name, "identity": evaluation.identity, "results": results}
    write_atomically(path, json.dumps(whole, ensure_ascii=False, indent=1) + "\n", 0o644)


def read_evaluation(place: Path) -> Evaluation:
    """The evaluation in a file, in a folder (`--out`), or in a run's folder."""
    tried = [place, place / SCORES, place / "evaluate" / SCORES]
    path = next((each for each in tried if each.is_file()), None)
    if path is None:
        raise UserError(
            f"{place} holds no {SCORES}; make one with `distill evaluate --out {place}`, or finish the run."
        )
    try:
        whole = json.loads(path.read_text("utf-8"))
        results = tuple(_result(each) for each in whole["results"])
        return Evaluation(str(whole["name"]), str(whole["identity"]), results)
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(
            f"{path} is not an evaluation ({error}); make it again with `distill evaluate`."
        ) from None


def _result(raw: Mapping[str, Any]) -> Result:
    rationales = raw.get("rationales")
    return Result(
        **{
            **raw,
            "accuracy": Interval(**raw["accuracy"]),
            "curve": tuple(Bin(**each) for each in raw["curve"]),
            "judged": tuple(Judged(q, tuple(p), key) for q, p, key in raw["judged"]),
            "rationales": RationaleFigures(**rationales) if rationales else None,
        }
    )


def shared_outcomes(first: Result, second: Result) -> tuple[list[bool], list[bool]]:
    """Right or wrong of two results on the questions both have."""
    ours: Mapping[str, Judged] = {each.question: each for each in first.judged}
    pairs: Sequence[tuple[Judged, Judged]] = [
        (ours[each.question], each) for each in second.judged if each.question in ours
    ]
    return [one.right for one, _ in pairs], [two.right for _, two in pairs]
