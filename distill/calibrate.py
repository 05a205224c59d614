"""Fit how a package's routes are joined and how sure it may sound, on dev questions with keys.

An option's score is the sum over routes of weight x (log-likelihood / tokens ** power); the options'
probabilities are a softmax of the scores over a temperature. Everything is fitted from kept scores by the
negative log-likelihood of the keys, and measured on questions that were not fitted on (cross-fitting).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from distill.scores import Reading
from distill.statistics import Bin, expected_calibration_error, reliability

Floats = NDArray[np.float64]

POWERS = (0.0, 0.25, 0.5, 0.75, 1.0)
TEMPERATURES = np.geomspace(0.02, 50.0, 80)
LEAST_SURE = 0.5
FEWEST_SURE = 10


@dataclass(frozen=True, slots=True)
class Joining:
    """How option scores become probabilities: a weight and a length power per route, one temperature."""

    weights: Mapping[str, float]
    powers: Mapping[str, float]
    temperature: float = 1.0


@dataclass(frozen=True, slots=True)
class Examples:
    """Questions as arrays: per route sums and token counts (questions x options), keys, each one's share.

    Missing options are -inf in `absent`, which is added to the scores.
    """

    sums: Mapping[str, Floats]
    tokens: Mapping[str, Floats]
    absent: Floats
    keys: NDArray[np.int64]
    share: Floats
    names: tuple[tuple[str, str], ...]  # (set, question)

    def __len__(self) -> int:
        return len(self.keys)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Examples":
        """Some of the questions."""
        names = tuple(self.names[int(row)] for row in np.arange(len(self))[rows])
        return Examples(
            {route: values[rows] for route, values in self.sums.items()},
            {route: values[rows] for route, values in self.tokens.items()},
            self.absent[rows],
            self.keys[rows],
            self.share[rows],
            names,
        )


@dataclass(frozen=True, slots=True)
class Quality:
    """How good probabilities are: accuracy, expected calibration error, loss, and the reliability curve."""

    questions: int
    accuracy: float
    ece: float
    loss: float
    curve: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The joining fitted on all dev questions; `after` was measured by cross-fitting."""

    joining: Joining
    sure_threshold: float
    sure_accuracy: float
    sure_share: float
    before: Quality
    after: Quality


def examples(readings: Sequence[Reading], routes: Sequence[str], balance: bool = True) -> Examples:
    """The keyed questions that every one of `routes` has read; with `balance` each set counts the same."""
    by_place: dict[tuple[str, str], dict[str, Reading]] = {}
    for reading in readings:
        if reading.key is not None and reading.sums:
            by_place.setdefault((reading.set, reading.question), {})[reading.route] = reading
    kept = {place: found for place, found in by_place.items() if all(route in found for route in routes)}
    names = tuple(kept)
    widest = max((len(found[routes[0]].sums) for found in kept.values()), default=2)
    absent = np.full((len(names), widest), -np.inf)
    sums = {route: np.zeros((len(names), widest)) for route in routes}
    tokens = {route: np.ones((len(names), widest)) for route in routes}
    keys = np.zeros(len(names), dtype=np.int64)
    for row, name in enumerate(names):
        first = kept[name][routes[0]]
        absent[row, : len(first.sums)] = 0.0
        keys[row] = first.key or 0
        for route in routes:
            reading = kept[name][route]
            sums[route][row, : len(reading.sums)] = reading.sums
            tokens[route][row, : len(reading.tokens)] = reading.tokens
    sizes = {name: sum(place[0] == name for place in names) for name in {place[0] for place in names}}
    share = np.array([1.0 / sizes[name[0]] if balance else 1.0 for name in names])
    return Examples(sums, tokens, absent, keys, share / share.sum() if len(names) else share, names)


def joined_scores(data: Examples, joining: Joining) -> Floats:
    """Each option's score before the temperature."""
    total = data.absent.copy()
    for route, weight in joining.weights.items():
        if weight:
            total += weight * data.sums[route] / data.tokens[route] ** joining.powers[route]
    return total


