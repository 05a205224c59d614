"""Everything a student does, line by line."""

import io

import pytest

from tests.learning.helpers import attempt, item, question
from tests.scripted import APPLIED, FACT, ScriptedExplainer, scripted_answer
from tutor_app.errors import UserError
from tutor_app.learning.exam import Exam
from tutor_app.learning.history import History
from tutor_app.learning.line_exam import LineExam
from tutor_app.learning.line_mode import LineMode
from tutor_app.learning.line_talk import Talk, choice_of
from tutor_app.learning.records import Item, Mode, Profile
from tutor_app.learning.session import Session
from tutor_app.learning.settings import Settings
from tutor_app.students.explanation import Explainer, Explanation


class Desk:
    """A student at a terminal who types the given lines."""

    def __init__(self, history: History, profile: Profile, tutor: Explainer | None = None) -> None:
        self.history, self.profile = history, profile
        self.tutor = tutor or ScriptedExplainer()
        self.out = io.StringIO()

    def _mode(self, *typed: str) -> LineMode:
        self.out = io.StringIO()
        talk = Talk(io.StringIO("".join(line + "\n" for line in typed)), self.out)
        return LineMode(talk, self.history, self.profile, Settings(), lambda: self.tutor)

    def sit(self, session: Session, *typed: str) -> str:
        self._mode(*typed).run(session)
        return self.out.getvalue()

    def exam(self, exam: Exam, *typed: str) -> str:
        LineExam(self._mode(*typed), exam).run()
        return self.out.getvalue()


@pytest.fixture
def desk(history: History, ann: Profile) -> Desk:
    return Desk(history, ann)


def test_learn_leads_step_by_step_to_the_answer(desk: Desk) -> None:
    said = desk.sit(Session(Mode.LEARN, [item()]), "", "", "", "")
    assert said.index("Step 1 (fact): " + FACT.text) < said.index("Step 2 (tutor's words): " + APPLIED.text)
    assert said.index(APPLIED.text) < said.index("The answer: B) gravity")
    assert "The tutor's answer: B) gravity, 70% sure." in said
    assert [past.mode for past in desk.history.attempts()] == ["learn"]
    assert desk.history.open_sessions() == []


def test_the_answer_comes_no_earlier_than_asked_for(desk: Desk) -> None:
    said = desk.sit(Session(Mode.LEARN, [item()]), "", "")
    assert APPLIED.text in said
    assert "The answer:" not in said


def test_all_shows_every_step_at_once(desk: Desk) -> None:
    said = desk.sit(Session(Mode.LEARN, [item()]), "all", "")
    assert APPLIED.text in said
    assert "The answer: B) gravity" in said


def test_i_already_know(desk: Desk) -> None:
    assert "Right." in desk.sit(Session(Mode.LEARN, [item()]), "", "b")
    (past,) = desk.history.attempts()
    assert (past.correct, past.response) == (True, "gravity")


def test_without_students_the_banks_own_explanation_is_shown(history: History, ann: Profile) -> None:
    class Nobody(ScriptedExplainer):
        def explain(self, *_: object, **__: object):  # type: ignore[no-untyped-def, override]
            raise UserError("No students are installed.")

    said = Desk(history, ann, Nobody()).sit(Session(Mode.LEARN, [item()]), "all", "")
    assert "No students are installed." in said
    assert "Step 1 (from the bank): Things with mass pull on each other." in said
    assert "The answer: B) gravity" in said


def test_a_tutor_that_breaks_shows_no_traceback(history: History, ann: Profile) -> None:
    broken = ScriptedExplainer(fail=RuntimeError("boom"))
    said = Desk(history, ann, broken).sit(Session(Mode.LEARN, [item()]), "all", "")
    assert "tutor.log" in said
    assert "Traceback" not in said
    assert "boom" not in said
    assert "The answer: B) gravity" in said


def test_practise_asks_how_sure_and_hides_the_answer_on_the_first_miss(desk: Desk) -> None:
    said = desk.sit(Session(Mode.PRACTISE, [item()]), "a", "3", "c")
    assert "Not right. -6 points. Friction slows sliding things." in said
    first_miss = said[: said.index("Try once more.")]
    assert "The answer" not in first_miss
    assert "The answer: B) gravity" in said
    (past,) = desk.history.attempts()
    assert (past.correct, past.certainty, past.points, past.tries) == (False, 3, -6, 2)


def test_points_are_told_once_though_the_second_try_says_how_sure_too(desk: Desk) -> None:
    said = desk.sit(Session(Mode.PRACTISE, [item()]), "a", "3", "b 2")
    assert "Right.\n" in said
    assert said.count("-6 points") == 2  # with the miss, and in the sitting's tally


def test_choice_and_certainty_fit_in_one_line(desk: Desk) -> None:
    assert "Right. +2 points." in desk.sit(Session(Mode.PRACTISE, [item()]), "B) 2")


