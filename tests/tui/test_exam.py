"""Tests in the app: nothing is told before the end; the exam lock; going on later."""

import threading
from dataclasses import replace

import pytest

from tests.tui.conftest import Start
from tests.tui.driving import OTHER_BANK, learn, on, running, sees, text
from tutor_app.learning.exam import Exam
from tutor_app.learning.records import Attempt, Item, Mode
from tutor_app.tui.screens.result import ResultScreen
from tutor_app.tui.screens.test import TestScreen


async def test_a_test_from_its_settings_to_the_explanations(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot, "Water", key="t")
        await sees(pilot, "Water")
        await pilot.press("s")
        await on(pilot, "TestScreen")
        for _ in range(3):
            question = app.screen.exam.item.question  # type: ignore[attr-defined]
            await pilot.press(*(("o", "x", "enter") if question.is_open else ("a",)))
            await pilot.pause()
        assert "Right" not in text(app)
        assert "✓" not in text(app)
        app.screen.action_finish()  # type: ignore[attr-defined]
        await on(pilot, "Choose")
        await sees(pilot, "Everything is answered.")
        await pilot.press("down", "enter")
        await on(pilot, "ResultScreen")
        await sees(pilot, "2 of 3 right (67%)")
        await sees(pilot, "By topic")
        await pilot.press("enter")
        await on(pilot, "LookScreen")
        await sees(pilot, "The answer is")
    with app.desk.history.open() as history:
        assert len(list(history.attempts())) == 3
        assert history.open_sessions() == []


async def test_an_answer_can_be_changed_and_a_question_marked(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot, key="t")
        await pilot.press("s")
        await on(pilot, "TestScreen")
        await pilot.press("a", "m")
        await sees(pilot, "Marked for another look.")
        await pilot.press("c")
        await pilot.pause()
        assert app.screen.exam.given[0].choice == 2  # type: ignore[attr-defined]
        await pilot.press("l")
        await on(pilot, "Find")
        await sees(pilot, "C ⚑")


@pytest.mark.parametrize(("ascii_marks", "cursor", "picked"), [(False, "▸", "●"), (True, ">", "*")])
async def test_what_was_picked_differs_from_where_the_cursor_is(
    start: Start, ascii_marks: bool, cursor: str, picked: str
) -> None:
    async with running(start(("look.ascii_marks", ascii_marks))) as pilot:
        await learn(pilot, key="t")
        await pilot.press("s")
        await on(pilot, "TestScreen")
        await sees(pilot, f"{cursor} A  wood")
        await pilot.press("a")
        await sees(pilot, f"{picked} A  wood")
        await pilot.press("down", "down")
        await sees(pilot, f"{cursor} C  paper")
        assert f"{picked} A  wood" in text(pilot.app)


async def test_the_result_crosses_out_what_was_picked_wrongly(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot, key="t")
        await pilot.press("s")
        await on(pilot, "TestScreen")
        await pilot.press("a")
        await pilot.press("f")
        await on(pilot, "Choose")
        await pilot.press("down", "enter")
        await on(pilot, "ResultScreen")
        await pilot.press("enter")
        await on(pilot, "LookScreen")
        await sees(pilot, "✗ A  wood")
        await sees(pilot, "✓ B  an iron nail")


async def test_the_exam_lock_closes_explanations_and_ask_until_the_test_is_done(start: Start) -> None:
    app = start(exam_lock=True)
    async with running(app) as pilot:
        assert "Ask" not in text(app)
        await pilot.press("a")
        await sees(pilot, "This is closed until the test is done.")
        await learn(pilot, key="t")
        await pilot.press("s")
        await on(pilot, "TestScreen")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await pilot.press("b")
        await pilot.pause()
        assert type(app.screen).__name__ == "HomeScreen"
        await pilot.press("c")
        await on(pilot, "TestScreen")
        await pilot.press("b", "f")
        await on(pilot, "Choose")
        await pilot.press("down", "enter")
        await on(pilot, "ResultScreen")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await sees(pilot, "Ask")


