"""`tutor bank …` as a teacher runs it."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.questions.samples import write_native
from tests.scripted import ScriptedExplainer
from tutor_app import paths
from tutor_app.cli import main
from tutor_app.commands import bank as bank_command
from tutor_app.questions.formats import WRITERS
from tutor_app.questions.library import Library
from tutor_app.questions.model import Question
from tutor_app.students import load
from tutor_app.students.explanation import Answer, Explanation, Settings

ICE = {
    "id": "ice",
    "text": "Is ice lighter than water?",
    "choices": ["yes", "no"],
    "answer": 0,
    "hint": "Does it float?",
}
HEART = {"text": "What pumps blood?", "choices": ["the heart", "the liver"], "answer": 0, "topic": "Blood"}
NO_KEY_CHOICES = {"text": "What is this?", "choices": ["one"], "answer": 0}

Output = pytest.CaptureFixture[str]


class Terminal(io.StringIO):
    """A terminal at which this is typed."""

    def isatty(self) -> bool:
        return True


class Contrary(ScriptedExplainer):
    """A tutor that reads every question differently from its key."""

    def explain_many(self, questions: Sequence[Question], settings: Settings) -> list[Explanation]:
        return [Explanation((), Answer(q.choices[-1]), False, self.name) for q in questions]


@pytest.fixture(autouse=True)
def one_shipped_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the seventy banks ships here, so that every import need not be compared with all of them."""
    name = "bio_vertebrates.jsonl"
    shipped = tmp_path / "assets" / "banks"
    shipped.mkdir(parents=True)
    shutil.copy(paths.assets() / "banks" / name, shipped / name)
    monkeypatch.setattr(paths, "assets", lambda: shipped.parent)


@pytest.fixture
def week3(tmp_path: Path) -> Path:
    return write_native(tmp_path / "week3.jsonl", ICE, HEART)


@pytest.fixture
def installed(week3: Path, capsys: Output) -> Path:
    assert main(["bank", "import", str(week3)]) == 0
    capsys.readouterr()
    return week3


def own(library: Library | None = None) -> dict[str, int]:
    return {bank.id: bank.count for bank in (library or Library()).banks() if not bank.shipped}


def test_without_a_part_the_help_says_what_there_is(capsys: Output) -> None:
    assert main(["bank"]) == 2
    assert "install the questions of files" in capsys.readouterr().out


def test_import_says_what_was_installed_and_how_to_see_it(week3: Path, capsys: Output) -> None:
    assert main(["bank", "import", str(week3)]) == 0
    out = capsys.readouterr().out
    assert "'Week 3' was installed with 2 questions (native)." in out
    assert "tutor bank show week-3" in out
    assert own() == {"week-3": 2}


def test_importing_again_says_what_changed(installed: Path, capsys: Output) -> None:
    write_native(installed, ICE, {"text": "What is a nerve?", "choices": ["a cell", "a bone"], "answer": 0})
    assert main(["bank", "import", str(installed)]) == 0
    assert (
        "'Week 3' is up to date with 2 questions: 1 new, 0 changed, 1 as before, 1 gone."
        in capsys.readouterr().out
    )


def test_what_cannot_be_used_is_named_and_the_rest_is_loaded(tmp_path: Path, capsys: Output) -> None:
    file = write_native(tmp_path / "mixed.jsonl", ICE, NO_KEY_CHOICES)
    assert main(["bank", "import", str(file)]) == 0
    out = capsys.readouterr().out
    assert "1 question left out:" in out and "mixed.jsonl:3:" in out
    assert own() == {"week-3": 1}


def test_strict_is_status_1_when_something_was_left_out(tmp_path: Path, week3: Path) -> None:
    mixed = write_native(tmp_path / "mixed.jsonl", ICE, NO_KEY_CHOICES, title="Mixed")
    assert main(["bank", "check", "--strict", str(mixed)]) == 1
    assert main(["bank", "import", "--strict", str(mixed)]) == 1
    assert main(["bank", "import", "--strict", str(week3)]) == 0