def log_probabilities(scores: Floats, temperature: float) -> Floats:
    """The log-softmax over options."""
    scaled = scores / temperature
    top = scaled.max(axis=1, keepdims=True)
    logs: Floats = scaled - top - np.log(np.exp(scaled - top).sum(axis=1, keepdims=True))
    return logs


def key_loss(scores: Floats, keys: NDArray[np.int64], share: Floats, temperature: float) -> float:
    """The weighted mean of -log p(key)."""
    return float(-(share * log_probabilities(scores, temperature)[np.arange(len(keys)), keys]).sum())


def best_temperature(scores: Floats, keys: NDArray[np.int64], share: Floats) -> float:
    """The temperature with the least loss: a grid, then golden-section search (the loss has one valley)."""
    losses = [key_loss(scores, keys, share, float(each)) for each in TEMPERATURES]
    place = int(np.argmin(losses))
    low = float(np.log(TEMPERATURES[max(place - 1, 0)]))
    high = float(np.log(TEMPERATURES[min(place + 1, len(TEMPERATURES) - 1)]))
    ratio = (5**0.5 - 1) / 2
    for _ in range(30):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if key_loss(scores, keys, share, float(np.exp(left))) < key_loss(
            scores, keys, share, float(np.exp(right))
        ):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def fit_joining(data: Examples, routes: Sequence[str], powers: Sequence[float] = POWERS) -> Joining:
    """Powers, weights and temperature with the least loss: every power, and weights in halving steps."""
    candidates = []
    for choice in product(powers, repeat=len(routes)):
        chosen = dict(zip(routes, choice, strict=True))
        candidates.append(_fit_weights(data, routes, chosen))
    return min(candidates, key=lambda found: found[0])[1]


def _fit_weights(data: Examples, routes: Sequence[str], powers: Mapping[str, float]) -> tuple[float, Joining]:
    """Weights that sum to one, by coordinate search: each route's scale is searched in shrinking steps."""
    # Sums and means differ in size by the tokens' number; dividing by the spread makes one step fit all.
    spreads = {route: _spread(data, route, powers[route]) for route in routes}
    raw = dict.fromkeys(routes, 1.0 / len(routes))
    best = _measured(data, raw, powers, spreads)
    step = 0.5
    while len(routes) > 1 and step > 0.02:
        trials = [{**raw, route: max(0.0, raw[route] + sign * step)} for route in routes for sign in (1, -1)]
        results = [
            (_measured(data, trial, powers, spreads), trial) for trial in trials if sum(trial.values()) > 0
        ]
        found, trial = min(results, key=lambda result: result[0][0])
        if found[0] < best[0] - 1e-7:
            best, raw = found, trial
        else:
            step /= 2
    return best


def _spread(data: Examples, route: str, power: float) -> float:
    """The usual distance between two options' scores under a route."""
    scores = np.where(np.isfinite(data.absent), data.sums[route] / data.tokens[route] ** power, np.nan)
    return float(np.nanmean(np.nanstd(scores, axis=1))) or 1.0


def _measured(
    data: Examples, raw: Mapping[str, float], powers: Mapping[str, float], spreads: Mapping[str, float]
) -> tuple[float, Joining]:
    scaled = {route: share / spreads[route] for route, share in raw.items()}
    total = sum(scaled.values())
    joining = Joining({route: value / total for route, value in scaled.items()}, dict(powers))
    scores = joined_scores(data, joining)
    temperature = best_temperature(scores, data.keys, data.share)
    return key_loss(scores, data.keys, data.share, temperature), replace(joining, temperature=temperature)


