"""`tutor bank explain`, end to end on tiny students: whole banks, kills at any moment, a copy to edit."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.students.test_ask import choose, few_facts, install  # noqa: F401 - a fixture
from tutor_app import paths
from tutor_app.cli import main
from tutor_app.knowledge.base import FactBase
from tutor_app.learning.history import History
from tutor_app.learning.shelf import Shelf
from tutor_app.questions.formats import read_file
from tutor_app.questions.library import Library
from tutor_app.questions.model import Bank, Question
from tutor_app.students.cache import ExplanationCache
from tutor_app.students.engine import Family
from tutor_app.students.explanation import Settings
from tutor_app.students.installed import find

COUNT = 70
BANK = Bank(
    "Forces",
    tuple(
        Question(
            f"f{n}", f"Which force slows ball number {n}?", ("friction", "light", "sound"), 0, topic="Balls"
        )
        for n in range(COUNT)
    ),
)


@pytest.fixture(autouse=True)
def shelf(tutor_home: Path, tiny_packages: dict[Family, Path]) -> None:
    """Tiny students and a bank of 70 questions."""
    install(tiny_packages[Family.DECODER])
    choose(Family.DECODER)
    Library().add(BANK)


def students() -> str:
    return find("tiny-decoder").manifest.identity


def cache_of_explanations() -> ExplanationCache:
    """What was made from the facts there are."""
    base = FactBase(meanings=False)
    base.close()
    return ExplanationCache(facts=lambda: base.name)


def kept() -> list[str]:
    cache, name = cache_of_explanations(), students()
    found = [q.id for q in BANK.questions if cache.get(q, name, Settings())]
    cache.close()
    return found


def test_every_question_of_a_bank_is_explained_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bank", "explain", "forces"]) == 0
    assert len(kept()) == COUNT
    shown = capsys.readouterr()
    assert f"The tutor has explained {COUNT} of {COUNT} questions of 'Forces'." in shown.out
    assert shown.err.splitlines()[-1] == f"{COUNT} of {COUNT} explained"


def test_disagreements_are_kept_for_the_teacher() -> None:
    questions = tuple(replace(question, answer=n % 3) for n, question in enumerate(BANK.questions[:9]))
    Library().add(Bank("Other keys", questions))
    assert main(["bank", "explain", "other-keys"]) == 0
    cache = cache_of_explanations()
    made = [(question, cache.get(question, students(), Settings())) for question in questions]
    cache.close()
    differing = {q.id: m.answer.choice for q, m in made if m and m.answer.choice != q.answer}
    assert differing
    with History.open() as history:
        assert {d.question: d.choice for d in history.disagreements("other-keys")} == differing


def test_a_second_run_makes_nothing_anew(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bank", "explain", "forces"]) == 0
    capsys.readouterr()
    assert main(["bank", "explain", "forces"]) == 0
    assert capsys.readouterr().err.splitlines() == [f"{COUNT} of {COUNT} explained"]


def test_asking_afterwards_takes_what_was_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bank", "explain", "forces"]) == 0
    question = BANK.questions[3]
    choices = [part for choice in question.choices for part in ("-c", choice)]
    capsys.readouterr()
    assert main(["ask", question.text, *choices, "--key", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["timings"]["total"] == 0


def test_a_kill_at_any_moment_loses_at_most_the_batch_in_hand_and_a_second_run_goes_on() -> None:
    program = (
        "import sys; from pathlib import Path; from tutor_app import cli, paths; "
        "shelf = Path(sys.argv[1]); paths.assets = lambda: shelf; sys.exit(cli.main(sys.argv[2:]))"
    )
    counts = []
    for kill_after in (0, 1, 3):
        before = len(kept())
        run = subprocess.Popen(
            [sys.executable, "-c", program, str(paths.assets()), "bank", "explain", "forces"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert run.stderr is not None
        said = [run.stderr.readline() for _ in range(kill_after + 1)]
        run.send_signal(signal.SIGKILL)
        run.wait()
        promised = int(said[-1].split()[0])
        assert len(kept()) >= promised >= before, "what it said was explained is kept"
        counts.append(len(kept()))
    assert counts == sorted(counts)
    assert main(["bank", "explain", "forces"]) == 0
    assert len(kept()) == COUNT


def test_a_copy_to_edit_holds_explanations_that_lead_to_the_key_and_can_be_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.jsonl"
    assert main(["bank", "explain", "forces", "--write", str(copy)]) == 0
    bank = read_file(copy).bank
    assert [question.text for question in bank.questions] == [question.text for question in BANK.questions]
    cache = cache_of_explanations()
    for question, old in zip(bank.questions, BANK.questions, strict=True):
        made = cache.get(old, students(), Settings())
        assert made is not None
        led = bool(made.agrees_with_key) and bool(made.steps)
        assert bool(question.explanation) == led
        assert (question.extra.get("explained_by") == students()) == led
    assert main(["bank", "import", str(copy), "--title", "Edited"]) == 0
    assert main(["bank", "explain", "forces", "--write", str(copy)]) == 2, "a file that is there is kept"
    assert "--force" in capsys.readouterr().err


def test_the_copy_is_said_to_hold_what_it_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = [replace(question, answer=n % 3) for n, question in enumerate(BANK.questions[:9])]
    Library().add(Bank("Mixed", (replace(questions[0], steps=("My own words say it.",)), *questions[1:])))
    copy = tmp_path / "copy.jsonl"
    assert main(["bank", "explain", "mixed", "--write", str(copy)]) == 0
    said = capsys.readouterr().out
    held = [question for question in read_file(copy).bank.questions if question.explanation]
    by_tutor = sum("explained_by" in question.extra for question in held)
    assert f"{len(held)} of 9 have an explanation, {by_tutor} of them by the tutor." in said
    (left,) = (line for line in said.splitlines() if line.startswith("Left without one"))
    assert 0 < int(left.rstrip(".").split()[-1]) <= 9 - len(held)


def test_what_was_made_is_used_also_when_it_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ExplanationCache, "put_many", lambda *_: None)
    copy = tmp_path / "copy.jsonl"
    assert main(["bank", "explain", "forces", "--fresh", "--write", str(copy)]) == 0
    assert f"The tutor has explained {COUNT} of {COUNT} questions" in capsys.readouterr().out
    assert any(question.explanation for question in read_file(copy).bank.questions)


def test_the_copy_of_one_topics_explanations_holds_the_whole_bank(tmp_path: Path) -> None:
    Library().add(Bank("Two", (BANK.questions[0], replace(BANK.questions[1], topic="Sledges"))))
    copy = tmp_path / "copy.jsonl"
    assert main(["bank", "explain", "two", "--topic", "Sledges", "--write", str(copy)]) == 0
    assert [question.id for question in read_file(copy).bank.questions] == ["f0", "f1"]


def test_a_question_that_was_explained_keeps_the_topic_students_know_it_under() -> None:
    question = replace(BANK.questions[0], answer=1, topic="")
    Library().add(Bank("Quiz", (replace(question, answer=1), replace(question, id="f1", answer=2))))
    with History.open() as history:
        shelf = Shelf(Library(), history, history.profile("Ann"))
        for item in shelf.items("quiz"):
            history.disagree(item, students(), 0, 0.9)
        assert main(["bank", "explain", "quiz"]) == 0
        topics = history.read("SELECT DISTINCT topic FROM asked WHERE bank = 'quiz'", ())
    assert [tuple(row) for row in topics] == [("Quiz",)]


@pytest.mark.parametrize("name", ["copy.csv", "copy.XML", "copy.json"])
def test_a_copy_by_the_name_of_another_format_is_refused_before_anything_is_made(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bank", "explain", "forces", "--write", str(tmp_path / name)]) == 2
    assert "Give it a name that ends in .jsonl" in capsys.readouterr().err
    assert kept() == []


def test_a_teachers_own_explanation_is_not_replaced_unless_she_says_so(tmp_path: Path) -> None:
    own = Question(
        "o", "Which force slows a ball?", ("friction", "light"), 0, steps=("My own words say it.",)
    )
    Library().add(Bank("Own", (own,)))
    copy = tmp_path / "copy.jsonl"
    assert main(["bank", "explain", "own", "--write", str(copy)]) == 0
    assert read_file(copy).bank.questions[0].steps == own.steps


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing-like-it"], "There is no bank called 'nothing-like-it'"),
        (["forces", "--topic", "Stars"], "has no topic 'Stars'. Its topics: Balls."),
        (["forces", "--samples", "99"], "--samples 99"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["bank", "explain", *arguments]) == 2
    assert says in capsys.readouterr().err
