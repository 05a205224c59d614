"""Ask: recognise a pasted question, mend it, explain it, keep it."""

from threading import Event

from textual.pilot import Pilot
from textual.widgets import TextArea

from tests.tui.conftest import Start
from tests.tui.driving import NASTY, on, running, sees, text

PASTED = f"Why is {NASTY} wet?\nA) it flows\nB) {NASTY}\nAnswer: A"


async def paste(pilot: Pilot[int], pasted: str) -> None:
    await pilot.press("a")
    await on(pilot, "AskScreen")
    asked(pilot).insert(pasted)
    await pilot.pause()


def asked(pilot: Pilot[int]) -> TextArea:
    """Where the question is typed."""
    return pilot.app.screen.query_one("#asked", TextArea)


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


async def test_words_typed_in_distress_are_sent_to_a_person_and_stay_nowhere(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await paste(pilot, "I want to die")
        assert app.desk.drafts == {}
        await pilot.press("enter")
        await sees(pilot, "Please talk to somebody")
        await pilot.press("escape")
        await on(pilot, "AskScreen")
        assert asked(pilot).text == ""
        assert await back_and_again(pilot) == ""


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
        for key in ("F5  Ask it", "F3  Edit it", "F4  Save it"):
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
    return asked(pilot).text


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
        asked(pilot).insert(PASTED)
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
        assert asked(pilot).text == ""
        app.desk.profile = me
        assert await back_and_again(pilot) == PASTED


async def test_enter_asks_what_is_one_line(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, "What is ice?")
        await sees(pilot, "Enter ask it  ^j new line")
        await pilot.press("enter")
        await on(pilot, "AnswerScreen")


async def test_in_several_lines_enter_begins_another(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, "Which one floats?")
        await pilot.press("ctrl+j", *"wood", "enter", *"iron")
        assert asked(pilot).text == "Which one floats?\nwood\niron"
        await sees(pilot, "B iron")
        await pilot.press("f5")
        await on(pilot, "AnswerScreen")


async def test_the_next_question_takes_the_place_of_the_one_that_was_asked(start: Start) -> None:
    async with running(start()) as pilot:
        await paste(pilot, "What is ice?")
        await pilot.press("enter")
        await on(pilot, "AnswerScreen")
        await sees(pilot, "next question")
        await pilot.press("enter")
        await on(pilot, "AskScreen")
        assert asked(pilot).text == "What is ice?"
        await pilot.press(*"Why?")
        assert asked(pilot).text == "Why?"
        assert await back_and_again(pilot) == "Why?"
        await pilot.press(*" Now.")
        assert asked(pilot).text == "Why? Now.", "a question not asked yet is typed on"


async def test_what_is_saved_belongs_to_who_saved_it(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await paste(pilot, "What is ice?")
        me, free = app.desk.profile, Event()
        app.desk.write(free.wait)
        await pilot.press("f4")
        await sees(pilot, "Saved.")
        app.desk.profile = app.desk.history.profile("Ada")
        free.set()
        app.desk.wait_for_writes()
        assert [question.text for question in app.desk.history.personal_bank(me).questions] == [
            "What is ice?"
        ]
