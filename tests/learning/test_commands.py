"""The commands as a student and a teacher type them."""

import csv
import io
import json
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.learning.helpers import attempt, question
from tutor_app.cli import main
from tutor_app.learning.exam import Exam
from tutor_app.learning.history import History
from tutor_app.learning.records import Item
from tutor_app.questions.library import Library
from tutor_app.questions.model import Bank, ReadReport


class Tutor:
    """Runs a command with typed lines; gives its status, what it printed and what it complained."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main(list(words))
        said = self._capsys.readouterr()
        return status, said.out, said.err


@pytest.fixture
def tutor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tutor:
    topics = ("forces", "cells", "forces", "cells", "cells")
    questions = tuple(question(number, topic) for number, topic in enumerate(topics, 1))
    Library().add(Bank("Two topics", questions))
    return Tutor(monkeypatch, capsys)


def test_practise_then_progress_then_results(tutor: Tutor) -> None:
    status, said, _ = tutor("practise", "--bank", "two-topics", "-n", "2", typed="b 3\nskip\na 2\nb\n")
    assert status == 0
    assert "1 of 2 right at the first try" in said
    status, said, _ = tutor("progress", "--json")
    assert json.loads(said)["total"]["right"] == 1
    _, said, _ = tutor("results", "export")
    rows = list(csv.DictReader(io.StringIO(said)))
    assert sorted(row["correct"] for row in rows) == ["no", "yes"]


def test_profiles_do_not_see_each_other(tutor: Tutor) -> None:
    tutor("--profile", "Ann", "practise", "--bank", "two-topics", "-n", "1", typed="b 3\n")
    tutor("practise", "--profile", "Bob", "--bank", "two-topics", "-n", "1", typed="a 3\nb\n")
    _, said, _ = tutor("progress", "--profile", "Ann")
    assert "1 answer, 100% right" in said
    _, said, _ = tutor("results", "export", "--all")
    assert {row["profile"] for row in csv.DictReader(io.StringIO(said))} == {"Ann", "Bob"}
    status, _, complaint = tutor("progress", "--profile", "Cy")
    assert status == 2
    assert complaint.startswith("tutor: There is no profile named Cy. Profiles here: Ann, Bob")


def test_a_mix_of_topics(tutor: Tutor) -> None:
    _, said, _ = tutor(
        "test", "--bank", "two-topics", "--mix", "cells=3,forces=1", typed="finish\nyes\nquit\n"
    )
    assert "0 of 3  cells" in said
    assert "0 of 1  forces" in said
    status, _, complaint = tutor("test", "--bank", "two-topics", "--mix", "cells=9", typed="")
    assert status == 2
    assert "There are 3 questions on cells, not 9." in complaint


def test_the_exam_lock_closes_and_opens_again(tutor: Tutor) -> None:
    tutor("test", "--bank", "two-topics", "-n", "2", "--exam-lock", typed="b\nquit\n")
    for words in (("learn",), ("practise",), ("review",), ("bank", "show", "two-topics"),
                  ("bank", "export", "two-topics", "--to", "native"), ("ask", "Why?"),
                  ("facts", "search", "magnet"), ("results", "export"), ("progress",),
                  ("history", "export", "x.jsonl")):  # fmt: skip
        status, said, complaint = tutor(*words)
        assert (status, said) == (2, ""), words
        assert "exam lock" in complaint
    _, said, _ = tutor("test", typed="next\nb\nfinish\nquit\n")
    assert "Your answer so far: B." in said
    assert "2 of 2 right" in said
    assert tutor("bank", "show", "two-topics")[0] == 0


def test_under_anothers_exam_lock_a_test_ends_with_its_score_alone(tutor: Tutor) -> None:
    tutor("--profile", "Ann", "test", "--bank", "two-topics", "-n", "1", "--exam-lock", typed="quit\n")
    ended = "b\nfinish\n\n\n"
    _, said, _ = tutor("--profile", "Bob", "test", "--bank", "two-topics", "-n", "1", typed=ended)
    assert "1 of 1 right" in said
    assert "is closed until the test of 'Ann' is done." in said
    assert "with: tutor --profile Bob review --mistakes" in said
    assert "You answered" not in said
    tutor("--profile", "Ann", "test", "--end")
    _, said, _ = tutor("--profile", "Bob", "test", "--bank", "two-topics", "-n", "1", typed=ended)
    assert "You answered" in said


def test_a_locked_test_goes_on_even_when_another_was_begun_since(tutor: Tutor) -> None:
    tutor("test", "--bank", "two-topics", "-n", "2", "--exam-lock", typed="b\nquit\n")
    with History.open() as history:
        other = Exam([Item("two-topics", question(1))])
        history.save_session(history.profile("me"), other.snapshot())
    _, said, _ = tutor("test", "--new", typed="quit\n")
    assert "The test you began goes on." in said
    assert "Question 1 of 2." in said


def test_a_bank_that_comes_again_in_another_order_keeps_the_answers_of_an_open_test(tutor: Tutor) -> None:
    tutor("test", "--bank", "two-topics", "-n", "5", "--exam-lock", typed="b\nquit\n")
    other = ("gravity", "friction", "air resistance", "magnetism")
    turned = tuple(replace(question(number), choices=other, answer=0, why_wrong=()) for number in range(1, 6))
    Library().install(ReadReport("native", Bank("Two topics", turned)))
    _, said, _ = tutor("test", "--end")
    assert "1 of 5 right" in said
    assert "Not answered: 4." in said


def test_what_a_test_left_unanswered_is_no_mistake_and_no_answer(tutor: Tutor) -> None:
    _, said, _ = tutor("test", "--bank", "two-topics", "-n", "5", typed="b\nfinish\nyes\n\n\nquit\n")
    assert "1 of 5 right" in said
    assert "Question 2. Not answered." in said
    assert "1 answer, 100% right" in tutor("progress")[1]
    assert "There are no mistakes" in tutor("review", "--mistakes")[1]


def test_progress_tells_i_dont_know_apart(tutor: Tutor) -> None:
    tutor("practise", "--bank", "two-topics", "-n", "2", typed="idk\nall\n\n\nb 2\n")
    assert "2 answers, 50% right, 1 time 'I don't know'," in tutor("progress")[1]


def test_a_teacher_ends_a_locked_test(tutor: Tutor) -> None:
    tutor("test", "--bank", "two-topics", "-n", "2", "--exam-lock", typed="b\nquit\n")
    _, said, _ = tutor("test", "--end")
    assert "1 of 2 right" in said
    assert tutor("bank", "show", "two-topics")[0] == 0
    assert tutor("test", "--end")[0] == 2


def test_a_locked_test_whose_questions_are_gone_can_be_ended(tutor: Tutor) -> None:
    tutor("test", "--bank", "two-topics", "-n", "2", "--exam-lock", typed="b\nquit\n")
    Library().remove("two-topics")
    status, said, _ = tutor("test", "--end")
    assert status == 0
    assert "no longer installed" in said
    assert tutor("review")[0] == 0


def test_a_test_whose_questions_are_gone_makes_room_for_another(tutor: Tutor) -> None:
    tutor("test", "--bank", "two-topics", "-n", "2", "--exam-lock", typed="quit\n")
    Library().remove("two-topics")
    Library().add(Bank("Others", (question(7),)))
    _, said, _ = tutor("test", "--bank", "others", typed="b\nfinish\nquit\n")
    assert "no longer installed" in said
    assert "1 of 1 right" in said


def test_a_test_that_goes_on_with_exam_lock_is_locked_from_then(tutor: Tutor) -> None:
    tutor("test", "--bank", "two-topics", "-n", "2", typed="quit\n")
    _, said, _ = tutor("test", "--exam-lock", typed="quit\n")
    assert "The test you began goes on." in said
    assert "exam lock" in tutor("ask", "Why?")[2]


def test_what_to_type_names_the_profile_that_a_test_is_of(tutor: Tutor) -> None:
    _, said, _ = tutor("--profile", "Maya B", "test", "-n", "2", "--exam-lock", typed="b\nquit\n")
    assert "Go on with: tutor --profile 'Maya B' test\n" in said
    _, _, complaint = tutor("ask", "Why?")
    assert "(tutor --profile 'Maya B' test)" in complaint
    assert complaint.endswith("tutor --profile 'Maya B' test --end\n")
    tutor("settings", "set", "tutor.profile", "maya b")
    assert tutor("ask", "Why?")[2].endswith("with: tutor test --end\n")


def test_whoever_names_a_seed_wants_its_questions_not_those_left(tutor: Tutor) -> None:
    tutor("practise", "--bank", "two-topics", typed="quit\n")
    assert "Going on" in tutor("practise", typed="quit\n")[1]
    assert "Going on" not in tutor("practise", "--seed", "0", typed="quit\n")[1]


def test_a_subject_is_found_in_banks_of_another_subject(tutor: Tutor) -> None:
    Library().add(Bank("Mixed", (question(8, subject="alchemy"),), subject="physics"))
    _, said, _ = tutor("practise", "--subject", "alchemy", typed="b 3\n")
    assert "(8)" in said


def test_review_says_when_nothing_is_due_and_drills_mistakes(tutor: Tutor) -> None:
    assert "Nothing is due for review." in tutor("review")[1]
    tutor("practise", "--bank", "two-topics", "-n", "1", typed="a 1\nc\nskip\n")
    assert "The next review comes tomorrow." in tutor("review")[1]
    _, said, _ = tutor("review", "--mistakes", typed="b 3\nskip\n")
    assert "Right. +3 points." in said
    assert "There are no mistakes" in tutor("review", "--mistakes")[1]


def test_a_pasted_question_is_read_and_can_be_kept(tutor: Tutor) -> None:
    pasted = "Which is a metal?\nA) iron\nB) wood\nAnswer: A\n\n"
    _, said, _ = tutor("learn", "--paste", typed=pasted + "a\nsave\n")
    assert "A) iron" in said
    assert "Right." in said
    _, said, _ = tutor("practise", "--bank", "mine", typed="b 1\n")
    assert "Which is a metal?" in said


def test_the_list_of_topics_says_how_many_are_known(tutor: Tutor) -> None:
    tutor("practise", "--bank", "two-topics", "--topic", "Forces", "-n", "1", typed="b 1\n")
    assert "- forces: 2 questions, 1 known" in tutor("learn", "--list")[1]


def test_what_does_not_exist_is_said_in_a_sentence(tutor: Tutor) -> None:
    status, _, complaint = tutor("practise", "--topic", "dragons")
    assert status == 2
    assert complaint.startswith("tutor: No question fits topic 'dragons'.")


def test_progress_as_files(tutor: Tutor, tmp_path: Path) -> None:
    for ending, begins in ((".md", "# Progress"), (".csv", "kind,name"), (".html", "<!doctype html>")):
        target = tmp_path / f"p{ending}"
        assert tutor("progress", "--to", str(target))[0] == 0
        assert target.read_text("utf-8").startswith(begins)
    status, _, complaint = tutor("progress", "--to", str(tmp_path / "p.doc"))
    assert status == 2
    assert ".md, .csv, .html" in complaint


def test_history_goes_out_and_in_and_back(tutor: Tutor, tmp_path: Path) -> None:
    with History.open() as history:
        history.record(history.profile("Ann"), attempt(1), attempt(2))
    out = str(tmp_path / "out.jsonl")
    assert tutor("history", "export", out)[0] == 0
    assert tutor("history", "backup")[0] == 0
    assert tutor("profiles", "remove", "ann", "--yes")[0] == 0
    assert "2 attempts" in tutor("history", "import", out)[1]
    tutor("profiles", "rename", "Ann", "Anna")
    assert "Anna: 2 answers" in tutor("profiles", "list")[1]
    assert tutor("history", "restore")[0] == 0
    assert "Ann: 2 answers" in tutor("profiles", "list")[1]


@pytest.mark.parametrize(
    ("command", "file"),
    [
        (("progress", "--to"), "out.md"), (("results", "export", "--to"), "out.csv"),
        (("history", "export"), "out.jsonl"), (("history", "backup"), "out.db"),
    ],
)  # fmt: skip
def test_a_file_that_is_there_is_only_replaced_with_force(
    tutor: Tutor, tmp_path: Path, command: tuple[str, ...], file: str
) -> None:
    target = tmp_path / file
    target.write_text("my own words")
    status, _, complaint = tutor(*command, str(target))
    assert (status, target.read_text()) == (2, "my own words")
    assert "--force" in complaint
    assert tutor(*command, str(target), "--force")[0] == 0
    assert target.read_bytes() != b"my own words"


def test_a_copy_that_cannot_be_written_is_not_blamed_on_the_history(tutor: Tutor, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    status, _, complaint = tutor("history", "backup", str(tmp_path / "file" / "copy.db"))
    assert status == 2
    assert complaint.startswith(f"tutor: The copy {tmp_path / 'file' / 'copy.db'} cannot be written: ")


def test_a_backup_wants_the_name_of_a_file(tutor: Tutor, tmp_path: Path) -> None:
    status, _, complaint = tutor("history", "backup", str(tmp_path))
    assert status == 2
    assert f"{tmp_path} is a folder. Give the name of a file" in complaint


def test_results_are_printed_to_a_dash_and_are_one_profile_s_or_all(tutor: Tutor) -> None:
    tutor("practise", "--bank", "two-topics", "-n", "1", typed="b 3\n")
    assert tutor("results", "export", "--to", "-")[1] == tutor("results", "export")[1] != ""
    with pytest.raises(SystemExit):
        tutor("results", "export", "--all", "--profile", "Ann")


def test_a_class_is_added_whole_or_not_at_all(tutor: Tutor) -> None:
    status, said, complaint = tutor("profiles", "add", "Ann", "", "Zoë")
    assert (status, said) == (2, "")
    assert "'' can be no profile" in complaint and "Nobody was added." in complaint
    assert tutor("profiles", "list")[1] == ""
    said = tutor("profiles", "add", "Zoë", "Sam O'Neil", "me")[1]
    assert "Zoë can start: tutor --profile 'Zoë'\n" in said
    command = said.splitlines()[1].removeprefix("Sam O'Neil can start: ")
    assert shlex.split(command) == ["tutor", "--profile", "Sam O'Neil"]
    assert "me can start: tutor\n" in said


def test_a_name_that_is_no_utf_8_is_an_unknown_profile(tutor: Tutor) -> None:
    status, _, complaint = tutor("--profile", "caf\udce9", "progress")
    assert status == 2
    assert "There is no profile named caf" in complaint


def test_settings_are_shown_and_changed(tutor: Tutor) -> None:
    assert tutor("settings", "set", "practise.questions", "3")[:2] == (0, "practise.questions = 3\n")
    assert tutor("settings", "get", "practise.questions")[1] == "3\n"
    assert json.loads(tutor("settings", "list", "--json")[1])["practise.questions"] == 3
    status, _, complaint = tutor("settings", "set", "practise.questions", "0")
    assert status == 2
    assert "from 1 to 500" in complaint


def test_a_pipe_gets_line_mode_without_being_asked(tutor: Tutor) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tutor_app", "practise", "--bank", "two-topics", "-n", "1"],
        input="b 2\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0
    assert "Right. +2 points." in done.stdout
    assert "Traceback" not in done.stderr


def test_learning_never_loads_textual() -> None:
    import pkgutil

    import tutor_app.learning

    names = [
        f"tutor_app.learning.{module.name}" for module in pkgutil.iter_modules(tutor_app.learning.__path__)
    ]
    code = f"import sys, {', '.join(names)}, tutor_app.commands.study; print('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
