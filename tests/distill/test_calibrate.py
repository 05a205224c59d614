"""Fitting how routes are joined, against values worked out by hand and scores whose truth is known."""

import math

import numpy as np
import pytest

from distill.calibrate import (
    Examples,
    Joining,
    best_coefficients,
    examples,
    fact_threshold,
    fit,
    fit_joining,
    joined_scores,
    key_loss,
    sure_threshold,
)
from distill.scores import Reading


def reading(
    question: int, route: str, sums: list[float], key: int, tokens: list[int] | None = None
) -> Reading:
    return Reading("dev", f"{question:016x}", route, key, tuple(sums), tuple(tokens or [1] * len(sums)))


def table(scores: np.ndarray, keys: np.ndarray, route: str = "question") -> Examples:
    return examples(
        [reading(i, route, list(map(float, row)), int(keys[i])) for i, row in enumerate(scores)], [route]
    )


def test_a_score_is_the_weighted_sum_over_routes_of_log_likelihood_over_tokens_to_a_power() -> None:
    data = examples(
        [reading(1, "question", [-4.0, -6.0], 0, [4, 9]), reading(1, "rationale", [-8.0, -2.0], 0, [4, 9])],
        ["question", "rationale"],
    )
    joining = Joining({"question": 0.75, "rationale": 0.25}, {"question": 0.5, "rationale": 1.0})
    expected = [0.75 * -4 / 2 + 0.25 * -8 / 4, 0.75 * -6 / 3 + 0.25 * -2 / 9]
    assert joined_scores(data, joining)[0] == pytest.approx(expected)


def test_options_a_question_does_not_have_get_no_probability() -> None:
    data = examples(
        [reading(1, "question", [-1.0, -1.0], 0), reading(2, "question", [-1.0] * 4, 0)], ["question"]
    )
    scores = joined_scores(data, Joining({"question": 1.0}, {"question": 0.0}))
    assert key_loss(scores, data.keys, data.share, 1.0) == pytest.approx((math.log(2) + math.log(4)) / 2)


def test_questions_without_a_key_or_without_a_route_are_left_out_and_sets_count_the_same() -> None:
    readings = [
        Reading("big", "1", "question", 0, (-1.0, -2.0), (1, 1)),
        Reading("big", "2", "question", 0, (-1.0, -2.0), (1, 1)),
        Reading("small", "3", "question", 1, (-1.0, -2.0), (1, 1)),
        Reading("small", "4", "question", None, (-1.0, -2.0), (1, 1)),
        Reading("small", "5", "rationale", 0, (-1.0, -2.0), (1, 1)),
    ]
    data = examples(readings, ["question"])
    assert list(data.share) == pytest.approx([0.25, 0.25, 0.5])


def test_the_temperature_makes_confidence_equal_accuracy() -> None:
    # Always two nats apart and right three times in four: p = 0.75 needs a gap of ln 3.
    scores = np.array([[0.0, -2.0]] * 4)
    keys = np.array([0, 0, 0, 1])
    (coefficient,) = best_coefficients(scores[:, :, None], keys, np.full(4, 0.25))
    assert 1 / coefficient == pytest.approx(2 / math.log(3), rel=1e-4)


def test_a_route_of_noise_gets_almost_no_weight_and_a_good_one_almost_all() -> None:
    random = np.random.default_rng(1)
    keys = random.integers(0, 4, 300)
    good = random.normal(size=(300, 4))
    good[np.arange(300), keys] += 2.0
    noise = random.normal(size=(300, 4)) * 5
    readings = [reading(i, "question", list(good[i]), int(keys[i])) for i in range(300)]
    readings += [reading(i, "rationale", list(noise[i]), int(keys[i])) for i in range(300)]
    joining = fit_joining(
        examples(readings, ["question", "rationale"]), ["question", "rationale"], powers=(0.0,)
    )
    assert joining.weights["question"] > 0.95
    assert sum(joining.weights.values()) == pytest.approx(1.0)