async def test_the_test_ends_when_the_time_is_up(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        now = [1000.0]
        [item] = app.desk.shelf.items("magnets")
        exam = Exam([Item("magnets", item.question)], minutes=1, clock=lambda: now[0])
        app.push_screen(TestScreen(exam))
        await sees(pilot, "1:00 left")
        now[0] += 61
        await on(pilot, "ResultScreen")
        await sees(pilot, "1 question not answered.")


async def test_what_is_typed_stays_when_the_question_is_marked_or_the_list_opened(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        written, other = app.desk.shelf.items("water")[1:]
        app.push_screen(TestScreen(Exam([written, other])))
        await on(pilot, "TestScreen")
        await pilot.press("o", "x")
        app.screen.action_mark()  # type: ignore[attr-defined]
        await sees(pilot, "Marked for another look.")
        await pilot.press("y")
        app.screen.action_list()  # type: ignore[attr-defined]
        await on(pilot, "Find")
        await sees(pilot, "▸ 1. Name the gas in water that burns.")
        await sees(pilot, "oxy")
        await pilot.press("down", "enter")
        await on(pilot, "TestScreen")
        exam = app.screen.exam  # type: ignore[attr-defined]
        assert (exam.index, exam.given[0].text) == (1, "oxy")
        app.screen.action_list()  # type: ignore[attr-defined]
        await sees(pilot, "▸ 2. What is ice?")


async def test_a_missed_question_is_not_shown_under_the_exam_lock(start: Start) -> None:
    app = start(exam_lock=True)
    async with running(app, size=(120, 50)) as pilot:
        [item] = app.desk.shelf.items("magnets")
        app.desk.history.record(app.desk.profile, Attempt(item, Mode.PRACTISE, correct=False))
        await pilot.press("g")
        await sees(pilot, "Your mistakes are closed until the test is done.")
        assert "What does a magnet pull?" not in text(app)
        await pilot.press("e")
        await sees(pilot, "This is closed until the test is done.")
        assert type(app.screen).__name__ == "ProgressScreen"


async def test_a_test_that_goes_on_in_a_locked_sitting_is_locked_for_good(start: Start) -> None:
    app = start(exam_lock=True)
    app.desk.history.save_session(app.desk.profile, Exam(app.desk.shelf.items("water")).snapshot())
    async with running(app) as pilot:
        await pilot.press("c")
        await on(pilot, "TestScreen")
        assert [saved.locked for saved in app.desk.history.open_sessions()] == [True]


async def test_a_test_whose_questions_are_gone_is_ended(start: Start) -> None:
    app = start()
    gone = [Item("removed", question) for question in OTHER_BANK.questions]
    app.desk.history.save_session(app.desk.profile, Exam(gone, locked=True).snapshot())
    async with running(app) as pilot:
        await pilot.press("c")
        await sees(pilot, "no longer installed")
        await pilot.press("escape")
        await sees(pilot, "Ask")
    with app.desk.history.open() as history:
        assert history.open_sessions() == []


async def test_a_test_goes_on_at_the_question_that_was_shown(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot, "Water", key="t")
        await pilot.press("s")
        await on(pilot, "TestScreen")
        app.screen._answer(None, "x")  # type: ignore[attr-defined]
        await sees(pilot, "Test · 2 of 3")
        app.desk.wait_for_writes()
        assert app.desk.left_open()[0].state["index"] == 1


async def test_a_test_belongs_to_who_ended_it(start: Start) -> None:
    app, ended = start(profile="Anna"), threading.Event()
    ben, [item] = app.desk.history.profile("Ben"), app.desk.shelf.items("magnets")
    async with running(app) as pilot:
        exam = Exam([item])
        exam.answer(1)
        app.push_screen(TestScreen(exam))
        await on(pilot, "TestScreen")
        app.desk.write(ended.wait)  # the writer is busy while Ben takes Anna's seat
        app.screen._end()  # type: ignore[attr-defined]
        app.desk.profile = ben
        ended.set()
        app.desk.wait_for_writes()
        assert [attempt.profile for attempt in app.desk.history.attempts()] == ["Anna"]


async def test_the_result_tells_what_was_left_from_what_was_wrong(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        [item] = app.desk.shelf.items("magnets")
        exam = Exam([item, item])
        exam.answer(0)
        app.push_screen(ResultScreen(exam.finish()))
        await sees(pilot, "✗ 1. What does a magnet pull?")
        await sees(pilot, "– 2. What does a magnet pull?  not answered")
        assert "Enter why" in text(app)


async def test_under_anothers_exam_lock_a_result_tells_the_score_alone(start: Start) -> None:
    app = start(profile="Bob")
    desk = app.desk
    ann, [item] = desk.history.profile("Ann"), desk.shelf.items("magnets")
    locked = Exam([item], locked=True)
    desk.history.save_session(ann, locked.snapshot())
    async with running(app) as pilot:
        await sees(pilot, "Explanations are closed until the test of 'Ann' is done.")
        exam = Exam([item])
        exam.answer(1)
        app.push_screen(TestScreen(exam))
        await on(pilot, "TestScreen")
        app.screen._end()  # type: ignore[attr-defined]
        await on(pilot, "ResultScreen")
        await sees(pilot, "1 of 1 right")
        await sees(pilot, "is closed until the test of 'Ann' is done.")
        assert "What does a magnet pull?" not in text(app)
        desk.history.record(ann, *locked.finish().attempts, end_session=locked.uid)
        await pilot.press("question_mark")
        await on(pilot, "HelpScreen")
        await pilot.press("escape")
        await sees(pilot, "✓ 1. What does a magnet pull?")
        assert "closed" not in text(app)


async def test_a_sitting_left_open_is_closed_by_a_lock_that_began_elsewhere(start: Start) -> None:
    app = start(profile="Bob")
    async with running(app) as pilot:
        await learn(pilot, "Water")
        ann, [item] = app.desk.history.profile("Ann"), app.desk.shelf.items("magnets")
        app.desk.history.save_session(ann, Exam([item], locked=True).snapshot())
        app.screen.action_next()  # type: ignore[attr-defined]
        await on(pilot, "HomeScreen")
        await sees(pilot, "This is closed until the test")
        await sees(pilot, "Explanations are closed")
        assert "Go on" not in text(app)  # the sitting waits until then


async def test_a_locked_test_that_was_left_goes_before_a_new_one(start: Start) -> None:
    app = start()
    locked = Exam(app.desk.shelf.items("water"), locked=True)
    app.desk.history.save_session(app.desk.profile, locked.snapshot())
    app.desk.history.save_session(app.desk.profile, Exam(app.desk.shelf.items("magnets")).snapshot())
    async with running(app) as pilot:
        await pilot.press("t")
        await on(pilot, "TestScreen")
        assert app.screen.exam.uid == locked.uid  # type: ignore[attr-defined]
        await sees(pilot, "The test you began goes on.")


async def test_a_long_result_begins_with_its_score(start: Start) -> None:
    app = start()
    [item] = app.desk.shelf.items("magnets")
    items = [Item("magnets", replace(item.question, topic=f"The {i}th of many topics")) for i in range(30)]
    async with running(app, (60, 20)) as pilot:
        app.push_screen(ResultScreen(Exam(items).finish()))
        await sees(pilot, "0 of 30 right (0%)")
        await sees(pilot, "The 11th of many")
        assert "0 of 30 right (0%)" in text(app)
        await pilot.press("down")
        await sees(pilot, "▸ – 2. What does a magnet pull?")
