"""The library of banks: installing, updating, listing without reading questions, and surviving a kill."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.questions.samples import HEART, LUNGS, TIDES, bank, read, report, write_native
from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.questions import library as library_module
from tutor_app.questions.library import Library, file_content


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Nothing installed, and one shipped bank."""
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "sea.jsonl").write_bytes(file_content(bank(TIDES, title="The sea")))
    return Library(tmp_path / "banks", shipped)


def test_a_first_run_shows_the_banks_that_ship() -> None:
    banks = Library().banks()
    assert len(banks) >= 70 and all(summary.shipped for summary in banks)
    assert not (paths.user_data() / "banks").exists()


def test_an_installed_bank_comes_before_the_shipped_ones(library: Library) -> None:
    library.install(report())
    assert [(summary.id, summary.shipped) for summary in library.banks()] == [
        ("body-quiz", False),
        ("sea", True),
    ]


def test_a_summary_counts_topics_and_grades(library: Library) -> None:
    library.install(report(replace(LUNGS, grade="6-8"), HEART, replace(TIDES, grade="3-5")))
    (summary, _) = library.banks()
    assert summary.count == 3
    assert summary.topics == (("Body quiz", 2), ("Blood", 1))
    assert summary.grades == (("3-5", 1), ("6-8", 1))


def test_listing_reads_no_question(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.install(report())

    def read_whole(path: Path) -> None:
        raise AssertionError(f"{path} was read whole")

    monkeypatch.setattr(library_module, "_load", read_whole)
    assert [summary.count for summary in library.banks()] == [2, 1]


def test_a_bank_with_a_topic_for_each_of_very_many_questions_is_listed(library: Library) -> None:
    topics = [f"{number} {'x' * 990}" for number in range(1_100)]
    library.add(bank(*(replace(LUNGS, id=f"q{n}", topic=topic) for n, topic in enumerate(topics))))
    assert library.damaged() == []
    assert [len(summary.topics) for summary in library.banks()] == [1_100, 1]


def test_a_bank_edited_by_hand_is_counted_anew(library: Library) -> None:
    path = library.install(report()).summary.path
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), "utf-8")
    assert library.banks()[0].count == 1


def test_a_native_file_put_into_the_folder_is_a_bank(library: Library, tmp_path: Path) -> None:
    library.install(report())
    write_native(
        tmp_path / "banks" / "mine.jsonl", {"text": "Is ice lighter than water?", "accepted": ["yes"]}
    )
    assert {summary.id: summary.count for summary in library.banks()} == {"mine": 1, "body-quiz": 2, "sea": 1}


def test_a_damaged_file_is_left_out_and_named(library: Library, tmp_path: Path) -> None:
    library.install(report())
    (tmp_path / "banks" / "broken.jsonl").write_bytes(b"\x00\xff nothing\n")
    assert [summary.id for summary in library.banks()] == ["body-quiz", "sea"]
    (damaged,) = library.damaged()
    assert damaged.place.endswith("broken.jsonl")


def test_terminal_codes_in_a_header_put_there_by_hand_do_not_reach_the_screen(
    library: Library, tmp_path: Path
) -> None:
    evil = "Quiz\x1b]0;owned\x07\u202e"
    summary = {"count": 1, "topics": [[evil, 1]], "grades": [], "size": 0}
    header = {"format": "sci-cot-bank", "version": 1, "title": evil, "subject": evil, "library": summary}
    (tmp_path / "banks").mkdir()
    (tmp_path / "banks" / "evil.jsonl").write_text(json.dumps(header) + "\n", "utf-8")
    found = next(bank for bank in library.banks() if bank.id == "evil")
    shown = f"{found.title}{found.subject}{found.topics}"
    assert "\x1b" not in shown and "\x07" not in shown and "\u202e" not in shown


def test_what_was_installed_is_read_back(library: Library) -> None:
    library.install(report())
    assert library.bank("body-quiz").questions == (LUNGS, HEART)
    assert library.bank("body-quiz").extra == {}