def quality(scores: Floats, data: Examples, temperatures: float | Floats = 1.0, bins: int = 10) -> Quality:
    """Accuracy, calibration error and loss of probabilities (one temperature, or one per question)."""
    scaled = scores / np.broadcast_to(np.asarray(temperatures, dtype=float), len(data))[:, None]
    logs = log_probabilities(scaled, 1.0)
    rights = scores.argmax(axis=1) == data.keys
    confidences = np.exp(logs.max(axis=1))
    return Quality(
        len(data),
        float((data.share * rights).sum()),
        expected_calibration_error(confidences, rights, bins),
        float(-(data.share * logs[np.arange(len(data)), data.keys]).sum()),
        reliability(confidences, rights, bins),
    )


def sure_threshold(
    confidences: Floats, rights: NDArray[np.bool_], target: float, share: Floats | None = None
) -> tuple[float, float, float]:
    """The lowest confidence from which answers are right at least `target` of the time.

    Gives the threshold, the accuracy from it on, and the share of questions it covers. Never under one half;
    when the target is out of reach, the threshold with the best accuracy over a handful of answers.
    """
    weights = np.ones(len(confidences)) if share is None else share
    order = np.argsort(-confidences, kind="stable")
    reached = np.cumsum(weights[order])
    accuracy = np.cumsum((weights * rights)[order]) / reached
    ends = _ends_of_ties(confidences[order])
    allowed = np.flatnonzero(
        (confidences[order] >= LEAST_SURE) & (np.arange(len(order)) >= FEWEST_SURE - 1) & ends
    )
    if not len(allowed):
        return 1.0, 0.0, 0.0
    good = allowed[accuracy[allowed] >= target]
    place = int(good[-1] if len(good) else allowed[np.argmax(accuracy[allowed])])
    return float(confidences[order][place]), float(accuracy[place]), float(reached[place] / weights.sum())


def fit(
    data: Examples,
    routes: Sequence[str],
    target: float = 0.8,
    folds: int = 5,
    powers: Sequence[float] = POWERS,
) -> Fitted:
    """Fit on all questions; measure each question with a joining fitted on the other folds."""
    joining = fit_joining(data, routes, powers)
    scores, temperatures = np.zeros_like(data.absent), np.ones(len(data))
    # A question's fold follows from its text, so that the same question in two sets is never on both sides.
    fold = np.array([int(name[1], 16) % folds for name in data.names])
    for held in range(folds):
        rows = fold == held
        if rows.any() and not rows.all():
            found = fit_joining(data.take(~rows), routes, powers)
            scores[rows], temperatures[rows] = joined_scores(data.take(rows), found), found.temperature
        elif rows.any():
            scores[rows], temperatures[rows] = joined_scores(data, joining), joining.temperature
    before = Joining(dict.fromkeys(routes, 1.0 / len(routes)), dict.fromkeys(routes, 0.0))
    logs = log_probabilities(scores / temperatures[:, None], 1.0)
    rights = scores.argmax(axis=1) == data.keys
    threshold, accuracy, covered = sure_threshold(np.exp(logs.max(axis=1)), rights, target, data.share)
    return Fitted(
        joining,
        threshold,
        accuracy,
        covered,
        quality(joined_scores(data, before), data),
        quality(scores, data, temperatures),
    )


def fact_threshold(best_scores: Sequence[float], fits: Sequence[bool]) -> float:
    """The score of the best fact that best parts questions it explains from those it does not.

    It maximises the share of fitting facts kept minus the share of the others kept (Youden's J).
    """
    scores, right = np.asarray(best_scores, dtype=float), np.asarray(fits, dtype=bool)
    if not right.any() or right.all():
        return float(scores.min()) if len(scores) else 0.0
    order = np.argsort(-scores, kind="stable")
    kept = np.cumsum(right[order]) / right.sum() - np.cumsum(~right[order]) / (~right).sum()
    place = int(np.argmax(np.where(_ends_of_ties(scores[order]), kept, -np.inf)))
    below = scores[order][place + 1] if place + 1 < len(order) else scores[order][place]
    return float((scores[order][place] + below) / 2)


def _ends_of_ties(ordered: Floats) -> NDArray[np.bool_]:
    """Where a threshold can fall: equal values stay on one side of it."""
    return np.append(ordered[1:] != ordered[:-1], True)
