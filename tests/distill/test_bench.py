"""`distill bench` runs every engine at hand, goes on when one fails, and reports ratios. No time limits."""

import argparse
import json
from pathlib import Path

import pytest

from distill.bench import (
    LENGTHS,
    EngineFailedError,
    Task,
    Timings,
    Worker,
    all_tasks,
    engines_at_hand,
    measure,
    question,
)
from distill.bench_engines import Timed, timed_stream
from distill.bench_report import main_table, write_bench_report, writing_time
from distill.cli import main
from tutor_app.errors import UserError
from tutor_app.students.engine import Family

SMALL = [
    Task("write", 60, {"kind": "write", "prompts": [{"user": "Why?"}], "tokens": 4}),
    Task("samples", 2, {"kind": "write_many", "prompts": [{"user": "Why?"}], "samples": 2, "tokens": 4}),
    Task("answer", 4, {"kind": "score", "prompts": [{"user": "Why?"}], "options": ["a", "b"]}),
]


def test_questions_have_the_length_asked_for_and_differ_by_turn() -> None:
    for words in LENGTHS:
        assert len(question(words).split()) == words
    assert question(30, 1) != question(30, 0)


def test_every_figure_of_the_report_has_its_task() -> None:
    names = {(task.group, task.size) for task in all_tasks()}
    assert {("write", 60), ("batch", 16), ("answer", 4), ("options", 8), ("samples", 16)} <= names
    assert {("length-write", words) for words in LENGTHS} <= names
    assert len(all_tasks(quick=True)) < len(names)


def test_both_families_are_timed_beside_their_originals(packages: dict[Family, Path]) -> None:
    for package in packages.values():
        original = package / "originals" / "rationale"
        models = {"students": package / "rationale", "transformers-float32": original}
        found = measure(models, SMALL, threads=1, rounds=1)
        assert [each.failed for each in found] == ["", ""]
        for each in found:
            assert each.memory and each.load[0] > 0 and each.start[0] >= each.load[0]
            assert set(each.runs) == {"write/60", "samples/2", "answer/4"}
            assert each.runs["write/60"][0]["tokens"] <= 5


def test_an_engine_that_fails_is_left_out_and_the_others_go_on(
    packages: dict[Family, Path], tmp_path: Path
) -> None:
    models = {"students": packages[Family.DECODER] / "rationale", "transformers-float32": tmp_path}
    found = measure(models, SMALL[:1], threads=1, rounds=2)
    assert found[0].failed == ""
    assert len(found[0].runs["write/60"]) == 2
    assert found[1].failed
    report = write_bench_report(tmp_path / "out", {"threads": 1}, found).read_text("utf-8")
    assert "## Left out" in report


def test_an_engine_of_an_unknown_name_fails_with_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(EngineFailedError, match="KeyError"):
        Worker("steam", tmp_path, 1)


def test_ratios_say_how_many_times_as_good_the_students_are() -> None:
    ours = Timings("students", "a", load=[1.0], start=[1.0], memory=[1_200_000_000])
    ours.runs = {"write/60": [{"tokens": 80, "first": 0.1, "seconds": 1.0}] * 3}
    theirs = Timings("other", "b", load=[2.0], start=[2.0], memory=[100_000_000])
    theirs.runs = {"write/60": [{"tokens": 80, "first": 0.2, "seconds": 2.0}]}
    table = main_table([ours, theirs])
    assert "| tokens/s, one explanation | 80 | 40 (2.00×) |" in table
    assert "| first token (s) | 0.1 | 0.2 (2.00×) |" in table
    assert "| most memory (MB) | 1200 | 100 (0.08×) |" in table
    assert "| tokens/s, batch of 16 | - | - |" in table


def test_writing_is_timed_for_as_many_tokens_whatever_an_engine_wrote() -> None:
    short = Timings("students", "a")
    short.runs = {"write/60": [{"tokens": 11, "first": 0.5, "seconds": 1.5}]}
    assert writing_time(short, "write", 60) == pytest.approx(0.5 + 79 * 0.1)


def test_the_median_run_counts() -> None:
    found = Timings("students", "a", runs={"answer/4": [{"seconds": s} for s in (9.0, 1.0, 2.0)]})
    assert found.median("answer", 4, "seconds") == 2.0
    assert found.median("answer", 8, "seconds") is None


def test_a_stream_is_counted_whole() -> None:
    timed = timed_stream(iter(["one ", "two"]), lambda text: len(text.split()))
    assert timed.tokens == 2
    assert isinstance(timed, Timed)
    assert 0 < timed.first <= timed.seconds


def test_unknown_engines_and_missing_models_are_named(packages: dict[Family, Path], tmp_path: Path) -> None:
    options = argparse.Namespace(
        students=packages[Family.DECODER], original=None, gguf=None, engines="steam", threads=1
    )
    with pytest.raises(UserError, match="'steam' is not at hand"):
        engines_at_hand(options, tmp_path)
    options.original, options.engines = tmp_path / "missing", ""
    with pytest.raises(UserError, match="no model at"):
        engines_at_hand(options, tmp_path)


def test_the_command_writes_a_report(
    packages: dict[Family, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("distill.bench.all_tasks", lambda quick: SMALL)
    arguments = ["bench", "--quick", "--threads", "1", "--json", "--out", str(tmp_path / "out")]
    assert main([*arguments, "--students", str(packages[Family.DECODER])]) == 0
    assert json.loads(capsys.readouterr().out)["engines"][0]["engine"] == "students"
    assert (tmp_path / "out" / "bench.md").read_text("utf-8").startswith("# Speed of the students")
    assert (tmp_path / "out" / "bench-samples.svg").exists()
    assert main([*arguments, "--students", str(packages[Family.DECODER]), "--more"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["machine"]["rounds"] == 2
    assert len(told["engines"][0]["runs"]["write/60"]) == 2


def test_more_needs_an_earlier_bench(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--more", "--out", str(tmp_path)]) == 2
    assert "--more adds to an earlier bench" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--rounds", "0"], ["--threads", "-1"]])
def test_a_bench_that_would_measure_nothing_is_refused(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *wrong]) == 2
    assert f"{wrong[0]} is " in capsys.readouterr().err