def test_the_same_file_again_updates_in_place_and_keeps_ids(library: Library, tmp_path: Path) -> None:
    lungs = {"text": "What do lungs take in?", "choices": ["oxygen", "sand"], "answer": 0}
    heart = {"text": "What pumps blood through the body?", "choices": ["heart", "liver"], "answer": 0}
    file = write_native(tmp_path / "week3.jsonl", lungs, heart)
    first = library.install(read(file), file)
    ids = [question.id for question in library.bank("week-3").questions]

    write_native(file, {"text": "What is a nerve?", "accepted": ["a cell"]}, lungs)
    again = library.install(read(file), file)

    assert not first.updated and again.updated
    assert (again.added, again.changed, again.unchanged, again.removed) == (1, 0, 1, 1)
    assert [question.id for question in library.bank("week-3").questions][1] == ids[0]
    assert [summary.id for summary in library.banks()] == ["week-3", "sea"]


def test_a_renamed_bank_is_still_found_by_its_file(library: Library, tmp_path: Path) -> None:
    file = write_native(tmp_path / "week3.jsonl", {"text": "Is ice light?", "accepted": ["yes"]})
    library.install(read(file), file)
    library.rename("week-3", "Ice and water")
    again = library.install(read(file), file)
    assert again.updated and again.summary.title == "Ice and water" and again.summary.id == "week-3"


def test_another_bank_of_the_same_title_gets_an_id_of_its_own(library: Library) -> None:
    library.install(report(LUNGS))
    other = library.install(report(TIDES))
    assert not other.updated and other.summary.id == "body-quiz-2"
    assert library.bank("body-quiz").questions == (LUNGS,)


def test_a_file_overwritten_with_other_questions_replaces_nothing(library: Library, tmp_path: Path) -> None:
    file = write_native(tmp_path / "quiz.jsonl", {"text": "Is ice light?", "accepted": ["yes"]}, title="Quiz")
    library.install(read(file), file)
    write_native(file, {"text": "What pumps blood?", "accepted": ["the heart"]}, title="Quiz")
    library.install(read(file), file)
    assert [summary.id for summary in library.banks()] == ["quiz", "quiz-2", "sea"]


def test_ids_are_never_shared_between_banks(library: Library) -> None:
    library.install(report(replace(LUNGS, id="q1")))
    library.install(report(replace(HEART, id="q1"), title="Other"))
    (first,), (second,) = (library.bank(name).questions for name in ("body-quiz", "other"))
    assert first.id == "q1" and second.id.startswith("q1-")


def test_repeats_of_other_banks_are_named_whatever_became_of_the_kept_words(
    library: Library, tmp_path: Path
) -> None:
    library.install(report(LUNGS, HEART))
    kept = paths.user_cache() / "words" / "body-quiz.json"
    in_the_bank = ("question 1 ('What pumps blood through the body?') is already in 'Body quiz'",)
    for content in (kept.read_bytes(), b'{"stamp": [1', b"{}", b"[]"):
        kept.write_bytes(content)
        assert library.repeats(bank(HEART)) == in_the_bank
    shutil.rmtree(kept.parent)
    kept.parent.touch()  # and a folder that cannot be made
    assert library.repeats(bank(HEART)) == in_the_bank


def test_kept_words_follow_every_change_of_a_bank(library: Library) -> None:
    library.install(report(LUNGS, HEART))
    library.save("body-quiz", bank(LUNGS))
    assert library.repeats(bank(HEART)) == ()
    library.install(report(HEART), title="Blood")
    library.rename("blood", "My blood")
    assert "already in 'My blood'" in library.repeats(bank(HEART))[0]
    library.remove("blood")
    assert library.repeats(bank(HEART)) == ()
    assert not (paths.user_cache() / "words" / "blood.json").exists()