def test_certainty_can_be_off(desk: Desk) -> None:
    said = desk.sit(Session(Mode.PRACTISE, [item()], certainty=False), "b")
    assert "How sure" not in said
    assert "points" not in said.split("This sitting")[0]


def test_enter_does_not_skip_the_answering_in_practice(desk: Desk) -> None:
    said = desk.sit(Session(Mode.PRACTISE, [item()]), "", "all")
    assert "Step 1" not in said


def test_idk_leads_to_the_answer(desk: Desk) -> None:
    said = desk.sit(Session(Mode.PRACTISE, [item()]), "idk", "", "", "")
    assert "The answer: B) gravity" in said
    (past,) = desk.history.attempts()
    assert (past.did_not_know, past.points) == (True, 0)


def test_an_answer_given_just_before_the_input_ends_is_kept(desk: Desk) -> None:
    desk.sit(
        Session(Mode.PRACTISE, [item(choices=(), answer=None, accepted=("x",), why_wrong=())], tries=1),
        "gravity",
        "2",
    )
    assert len(list(desk.history.attempts())) == 1


def test_a_stopped_sitting_goes_on(desk: Desk) -> None:
    items = [item(1), item(2)]
    desk.sit(Session(Mode.PRACTISE, items), "a 1", "quit")
    (saved,) = desk.history.open_sessions(desk.profile)
    again = Session.resume(saved, lambda b, q: {one.ref: one for one in items}[b, q])
    said = desk.sit(again, "b", "skip", "b 3")
    assert "A) friction (tried: not this one)" in said
    first, second = sorted(desk.history.attempts(), key=lambda past: past.question)
    assert (first.correct, first.tries, second.correct) == (False, 2, True)


def test_hints_notes_flags_sources_and_saving(desk: Desk) -> None:
    said = desk.sit(
        Session(Mode.LEARN, [item()]),
        "hint", "source 1", "", "", "source 1", "source 2", "wrong 2 it is steel", "unclear 9",
        "note mind the iron", "notes", "save", "again", "marks", "help", "what",
    )  # fmt: skip
    assert "Hint: It acts on everything that has mass." in said
    assert "No step is shown yet." in said
    assert "Step 1 comes from the shipped facts." in said
    assert "Step 2 is in the tutor's own words." in said
    assert "'what' is nothing I know here." in said
    (flag,) = desk.history.flags()
    assert (flag.step, flag.comment) == (APPLIED.text, "it is steel")
    assert [note.text for note in desk.history.notes(desk.profile)] == ["mind the iron"]
    assert [q.id for q in desk.history.personal_bank(desk.profile).questions] == ["q1"]


def test_a_fact_flagged_as_wrong_is_withdrawn(desk: Desk) -> None:
    desk.sit(Session(Mode.LEARN, [item()]), "", "", "", "unclear 1", "wrong 1", "wrong 2")
    assert [step.text for step in desk.tutor.flagged] == [FACT.text]


def test_an_open_question_takes_a_typed_answer(desk: Desk) -> None:
    written = item(choices=(), answer=None, accepted=("gravity",), why_wrong=())
    assert "Right. +3 points." in desk.sit(Session(Mode.PRACTISE, [written]), "Gravity", "3")
    said = desk.sit(Session(Mode.PRACTISE, [written], tries=1), "the Earth's pull", "2", "yes")
    assert "Does your answer say the same?" in said
    assert [past.correct for past in desk.history.attempts()] == [True, True]


WRITTEN = {"choices": (), "answer": None, "why_wrong": ()}


@pytest.mark.parametrize(
    ("accepted", "typed"),
    [("Q", "Q"), ("all of them", "all of them"), ("hint", "= hint"), ("source of light", "=source of light"),
     ("quit", "= quit")],
)  # fmt: skip
def test_what_is_a_command_elsewhere_can_be_an_answer(desk: Desk, accepted: str, typed: str) -> None:
    written = item(**WRITTEN, accepted=(accepted,))
    assert "Right." in desk.sit(Session(Mode.PRACTISE, [written]), typed, "1")
    assert "1 of 1 right" in desk.exam(Exam([written]), typed, "finish")


def test_in_a_test_a_commands_word_is_an_answer_after_the_equals_sign(desk: Desk) -> None:
    said = desk.exam(Exam([item(**WRITTEN, accepted=("time",))]), "time", "= time", "quit")
    assert "There is no time limit." in said
    assert "Kept: time." in said


def test_a_letter_may_come_after_the_equals_sign_too(desk: Desk) -> None:
    assert "Right. +3 points." in desk.sit(Session(Mode.PRACTISE, [item()]), "= b 3")


