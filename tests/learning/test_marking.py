"""Marks, ratings and written answers."""

import pytest

from tutor_app.learning.marking import Recall, matches, mentions, points, recall


@pytest.mark.parametrize(
    ("correct", "certainty", "worth"),
    [(True, 1, 1), (True, 2, 2), (True, 3, 3), (False, 1, 0), (False, 2, -2), (False, 3, -6)],
)
def test_certainty_decides_what_an_answer_is_worth(correct: bool, certainty: int, worth: int) -> None:
    assert points(correct, certainty) == worth


def test_without_a_certainty_a_right_answer_is_a_point_and_a_wrong_one_costs_nothing() -> None:
    assert (points(True, None), points(False, None), points(None, 3)) == (1, 0, 0)


def test_honesty_pays() -> None:
    """Each level earns most on average just where its words say so."""

    def mean(share_right: float, level: int) -> float:
        return share_right * points(True, level) + (1 - share_right) * points(False, level)

    best = {share: max((1, 2, 3), key=lambda level: mean(share, level)) for share in (0.5, 0.75, 0.9)}
    assert best == {0.5: 1, 0.75: 2, 0.9: 3}


def test_how_well_it_was_remembered() -> None:
    assert recall(False, 3) is Recall.AGAIN
    assert recall(True, 1) is Recall.HARD
    assert recall(True, None) is Recall.GOOD
    assert recall(True, 2) is Recall.GOOD
    assert recall(True, 3) is Recall.EASY
    assert recall(True, 3, hints=1) is Recall.HARD


@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        ("The Sun", "sun"), ("h2o", "H₂O"), ("-5 °C", "−5 °C"), ("photo-synthesis", "photo synthesis"),
        ("Café", "cafe"), ("3.5 kg", "3.5 kg"), ("Cl-", "Cl⁻"), ("Na+ ion", "Na⁺-ion"), ("+", "+"),
        ("−", "-"), ("2+3", "2 + 3"), ("salt + water", "salt, water"), ("a", "A"),
    ],
)  # fmt: skip
def test_a_written_answer_may_differ_in_case_accents_and_articles(said: str, accepted: str) -> None:
    assert matches(said, [accepted])


@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        ("", "sun"), ("moon", "sun"), ("5 °C", "−5 °C"), ("35 kg", "3.5 kg"), ("Cl", "Cl−"), ("Na", "Na+"),
        ("Na-", "Na+"), ("-", "+"), ("2 - 3", "2 + 3"), ("the", "A"),
    ],
)  # fmt: skip
def test_a_written_answer_that_says_something_else_is_wrong(said: str, accepted: str) -> None:
    assert not matches(said, [accepted])


@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        ("0.50", "0.5"), (".5", "0.5"), ("+3", "3.0"), ("6.02e23", "6.02 × 10²³"), ("6.02 x 10^23", "6.02e23"),
        ("1.6·10⁻¹⁹ C", "1.6e-19 C"), ("9.81m/s²", "9.81 m/s²"), ("9.810 m/s2", "9.81 m/s²"), ("50 %", "50.0%"),
        ("6,000 m", "6000 m"), ("100 000", "100000"), ("-1\u202f234\u202f567.50", "−1234567.5"), ("10^3", "1000"),
        ("−10⁻² m", "-0.01 m"), ("3.0 × 10⁸ m/s", "300,000,000 m/s"),
    ],
)  # fmt: skip
def test_a_number_is_right_by_its_value(said: str, accepted: str) -> None:
    assert matches(said, [accepted])


@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        ("5", "0.5"), ("-0.5", "0.5"), ("9.81 km", "9.81 m"), ("9.81", "9.81 m"), ("1.0/2", "1.0/3"),
        ("2.0 + 3", "2 + 3.1"), ("6e2", "6e3"), ("1e999 x", "1e998 x"),
        ("6,00 m", "600 m"), ("6,0000", "60000"), ("0,500", "500"), ("1,234 567", "1234567"), ("10^3", "10^2"),
    ],
)  # fmt: skip
def test_another_number_or_another_unit_is_wrong(said: str, accepted: str) -> None:
    assert not matches(said, [accepted])


def test_a_text_mentions_whole_words_only() -> None:
    assert mentions("It is gravity, of course.", "Gravity")
    assert not mentions("The magnetism of iron", "magnet")
