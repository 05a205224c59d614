"""What is typed into a small window: Enter is named, Esc loses nothing in silence, a slip is explained there."""

from pathlib import Path

import pytest

from tests.tui.conftest import Start
from tests.tui.driving import learn, on, running, sees, text
from tutor_app.tui.draft import Draft


async def to_the_export(app: object, pilot: object, target: str) -> None:
    """From Home to the window that asks where the progress goes, with this typed."""
    await pilot.press("g")  # type: ignore[attr-defined]
    await sees(pilot, "Nothing answered yet")  # type: ignore[arg-type]
    await pilot.press("e")  # type: ignore[attr-defined]
    await on(pilot, "Choose")  # type: ignore[arg-type]
    await pilot.press("m")  # type: ignore[attr-defined]
    await on(pilot, "AskLine")  # type: ignore[arg-type]
    app.screen.query_one("Input").value = target  # type: ignore[attr-defined]
    await pilot.press("enter")  # type: ignore[attr-defined]


async def test_what_is_typed_is_not_lost_by_esc(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await pilot.press("u")
        await on(pilot, "ProfilesScreen")
        await pilot.press("n")
        await on(pilot, "AskLine")
        assert "Enter done" in text(app)
        await pilot.press(*"Maya", "escape")
        await sees(pilot, "Leave without keeping this?")
        await pilot.press("enter")
        await on(pilot, "AskLine")
        assert app.screen.query_one("Input").value == "Maya"  # type: ignore[attr-defined]
        await pilot.press("escape", "down", "enter")
        await on(pilot, "ProfilesScreen")
        await pilot.press("n", "escape")  # nothing typed: nothing to ask
        await on(pilot, "ProfilesScreen")


async def test_a_file_is_replaced_only_when_asked_to(start: Start, tmp_path: Path) -> None:
    there = tmp_path / "thesis.md"
    there.write_text("years of work")
    app = start()
    async with running(app) as pilot:
        await to_the_export(app, pilot, str(there))
        await sees(pilot, "Replace this file?")
        await pilot.press("enter")
        await on(pilot, "ProgressScreen")
        assert there.read_text() == "years of work"
        await pilot.press("e", "m")
        await on(pilot, "AskLine")
        app.screen.query_one("Input").value = str(there)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await sees(pilot, "Replace this file?")
        await pilot.press("down", "enter")
        await sees(pilot, "Saved:")
        assert there.read_text().startswith("# ")


async def test_a_file_name_has_no_slash_of_a_profiles_name(start: Start) -> None:
    app = start(profile="6/b")
    async with running(app) as pilot:
        await pilot.press("g")
        await sees(pilot, "Nothing answered yet")
        await pilot.press("e", "c")
        await on(pilot, "AskLine")
        assert app.screen.query_one("Input").value.endswith("/progress-6-b.csv")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("~nobody_x/a.md", "There is no folder"),
        ("{folder}", "Give the name of a file"),
        ("{folder}/a/b.md", "There is no"),
    ],
)
async def test_no_folder_is_made_or_replaced(start: Start, tmp_path: Path, typed: str, said: str) -> None:
    app = start()
    async with running(app, (140, 40)) as pilot:
        await to_the_export(app, pilot, typed.format(folder=tmp_path))
        await on(pilot, "Say")
        await sees(pilot, said)
        assert not (tmp_path / "a").exists()


async def test_the_picker_says_that_nobody_has_no_home(start: Start) -> None:
    app = start()
    async with running(app, (140, 40)) as pilot:
        await pilot.press("b")
        await on(pilot, "BanksScreen")
        await pilot.press("i")
        await on(pilot, "PickFile")
        assert "Enter open" in text(app)
        await pilot.press(*"~nobody_x/q.xml", "enter")
        await sees(pilot, "There is no file")


async def test_a_number_that_does_not_fit_is_explained_where_it_is_typed(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot, key="t")
        await pilot.press("enter")
        await on(pilot, "AskLine")
        await pilot.press("t", "enter")
        await sees(pilot, "Type a whole number from 1 to 500.")
        await pilot.press("backspace", "backspace", "backspace", "7", "enter")
        await on(pilot, "TestSetupScreen")
        await sees(pilot, "Questions   7")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await pilot.press("t")
        await sees(pilot, "Questions   7")  # what was chosen is there again


async def test_a_renamed_profile_keeps_its_draft(start: Start) -> None:
    app = start(profile="ANN")
    app.desk.history.profile("ann")
    async with running(app) as pilot:
        app.desk.drafts[app.desk.profile_name] = Draft.of("Why is the sky blue?")
        await pilot.press("u")
        await sees(pilot, "learning now")
        await pilot.press("r")
        await on(pilot, "AskLine")
        await pilot.press(*"Cem", "enter")
        await sees(pilot, "Cem")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await pilot.press("a")
        await sees(pilot, "Why is the sky blue?")


async def test_the_letter_for_learning_takes_the_topic_under_the_cursor(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        app.screen.query_one("#topics").focus()
        await pilot.press("end", "l")
        await on(pilot, "LearnScreen")
        await sees(pilot, "Learn · Magnets")


async def test_settings_are_named_in_a_pupils_words(start: Start) -> None:
    app = start()
    async with running(app, (100, 60)) as pilot:
        await pilot.press("s")
        await sees(pilot, "How much to remember")
        assert not {"Samples", "Retention", "Threads", "Style"} & set(text(app).split())


async def test_key_bars_name_enter(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await pilot.press("u")
        await sees(pilot, "Enter learn")