def test_a_terminal_gets_no_line_that_is_broken_within_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "20")
    terminal, pipe = Terminal(), io.StringIO()
    for out in (terminal, pipe):
        Talk(io.StringIO(), out).say("Things with mass pull on each other.\nA well-known fact.")
    assert terminal.getvalue() == "Things with mass\npull on each other.\nA well-known fact.\n"
    assert pipe.getvalue() == "Things with mass pull on each other.\nA well-known fact.\n"


def test_a_written_answer_not_yet_marked_is_asked_about_first(desk: Desk) -> None:
    written = item(choices=(), answer=None, accepted=("gravity",), why_wrong=())
    session = Session(Mode.PRACTISE, [written], tries=1)
    assert session.turn
    session.turn.answer(text="the Earth's pull", certainty=2)
    said = desk.sit(Session.resume(session.snapshot(), lambda *_: written), "yes")
    assert said.index("You wrote: the Earth's pull") < said.index("Does your answer say the same?")
    assert [past.correct for past in desk.history.attempts()] == [True]


def test_the_tutor_says_when_it_disagrees_with_the_key_and_the_teacher_learns_of_it(desk: Desk) -> None:
    asked = question()
    assert isinstance(desk.tutor, ScriptedExplainer)
    desk.tutor.enqueue(Explanation((FACT,), scripted_answer(asked, 2), False, "students 1"))
    said = desk.sit(Session(Mode.LEARN, [Item("b", asked)]), "all", "")
    assert "disagrees with the bank's key" in said
    assert [(d.students, d.choice) for d in desk.history.disagreements("b")] == [("students 1", 2)]


def test_a_tutor_that_is_not_sure_says_so(desk: Desk) -> None:
    asked = question(answer=None, why_wrong=())
    assert isinstance(desk.tutor, ScriptedExplainer)
    desk.tutor.enqueue(Explanation((FACT,), scripted_answer(asked, 1, 0.4), None, "s"))
    said = desk.sit(Session(Mode.LEARN, [Item("b", asked)]), "all", "")
    assert "The tutor is not sure. Likeliest: B) gravity or " in said


def test_leeches_are_pointed_out(desk: Desk) -> None:
    desk.history.record(desk.profile, *(attempt(1, False) for _ in range(4)))
    said = desk.sit(Session(Mode.REVIEW, [item()]), "a 1", "c", "", "", "", "", "quit")
    assert "keeps slipping away" in said


def test_markup_is_shown_as_typed_and_control_codes_are_not(desk: Desk) -> None:
    nasty = question(1, text="[red]x[/red] [/b] H[sub]2[/sub]O \x1b[2J\x1b]0;title\x07 done")
    said = desk.sit(Session(Mode.LEARN, [Item("b", nasty)]))
    assert "[red]x[/red] [/b] H[sub]2[/sub]O" in said
    assert "\x1b" not in said
    assert "\x07" not in said


def test_a_test_tells_nothing_before_the_end(desk: Desk) -> None:
    exam = Exam([item(1), item(2, "cells"), item(3, "cells")])
    said = desk.exam(exam, "b", "", "a", "mark", "list", "go 3", "clear", "back", "finish", "yes", "", "", "")
    before, after = said.split("Your result:")
    assert "gravity pulls it down" not in before
    assert "Right" not in before
    assert "2. A, marked:" in before
    assert "1 of 3 right (33%)" in after
    assert "1 of 1  forces" in after
    assert "0 of 2  cells" in after
    assert "Friction slows sliding things." in after
    assert "The answer: B) gravity" in after
    assert len(list(desk.history.attempts())) == 2  # one was left
    assert desk.history.open_sessions() == []


def test_a_stopped_test_is_kept_with_its_answers(desk: Desk) -> None:
    said = desk.exam(Exam([item(1), item(2)], locked=True), "b", "quit")
    assert "kept as it stands" in said
    (saved,) = desk.history.open_sessions(desk.profile)
    assert saved.locked
    again = Exam.resume(saved, lambda b, q: item(int(q[1:])))
    assert again.given[0].choice == 1


def test_finishing_with_open_questions_asks_first(desk: Desk) -> None:
    said = desk.exam(Exam([item(1)]), "finish", "no", "quit")
    assert "1 not answered. End the test?" in said
    assert "Your result" not in said


def test_a_test_whose_time_ran_out_while_away_is_finished_with_what_there_is(desk: Desk) -> None:
    exam = Exam([item(1)], minutes=1)
    exam.answer(1)
    exam.ends = exam.started - 1
    said = desk.exam(exam)
    assert "The time is up." in said
    assert "1 of 1 right" in said


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("b", (1, None)), ("B)", (1, None)), ("(c)", (2, None)), ("2", (1, None)), ("d 3", (3, 3)),
        ("e", None), ("9", None), ("b 4", None), ("be", None), ("", None),
    ],
)  # fmt: skip
def test_what_counts_as_a_choice(said: str, understood: object) -> None:
    assert choice_of(said, question()) == understood
