"""The whole method in small: from questions to a package the app uses, in both families, killed or not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from distill.cli import main
from tutor_app.cli import main as tutor
from tutor_app.paths import user_data
from tutor_app.students.packages import read_package, verify

RECIPE = """
[run]
name = "small"
seed = 3
threads = 1

[base]
fresh = "{family}"
vocabulary = 400
width = 32
layers = 1
heads = 2

[[sources]]
name = "physics"
files = ["shipped:banks/phys_*.jsonl"]
limit = 24

[[sources]]
name = "held-out"
role = "dev"
files = ["shipped:banks/space_*.jsonl"]
limit = 12

[start]
phases = [{{ learning_rate = 2e-3 }}]
checkpoint_minutes = 1e-4

[rationale_student]
epochs = 1.0
learning_rate = 2e-3
candidates = 3
checkpoint_minutes = 1e-4

[own_rationales]
limit = 8
batch = 4

[answer_student]
checkpoint_minutes = 1e-4
phases = [{{ learning_rate = 2e-3, without = 0.5, teacher = 0.25, own = 0.25 }}]
"""
SLOW_STAGES = {"train-start", "train-rationale", "own-rationales", "train-answer", "convert", "evaluate"}
CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"


class Made:
    """What one recipe came to: its run folder, that of the run that was killed, and where it was killed."""

    def __init__(self, folder: Path, family: str) -> None:
        self.family = family
        self.recipe = folder / "small.toml"
        self.recipe.write_text(RECIPE.format(family=family), encoding="utf-8")
        self.runs, killed = folder / "runs", folder / "killed"
        environment = {**os.environ, "TUTOR_HOME": str(folder / "home"), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.distill.killing", str(self.recipe), str(self.runs), str(killed)],
            env=environment,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        self.run, self.killed_run = self.runs / "small", killed / "small"
        self.killed_in: list[str] = json.loads(done.stdout)


@pytest.fixture(scope="module", params=["llama", "t5"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    if not CAN_FORK:
        pytest.skip("the runs are forked")
    return Made(tmp_path_factory.mktemp(request.param), request.param)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_package_is_whole_and_the_app_explains_with_it(
    made: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    package = read_package(made.run / "package" / "small")
    verify(package)
    shutil.copytree(package.folder, user_data() / "students" / "small")
    question = ["ask", "Which force pulls a dropped ball toward Earth?", "-c", "friction", "-c", "gravity"]
    assert tutor(["settings", "set", "tutor.students", "small"]) == 0
    capsys.readouterr()
    assert tutor([*question, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["answer"] in ("friction", "gravity")
    assert sum(choice["probability"] for choice in told["choices"]) == pytest.approx(1, abs=1e-3)


def test_every_stage_is_done_and_none_is_done_twice(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(made.recipe), "--runs", str(made.runs)]
    assert main(["status", *arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["stages"].values()) == {"done"}
    assert told["next"] is None
    assert main(["run", *arguments]) == 0
    said = capsys.readouterr()
    assert said.err.count("done before, nothing changed") == len(told["stages"])
    assert said.out.splitlines() == [
        f"The report: {made.run / 'report' / 'report.md'}",
        f"The students: {made.run / 'package' / 'small'}",
        f"To use them: tutor students install {made.run / 'package' / 'small'} --use",
    ]


def test_the_students_learnt_from_the_training_questions_only(made: Made) -> None:
    corpus = read(made.run / "corpus" / "report.json")
    assert (corpus["train"], corpus["dev"]) == (24, {"held-out": 12})
    own = (made.run / "own-rationales" / "own.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["teacher"] == "own" for line in own)


def test_the_report_tells_of_data_and_scores(made: Made) -> None:
    report = (made.run / "report" / "report.md").read_text(encoding="utf-8")
    assert "physics" in report
    assert "held-out" in report


def test_a_run_killed_in_every_stage_ends_as_an_unbroken_one(made: Made) -> None:
    assert set(made.killed_in) >= SLOW_STAGES
    for stage in ("train-rationale", "own-rationales", "train-answer", "convert", "calibrate"):
        unbroken, killed = (read(run / stage / "done.json")["outputs"] for run in (made.run, made.killed_run))
        assert killed == unbroken, stage
    assert figures(made.killed_run) == figures(made.run)
    assert not list(made.killed_run.glob("*.part"))


def figures(run: Path) -> list[dict[str, Any]]:
    """The scores without the times."""
    found = read(run / "evaluate" / "scores.json")["results"]
    kept = ("set", "route", "questions", "right", "ece", "judged")
    return [{name: row[name] for name in kept} for row in found]


@pytest.mark.slow
def test_two_processes_train_a_stage_together(made: Made, tmp_path: Path) -> None:
    """The same command under torchrun: the losses are those of one process, within rounding."""
    if made.family != "llama":
        pytest.skip("the other family's dropout differs from process to process")
    runs = tmp_path / "runs"
    shutil.copytree(made.runs, runs)
    shutil.rmtree(runs / "small" / "train-answer")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"]
    words = ["-m", "distill.cli", "train", "answer", str(made.recipe), "--runs", str(runs)]
    done = subprocess.run([*launcher, *words], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    log = Path("train-answer") / "log" / "phase-1.jsonl"
    together, alone = (losses(run / log) for run in (runs / "small", made.run))
    assert together == pytest.approx(alone, rel=2e-2)


def test_the_four_baselines_stand_in_one_table(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(made.runs, runs)
    arguments = ["baselines", str(made.recipe), "--runs", str(runs), "--tokens", "1200"]
    assert main(arguments) == 0
    first = capsys.readouterr()
    methods = [line.split()[3] for line in first.out.splitlines()[1:5]]
    assert methods == ["answer-only", "step-by-step", "single-stage", "two-stage"]
    assert first.out.count("of 12") == 4, "each is measured on the same dev questions"
    assert "two-stage, student-2" in first.err, "the second student is trained apart"
    assert "two-stage" in (runs / "small" / "baselines" / "table.md").read_text(encoding="utf-8")
    assert main(arguments) == 0
    again = capsys.readouterr()
    assert again.out == first.out
    assert "lessons" not in again.err, "what was trained is not trained again"


def losses(path: Path) -> list[float]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [row["loss"] for row in rows if "loss" in row]
