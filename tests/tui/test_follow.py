"""What is newest stays in sight, and the question too where there is room; what changes says why."""

from threading import Event

from textual.pilot import Pilot

from tests.scripted import FACT, ScriptedExplainer, scripted_answer
from tests.tui.conftest import Start
from tests.tui.driving import MAGNET, learn, on, running, sees, text, until
from tutor_app.students.explanation import Explanation, Origin, Step

LONG = Step("A magnet pulls iron, nickel and cobalt, but no wood, paper, glass or plastic.", Origin.FACT)


async def shows_all(pilot: Pilot[int]) -> None:
    """Space until the answer is there."""
    for _ in range(3):
        await pilot.press("space")
        await pilot.pause(0.1)


async def test_a_step_that_comes_late_is_in_sight_on_a_small_terminal(
    start: Start, tutor: ScriptedExplainer
) -> None:
    tutor.steps, tutor.step_delay = (FACT, LONG), 0.3
    async with running(start()) as pilot:
        await pilot.resize_terminal(40, 12)
        await learn(pilot)
        await pilot.press("enter")
        await sees(pilot, "Magnets attract iron.")
        await sees(pilot, "plastic.")


async def test_the_question_stays_in_sight_beside_the_answer_where_there_is_room(start: Start) -> None:
    async with running(start()) as pilot:
        await pilot.resize_terminal(80, 21)
        await learn(pilot)
        await shows_all(pilot)
        await sees(pilot, "The tutor agrees (70% sure).")
        assert "What does a magnet pull?" in text(pilot.app)


async def test_why_the_authors_explanation_takes_the_place_of_the_facts_is_said(
    start: Start, tutor: ScriptedExplainer
) -> None:
    own = tuple(Step(words, Origin.BANK) for words in MAGNET.explanation)
    changed = Explanation(own, scripted_answer(MAGNET, confidence=0.3), True)

    def explain(*_: object) -> object:
        yield FACT
        assert seen.wait(30)
        yield changed

    seen = Event()
    tutor.explain = explain  # type: ignore[method-assign, assignment]
    async with running(start()) as pilot:
        await learn(pilot)
        await pilot.press("enter")
        await sees(pilot, "◆ Magnets attract iron.")
        assert "explanation:" not in text(pilot.app)
        seen.set()
        await sees(pilot, "The question's own explanation:")
        await sees(pilot, "• A nail is made of iron, so the magnet pulls it.")


async def test_a_note_and_a_flag_belong_to_who_was_learning(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot)
        await pilot.press("b")
        await sees(pilot, "Right!")
        await sees(pilot, "Magnets attract iron.")
        me, free = app.desk.profile, Event()
        app.desk.write(free.wait)
        await pilot.press("x")
        await on(pilot, "Choose")
        await pilot.press("u")
        await on(pilot, "LearnScreen")
        await pilot.press("m")
        await on(pilot, "AskLine")
        await pilot.press(*"iron!", "enter")
        await on(pilot, "LearnScreen")
        app.desk.profile = app.desk.history.profile("Ada")
        free.set()
        app.desk.wait_for_writes()
        item = app.screen.turn.item  # type: ignore[attr-defined]
        await until(pilot, lambda: app.desk.history.notes(me, item))
        assert [flag.profile for flag in app.desk.history.flags()] == [me.name]
