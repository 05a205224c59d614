"""Backups, restoring, and carrying a history to another machine."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.learning.helpers import DAY, NOON, attempt, item, question
from tutor_app.errors import UserError
from tutor_app.learning import reviews, storage
from tutor_app.learning.history import TYPED, History
from tutor_app.learning.marking import Recall
from tutor_app.learning.records import Attempt, FlagKind, Item, Mode, Profile
from tutor_app.learning.transfer import export_lines, import_file


def test_a_restored_backup_has_what_was_there_and_keeps_what_is_replaced(
    history: History, ann: Profile
) -> None:
    history.record(ann, attempt(1))
    backup = history.back_up()
    history.record(ann, attempt(2))
    saved = storage.restore(backup, history.path)
    with History.open(history.path) as restored:
        assert [past.question for past in restored.attempts()] == ["q1"]
    assert saved
    storage.restore(saved, history.path)
    with History.open(history.path) as restored:
        assert {past.question for past in restored.attempts()} == {"q1", "q2"}


def test_an_open_program_sees_a_restored_history(history: History, ann: Profile) -> None:
    history.record(ann, attempt(1))
    backup = history.back_up()
    history.record(ann, attempt(2))
    storage.restore(backup, history.path)
    assert [past.question for past in history.attempts()] == ["q1"]
    history.record(ann, attempt(3))
    assert len(list(history.attempts())) == 2


def test_a_backup_mends_a_history_too_damaged_to_open(history: History, ann: Profile) -> None:
    history.record(ann, attempt(1))
    backup = history.back_up()
    history.close()
    for beside in history.path.parent.glob("history.db*"):
        beside.unlink()
    history.path.write_bytes(b"rubbish" * 1000)
    saved = storage.restore(backup, history.path)
    assert saved
    assert saved.read_bytes() == b"rubbish" * 1000
    with History.open(history.path) as mended:
        assert len(list(mended.attempts())) == 1


def test_a_full_disk_is_not_taken_for_damage(
    history: History, ann: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.record(ann, attempt(1))
    backup = history.back_up()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(storage, "back_up", full)
    with pytest.raises(UserError, match="cannot be used now: database or disk is full"):
        storage.restore(backup, history.path)
    with History.open(history.path) as still_there:
        assert len(list(still_there.attempts())) == 1


@pytest.mark.parametrize("content", [b"", b"rubbish" * 1000, b"SQLite format 3\0" + b"\0" * 4000])
def test_what_is_no_backup_is_refused_and_the_history_stays(
    history: History, ann: Profile, tmp_path: Path, content: bytes
) -> None:
    history.record(ann, attempt(1))
    wrong = tmp_path / "wrong.db"
    wrong.write_bytes(content)
    with pytest.raises(UserError, match="not a backup"):
        storage.restore(wrong, history.path)
    assert len(list(history.attempts())) == 1


def fill(history: History, profile: Profile) -> None:
    history.record(profile, *(attempt(n, n % 3 > 0, at=NOON + n, certainty=n % 3 + 1) for n in range(30)))
    history.add_note(profile, item(1), "mind the units")
    history.flag(profile, item(2), "a step", FlagKind.UNCLEAR, "why?")
    history.keep_question(profile, question(7))


def exported(history: History, folder: Path, profile: Profile | None = None) -> Path:
    path = folder / "out.jsonl"
    path.write_text("".join(export_lines(history, profile)), "utf-8")
    return path


def test_a_history_arrives_whole_on_another_machine(history: History, ann: Profile, tmp_path: Path) -> None:
    fill(history, ann)
    with History.open(tmp_path / "there" / "h.db") as there:
        done = import_file(there, exported(history, tmp_path))
        arrived = there.profile("Ann")
        assert done.profiles == ("Ann",)
        assert done.added == {"attempts": 30, "notes": 1, "flags": 1, "reviews": 30, "own_questions": 1}
        assert list(there.attempts(arrived)) == list(history.attempts(ann))
        assert there.standings(arrived) == history.standings(ann)
        assert there.due(arrived, NOON + 9 * DAY) == history.due(ann, NOON + 9 * DAY)
        assert there.personal_bank(arrived) == history.personal_bank(ann)
        assert there.notes(arrived) == history.notes(ann)


def test_importing_twice_changes_nothing(history: History, ann: Profile, tmp_path: Path) -> None:
    fill(history, ann)
    path = exported(history, tmp_path)
    before = list(export_lines(history))
    assert sum(import_file(history, path).added.values()) == 0
    assert list(export_lines(history)) == before


def test_two_machines_merge_and_the_later_review_wins(history: History, ann: Profile, tmp_path: Path) -> None:
    history.record(ann, attempt(1, True, at=NOON))
    with History.open(tmp_path / "there" / "h.db") as there:
        other = there.profile("ann")
        there.record(other, attempt(1, False, at=NOON + DAY), attempt(2, True, at=NOON))
        there_due = there.due(other, NOON + 99 * DAY)
        import_file(there, exported(history, tmp_path))
        assert there.due(other, NOON + 99 * DAY) == there_due
        (first,) = [s for s in there.standings(other) if s.question == "q1"]
        assert (first.attempts, first.right, first.last_correct) == (2, 1, False)


def test_a_typed_question_is_no_mistake_to_look_at_again_after_an_import_either(
    history: History, ann: Profile, tmp_path: Path
) -> None:
    history.record(ann, attempt(1, False), Attempt(Item(TYPED, question(2)), Mode.LEARN, False))
    with History.open(tmp_path / "there" / "h.db") as there:
        import_file(there, exported(history, tmp_path))
        assert [mistake.question for mistake in there.mistakes(there.profile("Ann"))] == ["q1"]


def test_answers_without_a_line_of_their_profile_are_counted_too(
    history: History, ann: Profile, tmp_path: Path
) -> None:
    history.record(ann, attempt(1, False))
    path = exported(history, tmp_path)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if '"table": "profiles"' not in line), "utf-8")
    with History.open(tmp_path / "there" / "h.db") as there:
        assert import_file(there, path).profiles == ("Ann",)
        assert len(there.mistakes(there.profile("Ann"))) == 1


def test_one_profile_can_be_exported_alone(history: History, ann: Profile, tmp_path: Path) -> None:
    fill(history, ann)
    fill(history, history.profile("Bob"))
    with History.open(tmp_path / "there" / "h.db") as there:
        import_file(there, exported(history, tmp_path, ann))
        assert [profile.name for profile in there.profiles()] == ["Ann"]


HEADER = {"format": "sci-cot-history", "version": 1}
GOOD = {"table": "profiles", "name": "Ann", "created": 0.0}
NOTE = {
    "table": "notes", "profile": "Ann", "uid": "n", "at": 1.0, "text": "x",
    "asked_bank": "b", "asked_question": "q", "asked_text": "t", "asked_subject": "", "asked_topic": "",
    "asked_key": "",
}  # fmt: skip


ATTEMPT = NOTE | {
    "table": "attempts", "day": "2026-09-21", "mode": "practise", "session": "", "correct": 1, "chosen": 0,
    "response": "x", "certainty": None, "points": 1, "tries": 1, "hints": 0, "did_not_know": 0,
    "seconds": 1.0,
}  # fmt: skip


CARD = json.dumps(json.loads(reviews.after(None, Recall.GOOD, NOON).card) | {"stability": float("inf")})


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "not a history export"),
        (["not json"], "not a history export"),
        ([{"format": "other"}], "not a history export"),
        ([{**HEADER, "version": 2}], "newer version"),
        ([HEADER, GOOD, {"table": "sqlite_master"}], r"out\.jsonl:3: this line is no record"),
        ([HEADER, GOOD, "half a li"], r"out\.jsonl:3: this line is no record"),
        ([HEADER, GOOD, {**NOTE, "at": "soon"}], r"out\.jsonl:3: this line does not fit"),
        ([HEADER, GOOD, {"table": "notes", "profile": "Ann"}], r"out\.jsonl:3: this line does not fit"),
        ([HEADER, GOOD, {**NOTE, "table": "reviews", "due": 1, "lapses": 0, "card": "{}"}], "does not fit"),
        ([HEADER, GOOD, {**NOTE, "text": {"a": 1}}], "does not fit"),
        ([HEADER, {"table": "profiles", "name": 5}], "does not fit"),
        ([HEADER, GOOD, {**ATTEMPT, "day": "whenever"}], r"out\.jsonl:3: this line does not fit .*whenever"),
        ([HEADER, GOOD, {**ATTEMPT, "day": "20260102"}], "20260102 is not a day such as"),
        ([HEADER, GOOD, {**ATTEMPT, "at": 1e300}], r"out\.jsonl:3: .*at cannot be 1e\+300"),
        ([HEADER, GOOD, {**ATTEMPT, "at": "1e300"}], "at cannot be '1e300'"),
        ([HEADER, GOOD, {**ATTEMPT, "at": -1.0}], "at cannot be -1"),
        ([HEADER, GOOD, {**ATTEMPT, "points": 10**30}], "points cannot be 1000"),
        ([HEADER, GOOD, {**ATTEMPT, "seconds": float("inf")}], "seconds cannot be inf"),
        ([HEADER, GOOD, {**NOTE, "table": "reviews", "due": 1, "lapses": 0, "card": CARD}], "no schedule"),
    ],
)
def test_a_file_with_a_wrong_line_changes_nothing(
    history: History, tmp_path: Path, lines: list[object], said: str
) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines), "utf-8")
    with pytest.raises(UserError, match=said):
        import_file(history, path)
    assert history.profiles() == []