def test_nothing_readable_is_status_2_and_one_sentence(tmp_path: Path, capsys: Output) -> None:
    empty = write_native(tmp_path / "empty.jsonl", NO_KEY_CHOICES)
    assert main(["bank", "import", str(empty)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("tutor: ") and "empty.jsonl" in line
    assert own() == {}


def test_a_missing_file_does_not_stop_the_others(week3: Path, tmp_path: Path, capsys: Output) -> None:
    assert main(["bank", "import", str(tmp_path / "no.gift"), str(week3)]) == 1
    assert "There is no file" in capsys.readouterr().err
    assert own() == {"week-3": 2}


def test_one_title_is_for_one_file(week3: Path, capsys: Output) -> None:
    assert main(["bank", "import", "--title", "X", str(week3), str(week3)]) == 2
    assert "A title fits one bank." in capsys.readouterr().err
    assert own() == {}


def test_title_subject_and_grade_can_be_given(week3: Path) -> None:
    assert (
        main(["bank", "import", str(week3), "--title", "Ice", "--subject", "physics", "--grade", "6-8"]) == 0
    )
    (summary, *_) = Library().banks()
    assert (summary.id, summary.subject, summary.grade) == ("ice", "physics", "6-8")


def test_repeats_of_installed_questions_are_named(installed: Path, tmp_path: Path, capsys: Output) -> None:
    other = write_native(tmp_path / "other.jsonl", ICE, title="Other")
    assert main(["bank", "import", str(other)]) == 0
    assert "question 1 ('Is ice lighter than water?') is already in 'Week 3'" in capsys.readouterr().out


def test_check_reports_and_installs_nothing(week3: Path, capsys: Output) -> None:
    assert main(["bank", "check", str(week3)]) == 0
    assert "native, 2 questions can be used, 0 left out." in capsys.readouterr().out
    assert own() == {}


def test_check_prints_json(tmp_path: Path, capsys: Output) -> None:
    file = write_native(tmp_path / "mixed.jsonl", ICE, NO_KEY_CHOICES)
    assert main(["bank", "check", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["format"], found["loaded"], found["warnings"]) == ("native", 1, [])
    assert [left["place"] for left in found["skipped"]] == ["mixed.jsonl:3"] and found["skipped"][0]["reason"]


def test_check_json_of_an_unusable_file_still_says_why(tmp_path: Path, capsys: Output) -> None:
    file = write_native(tmp_path / "empty.jsonl", NO_KEY_CHOICES)
    assert main(["bank", "check", str(file), "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["loaded"] == 0 and len(found["skipped"]) == 1


METALS = "\n\n".join(
    f"What is {thing} made of? {{=iron ~zinc ~gold}}" for thing in ("it", "he", "she", "a", "b")
)


def test_check_says_that_an_import_will_mix_choices_and_the_import_that_it_did(
    tmp_path: Path, capsys: Output
) -> None:
    file = tmp_path / "metals.gift"
    file.write_text(METALS, "utf-8")
    assert main(["bank", "check", str(file)]) == 0
    assert "an import will mix the choices of 5 questions" in capsys.readouterr().out
    assert main(["bank", "import", str(file)]) == 0
    assert "the choices of 5 questions were mixed" in capsys.readouterr().out
    assert main(["bank", "import", "--json", str(file)]) == 0
    assert len(json.loads(capsys.readouterr().out)["remarks"]) == 1
    assert main(["bank", "check", "metals"]) == 0
    assert "mix" not in capsys.readouterr().out


def test_check_of_an_installed_file_does_not_call_it_a_repeat_of_itself(
    installed: Path, capsys: Output
) -> None:
    assert main(["bank", "check", str(installed)]) == 0
    assert "Near repeats" not in capsys.readouterr().out


def test_check_of_a_banks_own_file_does_not_call_it_a_repeat_of_itself(capsys: Output) -> None:
    assert main(["bank", "check", str(next((paths.assets() / "banks").glob("*.jsonl")))]) == 0
    assert "Near repeats" not in capsys.readouterr().out


def test_an_export_says_what_the_format_has_no_place_for(tmp_path: Path, capsys: Output) -> None:
    file = write_native(
        tmp_path / "h.jsonl", {"text": "Why?", "choices": ["a", "b"], "answer": 1, "hint": "Think."}
    )
    assert main(["bank", "import", str(file)]) == 0
    capsys.readouterr()
    assert main(["bank", "export", "week-3", "--to", "gift", "-o", str(tmp_path / "h.gift")]) == 0
    assert capsys.readouterr().err == "gift has no place for: the bank's title, hints (of 1).\n"


def test_deep_check_remarks_on_the_content(tmp_path: Path, capsys: Output) -> None:
    telling = ICE | {"hint": "The answer is yes."}
    file = write_native(tmp_path / "quiz.jsonl", telling)
    assert main(["bank", "check", "--deep", str(file)]) == 0
    assert (
        "question 1 ('Is ice lighter than water?'): The hint gives the answer away."
        in capsys.readouterr().out
    )
    assert main(["bank", "check", "--deep", "--json", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["findings"][0]["rule"] == "hint-tells"


def test_the_keys_are_not_spoken_of_while_a_test_with_exam_lock_is_under_way(
    installed: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("quit\n"))
    main(["test", "--bank", "week-3", "-n", "2", "--exam-lock"])
    assert main(["bank", "check", "--deep", "week 3"]) == 2
    assert "tutor bank check --deep is closed while a test with exam lock" in capsys.readouterr().err
    assert main(["bank", "check", "week 3"]) == 0


def test_an_installed_bank_can_be_checked_by_name(installed: Path, capsys: Output) -> None:
    assert main(["bank", "check", "--deep", "week 3"]) == 0
    assert "0 remarks on the content." in capsys.readouterr().out


def test_list_shows_own_banks_first_and_marks_the_shipped(installed: Path, capsys: Output) -> None:
    assert main(["bank", "list"]) == 0
    header, first, second, last = capsys.readouterr().out.splitlines()
    assert header.split() == ["BANK", "TITLE", "QUESTIONS", "GRADE", "SUBJECT"]
    assert first.split() == ["week-3", "Week", "3", "2"]
    assert second.startswith("bio_vertebrates") and second.endswith("*")
    assert last == "* comes with the app"


def test_list_json_and_own(installed: Path, capsys: Output) -> None:
    assert main(["bank", "list", "--own", "--json"]) == 0
    (bank,) = json.loads(capsys.readouterr().out)
    assert bank["id"] == "week-3" and bank["topics"] == {"Week 3": 1, "Blood": 1}


def test_an_empty_own_list_says_what_to_do(capsys: Output) -> None:
    assert main(["bank", "list", "--own"]) == 0
    assert "tutor bank import FILE" in capsys.readouterr().out


def test_a_damaged_bank_is_mentioned_beside_the_list(installed: Path, capsys: Output) -> None:
    (Library().banks()[0].path.parent / "bad.jsonl").write_bytes(b"\xff\xfe\x00")
    assert main(["bank", "list"]) == 0
    assert "bad.jsonl cannot be read as a bank" in capsys.readouterr().err


def test_show_marks_the_right_choice_unless_told_not_to(installed: Path, capsys: Output) -> None:
    assert main(["bank", "show", "week 3"]) == 0
    assert "  * A) yes\n    B) no" in capsys.readouterr().out
    assert main(["bank", "show", "week 3", "--no-key"]) == 0
    assert "*" not in capsys.readouterr().out


def test_show_can_be_narrowed(installed: Path, capsys: Output) -> None:
    assert main(["bank", "show", "week-3", "--topic", "Blood"]) == 0
    assert "Is ice" not in capsys.readouterr().out
    assert main(["bank", "show", "week-3", "--find", "ICE", "--explain"]) == 0
    out = capsys.readouterr().out
    assert "Hint: Does it float?" in out and "What pumps" not in out
    assert main(["bank", "show", "week-3", "--find", "volcano"]) == 2
    assert "Its topics: Week 3, Blood." in capsys.readouterr().err


def test_show_json_without_the_key_keeps_it_secret(installed: Path, capsys: Output) -> None:
    assert main(["bank", "show", "week-3", "--json", "--no-key"]) == 0
    shown = json.loads(capsys.readouterr().out)["questions"]
    assert [set(question) for question in shown] == [{"id", "text", "choices"}] * 2


def test_export_writes_a_file_once(installed: Path, tmp_path: Path, capsys: Output) -> None:
    target = tmp_path / "out.jsonl"
    command = ["bank", "export", "week-3", "--to", "native", "-o", str(target)]
    assert main(command) == 0
    assert f"2 questions of 'Week 3' written to {target}." in capsys.readouterr().out
    first = target.read_bytes()
    assert main(command) == 2 and target.read_bytes() == first
    assert "--force" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0


def test_export_names_the_file_after_the_bank(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["bank", "export", "week-3", "--to", "native"]) == 0
    assert (tmp_path / "week-3.jsonl").is_file()


def test_an_exported_shipped_bank_comes_back_as_ones_own(tmp_path: Path, capsys: Output) -> None:
    target = tmp_path / "mine.jsonl"
    assert main(["bank", "export", "bio_vertebrates", "--to", "native", "-o", str(target)]) == 0
    assert main(["bank", "import", str(target), "--title", "My animals"]) == 0
    library = Library()
    assert library.bank("my-animals").questions == library.bank("bio_vertebrates").questions


def test_an_unknown_format_is_answered_with_those_there_are(installed: Path, capsys: Output) -> None:
    assert main(["bank", "export", "week-3", "--to", "docx"]) == 2
    assert "Choose one of: native" in capsys.readouterr().err


def test_remove_needs_a_yes(installed: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert main(["bank", "remove", "week-3"]) == 2
    assert "add --yes" in capsys.readouterr().err and own() == {"week-3": 2}
    monkeypatch.setattr("sys.stdin", Terminal())  # with nothing typed but Ctrl+D
    assert main(["bank", "remove", "week-3"]) == 0
    assert "Nothing was removed." in capsys.readouterr().out and own() == {"week-3": 2}
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert main(["bank", "remove", "week-3"]) == 0 and own() == {"week-3": 2}
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert main(["bank", "remove", "week-3"]) == 0 and own() == {}


def test_shipped_banks_are_not_removed(capsys: Output) -> None:
    assert main(["bank", "remove", "bio_vertebrates", "--yes"]) == 2
    assert "comes with the app and cannot be removed" in capsys.readouterr().err


def test_rename_keeps_the_id(installed: Path, capsys: Output) -> None:
    assert main(["bank", "rename", "week-3", "Ice & blood"]) == 0
    assert "'Week 3' is now called 'Ice & blood' (its id stays week-3)." in capsys.readouterr().out
    assert main(["bank", "rename", "week-3", "  "]) == 2


def test_long_reports_are_cut_to_a_screenful(tmp_path: Path, capsys: Output) -> None:
    file = write_native(tmp_path / "bad.jsonl", ICE, *[NO_KEY_CHOICES] * 50)
    assert main(["bank", "import", str(file)]) == 0
    assert "and 30 more" in capsys.readouterr().out
    assert main(["bank", "check", str(file)]) == 0
    assert "bad.jsonl:52:" in capsys.readouterr().out


def test_near_repeats_are_cut_to_a_screenful_also_when_a_bank_is_checked(
    tmp_path: Path, capsys: Output
) -> None:
    copy = shutil.copy(paths.assets() / "banks" / "bio_vertebrates.jsonl", tmp_path)
    assert main(["bank", "check", str(copy)]) == 0
    out = capsys.readouterr().out
    assert out.count("is already in 'Vertebrates'") == 20
    assert out.endswith("  and 53 more; see all: tutor bank check --json FILE\n")


def test_another_module_can_add_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_command, "PARTS", (*bank_command.PARTS, "bank_sample_part"))

    class Part:
        @staticmethod
        def add(parts: object) -> None:
            parts.add_parser("sample").set_defaults(run=lambda _: 7)  # type: ignore[attr-defined]

    monkeypatch.setitem(sys.modules, "tutor_app.commands.bank_sample_part", Part)
    assert main(["bank", "sample"]) == 7


def test_listing_loads_nothing_heavy() -> None:
    code = (
        "import sys; from tutor_app.cli import main; main(['bank', 'list']);"
        "heavy = {'ctranslate2', 'numpy', 'sqlite3', 'openpyxl', 'textual', 'fsrs', 'tokenizers'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr


GIFT = """$CATEGORY: Cells

::Powerhouse:: Which part of a cell releases energy? {
  =mitochondrion #Right.
  ~nucleus #The nucleus holds the DNA.
  ~cell wall
}

Write about the cell. {}

The nucleus holds the DNA. {T}
"""


def test_a_gift_file_is_loaded_in_one_step(tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "cells.gift"
    file.write_text(GIFT, "utf-8")
    assert main(["bank", "import", str(file)]) == 0
    out = capsys.readouterr().out
    assert "'cells' was installed with 2 questions (gift)." in out.replace("'Cells'", "'cells'")
    assert "1 question left out:\n  cells.gift:9:" in out


@pytest.mark.parametrize("name", list(WRITERS))
def test_every_format_can_be_exported_and_its_help_names_it(
    name: str, tmp_path: Path, capsys: Output
) -> None:
    target = tmp_path / "out"
    assert main(["bank", "export", "bio_vertebrates", "--to", name, "-o", str(target)]) == 0
    assert "73 questions of 'Vertebrates' written to" in capsys.readouterr().out
    assert target.stat().st_size > 1_000
    with pytest.raises(SystemExit):
        main(["bank", "export", "--help"])
    assert name in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(set(WRITERS) - {"anki"}))
def test_what_is_exported_can_be_imported_again(name: str, tmp_path: Path, capsys: Output) -> None:
    target = tmp_path / f"animals{WRITERS[name]}"
    assert main(["bank", "export", "bio_vertebrates", "--to", name, "-o", str(target)]) == 0
    assert main(["bank", "import", str(target), "--title", "Back"]) == 0
    back, sent = (Library().bank(bank_id).questions for bank_id in ("back", "bio_vertebrates"))
    assert [(q.text, q.choices, q.answer) for q in back] == [(q.text, q.choices, q.answer) for q in sent]


def test_a_question_of_several_lines_is_one_line_among_those_the_tutor_reads_differently(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    path = write_native(tmp_path / "match.jsonl", HEART | {"text": "Match\npumps blood"}, title="Match")
    main(["bank", "import", str(path)])
    monkeypatch.setattr(load, "load_tutor", lambda *_: Contrary())
    assert main(["bank", "explain", "match"]) == 0
    assert "- Match pumps blood\n  key: the heart; the tutor: the liver" in capsys.readouterr().out
