"""Ask: recognise a pasted question, mend it, explain it, keep it."""

from textual.pilot import Pilot

from tests.scripted import ScriptedExplainer
from tests.tui.conftest import Start
from tests.tui.driving import NASTY, on, running, sees, text, until
from tutor_app.students.explanation import Answer, Explanation

PASTED = f"Why is {NASTY} wet?\nA) it flows\nB) {NASTY}\nAnswer: A"


async def paste(pilot: Pilot[int], pasted: str) -> None:
    await pilot.press("a")
    await on(pilot, "AskScreen")
    pilot.app.screen.query_one("#asked").insert(pasted)  # type: ignore[attr-defined]
    await pilot.pause()


async def test_choices_are_recognised_while_typing(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, PASTED)
        await sees(pilot, "A it flows  ✓")
        await sees(pilot, f"B {NASTY}")


async def test_the_tutor_explains_it_step_by_step(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await paste(pilot, PASTED)
        await pilot.press("f5")
        await on(pilot, "AskedScreen")
        await sees(pilot, f"Why is {NASTY} wet?")
        await pilot.press("enter")
        await sees(pilot, "Magnets attract iron.")
        await pilot.press("enter")
        await sees(pilot, "The answer is A: it flows")


async def test_where_the_tutor_knows_nothing_space_leads_on_to_that(
    start: Start, tutor: ScriptedExplainer
) -> None:
    tutor.enqueue(Explanation((), Answer("")))
    async with running(start()) as pilot:
        await paste(pilot, "Who won the cup?")
        await pilot.press("f5")
        await on(pilot, "AskedScreen")
        await until(pilot, lambda: pilot.app.screen.turn.unfolding.complete)  # type: ignore[attr-defined]
        await pilot.press("space")
        await sees(pilot, "There is no explanation for this question yet.")
        await pilot.press("space")
        await sees(pilot, "The tutor has no answer.")


async def test_words_typed_in_distress_are_sent_to_a_person(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, "I want to die")
        await pilot.press("f5")
        await sees(pilot, "Please talk to somebody")


async def test_a_question_without_a_key_says_that_nobody_can_check(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, "Which one floats?\n- wood\n- iron")
        await pilot.press("f5")
        await on(pilot, "AskedScreen")
        await pilot.press("enter")
        await sees(pilot, "Magnets attract iron.")
        await pilot.press("enter")
        await sees(pilot, "The tutor thinks it is A: wood")
        await sees(pilot, "there is no key to check it against")


async def test_it_can_be_mended_and_saved_to_the_students_own_bank(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await paste(pilot, PASTED)
        await pilot.press("f3")
        await on(pilot, "EditScreen")
        app.screen.query_one("#choices").text = "it flows\nit is cold\nit is old"  # type: ignore[attr-defined]
        app.screen.query_one("#key").value = "c"  # type: ignore[attr-defined]
        await pilot.press("f4")
        await on(pilot, "AskScreen")
        await sees(pilot, "C it is old  ✓")
        await pilot.press("f4")
        await sees(pilot, "Saved.")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await sees(pilot, "Your own questions")
    with app.desk.history.open() as history:
        [kept] = history.personal_bank(history.profile("me")).questions
    assert kept.choices == ("it flows", "it is cold", "it is old")
    assert kept.answer == 2


async def test_a_key_that_names_no_choice_is_refused_in_a_sentence(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, PASTED)
        await pilot.press("f3")
        await on(pilot, "EditScreen")
        pilot.app.screen.query_one("#key").value = "H"  # type: ignore[attr-defined]
        await pilot.press("f4")
        await on(pilot, "Say")
        await sees(pilot, "The key H names no choice.")


async def test_the_keys_beside_what_can_be_done_work_while_typing(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, PASTED)
        for key in ("F5  Explain it", "F3  Mend it", "F4  Save it"):
            await sees(pilot, key)
        await pilot.press("f3")
        await on(pilot, "EditScreen")


async def test_an_empty_page_asks_for_a_question(start: Start) -> None:
    async with running(start()) as pilot:
        await pilot.press("a")
        await on(pilot, "AskScreen")
        await pilot.press("f5")
        await sees(pilot, "Type or paste a question first.")
        assert "Traceback" not in text(pilot.app)


async def back_and_again(pilot: Pilot[int]) -> str:
    """Leave Ask for Home, come back, and read what stands in it."""
    await pilot.press("escape")
    await on(pilot, "HomeScreen")
    await pilot.press("a")
    await on(pilot, "AskScreen")
    return pilot.app.screen.query_one("#asked").text  # type: ignore[attr-defined, no-any-return]


async def test_what_was_typed_is_there_again_and_can_be_typed_on(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, PASTED)
        assert await back_and_again(pilot) == PASTED
        await sees(pilot, "A it flows  ✓")
        await pilot.press("backspace", "B")
        await sees(pilot, f"B {NASTY}  ✓")


async def test_what_was_mended_is_there_again(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, "Name the unit of temperature.")
        await pilot.press("f3")
        await on(pilot, "EditScreen")
        pilot.app.screen.query_one("#accepted").text = "kelvin\nK"  # type: ignore[attr-defined]
        await pilot.press("f4")
        await on(pilot, "AskScreen")
        await sees(pilot, "✓ kelvin or K")
        assert await back_and_again(pilot) == "Name the unit of temperature."
        await sees(pilot, "✓ kelvin or K")
        await pilot.press("f5")
        await on(pilot, "AskedScreen")
        await pilot.press("enter", "enter")
        await sees(pilot, "The answer is: kelvin or K")


async def test_a_question_that_was_explained_or_saved_leaves_no_draft(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, PASTED)
        await pilot.press("f5")
        await on(pilot, "AskedScreen")
        await pilot.press("escape")
        await on(pilot, "AskScreen")
        assert await back_and_again(pilot) == ""
        pilot.app.screen.query_one("#asked").insert(PASTED)  # type: ignore[attr-defined]
        await pilot.press("f4")
        await sees(pilot, "Saved.")
        assert await back_and_again(pilot) == ""


async def test_another_student_does_not_see_the_draft(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await paste(pilot, PASTED)
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        me = app.desk.profile
        app.desk.profile = app.desk.history.profile("Ada")
        await pilot.press("a")
        await on(pilot, "AskScreen")
        assert app.screen.query_one("#asked").text == ""  # type: ignore[attr-defined]
        app.desk.profile = me
        assert await back_and_again(pilot) == PASTED
