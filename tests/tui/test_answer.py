"""The answer to a question of one's own: at once, said once, and with how sure it is."""

import pytest

from tests.scripted import FACT, ScriptedExplainer
from tests.tui.conftest import Start
from tests.tui.driving import on, running, sees, text, until
from tests.tui.test_ask import paste
from tutor_app.students.explanation import Answer, Explanation, Origin, Step

OTHER = Step("Iron rusts.", Origin.FACT)


async def test_answer_and_facts_come_at_once_and_nobody_is_asked_back(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await paste(pilot, "What does a magnet pull?")
        await pilot.press("enter")
        await on(pilot, "AnswerScreen")
        await sees(pilot, "Magnets attract iron.")
        await sees(pilot, "Answer (70%): iron")
        assert "Sci-CoT Tutor  Ask " in text(app)
        for asks_back in ("your answer", "Think about it", "I was right", "Nobody has written"):
            assert asks_back not in text(app)
    with app.desk.history.open() as history:
        assert list(history.attempts()) == []


async def test_with_choices_the_tutors_bars_come_at_once(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, "Which one floats?\n- wood\n- iron")
        await pilot.press("f5")
        await on(pilot, "AnswerScreen")
        await sees(pilot, "The tutor thinks it is A: wood")
        await sees(pilot, "70%")
        await sees(pilot, "there is no key to check it against")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            Answer(FACT.text, confidence=0.03),
            "The tutor is not sure. The nearest fact it has: Magnets",
        ),
        (Answer(FACT.text, confidence=0.77), "◆ Probably (77%): Magnets attract iron."),
    ],
)
async def test_the_fact_that_answers_is_said_once_and_how_sure_it_is(
    start: Start, tutor: ScriptedExplainer, answer: Answer, says: str
) -> None:
    tutor.enqueue(Explanation((FACT, OTHER), answer))
    async with running(start()) as pilot:
        await paste(pilot, "What is a magnet?")
        await pilot.press("enter")
        await sees(pilot, says)
        await sees(pilot, "◆ Iron rusts.")
        assert text(pilot.app).count(FACT.text) == 1


async def test_nothing_is_called_the_answer_before_the_tutor_has_one(
    start: Start, tutor: ScriptedExplainer
) -> None:
    tutor.answer_delay = 30.0
    async with running(start()) as pilot:
        await paste(pilot, "What is a magnet?")
        await pilot.press("enter")
        await sees(pilot, "Magnets attract iron.")
        await sees(pilot, "The tutor is thinking")
        assert "answer" not in text(pilot.app)


async def test_where_the_tutor_knows_nothing_it_says_what_it_knows(
    start: Start, tutor: ScriptedExplainer
) -> None:
    tutor.enqueue(Explanation((), Answer("")))
    async with running(start()) as pilot:
        await paste(pilot, "Who won the cup?")
        await pilot.press("enter")
        await sees(
            pilot, "The tutor has no answer: it knows nothing about this. It knows science for school."
        )
        assert "no explanation" not in text(pilot.app)


async def test_an_answer_can_be_saved(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await paste(pilot, "What does a magnet pull?")
        await pilot.press("enter")
        await on(pilot, "AnswerScreen")
        await pilot.press("v")
        await sees(pilot, "Saved.")
        await until(pilot, lambda: app.desk.history.personal_bank(app.desk.profile).questions)
