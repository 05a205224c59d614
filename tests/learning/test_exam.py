"""A test: any order, a time limit, nothing told before the end."""

import json
from dataclasses import replace

import pytest

from tests.learning.helpers import FakeClock, item
from tutor_app.errors import UserError
from tutor_app.learning.exam import Exam, TopicScore
from tutor_app.learning.records import Item, OpenSession
from tutor_app.learning.turn import LONGEST_THOUGHT

ITEMS = [item(1), item(2, "cells"), item(3, "cells")]


def saved_and_loaded(exam: Exam) -> OpenSession:
    """As the history would give it back: through JSON."""
    state = exam.snapshot()
    return replace(state, state=json.loads(json.dumps(state.state)))


def test_answers_in_any_order_can_be_changed_until_the_end() -> None:
    exam = Exam(ITEMS, clock=FakeClock())
    exam.go(2)
    exam.answer(1)
    exam.previous()
    exam.answer(0)
    exam.answer(1)
    result = exam.finish()
    assert (result.right, result.total, result.unanswered) == (2, 3, 1)
    assert result.topics == (TopicScore("cells", 2, 2), TopicScore("forces", 0, 1))
    assert [kept.unanswered for kept in result.attempts] == [True, False, False]
    assert {kept.session for kept in result.attempts} == {exam.uid}


def test_an_answer_can_be_taken_back() -> None:
    exam = Exam(ITEMS, clock=FakeClock())
    exam.answer(1)
    exam.answer(None)
    assert exam.answered == 0


def test_going_stays_within_the_test() -> None:
    exam = Exam(ITEMS, clock=FakeClock())
    exam.previous()
    assert exam.index == 0
    exam.go(99)
    assert exam.index == 2
    exam.next()
    assert exam.index == 2


def test_nothing_is_kept_after_the_time_is_up() -> None:
    clock = FakeClock()
    exam = Exam(ITEMS, minutes=1, clock=clock)
    assert exam.answer(1)
    clock.pass_(60)
    assert exam.time_is_up
    assert not exam.answer(0)
    result = exam.finish()
    assert result.right == 1
    assert result.seconds == 60


def test_time_is_counted_for_each_question() -> None:
    clock = FakeClock()
    exam = Exam(ITEMS, clock=clock)
    clock.pass_(5)
    exam.next()
    clock.pass_(7)
    exam.previous()
    clock.pass_(1)
    assert [kept.seconds for kept in exam.finish().attempts] == [6, 7, 0]


def test_time_counts_nothing_when_the_clock_is_set_back_and_little_over_lunch() -> None:
    clock = FakeClock()
    exam = Exam(ITEMS, clock=clock)
    clock.pass_(-30)
    exam.next()
    clock.pass_(5 * 3600)
    exam.next()
    assert [kept.seconds for kept in exam.finish().attempts] == [0, LONGEST_THOUGHT, 0]


def test_open_questions_are_judged_by_their_words_and_keyless_ones_not_at_all() -> None:
    written = item(1, choices=(), answer=None, accepted=("gravity",), why_wrong=())
    keyless = item(2, answer=None, why_wrong=())
    exam = Exam([written, keyless], clock=FakeClock())
    exam.answer(text="Gravity!")
    exam.next()
    exam.answer(2)
    result = exam.finish()
    assert (result.right, result.total, result.unjudged) == (1, 1, 1)


def test_a_test_goes_on_after_a_stop_and_its_time_ran_on() -> None:
    clock = FakeClock()
    exam = Exam(ITEMS, minutes=10, locked=True, clock=clock)
    exam.answer(1)
    exam.next()
    exam.mark()
    loaded = saved_and_loaded(exam)
    clock.pass_(300)

    def find(bank: str, question: str) -> Item | None:
        return next((one for one in ITEMS if one.ref == (bank, question) and question != "q3"), None)

    again = Exam.resume(loaded, find, clock)
    assert (again.uid, again.locked, again.seconds_left) == (exam.uid, True, 300)
    assert (len(again.items), again.index, again.marked, again.given[0].choice) == (2, 1, {1}, 1)


def test_an_answer_is_the_same_where_an_updated_bank_puts_the_choices_in_another_order() -> None:
    exam = Exam([item(1), item(2)], clock=FakeClock())
    exam.answer(1)  # gravity
    exam.next()
    exam.answer(3)  # air resistance, which the update takes out
    turned = {"choices": ("gravity", "friction"), "answer": 0, "why_wrong": ()}
    again = Exam.resume(saved_and_loaded(exam), lambda _, q: item(int(q[1:]), **turned), FakeClock())
    assert again
    result = again.finish()
    assert (result.right, result.total, result.unanswered) == (1, 2, 1)
    assert [(kept.correct, kept.response) for kept in result.attempts] == [(True, "gravity"), (None, "")]


def test_a_written_answer_is_none_where_choices_now_stand() -> None:
    exam = Exam([item(1, choices=(), answer=None, why_wrong=(), accepted=("gravity",))], clock=FakeClock())
    exam.answer(text="gravity")
    again = Exam.resume(saved_and_loaded(exam), lambda *_: ITEMS[0], FakeClock())
    assert again
    assert again.answered == 0


def test_a_test_saved_by_an_older_version_goes_on() -> None:
    exam = Exam(ITEMS, clock=FakeClock())
    saved = saved_and_loaded(exam)
    state = {**saved.state, "given": [[1, ""], [7, ""], [None, ""]]}
    again = Exam.resume(replace(saved, state=state), lambda _, q: item(int(q[1:])), FakeClock())
    assert again
    assert [given.choice for given in again.given] == [1, None, None]


def test_a_test_without_questions_is_refused_in_a_sentence() -> None:
    with pytest.raises(UserError, match="at least one question"):
        Exam([])


def test_nothing_goes_on_when_no_question_is_left() -> None:
    assert Exam.resume(Exam(ITEMS).snapshot(), lambda bank, question: None) is None
