"""Practise and review: answer first, say how sure, learn why."""

import time

from tests.tui.conftest import Start
from tests.tui.driving import learn, on, running, sees, text, until
from tutor_app.learning.records import Attempt, Item, Mode
from tutor_app.learning.session import Session
from tutor_app.tui.desk import Desk
from tutor_app.tui.screens.practise import PractiseScreen


async def test_a_miss_tells_why_without_giving_the_answer_away(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot, key="p")
        await pilot.press("a")
        await sees(pilot, "How sure are you?")
        await pilot.press("2")
        await sees(pilot, "Not that one; try again.")
        assert "Wood is not a metal." in text(app)
        assert "✓" not in text(app)
        assert "Magnets attract iron." not in text(app)
        await pilot.press("b")
        await sees(pilot, "✓ B  an iron nail")
        await sees(pilot, "A nail is made of iron")
        await pilot.press("enter")
        await sees(pilot, "Done: 1 question, 0 right at the first try, -2 points.")
    with app.desk.history.open() as history:
        [attempt] = history.attempts()
    assert (attempt.correct, attempt.certainty, attempt.points, attempt.tries) == (False, 2, -2, 2)


async def test_a_sure_and_right_answer_earns_three(start: Start) -> None:
    async with running(start()) as pilot:
        await learn(pilot, key="p")
        await pilot.press("down", "enter", "3")
        await sees(pilot, "Right! +3")
        await sees(pilot, "The answer is B")


async def test_esc_takes_the_choice_back_and_the_session_is_kept(start: Start) -> None:
    async with running(start()) as pilot:
        await learn(pilot, key="p")
        await pilot.press("c")
        await sees(pilot, "How sure are you?")
        await pilot.press("escape")
        await sees(pilot, "Pick an answer first")
        assert "How sure are you?" not in text(pilot.app)
        assert "▸ C  paper" in text(pilot.app)
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await sees(pilot, "practise, question 1 of 1")


async def test_certainty_can_be_switched_off(start: Start) -> None:
    app = start(("practise.certainty", False))
    async with running(app) as pilot:
        await learn(pilot, key="p")
        await pilot.press("b")
        await sees(pilot, "Right!")
        assert "How sure" not in text(app)


async def test_i_dont_know_is_an_answer(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot, key="p")
        await pilot.press("n")
        await sees(pilot, "That is fine.")
        await pilot.press("enter")
        await sees(pilot, "A nail is made of iron")
        await pilot.press("enter")
        await sees(pilot, "The answer is B")
        await pilot.press("enter")
        await on(pilot, "DoneScreen")
    with app.desk.history.open() as history:
        [attempt] = history.attempts()
    assert (attempt.did_not_know, attempt.points) == (True, 0)


async def test_who_gives_up_after_a_miss_is_not_told_to_try_again(start: Start) -> None:
    async with running(start()) as pilot:
        await learn(pilot, key="p")
        await pilot.press("a", "1")
        await sees(pilot, "Not that one; try again.")
        await pilot.press("n")
        await sees(pilot, "Not that one.")
        assert "try again" not in text(pilot.app)


async def test_a_written_answer_is_judged_or_marked_by_its_writer(start: Start) -> None:
    app = start(("practise.certainty", False), ("practise.tries", 1))
    async with running(app) as pilot:
        await learn(pilot, "Water", key="p")
        for _ in range(3):
            question = app.screen.turn.question  # type: ignore[attr-defined]
            if question.is_open:
                await pilot.press(*"the h gas", "enter")
                await sees(pilot, "The answer is: hydrogen")
                await pilot.press("r")
                await sees(pilot, "Right!")
            else:
                await pilot.press("a")
                await sees(pilot, "Right!")
            await pilot.press("enter")
            await pilot.pause()
        await on(pilot, "DoneScreen")
    with app.desk.history.open() as history:
        assert [attempt.correct for attempt in history.attempts()] == [True, True, True]


async def test_a_written_answer_not_yet_marked_waits_over_a_stop(start: Start) -> None:
    app = start(("practise.certainty", False), ("practise.tries", 1))
    gas = app.desk.shelf.find("water", "w2")
    assert gas
    async with running(app) as pilot:
        app.push_screen(PractiseScreen(Session(Mode.PRACTISE, [gas], tries=1, certainty=False)))
        await on(pilot, "PractiseScreen")
        await pilot.press(*"the h gas", "enter")
        await sees(pilot, "I was right")
        await pilot.press("ctrl+q")
    app = start()
    async with running(app) as pilot:
        await pilot.press("c")
        await on(pilot, "PractiseScreen")
        await sees(pilot, "the h gas")
        await sees(pilot, "The answer is: hydrogen")
        await pilot.press("r")
        await sees(pilot, "Right!")
        assert "I was wrong" not in text(app)
    with app.desk.history.open() as history:
        [attempt] = history.attempts()
    assert (attempt.correct, attempt.response) == (True, "the h gas")


def missed(desk: Desk, times: int, at: float) -> None:
    """The magnet question, missed again and again."""
    [item] = desk.shelf.items("magnets")
    for n in range(times):
        desk.history.record(
            desk.profile, Attempt(Item("magnets", item.question), Mode.PRACTISE, False, 0, "wood", at=at + n)
        )


async def test_review_brings_back_what_is_due_and_what_was_missed_once_more(start: Start) -> None:
    app = start()
    missed(app.desk, 1, time.time() - 30 * 86400)
    async with running(app) as pilot:
        await sees(pilot, "One question is due for review.")
        await pilot.press("r")
        await on(pilot, "ReviewScreen")
        for _ in range(2):
            await pilot.press("a", "1")
            await sees(pilot, "try again")
            await pilot.press("c")
            await sees(pilot, "The answer is B")
            await pilot.press("enter")
            await pilot.pause()
        await on(pilot, "DoneScreen")


async def test_nothing_due_is_said_and_opens_nothing(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await pilot.press("r")
        await sees(pilot, "Nothing is due for review now.")
        assert type(app.screen).__name__ == "HomeScreen"


async def test_when_nothing_is_due_the_day_of_the_next_review_is_said(start: Start) -> None:
    app = start()
    missed(app.desk, 1, time.time())
    async with running(app) as pilot:
        await sees(pilot, "a good day for something new. The next review comes tomorrow.")
        await pilot.press("r")
        said = "Nothing is due for review now. The next review comes tomorrow."
        await until(pilot, lambda: said in " ".join(text(app).replace("▌", "").split()), said)


async def test_mistakes_list_what_keeps_slipping_away(start: Start) -> None:
    app = start()
    missed(app.desk, 5, time.time() - 86400)
    async with running(app) as pilot:
        await pilot.press("g")
        await on(pilot, "ProgressScreen")
        await pilot.press("m")
        await sees(pilot, "★ These keep slipping away")
        await sees(pilot, "missed 5 of 5")
        await pilot.press("enter")
        await on(pilot, "LookScreen")
        await sees(pilot, "The answer is B: an iron nail")
        await pilot.press("escape")
        await on(pilot, "MistakesScreen")
        await pilot.press("p")
        await on(pilot, "PractiseScreen")
