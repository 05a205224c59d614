"""Runs side by side, and pictures of what was measured."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from distill.cli import main
from distill.compare import as_text, called_apart, side_by_side
from distill.measures import Judged, RationaleFigures, Result, rationale_figures, result_of
from distill.plots import Bar, Series, bars, lines, reliability_curve
from distill.report import rationale_text
from distill.results import Evaluation, read_evaluation, write_evaluation
from distill.scores import Reading, WrittenStep, digest
from distill.sets import EvaluationSet
from distill.statistics import Bin, wilson
from tutor_app.knowledge.facts import fact_id
from tutor_app.questions.model import Question


def result(rights: str, wanted: str = "dev", route: str = "question", protocol: str = "tutor") -> Result:
    """A result from a row of marks: `+` right, `-` wrong."""
    judged = [Judged(str(n), (0.7, 0.3), 0 if mark == "+" else 1) for n, mark in enumerate(rights)]
    return result_of(wanted, route, protocol, judged)


def test_figures_of_a_route_follow_from_its_answers() -> None:
    found = result("++-+")
    assert (found.right, found.questions, found.accuracy.value) == (3, 4, 0.75)
    assert found.ece == pytest.approx(0.05)


def test_an_evaluation_survives_the_disk(tmp_path: Path) -> None:
    rationales = RationaleFigures(1, 12.0, 2.0, 0.5, 1.0, 0.0, 0.0, 0.25, 0.5)
    whole = Evaluation("mine", "abc", (result("+-"), result_of("dev", "both", "tutor", [], rationales)))
    write_evaluation(tmp_path / "evaluate" / "scores.json", whole)
    assert read_evaluation(tmp_path) == whole
    assert read_evaluation(tmp_path / "evaluate") == whole


def test_each_run_is_held_against_the_first_on_the_same_questions() -> None:
    first = Evaluation("a", "1", (result("-" * 10 + "++"),))
    second = Evaluation("b", "2", (result("+" * 10 + "+-"), result("+", wanted="only b")))
    rows = side_by_side([first, second])
    against = rows[0].cells[1].against
    assert (against.only_first, against.only_second) == (1, 10)
    assert against.significant
    assert rows[0].cells[0].against is None
    assert rows[1].cells[0] is None


def test_compare_prints_a_table_and_writes_markdown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, rights in (("plain", "+-+-"), ("two-stage", "++++")):
        write_evaluation(tmp_path / name / "scores.json", Evaluation("default", name, (result(rights),)))
    runs = [str(tmp_path / "plain"), str(tmp_path / "two-stage")]
    assert main(["compare", *runs, "--out", str(tmp_path / "table.md")]) == 0
    assert re.search(r"dev +question +tutor +two-stage +100.0% of 4 +\+50.0 \(", capsys.readouterr().out)
    assert "| dev | question | tutor | plain | 50.0% of 4 |" in (tmp_path / "table.md").read_text()
    assert main(["compare", *runs, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["cells"][1]["against"]["only_second"] == 2


def test_accuracies_are_told_on_the_questions_both_have(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, rights in (("some", "+-"), ("all", "++++++")):
        write_evaluation(tmp_path / name / "scores.json", Evaluation("default", name, (result(rights),)))
    assert main(["compare", str(tmp_path / "some"), str(tmp_path / "all")]) == 0
    head, _, second, *_ = capsys.readouterr().out.splitlines()
    assert re.search("in common +first right +run right$", head)
    assert re.search(r" 2 +50.0% +100.0%$", second)


def test_what_was_measured_by_different_protocols_is_not_compared() -> None:
    first = Evaluation("a", "1", (result("++++", protocol="tutor"),))
    second = Evaluation("b", "1", (result("----", protocol="sum"),))
    by_tutor, by_sum = side_by_side([first, second])
    assert (by_tutor.protocol, by_tutor.cells[1]) == ("tutor", None)
    assert (by_sum.protocol, by_sum.cells[0], by_sum.cells[1].against) == ("sum", None, None)


def test_runs_whose_folders_are_called_the_same_are_told_apart(tmp_path: Path) -> None:
    places = [tmp_path / "one" / "tiny", tmp_path / "two" / "tiny", tmp_path / "other"]
    for place in places:
        write_evaluation(place / "scores.json", Evaluation("default", "1", (result("+"),)))
    assert [each.name for each in called_apart(places)] == [str(places[0]), str(places[1]), "other"]


def test_many_runs_make_a_longer_table_and_no_wider_one() -> None:
    runs = [Evaluation(f"run-{n}", "1", (result("+-" * 50),)) for n in range(9)]
    assert max(map(len, as_text(side_by_side(runs)).splitlines())) < 120


def test_a_run_without_scores_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(tmp_path)]) == 2
    assert "holds no scores.json" in capsys.readouterr().err
    (tmp_path / "scores.json").write_text("{}")
    assert main(["compare", str(tmp_path)]) == 2
    assert "is not an evaluation" in capsys.readouterr().err


def test_what_rationales_were_worth() -> None:
    questions = [
        Question("1", "Why does it fall?", ("gravity", "magic"), 0, facts=("Gravity pulls things down.",)),
        Question("2", "Why is it warm?", ("sunlight", "moonlight"), 0),
    ]
    wanted = EvaluationSet("dev", tuple(questions))
    fact, step = WrittenStep("Gravity pulls things down.", "fact", "ours"), WrittenStep("So it falls down.")
    other = WrittenStep("The Sun warms the ground.", "fact", "ours")
    explained = [
        Reading(
            "dev",
            digest(questions[0]),
            "w",
            0,
            (),
            (),
            steps=(other, fact, step),
            facts=(other.text, fact.text),
            seconds=0.5,
            written=6,
        ),
        Reading("dev", digest(questions[1]), "w", 0, (), (), steps=(), seconds=0.5),
    ]
    own = [frozenset({fact_id(fact.text)}), frozenset()]
    one, two = digest(questions[0]), digest(questions[1])
    found = rationale_figures(
        wanted,
        explained,
        own,
        [Judged(one, (0.9, 0.1), 0), Judged(two, (0.9, 0.1), 0)],
        [Judged(one, (0.2, 0.8), 0), Judged(two, (0.9, 0.1), 0)],
        [Judged(one, (0.9, 0.1), 0), Judged(two, (0.9, 0.1), 0)],
    )
    assert (found.on_facts, found.with_fact, found.empty) == (pytest.approx(2 / 3), 0.5, 0.5)
    assert (found.recall_at_1, found.recall_at_3, found.with_own_facts) == (0.0, 1.0, 1)
    assert (found.disagree, found.shuffled_changes, found.shuffled_accuracy) == (0.5, 0.5, 1.0)
    assert (found.seconds, found.tokens_per_second) == (0.5, 6.0)
    assert 0 < found.overlap < 1


def test_rationales_that_several_routes_read_are_shown_once() -> None:
    rationales = RationaleFigures(1, 12.0, 2.0, 0.5, 1.0, 0.0, 0.0)
    both = [result_of("dev", route, "tutor", [], rationales) for route in ("rationale", "both")]
    assert len(rationale_text(both).strip().splitlines()) == 2


@pytest.mark.parametrize(
    "svg",
    [
        lines("a < b & c", "x", "y", [Series("one <&>", ((0, 1.0), (5, 2.5))), Series("two", ((0, 3.0),))]),
        lines("empty", "x", "y", []),
        bars(
            "shares",
            "y",
            [Bar("dev <1>", 0.5, wilson(5, 10)), Bar("a very long name of a set", 0.0)],
            1.0,
            True,
        ),
        bars("none", "y", []),
        reliability_curve("curve", [("dev", result("+-+-").curve)]),
    ],
)
def test_pictures_are_whole_svg_inside_their_frame(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for circle in root.iter("{http://www.w3.org/2000/svg}circle"):
        assert 0 <= float(circle.attrib["cx"]) <= width
        assert 0 <= float(circle.attrib["cy"]) <= height


def test_a_point_of_the_reliability_curve_tells_how_many_answers_it_stands_for() -> None:
    assert ">37</text>" in reliability_curve("curve", [("dev", [Bin(0.5, 0.6, 37, 0.55, 0.5)])])