def test_two_routes_that_err_apart_are_better_together() -> None:
    random = np.random.default_rng(2)
    keys = random.integers(0, 4, 400)
    routes = []
    for _ in range(2):
        scores = random.normal(size=(400, 4))
        scores[np.arange(400), keys] += 1.0
        routes.append(scores)
    both = [reading(i, "question", list(routes[0][i]), int(keys[i])) for i in range(400)]
    both += [reading(i, "rationale", list(routes[1][i]), int(keys[i])) for i in range(400)]
    joined = fit(examples(both, ["question", "rationale"]), ["question", "rationale"], powers=(0.0,))
    alone = fit(examples(both, ["question"]), ["question"], powers=(0.0,))
    assert joined.after.accuracy > alone.after.accuracy
    assert joined.after.loss < alone.after.loss


def test_the_length_power_that_undoes_a_length_bias_is_found() -> None:
    random = np.random.default_rng(3)
    readings = []
    for i in range(200):
        tokens = random.integers(1, 20, 4)
        means = random.normal(-2, 0.3, 4)
        key = int(random.integers(0, 4))
        means[key] += 1.0
        readings.append(reading(i, "question", list(means * tokens), key, list(map(int, tokens))))
    assert fit_joining(examples(readings, ["question"]), ["question"]).powers["question"] == 1.0


def test_calibration_lowers_the_error_on_questions_it_was_not_fitted_on() -> None:
    random = np.random.default_rng(4)
    keys = random.integers(0, 4, 500)
    scores = random.normal(size=(500, 4))
    scores[np.arange(500), keys] += 1.0
    fitted = fit(table(scores * 8, keys), ["question"], powers=(0.0,))
    assert fitted.before.ece > 0.2
    assert fitted.after.ece < 0.08
    assert fitted.after.accuracy == pytest.approx(fitted.before.accuracy)


def test_scores_that_were_fitted_are_measured_as_they_are_without_each_fold() -> None:
    random = np.random.default_rng(6)
    keys = random.integers(0, 4, 500)
    seen = random.normal(size=(500, 4))
    unseen = table(seen, keys)
    seen[np.arange(500), keys] += 3.0  # what was fitted on a question knows its key
    honest = fit(table(seen, keys), ["question"], by_fold=[unseen] * 5)
    assert fit(table(seen, keys), ["question"]).after.accuracy > 0.9
    assert honest.after.accuracy < 0.35
    assert len(honest.folds) == 5


def test_how_sure_answers_sound_may_be_fitted_on_some_sets_alone() -> None:
    chance = np.random.default_rng(5)
    readings = []
    for number in range(800):
        name, wrong = ("school", 0.1) if number % 2 else ("hard", 0.4)
        key = int(chance.random() < wrong)  # the first option is the likelier one
        readings.append(Reading(name, f"{number:016x}", "question", key, (-1.0, -2.0), (1, 1)))
    data = examples(readings, ["question"])
    confidence = {
        sets: 1 / (1 + math.exp(-1 / fit_joining(data, ["question"], sure_sets=sets).temperature))
        for sets in ((), ("school",))
    }
    assert confidence[()] == pytest.approx(0.75, abs=0.05)
    assert confidence[("school",)] == pytest.approx(0.9, abs=0.05)
    assert fit(data, ["question"], target=0.85, sure_sets=["school"]).sure_share == pytest.approx(1.0)


def test_fitting_twice_gives_the_same() -> None:
    random = np.random.default_rng(5)
    data = table(random.normal(size=(60, 4)), random.integers(0, 4, 60))
    assert fit(data, ["question"]) == fit(data, ["question"])


def test_sure_starts_where_answers_are_right_often_enough() -> None:
    confidences = np.array([0.9] * 20 + [0.7] * 20 + [0.6] * 20)
    rights = np.array([True] * 19 + [False] + [True] * 14 + [False] * 6 + [True] * 6 + [False] * 14)
    threshold, accuracy, share = sure_threshold(confidences, rights, 0.8)
    assert threshold == 0.7
    assert accuracy == pytest.approx(33 / 40)
    assert share == pytest.approx(40 / 60)


def test_sure_never_starts_under_one_half_and_never_without_any_confident_answer() -> None:
    assert sure_threshold(np.full(30, 0.4), np.ones(30, dtype=bool), 0.8) == (1.0, 0.0, 0.0)


def test_the_fact_threshold_parts_facts_that_fit_from_those_that_do_not() -> None:
    assert fact_threshold([3.0, 2.5, 2.0, 1.0, 0.5], [True, True, True, False, False]) == pytest.approx(1.5)
    assert fact_threshold([1.0, 2.0], [True, True]) == 1.0
    assert fact_threshold([], []) == 0.0
