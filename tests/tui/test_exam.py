"""Tests in the app: nothing is told before the end; the exam lock; going on later."""

from tests.tui.conftest import Start
from tests.tui.driving import learn, on, running, sees, text
from tutor_app.learning.exam import Exam
from tutor_app.learning.records import Item
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
