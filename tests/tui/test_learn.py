"""Learn: think, hint, steps, answer; and everything that can go differently."""

from tests.scripted import ScriptedExplainer, scripted_answer
from tests.tui.conftest import Start
from tests.tui.driving import MAGNET, learn, on, running, sees, text, until
from tutor_app.errors import UserError
from tutor_app.students.ahead import Ahead
from tutor_app.students.explanation import Explanation, Origin, Step
from tutor_app.tui.widgets.menu import Menu


async def test_a_student_is_led_step_by_step_to_the_answer(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot)
        await sees(pilot, "What does a magnet pull?")
        assert "Magnets attract iron." not in text(app)
        await pilot.press("space")
        await sees(pilot, "◆ Magnets attract iron.")
        assert "A nail is made of iron" not in text(app)
        await pilot.press("space")
        await sees(pilot, "✎ A nail is made of iron, so the magnet attracts the nail.")
        assert "The answer is" not in text(app)
        await pilot.press("space")
        await sees(pilot, "The answer is B: an iron nail")
        assert "70%" in text(app)
        assert "The tutor agrees (70% sure)." in text(app)
        await pilot.press("enter")
        await on(pilot, "DoneScreen")
        await sees(pilot, "Done: 1 question.")
    with app.desk.history.open() as history:
        [attempt] = history.attempts()
    assert (attempt.mode, attempt.question, attempt.correct) == ("learn", "m1", None)


async def test_enter_shows_everything_and_then_the_answer(start: Start) -> None:
    async with running(app := start()) as pilot:
        await learn(pilot)
        await pilot.press("enter")
        await sees(pilot, "A nail is made of iron")
        await pilot.press("space")
        await sees(pilot, "The answer is B")
        assert app.screen.turn.done  # type: ignore[attr-defined]


async def test_hints_climb_a_ladder_that_never_names_the_answer(start: Start) -> None:
    async with running(start()) as pilot:
        await learn(pilot)
        await pilot.press("t")
        await sees(pilot, "? Think of metals.")
        await pilot.press("t")
        await sees(pilot, "? Magnets pull things made of iron.")


async def test_who_knows_it_answers_at_any_point(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot)
        await pilot.press("space")
        await sees(pilot, "Magnets attract iron.")
        await pilot.press("b")
        await sees(pilot, "✓ Right!")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
    with app.desk.history.open() as history:
        [attempt] = history.attempts()
    assert attempt.correct is True


async def test_the_mouse_answers_too(start: Start) -> None:
    async with running(start()) as pilot:
        await learn(pilot)
        await pilot.click("#choices", offset=(6, 0))
        await sees(pilot, "Wood is not a metal.")


async def test_a_step_opens_to_its_source_and_can_be_flagged(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot)
        await pilot.press("space")
        await sees(pilot, "Magnets attract iron.")
        await pilot.press("s")
        await sees(pilot, "Word for word from the fact base: the shipped facts")
        await pilot.press("x")
        await on(pilot, "Choose")
        await pilot.press("u")
        await on(pilot, "LearnScreen")
        await sees(pilot, "you said: unclear")
    with app.desk.history.open() as history:
        [flag] = history.flags()
    assert (flag.step, flag.kind.value) == ("Magnets attract iron.", "unclear")


async def test_esc_closes_an_open_source_before_it_leaves(start: Start) -> None:
    async with running(start()) as pilot:
        await learn(pilot)
        await pilot.press("space")
        await sees(pilot, "Magnets attract iron.")
        await pilot.press("s")
        await sees(pilot, "Word for word from the fact base")
        await pilot.press("escape")
        await until(pilot, lambda: "Word for word" not in text(pilot.app))
        assert type(pilot.app.screen).__name__ == "LearnScreen"
        await pilot.press("escape")
        await on(pilot, "HomeScreen")


async def test_a_small_terminal_keeps_the_key_that_goes_on(start: Start) -> None:
    async with running(start()) as pilot:
        await pilot.resize_terminal(50, 16)
        await learn(pilot)
        await sees(pilot, "Space explain it")
        await pilot.press("space")
        await sees(pilot, "Magnets attract iron.")
        await sees(pilot, "Space next step")


async def test_without_students_the_authors_explanation_is_shown(start: Start) -> None:
    def none(_: object) -> object:
        raise UserError("No students are installed.")

    app = start(load=none)
    async with running(app) as pilot:
        assert "no tutor" in text(app)
        await learn(pilot)
        await pilot.press("enter")
        await sees(pilot, "• A nail is made of iron, so the magnet pulls it.")
        await pilot.press("enter")
        await sees(pilot, "The answer is B: an iron nail")


async def test_a_tutor_that_fails_gives_way_to_the_author(start: Start, tutor: ScriptedExplainer) -> None:
    tutor.fail = RuntimeError("out of memory")
    async with running(start()) as pilot:
        await learn(pilot)
        await pilot.press("enter")
        await sees(pilot, "The tutor could not explain this one.")
        await sees(pilot, "• Magnets pull things made of iron.")


