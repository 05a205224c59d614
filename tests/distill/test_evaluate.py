"""Measuring students of both families, as a builder at the command line does."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from distill.cli import main
from distill.explaining import knowing_identity, shipped_facts, without_key
from distill.scores import Reading, ScoresFile
from tests.distill.students import QUESTIONS, counted_fact_bases, write_questions
from tutor_app.errors import UserError
from tutor_app.knowledge.base import FactBase
from tutor_app.knowledge.facts import Fact
from tutor_app.questions.model import Question
from tutor_app.students.calibration import Calibration
from tutor_app.students.engine import Family


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    assert main(["evaluate", "--json", *map(str, arguments)]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("family", Family)
def test_every_route_is_measured_for_both_families(
    family: Family, packages: dict[Family, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = write_questions(tmp_path / "set.jsonl")
    routes = "question,rationale,both,facts,free,samples=2"
    found = evaluated(capsys, "--students", packages[family], "--set", f"dev={questions}", "--routes", routes)
    by_route = {each["route"]: each for each in found["results"]}
    assert list(by_route) == routes.split(",")
    for each in by_route.values():
        assert each["questions"] == len(QUESTIONS)
        assert each["accuracy"]["low"] <= each["right"] / 8 <= each["accuracy"]["high"]
    assert by_route["question"]["rationales"] is None
    assert by_route["both"]["rationales"]["on_facts"] > 0


def test_the_route_question_says_what_the_app_says(
    packages: dict[Family, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tutor_app.students.answering import question_route
    from tutor_app.students.calibration import join
    from tutor_app.students.packages import read_package

    out = tmp_path / "out"
    questions = write_questions(tmp_path / "set.jsonl")
    exception = ("Which of these is not a gas?", ("oxygen", "wood", "neon"), 1)
    row = dict(zip(("question", "choices", "answer"), exception, strict=True), id="exception")
    with questions.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    evaluated(capsys, "--students", packages[Family.DECODER], "--set", f"dev={questions}", "--out", out)
    judged = json.loads((out / "scores.json").read_text())["results"][0]["judged"]
    student = read_package(packages[Family.DECODER]).open("answer")
    rows = [*QUESTIONS, exception]
    asked = [Question(str(n), text, choices) for n, (text, choices, _) in enumerate(rows)]
    scores = question_route(student, asked, Calibration(), None)
    for (_, shares, _), expected in zip(judged, scores, strict=True):
        assert shares == pytest.approx(join(expected, None, Calibration()), abs=1e-4)


def test_a_transformers_folder_scores_as_its_conversion_does(
    packages: dict[Family, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = write_questions(tmp_path / "set.jsonl")
    for family, package in packages.items():
        places = [package / "answer", package / "originals" / "answer"]
        for number, place in enumerate(places):
            evaluated(
                capsys, "--students", place, "--set", f"dev={questions}", "--protocol", "sum", "--out",
                tmp_path / f"{family}-{number}",
            )  # fmt: skip
        ours, theirs = (
            json.loads((tmp_path / f"{family}-{n}" / "scores.json").read_text())["results"][0]["judged"]
            for n in range(2)
        )
        for one, two in zip(ours, theirs, strict=True):
            assert one[1] == pytest.approx(two[1], abs=1e-3)


def test_published_protocols_differ_only_in_how_options_are_compared(
    packages: dict[Family, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = write_questions(tmp_path / "set.jsonl")
    model, scores = packages[Family.DECODER] / "answer", tmp_path / "plain.jsonl"
    for protocol in ("acc", "acc_norm"):
        evaluated(
            capsys,
            "--students",
            model,
            "--set",
            f"dev={questions}",
            "--protocol",
            protocol,
            "--scores",
            scores,
        )
    assert len(scores.read_text().splitlines()) == 1 + len(QUESTIONS)


def test_published_protocols_need_no_rationale_and_a_decoder(
    packages: dict[Family, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = write_questions(tmp_path / "set.jsonl")
    both = ["--set", f"dev={questions}", "--protocol", "acc"]
    decoder = ["evaluate", "--students", str(packages[Family.DECODER]), *both]
    assert main([*decoder, "--routes", "both"]) == 2
    assert "has no rationale" in capsys.readouterr().err
    assert main(["evaluate", "--students", str(packages[Family.ENCODER_DECODER] / "answer"), *both]) == 2
    assert "decoder-only" in capsys.readouterr().err


def test_shards_merged_give_what_one_machine_gives(
    packages: dict[Family, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = write_questions(tmp_path / "set.jsonl", repeat=2)
    common = ["--students", packages[Family.DECODER], "--set", f"dev={questions}"]
    whole = evaluated(capsys, *common, "--scores", tmp_path / "whole.jsonl")
    parts = [tmp_path / f"part{number}.jsonl" for number in (1, 2)]
    for number, part in enumerate(parts, 1):
        found = evaluated(capsys, *common, "--shard", f"{number}/2", "--scores", part)
        assert found["results"][0]["questions"] == len(QUESTIONS)
    merged = evaluated(capsys, *common, "--scores", tmp_path / "merged.jsonl", "--merge", *parts)
    assert rounded(merged["results"]) == rounded(whole["results"])


def rounded(found: object) -> object:
    """Figures without the last digits, in which batches of other sizes differ on some processors."""
    return json.loads(json.dumps(found), parse_float=lambda digits: round(float(digits), 5))


def test_two_packages_are_compared_question_by_question(
    packages: dict[Family, Path], other_package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = write_questions(tmp_path / "set.jsonl")
    arguments = [
        "evaluate",
        "--students",
        packages[Family.DECODER],
        "--against",
        other_package,
        "--set",
        questions,
    ]
    assert main(list(map(str, arguments))) == 0
    shown = capsys.readouterr().out
    assert "McNemar p =" in shown
    assert "set, question: other is" in shown


def test_a_report_with_pictures_is_written(
    packages: dict[Family, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = write_questions(tmp_path / "set.jsonl")
    out = tmp_path / "report"
    evaluated(
        capsys,
        "--students",
        packages[Family.DECODER],
        "--set",
        f"dev={questions}",
        "--routes",
        "both",
        "--out",
        out,
    )
    text = (out / "report.md").read_text("utf-8")
    assert "| dev | both | tutor | " in text
    for line in text.splitlines():
        if line.startswith("!["):
            picture = out / line.rpartition("(")[2].rstrip(")")
            assert picture.read_text("utf-8").startswith("<svg")


def test_the_card_takes_the_figures_and_the_package_stays_whole(
    packages: dict[Family, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    from tutor_app.students.packages import read_package, verify

    folder = tmp_path / "mine"
    shutil.copytree(packages[Family.DECODER], folder)
    questions = write_questions(tmp_path / "set.jsonl")
    for _ in range(2):  # a second time replaces the table
        evaluated(capsys, "--students", folder, "--set", f"dev={questions}", "--into-card")
    package = read_package(folder)
    verify(package)
    card = (folder / "MODEL_CARD.md").read_text("utf-8")
    assert card.count("| dev (set.jsonl) | question | tutor | 8 |") == 1
    assert card.startswith("# Tiny students")
    assert package.manifest.scores["dev/question"]["questions"] == 8


def test_the_tutor_is_never_shown_the_key_or_the_sets_explanation() -> None:
    question = Question(
        "1", "Why?", ("a", "b"), 1, hint="h", facts=("f",), steps=("s",), why_wrong=("w", None)
    )
    seen = without_key(question)
    assert (seen.answer, seen.hint, seen.explanation, seen.why_wrong) == (None, "", (), ())


def test_the_shipped_facts_are_opened_once(
    packages: dict[Family, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = counted_fact_bases(monkeypatch)
    monkeypatch.setattr("distill.evaluate.calibration_of", lambda subject: Calibration(support_weight=1.0))
    questions = write_questions(tmp_path / "set.jsonl")
    evaluated(capsys, "--students", packages[Family.DECODER], "--set", questions, "--routes", "question,both")
    assert len(opened) == 1


def test_explanations_are_written_anew_with_another_weigher(
    packages: dict[Family, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    questions, scores = write_questions(tmp_path / "set.jsonl"), tmp_path / "kept.jsonl"

    def kept_after_measuring() -> int:
        common = ["--students", packages[Family.DECODER], "--set", questions, "--scores", scores]
        evaluated(capsys, *common, "--routes", "both")
        return len(scores.read_text().splitlines())

    first = kept_after_measuring()
    assert kept_after_measuring() == first
    (tmp_path / "weigher").mkdir()
    (tmp_path / "weigher" / "head.json").write_text("{}")
    monkeypatch.setattr("distill.explaining.weigher_folder", lambda: tmp_path / "weigher")
    knowing_identity.cache_clear()
    assert kept_after_measuring() > first
    knowing_identity.cache_clear()


def test_a_fact_that_the_user_flagged_counts_in_figures_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fact = Fact("The Moon is made of cheese.")
    FactBase(files=[], meanings=False).flag(fact)
    assert FactBase(files=[], meanings=False).flagged() == [fact]
    monkeypatch.setattr("distill.explaining.shipped_sources", list)
    assert shipped_facts().flagged() == []


def test_evaluation_imports_no_torch(packages: dict[Family, Path], tmp_path: Path) -> None:
    questions = write_questions(tmp_path / "set.jsonl")
    code = (
        "import sys; from distill.cli import main; "
        f"main(['evaluate', '--students', {str(packages[Family.DECODER])!r}, '--set', {str(questions)!r}, "
        "'--routes', 'both', '--limit', '2']); "
        "print([name for name in ('torch', 'transformers', 'textual') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_killed_at_any_moment_it_goes_on_with_the_same_result(
    packages: dict[Family, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = write_questions(tmp_path / "set.jsonl", repeat=30)
    scores = tmp_path / "scores.jsonl"
    common = ["--students", packages[Family.DECODER], "--set", f"dev={questions}", "--json"]
    command = [sys.executable, "-m", "distill.cli", "evaluate", *map(str, common), "--scores", str(scores)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (scores.exists() and scores.read_bytes().count(b"\n") > 33):
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with scores.open("ab") as file:
        file.write(b'{"set": "dev", "question": "half a li')
    resumed = evaluated(capsys, *common[:-1], "--scores", scores)
    unbroken = evaluated(capsys, *common[:-1], "--scores", tmp_path / "unbroken.jsonl")
    assert resumed["results"] == unbroken["results"]


def test_scores_of_other_students_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    ScoresFile(path, "ours").add([Reading("dev", "1", "question", 0, (-1.0, -2.0), (1, 1))])
    assert ScoresFile(path, "ours").readings["dev", "1", "question"].sums == (-1.0, -2.0)
    with pytest.raises(UserError, match="another package"):
        ScoresFile(path, "theirs")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "missing.jsonl"], "There is no file missing.jsonl"),
        (["--set", "dev=SET", "--routes", "telepathy"], "no route 'telepathy'"),
        (["--set", "dev=SET", "--routes", "samples=99"], "samples=K"),
        (["--set", "dev=SET", "--shard", "3/2"], "--shard takes I/N"),
        (["--set", "dev=SET", "--set", "dev=SET"], "Two sets are named 'dev'"),
        (["--set", "dev=NOKEYS"], "no question with a key"),
        (["--set", "dev=SET", "--limit", "-1"], "--limit is 0"),
        (["--set", "dev=SET", "--scores", "."], ". is a folder; give a file for the scores"),
        (["--set", "dev=SET", "--out", "SET/more"], "set.jsonl/more cannot be used: Not a directory"),
        (["--set", "dev=SET", "--compute-type", "int3"], "cannot compute in 'int3'; choose one of default"),
    ],
)
def test_mistakes_get_one_sentence(
    arguments: list[str],
    words: str,
    packages: dict[Family, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    questions = write_questions(tmp_path / "set.jsonl")
    keyless = tmp_path / "nokeys.jsonl"
    keyless.write_text(
        json.dumps({"id": "1", "question": "Why?", "choices": ["a", "b"], "answer": None}) + "\n"
    )
    given = [each.replace("SET", str(questions)).replace("NOKEYS", str(keyless)) for each in arguments]
    assert main(["evaluate", "--students", str(packages[Family.DECODER]), *given]) == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert "Traceback" not in shown


def test_what_of_a_set_is_not_measured_is_told(
    packages: dict[Family, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = write_questions(tmp_path / "my set.jsonl")
    keyless = {"id": "k", "question": "Why is it so?", "choices": ["a", "b"], "answer": None}
    with questions.open("a") as file:
        file.write(json.dumps(keyless) + "\nno question\n")
    assert main(["evaluate", "--students", str(packages[Family.DECODER]), "--set", str(questions)]) == 0
    shown = capsys.readouterr().err
    assert "my set: 2 questions left out (not readable 1, no key 1)" in shown
    assert "no key: Why is it so?" in shown


def test_a_folder_that_is_no_student_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = write_questions(tmp_path / "set.jsonl")
    assert main(["evaluate", "--students", str(tmp_path), "--set", str(questions)]) == 2
    assert "holds no student package" in capsys.readouterr().err
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    assert main(["evaluate", "--students", str(tmp_path), "--set", str(questions)]) == 2
    assert "is a gpt2 model" in capsys.readouterr().err
