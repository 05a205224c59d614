"""A test: any order, a time limit, nothing told before the end."""

import json

import pytest

from tests.learning.helpers import FakeClock, item
from tutor_app.errors import UserError
from tutor_app.learning.exam import Exam, TopicScore
from tutor_app.learning.records import Item, OpenSession

ITEMS = [item(1), item(2, "cells"), item(3, "cells")]


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
    assert [kept.did_not_know for kept in result.attempts] == [True, False, False]
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
    state = exam.snapshot()
    loaded = OpenSession(
        state.uid,
        state.mode,
        state.started,
        state.saved,
        json.loads(json.dumps(state.state)),
        state.locked,
        state.ends,
    )
    clock.pass_(300)

    def find(bank: str, question: str) -> Item | None:
        return next((one for one in ITEMS if one.ref == (bank, question) and question != "q3"), None)

    again = Exam.resume(loaded, find, clock)
    assert (again.uid, again.locked, again.seconds_left) == (exam.uid, True, 300)
    assert (len(again.items), again.index, again.marked, again.given[0].choice) == (2, 1, {1}, 1)


def test_a_test_without_questions_is_refused_in_a_sentence() -> None:
    with pytest.raises(UserError, match="at least one question"):
        Exam([])


def test_nothing_goes_on_when_no_question_is_left() -> None:
    assert Exam.resume(Exam(ITEMS).snapshot(), lambda bank, question: None) is None
