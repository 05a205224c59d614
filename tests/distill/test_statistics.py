"""Intervals and paired tests against values worked out by hand (or in a textbook)."""

import pytest

from distill.statistics import (
    bootstrap_mean,
    expected_calibration_error,
    mcnemar,
    paired,
    reliability,
    wilson,
)


def test_wilson_interval_of_eight_right_out_of_ten() -> None:
    found = wilson(8, 10)
    assert found.value == 0.8
    assert (found.low, found.high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_wilson_interval_stays_between_zero_and_one_and_is_wide_without_data() -> None:
    assert wilson(0, 5).low == 0.0
    assert wilson(5, 5).high == 1.0
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


def test_mcnemar_counts_only_questions_on_which_two_students_differ() -> None:
    # 1 against 5: 2 x (C(6,0) + C(6,1)) / 2^6 = 14 / 64
    assert mcnemar(1, 5) == pytest.approx(14 / 64)
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(3, 3) == 1.0
    assert mcnemar(0, 10) == pytest.approx(2 / 1024)


def test_paired_results_say_who_was_right_alone() -> None:
    found = paired([True, True, False, False], [True, False, True, True])
    assert (found.only_first, found.only_second) == (1, 2)
    assert found.difference.value == pytest.approx(0.25)
    assert found.difference.low <= 0.25 <= found.difference.high
    assert not found.significant


def test_paired_results_need_the_same_questions() -> None:
    with pytest.raises(ValueError, match="same questions"):
        paired([True], [True, False])


def test_a_clear_gain_is_significant() -> None:
    assert paired([False] * 20, [True] * 20).significant


def test_bootstrap_of_equal_values_has_no_spread_and_is_repeatable() -> None:
    assert bootstrap_mean([2.0] * 7) == bootstrap_mean([2.0] * 7)
    assert (bootstrap_mean([2.0] * 7).low, bootstrap_mean([2.0] * 7).high) == (2.0, 2.0)


def test_calibration_error_weighs_each_bin_by_its_answers() -> None:
    # 0.6 to 0.7: confidence 0.65, accuracy 0.5; 0.9 to 1: confidence 0.95, accuracy 1; two answers each
    confidences, rights = [0.65, 0.65, 0.95, 0.95], [True, False, True, True]
    assert expected_calibration_error(confidences, rights) == pytest.approx((2 * 0.15 + 2 * 0.05) / 4)


def test_reliability_leaves_out_empty_bins_and_keeps_full_confidence_in_the_last() -> None:
    table = reliability([1.0, 0.05], [True, False])
    assert [(each.low, each.count, each.accuracy) for each in table] == [(0.0, 1, 0.0), (0.9, 1, 1.0)]
