"""A run's stages: done once, done again when their inputs change, continued after a kill."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from distill.cli import main
from distill.folders import Folders
from distill.pipeline import Pipeline, State
from distill.recipe import Base, Filter, Recipe, Run, Source
from distill.stages import STAGES, Stage, Work, judge_files
from distill.status import show_status
from tutor_app.errors import UserError

RECIPE = Recipe(Run("test"), Base(fresh="llama"), (Source("ours", ("bank.txt",)),))
calls: list[str] = []


def read(work: Work) -> None:
    calls.append("read")
    (work.folder / "words.txt").write_text((work.folders.recipe / "bank.txt").read_text().upper())
    work.log("times.txt").write_text(str(time.time()))


def count(work: Work) -> None:
    calls.append("count")
    words = (work.earlier["read"] / "words.txt").read_text().split()
    (work.folder / "count.json").write_text(json.dumps(len(words) + work.recipe.run.seed))


def stop_half_way(work: Work) -> None:
    calls.append("stop")
    half = work.folder / "half.txt"
    if not half.exists():
        half.write_text("half")
        raise UserError("The lamp went out.")
    (work.folder / "whole.txt").write_text("whole")


def nothing(work: Work) -> None:
    pass


def fill_the_disk(work: Work) -> None:
    raise OSError(28, "No space left on device")


def bank(recipe: Recipe, folders: Folders) -> list[Path]:
    return folders.files("bank.txt")


ROW = (
    Stage("read", "read", f"{__name__}:read", files=bank),
    Stage("count", "count", f"{__name__}:count", after=("read",), sections=("run.seed",)),
)


@pytest.fixture
def row(tmp_path: Path) -> Pipeline:
    (tmp_path / "bank.txt").write_text("one two")
    calls.clear()
    return fresh(tmp_path)


def fresh(folder: Path, recipe: Recipe = RECIPE, stages: tuple[Stage, ...] = ROW) -> Pipeline:
    return Pipeline(recipe, Folders(folder, folder), folder / "runs" / "test", stages, lambda words: None)


def test_a_stage_whose_inputs_have_not_changed_is_not_run_again(row: Pipeline, tmp_path: Path) -> None:
    row.run()
    fresh(tmp_path).run()
    assert calls == ["read", "count"]
    assert json.loads((row.output("count") / "count.json").read_text()) == 3


def test_a_changed_file_runs_what_depends_on_it(row: Pipeline, tmp_path: Path) -> None:
    row.run()
    (tmp_path / "bank.txt").write_text("one two three")
    assert fresh(tmp_path).state(ROW[0]) == State.CHANGED
    fresh(tmp_path).run()
    assert calls == ["read", "count", "read", "count"]


def test_a_stage_that_comes_out_the_same_does_not_start_the_next(row: Pipeline, tmp_path: Path) -> None:
    row.run()
    (tmp_path / "bank.txt").write_text("ONE two")
    fresh(tmp_path).run()
    assert calls == ["read", "count", "read"]


def test_a_changed_section_runs_only_the_stages_that_name_it(row: Pipeline, tmp_path: Path) -> None:
    row.run()
    fresh(tmp_path, replace(RECIPE, run=Run("test", seed=9))).run()
    assert calls == ["read", "count", "count"]


def test_a_lost_output_is_made_again(row: Pipeline, tmp_path: Path) -> None:
    row.run()
    (row.output("read") / "words.txt").unlink()
    assert fresh(tmp_path).state(ROW[0]) != State.DONE
    fresh(tmp_path).run()
    assert calls == ["read", "count", "read"]


def test_one_stage_can_be_run_alone(row: Pipeline) -> None:
    with pytest.raises(UserError, match="needs read, which is not done"):
        row.run(only="count")
    row.run(only="read")
    row.run(only="count")
    row.run(only="count", again=True)
    assert calls == ["read", "count", "count"]


@pytest.mark.parametrize("part", [{"only": "count"}, {"start": "count"}, {"only": "last", "again": True}])
def test_nothing_is_made_from_a_stage_whose_inputs_have_changed(
    part: dict[str, Any], row: Pipeline, tmp_path: Path
) -> None:
    last = Stage("last", "last", f"{__name__}:nothing", after=("count",))
    fresh(tmp_path, stages=(*ROW, last)).run()
    (tmp_path / "bank.txt").write_text("one two three")
    with pytest.raises(UserError, match=r"What the stage read reads has changed .* `distill run RECIPE`"):
        fresh(tmp_path, stages=(*ROW, last)).run(**part)
    fresh(tmp_path, stages=(*ROW, last)).run()
    fresh(tmp_path, stages=(*ROW, last)).run(**part)


def test_another_weigher_trains_no_rationale_student_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bank.txt").write_text("one two")
    (tmp_path / "head.json").write_text("{}")
    monkeypatch.setattr("distill.stages.weigher_folder", lambda: tmp_path)
    before = {stage.name: fresh(tmp_path, stages=STAGES).inputs(stage) for stage in STAGES}
    (tmp_path / "head.json").write_text("{ }")
    after = {stage.name: fresh(tmp_path, stages=STAGES).inputs(stage) for stage in STAGES}
    changed = [name for name in before if before[name] != after[name]]
    assert changed == ["own-rationales", "calibrate", "evaluate"]


def test_a_run_can_begin_at_a_stage(row: Pipeline) -> None:
    row.run()
    row.run(start="count", again=True)
    assert calls == ["read", "count", "count"]


def test_a_beginning_and_a_single_stage_are_not_asked_for_together(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["run", "mine.toml", "--from", "convert", "--only", "package"])
    assert "--only: not allowed with argument --from" in capsys.readouterr().err


def test_a_stopped_stage_goes_on_where_it_was(row: Pipeline, tmp_path: Path) -> None:
    stages = (Stage("stop", "stop", f"{__name__}:stop_half_way"),)
    with pytest.raises(UserError):
        fresh(tmp_path, stages=stages).run()
    assert fresh(tmp_path, stages=stages).state(stages[0]) == State.STOPPED
    fresh(tmp_path, stages=stages).run()
    assert (row.folder / "stop" / "whole.txt").exists()


def test_the_old_outcome_stays_until_the_new_one_is_whole(row: Pipeline, tmp_path: Path) -> None:
    row.run()
    broken = (replace(ROW[0], does=f"{__name__}:fill_the_disk", version=2),)
    with pytest.raises(UserError, match="disk is full"):
        fresh(tmp_path, stages=broken).run()
    assert (row.output("read") / "words.txt").read_text() == "ONE TWO"


def test_a_kill_between_the_two_renames_is_put_right(row: Pipeline, tmp_path: Path) -> None:
    row.run()
    row.output("read").rename(row.part("read"))  # as if the kill came before the second rename
    fresh(tmp_path).run()
    assert calls == ["read", "count"]
    assert not row.part("read").exists()


def test_a_file_that_is_missing_is_told_before_any_stage_runs(row: Pipeline, tmp_path: Path) -> None:
    later = (
        *ROW,
        Stage("last", "last", f"{__name__}:count", files=lambda recipe, folders: folders.files("x")),
    )
    with pytest.raises(UserError, match=r"There is no file .*x"):
        fresh(tmp_path, stages=later).run()
    assert calls == []


def test_a_judge_that_is_no_package_is_one_sentence(tmp_path: Path) -> None:
    recipe = replace(RECIPE, filter=Filter(judge="nobody"))
    with pytest.raises(UserError, match=r"judge .*nobody is no student package"):
        judge_files(recipe, Folders(tmp_path, tmp_path))


def test_a_place_where_no_folder_can_be_made_is_one_sentence(row: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(UserError, match=r"folder .*runs.* cannot be made"), row.alone():
        raise AssertionError("there is no such folder")


def test_two_runs_do_not_share_a_folder(row: Pipeline, tmp_path: Path) -> None:
    with row.alone(), pytest.raises(UserError, match="Another run"), fresh(tmp_path).alone():
        raise AssertionError("the lock was not kept")


def test_status_names_what_is_next(row: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    show_status(row)
    assert "next: read" in capsys.readouterr().out
    row.run()
    show_status(row, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told == {"run": "test", "stages": {"read": "done", "count": "done"}, "next": None}


def test_a_licence_reaches_the_card_and_the_report_and_trains_nothing_again(tmp_path: Path) -> None:
    (tmp_path / "bank.txt").write_text("one two")
    (source,) = RECIPE.sources
    stated, heavier = (
        replace(RECIPE, sources=(replace(source, **change),))
        for change in ({"licence": "CC0"}, {"weight": 2.0})
    )
    assert _changed(tmp_path, stated) == ["package", "report"]
    assert _changed(tmp_path, heavier) == ["corpus", "package", "report"]


def _changed(folder: Path, recipe: Recipe) -> list[str]:
    """The stages whose own inputs are others than those of the plain recipe."""
    plain, other = (fresh(folder, each, STAGES) for each in (RECIPE, recipe))
    return [stage.name for stage in STAGES if plain.inputs(stage) != other.inputs(stage)]


def test_every_stage_reads_only_stages_before_it() -> None:
    seen: set[str] = set()
    for stage in STAGES:
        assert set(stage.after) <= seen, stage.name
        seen.add(stage.name)


def test_a_killed_run_ends_as_an_unbroken_one(tmp_path: Path) -> None:
    """SIGKILL at many moments; the run always ends with the same outcome."""
    script = tmp_path / "slow.py"
    script.write_text(_SLOW)
    unbroken = tmp_path / "unbroken"
    subprocess.run([sys.executable, script, unbroken], check=True, env=_environment())
    killed = tmp_path / "killed"
    kills = 0
    for wait in (0.25, 0.3, 0.35, 0.4, 0.5, 0.6):
        process = subprocess.Popen([sys.executable, script, killed], env=_environment())
        time.sleep(wait)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    subprocess.run([sys.executable, script, killed], check=True, env=_environment())
    assert kills
    assert (killed / "b" / "sum.txt").read_text() == (unbroken / "b" / "sum.txt").read_text()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


_SLOW = """
import sys, time
from pathlib import Path
from distill.pipeline import Pipeline
from distill.folders import Folders
from distill.recipe import Base, Recipe, Run, Source
from distill.stages import Stage
from tutor_app.files import write_atomically

def first(work):
    for i in range(20):
        path = work.folder / f"{i}.txt"
        if not path.exists():
            write_atomically(path, str(i))
            time.sleep(0.02)

def second(work):
    parts = [int(path.read_text()) for path in work.earlier["a"].glob("*.txt")]
    time.sleep(0.2)
    (work.folder / "sum.txt").write_text(str(sum(parts)))

recipe = Recipe(Run("slow"), Base(fresh="llama"), (Source("s", ("x",)),))
stages = (Stage("a", "a", "__main__:first"), Stage("b", "b", "__main__:second", after=("a",)))
folder = Path(sys.argv[1])
Pipeline(recipe, Folders(folder, folder), folder, stages).run()
"""