async def test_a_disagreement_is_said_plainly_and_kept_for_the_teacher(
    start: Start, tutor: ScriptedExplainer
) -> None:
    steps = (Step("Glass shines like metal.", Origin.TUTOR),)
    tutor.enqueue(
        Explanation(steps, scripted_answer(MAGNET, choice=3, confidence=0.8), False, "scripted 1.0")
    )
    app = start()
    async with running(app) as pilot:
        await learn(pilot)
        await pilot.press("enter")
        await sees(pilot, "Glass shines")
        await pilot.press("enter")
        await sees(pilot, "The tutor would have said D: glass (80% sure).")
        await sees(pilot, "The answer is B: an iron nail")
    with app.desk.history.open() as history:
        [disagreement] = history.disagreements()
    assert (disagreement.question, disagreement.choice) == ("m1", 3)


async def test_a_disagreement_made_ahead_of_time_is_kept_for_the_teacher_too(
    start: Start, tutor: ScriptedExplainer
) -> None:
    steps = (Step("Glass shines like metal.", Origin.TUTOR),)
    tutor.enqueue(Explanation(steps, scripted_answer(MAGNET, choice=3), False, "scripted 1.0"))
    ahead = Ahead(tutor)
    app = start(load=lambda _: ahead)
    async with running(app) as pilot:
        app.desk.plan(MAGNET)
        await until(pilot, lambda: tutor.asked and not ahead.busy)
        await learn(pilot)
        await pilot.press("enter")
        await sees(pilot, "Glass shines")
        app.desk.wait_for_writes()
        [disagreement] = app.desk.history.disagreements()
    assert (disagreement.question, disagreement.choice) == ("m1", 3)
    assert len(tutor.asked) == 1, "it came from what was made ahead"


async def test_a_note_is_shown_again_once_the_answer_is_known(start: Start) -> None:
    async with running(start()) as pilot:
        await learn(pilot)
        await pilot.press("b")
        await sees(pilot, "Right!")
        await pilot.press("m")
        await on(pilot, "AskLine")
        await pilot.press(*"iron!", "enter")
        await sees(pilot, "Your note is kept.")
        await sees(pilot, "Your note: iron!")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await learn(pilot)
        assert "Your note:" not in text(pilot.app)
        await pilot.press("b")
        await sees(pilot, "Your note: iron!")


async def test_the_authors_explanation_is_one_key_away(start: Start) -> None:
    async with running(start()) as pilot:
        await learn(pilot)
        await pilot.press("b")
        await sees(pilot, "Right!")
        await pilot.press("o")
        await sees(pilot, "• A nail is made of iron, so the magnet pulls it.")
        await pilot.press("o")
        await sees(pilot, "✎ A nail is made of iron, so the magnet attracts the nail.")


async def test_leaving_stops_the_tutor(start: Start, tutor: ScriptedExplainer) -> None:
    tutor.step_delay = 30.0
    async with running(start()) as pilot:
        await learn(pilot)
        await pilot.press("space")
        await sees(pilot, "The tutor is thinking")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        for _ in range(200):
            if tutor.cancelled:
                break
            await pilot.pause(0.01)
    assert tutor.cancelled == ["m1"]


async def test_home_goes_on_where_the_student_left(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot, "Water")
        await pilot.press("n")
        await sees(pilot, "That is fine.")
        await pilot.press("enter")
        await pilot.press("enter")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await sees(pilot, "Go on")
        await pilot.press("c")
        await on(pilot, "LearnScreen")


async def test_home_offers_what_was_left_last_and_begun_topics_first(start: Start) -> None:
    app = start()

    def labels(menu: str) -> list[str]:
        return [entry.label for entry in app.screen.query_one(menu, Menu).entries if entry.label]

    async with running(app) as pilot:
        assert labels("#topics")[:2] == ["Chemistry", "Water"]
        await learn(pilot, "Water")
        await pilot.press("space")  # left within the first question
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await learn(pilot, "Magnets", "p")
        await pilot.press("b", "3")
        await sees(pilot, "Right!")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await sees(pilot, "Begun: go on")
        assert labels("#topics") == ["Begun: go on", "Magnets", "Chemistry", "Water"]
        assert labels("#places")[0] == "Go on"
        await pilot.press("c")
        await on(pilot, "PractiseScreen")
        await pilot.press("enter")
        await on(pilot, "DoneScreen")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await sees(pilot, "learn, question 1 of 3")  # what was left before that one
        await pilot.press("c")
        await on(pilot, "LearnScreen")


async def test_copy_puts_question_and_steps_on_the_clipboard(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot)
        await pilot.press("space")
        await sees(pilot, "Magnets attract iron.")
        await pilot.press("y")
        await pilot.pause()
        assert app.clipboard.startswith("What does a magnet pull?\nA: wood")
        assert "Magnets attract iron." in app.clipboard
