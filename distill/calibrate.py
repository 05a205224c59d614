"""Fit how a package's routes are joined and how sure it may sound, on dev questions with keys.

An option's score is the sum over routes of weight x (log-likelihood / tokens ** power); the options'
probabilities are a softmax of the scores over a temperature. Everything is fitted from kept scores by the
negative log-likelihood of the keys, and measured on questions that were not fitted on (cross-fitting).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from distill.scores import Reading
from distill.statistics import Bin, expected_calibration_error, reliability

Floats = NDArray[np.float64]

POWERS = (0.0, 0.25, 0.5, 0.75, 1.0)
NEWTON_STEPS = 60
LONGEST_STEP = 1.0  # in units of a feature's spread; far from the minimum the curvature misleads
RIDGE = 1e-6
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

    def of_sets(self, names: Collection[str]) -> NDArray[np.bool_]:
        """Which questions are of these sets; all, where none is named."""
        return np.array([not names or name[0] in names for name in self.names], dtype=bool)

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
    held_out: tuple[tuple[float, ...], ...]  # per question, by a joining fitted without it
    folds: tuple[Joining, ...] = ()  # the joinings of `held_out`: each was fitted without one fold


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


def best_coefficients(features: Floats, keys: NDArray[np.int64], share: Floats) -> Floats:
    """What each feature (questions x options x features, -inf for no option) is multiplied by for least loss.

    The loss of a softmax over a sum of features is convex, so Newton's method finds the one minimum; a
    coefficient that would be negative is held at zero. A trace of ridge keeps keys that are always first from
    driving the coefficients to infinity.
    """
    present = np.isfinite(features[:, :, 0])
    values = np.where(present[:, :, None], features, 0.0)
    spreads = np.array([values[:, :, k][present].std() or 1.0 for k in range(values.shape[2])])
    values = values / spreads
    found, active = np.full(values.shape[2], 0.1), np.ones(values.shape[2], dtype=bool)
    for _ in range(NEWTON_STEPS):
        slope, bend = _loss_derivatives(values, present, keys, share, found)
        step = np.zeros_like(found)
        step[active] = np.linalg.solve(bend[np.ix_(active, active)], slope[active])
        longest = np.abs(step).max()
        found = found - step * min(1.0, LONGEST_STEP / longest if longest else 1.0)
        # A coefficient at zero is let go again once the loss falls as it grows.
        active = (found > 0) | ((found <= 0) & (slope < 0))
        found = np.maximum(found, 0.0)
        if longest < 1e-10 or not active.any():
            break
    coefficients: Floats = np.maximum(found, 1e-9 if not found.any() else 0.0) / spreads
    return coefficients


def _loss_derivatives(
    values: Floats, present: NDArray[np.bool_], keys: NDArray[np.int64], share: Floats, at: Floats
) -> tuple[Floats, Floats]:
    """The loss's gradient and Hessian by the coefficients."""
    logs = log_probabilities(np.where(present, values @ at, -np.inf), 1.0)
    shares = np.exp(logs)
    mean = np.einsum("qo,qof->qf", shares, values)
    slope = share @ (mean - values[np.arange(len(keys)), keys]) + RIDGE * at
    away = values - mean[:, None, :]
    bend = np.einsum("q,qo,qof,qog->fg", share, shares, away, away) + RIDGE * np.eye(len(at))
    return slope, bend


def fit_joining(
    data: Examples, routes: Sequence[str], powers: Sequence[float] = POWERS, sure_sets: Collection[str] = ()
) -> Joining:
    """Powers, weights and temperature with the least loss: all powers, the best weights of each.

    A route whose options all count one token has no length to divide by. Where `sure_sets` are named, the
    temperature is the best for their questions alone.
    """
    tried = [powers if (data.tokens[route] > 1).any() else (0.0,) for route in routes]
    fitted = [_fit_weights(data, dict(zip(routes, choice, strict=True))) for choice in product(*tried)]
    joining = min(fitted, key=lambda found: found[0])[1]
    nearest = data.of_sets(sure_sets)
    if nearest.all() or not nearest.any():
        return joining
    some = data.take(nearest)
    (size,) = best_coefficients(joined_scores(some, joining)[:, :, None], some.keys, some.share)
    return replace(joining, temperature=float(1 / size))


def _fit_weights(data: Examples, powers: Mapping[str, float]) -> tuple[float, Joining]:
    """Weights that sum to one, and the temperature that gives them their size."""
    parts = [data.absent + data.sums[route] / data.tokens[route] ** power for route, power in powers.items()]
    found = best_coefficients(np.stack(parts, axis=2), data.keys, data.share)
    total = float(found.sum())
    weights = {route: float(each) / total for route, each in zip(powers, found, strict=True)}
    joining = Joining(weights, dict(powers), 1 / total)
    return key_loss(joined_scores(data, joining), data.keys, data.share, joining.temperature), joining


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
    sure_sets: Collection[str] = (),
    by_fold: Sequence[Examples] = (),
) -> Fitted:
    """Fit on all questions; measure each question with a joining fitted on the other folds.

    Where scores were themselves fitted, `by_fold` has the same questions once for each fold, with the scores
    that were fitted without it.

    How sure the answers sound is fitted on the questions of `sure_sets` (all, where none is named).
    """
    joining = fit_joining(data, routes, powers, sure_sets)
    scores, temperatures = np.zeros_like(data.absent), np.ones(len(data))
    joinings: list[Joining] = []
    # A question's fold follows from its text, so that the same question in two sets is never on both sides.
    fold = np.array([int(name[1], 16) % folds for name in data.names])
    for held in range(folds):
        rows = fold == held
        seen = by_fold[held] if by_fold else data
        parted = rows.any() and not rows.all()
        found = fit_joining(seen.take(~rows), routes, powers, sure_sets) if parted else joining
        scores[rows], temperatures[rows] = joined_scores(seen.take(rows), found), found.temperature
        joinings.append(found)
    before = Joining(dict.fromkeys(routes, 1.0 / len(routes)), dict.fromkeys(routes, 0.0))
    logs = log_probabilities(scores / temperatures[:, None], 1.0)
    rights = scores.argmax(axis=1) == data.keys
    nearest = data.of_sets(sure_sets)
    threshold, accuracy, covered = sure_threshold(
        np.exp(logs.max(axis=1))[nearest], rights[nearest], target, data.share[nearest]
    )
    return Fitted(
        joining,
        threshold,
        accuracy,
        covered,
        quality(joined_scores(data, before), data),
        quality(scores, data, temperatures),
        tuple(tuple(float(p) for p in np.exp(row[np.isfinite(row)])) for row in logs),
        tuple(joinings),
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
