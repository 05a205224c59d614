"""The few statistics a measured student needs: intervals, paired tests, calibration errors. All pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z_95 = 1.959963984540054
RIDGE, NEWTON_STEPS = 1e-2, 30


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Paired:
    """Two students on the same questions: who was right where the other was wrong."""

    only_first: int
    only_second: int
    p_value: float
    difference: Interval  # second minus first, as a share
    questions: int  # that both have
    first_right: int
    second_right: int

    @property
    def significant(self) -> bool:
        """Unlikely to be chance at the usual 5%."""
        return self.p_value < 0.05


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers given with about the same confidence, and how often they were right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def wilson(right: int, total: int, z: float = Z_95) -> Interval:
    """A share with Wilson's score interval, which holds for small counts and for shares near 0 or 1."""
    if total == 0:
        return Interval(0.0, 0.0, 1.0)
    share = right / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return Interval(share, max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value that both are equally good, from the questions on which they differ."""
    differ = only_first + only_second
    if differ == 0:
        return 1.0
    tail: float = sum(math.comb(differ, k) for k in range(min(only_first, only_second) + 1)) / 2**differ
    return min(1.0, 2 * tail)


def paired(first: Sequence[bool], second: Sequence[bool], rounds: int = 2000, seed: int = 0) -> Paired:
    """McNemar's exact test, and the difference with a bootstrap interval over questions."""
    if len(first) != len(second):
        raise ValueError("paired results need the same questions")
    one, two = np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)
    only_first, only_second = int((one & ~two).sum()), int((two & ~one).sum())
    difference = bootstrap_mean(two.astype(float) - one.astype(float), rounds, seed)
    p_value = mcnemar(only_first, only_second)
    return Paired(only_first, only_second, p_value, difference, len(one), int(one.sum()), int(two.sum()))


def bootstrap_mean(values: ArrayLike, rounds: int = 2000, seed: int = 0) -> Interval:
    """A mean with its percentile bootstrap interval."""
    data = np.asarray(values, dtype=float)
    if data.size == 0:
        return Interval(0.0, 0.0, 0.0)
    random = np.random.default_rng(seed)
    means = [float(data[random.integers(0, data.size, data.size)].mean()) for _ in range(rounds)]
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(data.mean()), float(low), float(high))


def reliability(confidences: ArrayLike, rights: ArrayLike, bins: int = 10) -> tuple[Bin, ...]:
    """How often answers were right, by how confident they were; empty bins are left out."""
    sure, right = np.asarray(confidences, dtype=float), np.asarray(rights, dtype=float)
    places = np.minimum((sure * bins).astype(int), bins - 1)
    made = []
    for place in range(bins):
        inside = places == place
        count = int(inside.sum())
        if count:
            mean, share = float(sure[inside].mean()), float(right[inside].mean())
            made.append(Bin(place / bins, (place + 1) / bins, count, mean, share))
    return tuple(made)


def expected_calibration_error(confidences: ArrayLike, rights: ArrayLike, bins: int = 10) -> float:
    """The mean gap between confidence and accuracy, over bins of equal width."""
    table = reliability(confidences, rights, bins)
    total = sum(each.count for each in table)
    return sum(each.count * abs(each.confidence - each.accuracy) for each in table) / total if total else 0.0


def logistic(inputs: NDArray[np.float64], right: ArrayLike) -> NDArray[np.float64]:
    """What each input (a column) is multiplied by for the log odds under which what was right is likeliest.

    A trace of ridge keeps inputs that tell all from driving the numbers to infinity.
    """
    rights = np.asarray(right, dtype=float)
    found, ridge = np.zeros(inputs.shape[1]), RIDGE * np.eye(inputs.shape[1])
    for _ in range(NEWTON_STEPS):
        shares = 1 / (1 + np.exp(-inputs @ found))
        slope = inputs.T @ (shares - rights) + RIDGE * found
        bend = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + ridge
        found = found - np.linalg.solve(bend, slope)
    return found
