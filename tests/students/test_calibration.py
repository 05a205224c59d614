"""How two routes become one probability."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_app.errors import UserError
from tutor_app.students.calibration import Calibration, join, read_calibration, route_scores
from tutor_app.students.engine import OptionScore

SCORES = st.lists(st.floats(-500, 0), min_size=2, max_size=8)


def test_a_route_scores_by_sum_by_mean_or_between() -> None:
    scores = [OptionScore(-6.0, 4), OptionScore(-5.0, 1)]
    assert route_scores(scores, 0) == (-6.0, -5.0)
    assert route_scores(scores, 1) == (-1.5, -5.0)
    assert route_scores(scores, 0.5) == (-3.0, -5.0)


def test_the_weights_decide_which_route_is_heard() -> None:
    question, rationale = (-1.0, -9.0), (-9.0, -1.0)
    assert join(question, rationale, Calibration(question_weight=1, rationale_weight=0))[0] > 0.99
    assert join(question, rationale, Calibration(question_weight=0, rationale_weight=1))[1] > 0.99
    assert join(question, rationale, Calibration()) == pytest.approx((0.5, 0.5))


@given(SCORES, st.floats(0.1, 10))
def test_probabilities_sum_to_one_and_keep_the_order(scores: list[float], temperature: float) -> None:
    found = join(scores, None, Calibration(temperature=temperature))
    assert sum(found) == pytest.approx(1)
    assert found[scores.index(max(scores))] == max(found)


def test_a_higher_temperature_is_less_sure() -> None:
    cool, warm = (join((-1.0, -3.0), None, Calibration(temperature=t))[0] for t in (1, 3))
    assert cool > warm > 0.5


def test_a_file_keeps_to_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text('{"temperature": 1.7, "sure_threshold": 0.6, "made_later": 3}', "utf-8")
    read = read_calibration(path)
    assert (read.temperature, read.sure_threshold, read.question_weight) == (1.7, 0.6, 0.5)


@pytest.mark.parametrize(
    "content", ["", "[]", "3", '{"temperature": 0}', '{"temperature": "hot"}', '{"temperature": NaN}',
                '{"question_weight": 0, "rationale_weight": 0}', '{"question_weight": -1}']
)  # fmt: skip
def test_a_damaged_file_is_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(content, "utf-8")
    with pytest.raises(UserError, match="is not a calibration"):
        read_calibration(path)


def test_the_threshold_of_answers_without_choices_in_an_older_file_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text('{"open_sure_threshold": 0.5, "sure_threshold": 0.6}', "utf-8")
    found = read_calibration(path)
    assert (found.open_sure_threshold, found.sure_threshold) == (1.0, 0.6)
    path.write_text('{"open_sure_threshold": 0.5, "open_weight": 2.0}', "utf-8")
    assert read_calibration(path).open_sure_threshold == 0.5
