"""The last stages of a run, from two trained models to a report, on tiny students and without training."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from distill import calibrating, convert, evaluate, package, run_report
from distill.corpus import Item, write_items
from distill.folders import Folders
from distill.recipe import Base, Convert, Evaluate, Package, Recipe, Run, Source, Teacher
from distill.results import read_evaluation
from distill.stages import Work
from tests.distill.students import QUESTIONS
from tutor_app.errors import UserError
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
    assert text.index("## Calibration") < text.index("## Scores") < text.index("Weights `")
    assert "the mean of the sets" in text
    assert (run / "report" / "loss-answer.svg").is_file()


def test_the_report_shows_parts_of_a_training_one_after_the_other(run: Path) -> None:
    text = (run / "report" / "report.md").read_text("utf-8")
    began, ended = "6 steps. Of the dev questions 25%", "after a tenth of the first part, 50% at the end."
    assert f"{began} were answered right {ended}" in text
    assert f"{began} had their own fact chosen {ended}" in text
    assert "dev loss" in (run / "report" / "loss-answer.svg").read_text("utf-8")
    assert "![reliability of both before and after](calibration-both.svg)" in text


def evaluated_again(run: Path, place: Path, again: bool) -> dict[str, Path]:
    earlier = {name: run / name for name in ("corpus", "package")}
    work = Work(RECIPE, Folders(run, run), place, earlier, lambda _: None, run, again)
    evaluate.run_stage(work)
    return earlier


def test_the_same_weights_are_not_asked_again(run: Path, tmp_path: Path) -> None:
    (kept,) = (run / "readings").glob("*.jsonl")
    read = kept.stat().st_mtime_ns
    evaluated_again(run, tmp_path, again=False)
    assert kept.stat().st_mtime_ns == read
    evaluated_again(run, tmp_path, again=True)
    assert kept.stat().st_mtime_ns != read


def test_figures_of_sets_that_were_fitted_on_are_marked(run: Path) -> None:
    found = json.loads((run / "evaluate" / "scores.json").read_text())
    assert [each["fitted_on"] for each in found["results"]] == [True, True]
    shown = evaluate.as_text([read_evaluation(run / "evaluate")])
    assert "was fitted on these very questions (dev)" in shown


def test_what_the_base_learned_from_stays_in_the_card(run: Path, tmp_path: Path) -> None:
    first = read_package(run / "package" / "tiny")
    recipe = replace(
        RECIPE,
        base=Base(model=str(first.folder / "answer")),
        sources=(Source("unit", ("u.jsonl",), licence="CC0"),),
    )
    earlier = {name: run / name for name in ("corpus", "convert", "calibrate")}
    package.run_stage(Work(recipe, Folders(run, run), tmp_path, earlier, lambda _: None, run))
    made = read_package(tmp_path / "tiny")
    assert made.manifest.licences == ("Apache-2.0", "CC0", "CC BY 4.0")
    assert made.manifest.base.endswith("(of the students tiny 1.0.0, from fresh llama weights)")
    card = (made.folder / "MODEL_CARD.md").read_text("utf-8")
    assert "| ours (learnt by the base) | 1 | CC BY 4.0 |" in card


def test_what_a_base_s_own_base_learned_from_is_named_once(run: Path, tmp_path: Path) -> None:
    earlier = {name: run / name for name in ("corpus", "convert", "calibrate")}
    base = run / "package" / "tiny"
    for generation in range(3):
        recipe = replace(RECIPE, base=Base(model=str(base / "answer")))
        place = tmp_path / str(generation)
        package.run_stage(Work(recipe, Folders(run, run), place, earlier, lambda _: None, run))
        base = place / "tiny"
    names = [each["name"] for each in read_package(base).manifest.data]
    assert names == ["ours", "ours (learnt by the base)", "tiny 1.0.0 (the base)"]


def test_students_whose_scores_are_no_numbers_are_not_packaged(run: Path, tmp_path: Path) -> None:
    (tmp_path / "parity.json").write_text('{"answer": {"mean_gap": NaN}}')
    earlier = {"corpus": run / "corpus", "convert": tmp_path, "calibrate": run / "calibrate"}
    with pytest.raises(UserError, match="scores are no numbers"):
        package.run_stage(Work(RECIPE, Folders(run, run), tmp_path, earlier, lambda _: None, run))


def test_a_stage_done_again_leaves_the_same(run: Path, tmp_path: Path) -> None:
    earlier = {name: run / name for name in ("corpus", "convert")}
    work = Work(RECIPE, Folders(run, run), tmp_path, earlier, lambda _: None, run)
    calibrating.run_stage(work)
    for name in ("calibration.json", "scores.json", "fit.json"):
        assert (tmp_path / name).read_bytes() == (run / "calibrate" / name).read_bytes()
