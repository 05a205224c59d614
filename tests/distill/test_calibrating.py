"""The calibrate stage on tiny students: what it fits, and that the app can use it."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from distill.calibrate import examples, fit
from distill.calibrating import (
    NEARNESS,
    WEIGHT,
    calibrate,
    from_question,
    likeliest,
    support_readings,
    write_calibrated,
)
from distill.scores import Reading
from distill.sets import EvaluationSet
from distill.subjects import find_subject
from tests.distill.students import QUESTIONS, counted_fact_bases
from tutor_app.knowledge.weigher import Support
from tutor_app.questions.model import Question
from tutor_app.students.calibration import Calibration, read_calibration
from tutor_app.students.engine import Family


def dev_set() -> EvaluationSet:
    questions = [
        Question(f"{turn}-{number}", f"{text} ({turn})", choices, answer)
        for turn in range(3)
        for number, (text, choices, answer) in enumerate(QUESTIONS)
    ]
    return EvaluationSet("dev", tuple(questions))


@pytest.mark.parametrize("family", Family)
def test_a_calibration_is_fitted_that_the_app_reads(
    family: Family, packages: dict[Family, Path], tmp_path: Path
) -> None:
    said: list[str] = []
    found = calibrate(find_subject(packages[family]), [dev_set()], tmp_path / "r.jsonl", 3, said.append)
    write_calibrated(tmp_path, found)
    assert read_calibration(tmp_path / "calibration.json") == found.calibration
    assert found.calibration.question_weight + found.calibration.rationale_weight == pytest.approx(1.0)
    assert 0 < found.calibration.fact_threshold <= 1
    assert [(each.set, each.route) for each in found.evaluation.results] == [
        ("dev", "question"),
        ("dev", "both"),
    ]
    assert any("sure from" in line for line in said)


def test_what_was_read_is_not_read_again_and_gives_the_same(
    packages: dict[Family, Path], tmp_path: Path
) -> None:
    subject, log = find_subject(packages[Family.DECODER]), tmp_path / "readings.jsonl"
    first = calibrate(subject, [dev_set()], log, 3, lambda _: None)
    before = log.read_bytes()
    again = calibrate(subject, [dev_set()], log, 3, lambda _: None)
    assert log.read_bytes() == before
    assert asdict(again.calibration) == asdict(first.calibration)


def test_the_shipped_facts_are_opened_once(
    packages: dict[Family, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = counted_fact_bases(monkeypatch)
    subject = find_subject(packages[Family.DECODER])
    calibrate(subject, [dev_set()], tmp_path / "r.jsonl", 3, lambda _: None, limit=2)
    assert len(opened) == 1


def test_a_single_model_is_calibrated_on_the_question_alone(
    packages: dict[Family, Path], tmp_path: Path
) -> None:
    subject = find_subject(packages[Family.DECODER] / "answer")
    found = calibrate(subject, [dev_set()], tmp_path / "r.jsonl", 3, lambda _: None)
    assert found.both is None
    assert (found.calibration.question_weight, found.calibration.rationale_weight) == (1.0, 0.0)


def test_the_likeliest_option_depends_on_the_length_power() -> None:
    reading = Reading("dev", "1", "question", 0, (-3.0, -4.0), (1, 4))
    question = Question("1", "Which?", ("short", "a longer one"))
    assert likeliest(reading, question, Calibration(question_length_power=0.0)) == "short"
    assert likeliest(reading, question, Calibration(question_length_power=1.0)) == "a longer one"


def test_the_fact_base_may_decide_between_options_the_student_finds_alike() -> None:
    reading = Reading("dev", "1", "question", 0, (-3.0, -3.1), (1, 1), support=(Support(0.2), Support(0.7)))
    question = Question("1", "Which?", ("one", "other"))
    assert likeliest(reading, question, Calibration()) == "one"
    assert likeliest(reading, question, Calibration(support_weight=1.0)) == "other"
    read = replace(reading, support=(Support(0.7, 1.0), Support(0.7, 3.0)))
    assert likeliest(read, question, Calibration(weigher_weight=1.0)) == "other"


def test_the_facts_support_is_weighed_beside_the_students_scores() -> None:
    readings = []
    for number in range(40):
        key = number % 2
        noise = (-3.0, -3.5) if number % 3 else (-3.5, -3.0)
        near = tuple(
            Support(0.6 if option == key else 0.4 + 0.01 * (number % 5), float(option == key) * (number % 3))
            for option in (0, 1)
        )
        readings.append(Reading("dev", f"{number:02x}", "question", key, noise, (1, 1), support=near))
    supports = [one for each in readings for one in support_readings(each)]
    routes = ["question", NEARNESS, WEIGHT]
    found = from_question(fit(examples([*readings, *supports], routes), routes))
    assert found.support_weight > 1
    assert found.weigher_weight > 0
    question = Question("1", "Which?", ("one", "other"))
    right = [likeliest(each, question, found) == question.choices[each.key or 0] for each in readings]
    assert all(right)
