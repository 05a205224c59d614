"""The history: profiles, answers and what follows from them, notes, flags, the student's own questions."""

import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.learning.helpers import DAY, NOON, attempt, item, question
from tutor_app.errors import UserError
from tutor_app.learning import exam_lock
from tutor_app.learning.exam import Exam
from tutor_app.learning.history import TYPED, History, default_path
from tutor_app.learning.records import Attempt, FlagKind, Item, Mode, OpenSession, Profile


def test_a_profile_is_found_whatever_the_case(history: History) -> None:
    ann = history.profile("  Ann   Lee ")
    assert ann.name == "Ann Lee"
    assert history.profile("ann lee") == ann
    assert history.profiles() == [ann]


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\x1b[2Jb"])
def test_a_name_that_is_none_is_refused(history: History, name: str) -> None:
    with pytest.raises(UserError, match="1 to 40"):
        history.profile(name)


def test_renaming_keeps_what_was_done_and_refuses_a_taken_name(history: History, ann: Profile) -> None:
    history.record(ann, attempt())
    bob = history.profile("Bob")
    with pytest.raises(UserError, match="already a profile named Bob"):
        history.rename_profile(ann, "BOB")
    renamed = history.rename_profile(ann, "Anna")
    assert [past.profile for past in history.attempts(renamed)] == ["Anna"]
    assert history.rename_profile(bob, "BOB").name == "BOB"


def test_removing_a_profile_removes_all_it_did_and_nothing_else(history: History, ann: Profile) -> None:
    bob = history.profile("Bob")
    for who in (ann, bob):
        history.record(who, attempt(correct=False))
        history.add_note(who, item(), "hm")
        history.flag(who, item(), "a step", FlagKind.WRONG)
        history.keep_question(who, question())
    history.remove_profile(ann)
    assert [past.profile for past in history.attempts()] == ["Bob"]
    assert [flag.profile for flag in history.flags()] == ["Bob"]
    assert len(history.mistakes(bob)) == len(history.notes(bob)) == 1
    for table in ("notes", "reviews", "standings", "own_questions"):
        assert history.read(f"SELECT count(*) FROM {table}") == [(1,)]


def test_a_removed_profile_is_in_the_backup_that_is_kept(history: History, ann: Profile) -> None:
    history.record(ann, attempt())
    kept = history.remove_profile(ann)
    with History.open(kept) as before:
        assert [past.profile for past in before.attempts()] == ["Ann"]


def test_an_answer_for_a_profile_removed_in_another_window_is_refused_in_a_sentence(
    history: History, ann: Profile
) -> None:
    with History.open(history.path) as other_window:
        other_window.remove_profile(ann)
    with pytest.raises(UserError, match="This profile is in the history no more"):
        history.record(ann, attempt())


def test_an_open_question_is_kept_with_its_accepted_answers(history: History, ann: Profile) -> None:
    written = item(choices=(), answer=None, why_wrong=(), accepted=("gravity", "weight"))
    history.record(ann, Attempt(written, Mode.PRACTISE, True))
    assert [past.key for past in history.attempts(ann)] == ["gravity / weight"]


def test_an_attempt_comes_back_as_it_was(history: History, ann: Profile) -> None:
    made = Attempt(
        item(), Mode.PRACTISE, False, 0, "friction", 3, -6, 2, 1, False, 12.5, NOON, session="s", uid="u"
    )
    history.record(ann, made)
    (past,) = history.attempts(ann)
    assert (past.uid, past.correct, past.response, past.certainty, past.points) == (
        "u",
        False,
        "friction",
        3,
        -6,
    )
    assert (past.key, past.topic, past.tries, past.hints, past.seconds) == ("gravity", "forces", 2, 1, 12.5)
    assert list(history.attempts(ann, session="other")) == []


def test_the_newest_attempt_comes_first_and_a_limit_holds(history: History, ann: Profile) -> None:
    history.record(ann, *(attempt(n, at=NOON + n) for n in range(5)))
    assert [past.question for past in history.attempts(ann, limit=2)] == ["q4", "q3"]


def test_an_attempt_recorded_twice_counts_once(history: History, ann: Profile) -> None:
    once = attempt(correct=False)
    history.record(ann, once)
    history.record(ann, once)
    assert history.standings(ann)[0].attempts == 1


def test_mistakes_are_what_was_last_answered_wrong(history: History, ann: Profile) -> None:
    history.record(ann, attempt(1, False), attempt(2, False), attempt(2, True, at=NOON + 1), attempt(3, None))
    assert [mistake.question for mistake in history.mistakes(ann)] == ["q1"]
    assert history.topic_progress(ann) == {("b", "forces"): (2, 1)}


def test_an_answer_from_before_the_last_one_leaves_the_last_word(history: History, ann: Profile) -> None:
    history.record(ann, attempt(1, True), attempt(1, False, at=NOON - 1))
    (standing,) = history.standings(ann)
    assert (standing.last_correct, standing.last_at, standing.missed) == (True, NOON, 1)


def test_a_question_missed_four_times_and_more_than_known_is_a_leech(history: History, ann: Profile) -> None:
    history.record(ann, *(attempt(1, False, at=NOON + n) for n in range(4)))
    history.record(ann, *(attempt(2, n > 3, at=NOON + n) for n in range(10)))
    assert [leech.question for leech in history.leeches(ann)] == ["q1"]


def test_reviews_come_sooner_for_what_was_missed(history: History, ann: Profile) -> None:
    history.record(ann, attempt(1, False), attempt(2, True, certainty=3), attempt(3, True, certainty=1))
    assert history.due_count(ann, NOON) == 0
    tomorrow = [due.question for due in history.due(ann, NOON + 1.5 * DAY)]
    assert tomorrow == ["q1", "q3"]
    later = history.due(ann, NOON + 400 * DAY)
    assert [due.question for due in later][-1] == "q2"
    assert history.due_count(ann, NOON + 400 * DAY, banks=["gone"]) == 0
    assert history.next_due(ann) == later[0].due


def test_only_judged_answers_to_questions_that_can_come_back_are_scheduled(
    history: History, ann: Profile
) -> None:
    history.record(ann, attempt(1, None), Attempt(Item(TYPED, question()), Mode.LEARN, False))
    assert history.next_due(ann) is None
    assert history.mistakes(ann) == []


def test_each_lapse_is_counted(history: History, ann: Profile) -> None:
    for day, right in enumerate((True, False, True, False)):
        history.record(ann, attempt(1, right, at=NOON + day * 10 * DAY))
    assert history.due(ann, NOON + 1000 * DAY)[0].lapses == 2


def test_the_history_shows_the_question_as_the_bank_now_has_it(history: History, ann: Profile) -> None:
    history.record(ann, attempt(1, False))
    mended = item(1, text="Which force pulls things down?")
    history.record(ann, Attempt(mended, Mode.PRACTISE, False, at=NOON + 1))
    assert {past.text for past in history.attempts(ann)} == {"Which force pulls things down?"}


def test_sessions_are_kept_and_closed_with_the_attempts_that_end_them(history: History, ann: Profile) -> None:
    session = OpenSession("s1", Mode.TEST, NOON, NOON, {"index": 3})
    history.save_session(ann, session)
    history.save_session(ann, OpenSession("s2", Mode.LEARN, NOON, NOON + 1, {}))
    assert [s.uid for s in history.open_sessions(ann)] == ["s2", "s1"]
    assert history.open_sessions(ann)[1] == session
    history.record(ann, attempt(), end_session="s1")
    assert [s.uid for s in history.open_sessions()] == ["s2"]


def test_notes_belong_to_a_student_and_a_question(history: History, ann: Profile) -> None:
    history.add_note(ann, item(1), "  remember [red]this[/red] ")
    history.add_note(ann, item(2), "other")
    assert [kept.text for kept in history.notes(ann, item(1))] == ["remember [red]this[/red]"]
    assert {kept.text for kept in history.notes(ann)} == {"remember [red]this[/red]", "other"}
    assert history.notes(history.profile("Bob")) == []


def test_flags_of_all_students_reach_the_teacher(history: History, ann: Profile) -> None:
    flag = history.flag(ann, item(), "Gravity pushes.", FlagKind.WRONG, "it pulls")
    history.flag(history.profile("Bob"), item(bank="other"), "Hm.", FlagKind.UNCLEAR)
    assert history.flags("b") == [flag]
    assert len(history.flags()) == 2
    history.remove_flag(flag)
    assert history.flags("b") == []


def test_the_tutors_disagreement_is_kept_once_and_forgotten_when_it_agrees(history: History) -> None:
    history.disagree(item(1), "students 1", 0, 0.6)
    history.disagree(item(1), "students 1", 2, 0.7)
    history.disagree(item(2), "students 1", 0, 0.9)
    assert [(d.question, d.choice) for d in history.disagreements("b")] == [("q2", 0), ("q1", 2)]
    history.agree(item(2), "students 1")
    assert [d.question for d in history.disagreements()] == ["q1"]


@settings(max_examples=25, deadline=None)
@given(text=st.text(min_size=1).filter(lambda t: bool(t.strip())))
def test_a_students_own_question_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    with History.open(tmp_path_factory.mktemp("own") / "h.db") as history:
        ann = history.profile("Ann")
        history.keep_question(ann, question(1, text="Why? " + text.encode("utf-8", "replace").decode()))
        (kept,) = history.personal_bank(ann).questions
        assert kept.text.startswith("Why?")
        assert kept.choices == question().choices


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps permissions another way")
def test_only_the_owner_can_read_the_history(history: History, ann: Profile) -> None:
    history.record(ann, attempt())
    history.back_up()
    for path in history.path.parent.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    assert stat.S_IMODE(history.path.parent.stat().st_mode) == 0o700


def test_threads_and_processes_may_write_at_once(history: History, ann: Profile) -> None:
    def write(to: History, start: int) -> None:
        for number in range(start, start + 20):
            to.record(ann, attempt(number))

    with History.open(history.path) as second:
        threads = [
            threading.Thread(target=write, args=(to, start))
            for to, start in ((history, 0), (history, 100), (second, 200))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(list(history.attempts(ann))) == 60


def test_reading_page_by_page_goes_on_while_others_write(history: History, ann: Profile) -> None:
    history.record(ann, *(attempt(n % 50, at=NOON + n) for n in range(1500)))
    seen = 0
    for _ in history.attempts(ann):
        seen += 1
        if seen == 10:
            history.record(ann, attempt(999, at=NOON - 1))
    assert seen >= 1500


def test_a_failed_write_leaves_nothing_behind(history: History, ann: Profile) -> None:
    with pytest.raises(Exception, match="CHECK"):
        history.record(ann, attempt(1), attempt(2, certainty=7))
    assert list(history.attempts()) == []
    history.record(ann, attempt(3))
    assert len(list(history.attempts())) == 1


def test_a_damaged_file_is_named_in_a_sentence_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "h" / "history.db"
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(UserError, match=r"damaged.*tutor history restore"):
        History.open(path)
    assert path.read_bytes() == b"this is no database" * 100


def test_a_newer_history_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "h" / "history.db"
    with History.open(path) as history, history.writing() as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(UserError, match="newer version"):
        History.open(path)


def test_the_exam_lock_closes_until_the_test_is_recorded() -> None:
    exam_lock.refuse_during_exam("tutor ask")
    assert not default_path().exists()  # looking makes no history
    with History.open() as history:
        ann = history.profile("Ann")
        exam = Exam([item()], locked=True)
        history.save_session(ann, exam.snapshot())
        with pytest.raises(UserError, match="tutor ask is closed"):
            exam_lock.refuse_during_exam("tutor ask")
        history.record(ann, *exam.finish().attempts, end_session=exam.uid)
    exam_lock.refuse_during_exam("tutor ask")


def test_the_exam_lock_lifts_when_the_time_is_up(history: History, ann: Profile) -> None:
    exam = Exam([item()], minutes=10, locked=True)
    history.save_session(ann, exam.snapshot())
    assert exam_lock.under_way(history, exam.started + 599)
    assert not exam_lock.under_way(history, exam.started + 600)


def test_own_questions_keep_their_name_and_so_their_progress_when_a_profile_is_renamed(
    history: History, ann: Profile
) -> None:
    history.keep_question(ann, item().question)
    before = history.personal_bank(ann).title
    assert history.personal_bank(history.rename_profile(ann, "Maya")).title == before == "My questions"