def test_a_new_bank_is_compared_without_reading_the_others(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.install(report(LUNGS, HEART))

    def read_whole(path: Path) -> None:
        raise AssertionError(f"{path} was read whole")

    monkeypatch.setattr(library_module, "_load", read_whole)
    assert library.install(report(replace(TIDES, id="mine"), title="Coast")).repeats == (
        "question 1 ('What causes most of the tides on Earth?') is already in 'The sea'",
    )


def test_title_subject_and_grade_of_the_import_win(library: Library) -> None:
    done = library.install(report(), title=" Lungs & co. ", subject="health", grade="3-5")
    assert (done.summary.id, done.summary.title) == ("lungs-co", "Lungs & co.")
    assert {(q.subject, q.grade) for q in library.bank("lungs-co").questions} == {("health", "3-5")}


def test_what_the_first_import_said_stays_true_when_the_file_comes_again(
    library: Library, tmp_path: Path
) -> None:
    file = write_native(tmp_path / "week3.jsonl", {"text": "Is ice light?", "accepted": ["yes"]})
    library.install(read(file), file, "Ice", "physics", "3-5")
    again = library.install(read(file), file).summary
    assert (again.title, again.subject, again.grade) == ("Ice", "physics", "3-5")
    assert [(q.subject, q.grade) for q in library.bank("ice").questions] == [("physics", "3-5")]
    other = library.install(read(file), file, "", "chemistry", "").summary
    assert (other.title, other.subject, other.grade) == ("Ice", "chemistry", "3-5")


@pytest.mark.parametrize("name", ["body-quiz", "BODY QUIZ", "Body", "body-q"])
def test_a_bank_is_found_by_id_title_or_beginning(library: Library, name: str) -> None:
    library.install(report())
    assert library.find(name).id == "body-quiz"


def test_an_unknown_bank_is_answered_with_near_ones(library: Library) -> None:
    library.install(report())
    with pytest.raises(UserError, match=r"no bank called 'boddy quiz'\. Did you mean body-quiz"):
        library.find("boddy quiz")


def test_several_banks_of_a_name_are_told_apart_by_id(library: Library) -> None:
    library.install(report(LUNGS))
    library.install(report(TIDES))
    with pytest.raises(UserError, match="body-quiz, body-quiz-2"):
        library.find("body quiz")


def test_shipped_banks_cannot_be_changed(library: Library) -> None:
    for change in (
        lambda: library.remove("sea"),
        lambda: library.rename("sea", "Mine"),
        lambda: library.save("sea", bank()),
    ):
        with pytest.raises(UserError, match="comes with the app"):
            change()
    assert library.bank("sea").questions == (TIDES,)


def test_removing_takes_the_bank_and_nothing_else(library: Library) -> None:
    library.install(report(LUNGS))
    library.install(report(TIDES))
    library.remove("body-quiz")
    assert [summary.id for summary in library.banks()] == ["body-quiz-2", "sea"]


@pytest.mark.parametrize("name", ["../shipped/sea", "..", "/etc/passwd", "a\\b", "C:x", ".hidden", ""])
def test_an_id_is_never_a_path(library: Library, name: str) -> None:
    for act in (library.bank, library.remove):
        with pytest.raises(UserError, match="There is no bank"):
            act(name)


@pytest.mark.parametrize("title", ["con", "???", "", "Ökologie – Teil 2/3", "生物", "a" * 300, "..", "x\ny"])
def test_any_title_makes_a_file_name(library: Library, title: str) -> None:
    summary = library.install(report(title=title)).summary
    assert summary.path.parent.name == "banks" and summary.path.is_file()
    assert summary.id not in ("", ".", "..", "con") and len(summary.id) <= 60
    assert library.bank(summary.id).questions == (LUNGS, HEART)


@pytest.mark.parametrize("title", ["mine", "Typed"])
def test_no_bank_gets_an_id_that_the_history_uses_itself(library: Library, title: str) -> None:
    assert library.install(report(title=title)).summary.id == f"bank-{title.lower()}"


def test_an_edit_is_saved_under_the_same_id(library: Library) -> None:
    library.install(report())
    library.save("body-quiz", replace(library.bank("body-quiz"), questions=(HEART,)))
    assert library.bank("body-quiz").questions == (HEART,)
    assert library.banks()[0].count == 1


def test_a_bank_whose_last_question_was_deleted_is_still_a_bank(library: Library) -> None:
    library.install(report())
    library.save("body-quiz", replace(bank(), questions=()))
    assert library.bank("body-quiz").questions == ()
    assert library.banks()[0].count == 0


def test_a_bank_made_here_gets_a_free_id(library: Library) -> None:
    assert library.add(bank()).id == "body-quiz"
    assert library.add(bank()).id == "body-quiz-2"


def test_an_export_keeps_the_librarys_own_notes_to_itself(library: Library, tmp_path: Path) -> None:
    from tutor_app.questions import formats

    file = write_native(tmp_path / "week3.jsonl", {"text": "Is ice light?", "accepted": ["yes"]})
    library.install(read(file), file)
    written = formats.write(library.bank("week-3"), "native").decode()
    assert str(tmp_path) not in written and "library" not in json.loads(written.splitlines()[0])


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_installed_banks_are_private_to_their_owner(library: Library) -> None:
    path = library.install(report()).summary.path
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0


def test_a_full_disk_leaves_the_old_bank(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.install(report())

    def no_space(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library_module, "write_atomically", no_space)
    with pytest.raises(UserError, match=r"No space left on device\. What was there before is unchanged"):
        library.install(report(LUNGS, HEART, TIDES))
    assert library.bank("body-quiz").questions == (LUNGS, HEART)


IMPORT_AGAIN_AND_AGAIN = """
import sys
from tests.questions.samples import LUNGS, HEART, TIDES, report
from dataclasses import replace
from tutor_app.questions.library import Library
many = [replace(TIDES, id=f"t{n}", text=f"{TIDES.text} ({n})") for n in range(300)]
print("ready", flush=True)
while True:
    Library().install(report(LUNGS, HEART, *many))
    Library().install(report(LUNGS, HEART), title="Body quiz")
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_kill_at_any_moment_leaves_the_old_bank_or_the_new_one(tutor_home: Path) -> None:
    Library().install(report())
    rng = random.Random(7)
    seen = set()
    for _ in range(6):
        run = subprocess.Popen(
            [sys.executable, "-c", IMPORT_AGAIN_AND_AGAIN],
            stdout=subprocess.PIPE,
            env={**os.environ, "TUTOR_HOME": str(tutor_home), "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert run.stdout and run.stdout.readline() == b"ready\n"
        time.sleep(rng.uniform(0.02, 0.5))
        run.send_signal(signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL
        run.stdout.close()
        library = Library()
        assert library.damaged() == []
        questions = library.bank("body-quiz").questions
        assert len(questions) in (2, 302) and questions[:2] == (LUNGS, HEART)
        seen.add(len(questions))
    assert seen <= {2, 302}


KILLED_AT_A_STEP = """
import os, signal, sys
from pathlib import Path
from tests.questions.samples import LUNGS, HEART, TIDES, report
from tutor_app.questions.library import Library
owner, name, calls = {"fsync": os, "chmod": Path, "replace": Path}[sys.argv[1]], sys.argv[1], int(sys.argv[2])
does = getattr(owner, name)
def step(*arguments):
    global calls
    calls -= 1
    if calls == 0 and sys.argv[3] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = does(*arguments)
    if calls == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(owner, name, step)
Library(shipped=Path("nothing-ships")).install(report(LUNGS, HEART, TIDES))
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize(
    ("step", "call", "when", "questions"),
    [
        ("fsync", 1, "before", 2),  # the first file written is the bank
        ("chmod", 1, "before", 2),
        ("replace", 1, "before", 2),
        ("replace", 1, "after", 3),
        ("fsync", 2, "before", 3),  # the second holds the bank's words
        ("replace", 2, "after", 3),
    ],
)
def test_a_kill_at_each_step_of_writing(
    tutor_home: Path, tmp_path: Path, step: str, call: int, when: str, questions: int
) -> None:
    library = Library(shipped=tmp_path / "nothing-ships")
    library.install(report())
    run = subprocess.run(
        [sys.executable, "-c", KILLED_AT_A_STEP, step, str(call), when],
        env={**os.environ, "TUTOR_HOME": str(tutor_home), "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.returncode == -signal.SIGKILL
    assert library.damaged() == []
    assert library.bank("body-quiz").questions == (LUNGS, HEART, TIDES)[:questions]
    repeated = library.repeats(bank(TIDES))
    assert len(repeated) == (questions == 3)
    assert library.install(report(LUNGS, HEART, TIDES)).summary.count == 3


def test_what_a_killed_import_left_behind_is_swept_away_later(library: Library, tmp_path: Path) -> None:
    library.install(report())
    left, fresh = (tmp_path / "banks" / f".body-quiz.jsonl.{name}" for name in ("old", "new"))
    for path in (left, fresh):
        path.write_text("half", "utf-8")
    os.utime(left, (1, 1))
    library.install(report(TIDES, title="Other"))
    assert not left.exists() and fresh.exists()
    assert library.damaged() == []
