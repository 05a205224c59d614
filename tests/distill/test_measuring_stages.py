"""The last stages of a run, from two trained models to a report, on tiny students and without training."""

import json
from pathlib import Path

import pytest

from distill import calibrating, convert, evaluate, package, run_report
from distill.corpus import Item, write_items
from distill.folders import Folders
from distill.recipe import Base, Convert, Evaluate, Package, Recipe, Run, Source, Teacher
from distill.stages import Work
from tests.distill.students import QUESTIONS
from tutor_app.students.engine import Family
from tutor_app.students.packages import read_package, verify

RECIPE = Recipe(
    run=Run("tiny"),
    base=Base(fresh="llama"),
    sources=(Source("ours", ("a.jsonl",), licence="CC BY 4.0"), Source("dev", ("b.jsonl",), "dev")),
    teachers=(Teacher("written"),),
    convert=Convert(parity_questions=4),
    evaluate=Evaluate(routes=("question", "both")),
    package=Package(zip=True),
)
STAGES = {
    "convert": convert.run_stage,
    "calibrate": calibrating.run_stage,
    "package": package.run_stage,
    "evaluate": evaluate.run_stage,
    "report": run_report.run_stage,
}


def earlier_stages(run: Path, originals: Path) -> dict[str, Path]:
    """What the stages before conversion would have left."""
    items = [
        Item(f"dev/{turn}-{n}", "dev", "dev", f"{text} ({turn})", choices, answer)
        for turn in range(2)
        for n, (text, choices, answer) in enumerate(QUESTIONS)
    ]
    write_items(run / "corpus" / "dev" / "dev.jsonl", items)
    write_items(run / "corpus" / "train.jsonl", [Item("ours/1", "ours", "train", "Why?", ("a", "b"), 0)])
    (run / "corpus" / "report.json").write_text(json.dumps({"sources": {"ours": {"questions": 1}}}))
    for role in ("rationale", "answer"):
        (run / f"train-{role}" / "log").mkdir(parents=True)
        (run / f"train-{role}" / "model").symlink_to(originals / role)
        rows = [{"step": step, "loss": 4.0 - step} for step in range(1, 4)]
        rows += [
            {"step": 1, "dev_loss": 4.0, "dev_right": 0.25},
            {"step": 3, "dev_loss": 2.0, "dev_right": 0.5},
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        for part in ("phase-1", "phase-2"):
            (run / f"train-{role}" / "log" / f"{part}.jsonl").write_text(text + '{"step": 4, "lo')
    (run / "train-start").mkdir()
    for name in ("rationales", "filter"):
        (run / name).mkdir()
    names = ("corpus", "train-start", "train-rationale", "train-answer", "rationales", "filter")
    return {name: run / name for name in names}


@pytest.fixture(scope="module")
def run(packages: dict[Family, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with every stage from conversion to report done."""
    place = tmp_path_factory.mktemp("run")
    earlier = earlier_stages(place, packages[Family.DECODER] / "originals")
    for name, stage in STAGES.items():
        (place / name).mkdir()
        stage(Work(RECIPE, Folders(place, place), place / name, earlier, lambda _: None, place))
        earlier[name] = place / name
    return place


def test_the_package_is_whole_and_calibrated(run: Path) -> None:
    made = read_package(run / "package" / "tiny")
    verify(made)
    assert (run / "package" / "tiny.zip").is_file()
    assert made.calibration.question_weight + made.calibration.rationale_weight == pytest.approx(1.0)
    assert made.manifest.scores["dev/both"]["protocol"] == "tutor, cross-fitted"
    card = (made.folder / "MODEL_CARD.md").read_text("utf-8")
    assert "| ours | 1 | CC BY 4.0 |" in card
    assert "## Against the originals" in card


def test_parity_of_both_students_is_kept(run: Path) -> None:
    found = json.loads((run / "convert" / "parity.json").read_text())
    assert set(found) == {"rationale", "answer"}
    assert found["answer"]["questions"] == 4


def test_the_package_is_measured_on_the_dev_sources(run: Path) -> None:
    found = json.loads((run / "evaluate" / "scores.json").read_text())
    assert [(each["set"], each["route"], each["questions"]) for each in found["results"]] == [
        ("dev", "question", 16),
        ("dev", "both", 16),
    ]


def test_the_report_tells_of_the_whole_run(run: Path) -> None:
    text = (run / "report" / "report.md").read_text("utf-8")
    for words in ("# The run tiny", "## Conversion", "## Calibration", "loss-answer.svg", "## Accuracy"):
        assert words in text
    assert "| CC BY 4.0 | - |" in text
    assert (run / "report" / "loss-answer.svg").is_file()


def test_the_report_shows_parts_of_a_training_one_after_the_other(run: Path) -> None:
    text = (run / "report" / "report.md").read_text("utf-8")
    assert "6 steps. Of the dev questions 25% were right at first, 50% at the end." in text
    assert "dev loss" in (run / "report" / "loss-answer.svg").read_text("utf-8")
    assert "![reliability of both before and after](calibration-both.svg)" in text


def test_a_stage_done_again_leaves_the_same(run: Path, tmp_path: Path) -> None:
    earlier = {name: run / name for name in ("corpus", "convert")}
    work = Work(RECIPE, Folders(run, run), tmp_path, earlier, lambda _: None, run)
    calibrating.run_stage(work)
    for name in ("calibration.json", "scores.json", "fit.json"):
        assert (tmp_path / name).read_bytes() == (run / "calibrate" / name).read_bytes()
