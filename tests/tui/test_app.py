"""What all screens share: errors in plain words, help, the palette, settings, profiles, looks and sizes."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui.conftest import Start
from tests.tui.driving import MAGNET, NASTY, learn, on, running, sees, text, until
from tutor_app.errors import UserError
from tutor_app.learning.records import Attempt, Item, Mode
from tutor_app.learning.storage import list_backups
from tutor_app.questions.library import BankSummary, Library, file_content
from tutor_app.questions.model import Bank
from tutor_app.tui.desk import Desk, Overview
from tutor_app.tui.marks import ASCII
from tutor_app.tui.screens import progress
from tutor_app.tui.screens.home import HomeScreen
from tutor_app.tui.widgets.menu import Menu
from tutor_app.tui.widgets.question_view import QuestionView

SIZES = [(60, 20), (80, 24), (250, 80)]


async def test_the_first_run_is_usable_at_once(start: Start) -> None:
    async with running(start()) as pilot:
        assert "Pick a topic and press Enter; nothing needs to be set up." in text(pilot.app)


async def test_without_any_bank_home_explains_what_to_do(start: Start, assets: Path) -> None:
    for bank in (assets / "banks").glob("*.jsonl"):
        bank.unlink()
    app = start()
    async with app.run_test(size=(100, 40)) as pilot:
        await sees(pilot, "There are no questions yet: open Banks (b) to add some")
    app.desk.close()


async def test_a_mistake_of_our_own_becomes_a_dialog_with_a_log(
    start: Start, tutor_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: HomeScreen, place: str) -> None:
        raise RuntimeError("inner secret")

    monkeypatch.setattr(HomeScreen, "action_go", broken)
    app = start()
    async with running(app) as pilot:
        await pilot.press("g")
        await on(pilot, "Say")
        assert "mistake of its own" in text(app)
        assert "tutor.log" in text(app)
        assert "inner secret" not in text(app)
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        app.troubles.clear()
    assert "RuntimeError: inner secret" in (tutor_home / "log" / "tutor.log").read_text()


async def test_an_error_outside_any_screen_starts_over_at_home(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot)
        app._handle_exception(RuntimeError("a widget died"))
        await on(pilot, "Say")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await sees(pilot, "Magnets")
        app.troubles.clear()


async def test_a_user_error_is_shown_as_it_is_written(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        app.report(UserError(f"The file {NASTY} is empty."))
        await sees(pilot, f"The file {NASTY} is empty.")


async def test_a_list_that_cannot_be_read_says_why_and_says_it_once(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def unreadable(self: Library) -> list[BankSummary]:
        asked.append(1)
        raise UserError("The folder of banks cannot be read.")

    app = start()
    async with running(app) as pilot:
        monkeypatch.setattr(Library, "banks", unreadable)
        await pilot.press("b")
        await on(pilot, "Say")
        await sees(pilot, "The folder of banks cannot be read.")
        await pilot.press("escape")
        await until(pilot, lambda: len(asked) == 2)  # the list is read again, and again in vain
        await app.workers.wait_for_complete()
        await on(pilot, "BanksScreen")
        await pilot.pause()
        assert type(app.screen).__name__ == "BanksScreen"


async def test_progress_that_cannot_be_read_says_why_once(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def unreadable(*_: object, **__: object) -> None:
        asked.append(1)
        raise UserError("The history is damaged.")

    monkeypatch.setattr(progress, "progress", unreadable)
    app = start()
    async with running(app) as pilot:
        await pilot.press("g")
        await on(pilot, "Say")
        await sees(pilot, "The history is damaged.")
        await pilot.press("escape")
        await until(pilot, lambda: len(asked) == 2)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert type(app.screen).__name__ == "ProgressScreen"


async def test_what_fails_at_the_start_is_said_once(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(self: Desk) -> Overview:
        raise UserError("The history is damaged.")

    monkeypatch.setattr(Desk, "overview", damaged)
    app = start()
    async with app.run_test(size=(100, 40)) as pilot:
        await sees(pilot, "The history is damaged.")
        await until(pilot, lambda: app.tutor_state == (True, "tutor ready"))
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
    app.desk.close()


async def test_help_belongs_to_the_widget_in_focus(start: Start) -> None:
    async with running(start()) as pilot:
        await pilot.press("question_mark")
        await on(pilot, "HelpScreen")
        await sees(pilot, "Lists")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        pilot.app.screen.query_one("#topics").focus()
        await pilot.press("question_mark")
        await on(pilot, "HelpScreen")
        await sees(pilot, "explains the questions of a topic")


async def test_help_that_does_not_fit_scrolls_by_keyboard(start: Start) -> None:
    async with running(start(), (80, 24)) as pilot:
        await pilot.press("question_mark")
        await on(pilot, "HelpScreen")
        assert "F2  picture" not in text(pilot.app)
        await pilot.press("end")
        await sees(pilot, "F2  picture")


async def test_a_larger_window_keeps_the_chosen_topic_in_sight(start: Start) -> None:
    async with running(start(), (80, 24)) as pilot:
        await pilot.resize_terminal(80, 12)
        pilot.app.screen.query_one("#topics").focus()
        await pilot.press("end")
        await sees(pilot, "▸ Magnets")
        await pilot.resize_terminal(140, 12)
        await sees(pilot, "▸ Magnets")


def many_topics(folder: Path) -> None:
    """Banks enough that a list of their topics fits no screen."""
    for i in range(60):
        bank = Bank(f"Topic {i:02d}", (replace(MAGNET, id=f"q{i}"),), subject="zoology")
        (folder / "banks" / f"topic-{i:02d}.jsonl").write_bytes(file_content(bank))


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 40), (120, 40)])
async def test_a_topic_far_down_the_list_leaves_the_places_in_sight(
    start: Start, assets: Path, size: tuple[int, int]
) -> None:
    many_topics(assets)
    async with running(start(), size) as pilot:
        await pilot.press("right", "end")
        await sees(pilot, "▸ Topic 59")
        assert all(place in text(pilot.app) for place in ("l  Learn", "p  Practise", "h  Guides"))
        await pilot.press("left", "end")
        await sees(pilot, "▸ h  Guides")
        assert "Topic 59" in text(pilot.app)


async def test_a_page_of_topics_at_a_time_from_either_list(start: Start, assets: Path) -> None:
    many_topics(assets)
    async with running(start(), (80, 24)) as pilot:
        topics = pilot.app.screen.query_one("#topics", Menu)
        await pilot.press("pagedown")
        first = topics.cursor
        assert first > 5
        await pilot.press("tab", "pagedown")
        await sees(pilot, f"▸ {topics.entries[topics.cursor].label}")
        assert topics.cursor > first + 5
        await pilot.press("pageup", "pageup", "pageup")
        await sees(pilot, f"▸ {topics.entries[1].label}")


async def test_a_small_home_says_what_the_cursor_stands_on(start: Start) -> None:
    async with running(start(), (60, 20)) as pilot:
        await sees(pilot, "Learn: a question explained step by step")
        await pilot.press("down")
        await sees(pilot, "Practise: answer first, then see why")
        await pilot.press("right", "down")
        await sees(pilot, "Magnets: 0 of 1 known")


async def test_the_first_line_of_a_list_is_seen_again_after_the_last(start: Start) -> None:
    async with running(start(), (80, 24)) as pilot:
        await pilot.press("s")
        await on(pilot, "SettingsScreen")
        await pilot.press("end")
        await sees(pilot, "▸ Profile")
        await sees(pilot, "The profile used when none is named.")
        await pilot.press("home")
        await sees(pilot, "▸ Theme")
        assert "  Look\n" in text(pilot.app)


async def test_the_palette_knows_the_screen_the_places_and_the_topics(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await pilot.press("ctrl+p")
        await on(pilot, "CommandPalette")
        await pilot.press(*"practisemagn")
        await sees(pilot, "Practise: Magnets")
        await pilot.press("enter")
        await on(pilot, "PractiseScreen")


async def test_guides_are_read_in_the_app(start: Start) -> None:
    async with running(start()) as pilot:
        await pilot.press("h")
        await on(pilot, "GuidesScreen")
        await pilot.press("enter")
        await sees(pilot, "Keys that work everywhere")


async def test_a_setting_is_changed_and_kept(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await pilot.press("s")
        await on(pilot, "SettingsScreen")
        await pilot.press("down", "right")
        await pilot.pause()
        assert app.marks is ASCII
        app.screen.query_one("#form").select("practise.questions")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await on(pilot, "AskLine")
        await pilot.press("backspace", "backspace", "7", "enter")
        await on(pilot, "SettingsScreen")
        await pilot.pause()
    assert app.desk.settings_file.reload().practise.questions == 7
    assert app.desk.settings.look.ascii_marks is True


async def test_settings_say_that_the_students_are_those_that_ship(start: Start) -> None:
    async with running(start(), (100, 60)) as pilot:
        await pilot.press("s")
        await sees(pilot, "the ones that ship")


async def test_a_setting_that_does_not_fit_is_refused(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await pilot.press("s")
        await on(pilot, "SettingsScreen")
        app.screen.query_one("#form").select("practise.questions")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await on(pilot, "AskLine")
        await pilot.press("0", "0", "0", "enter")
        await sees(pilot, "Type a whole number from 1 to 500.")
        await pilot.press("backspace", "backspace", "7", "enter")
        await on(pilot, "SettingsScreen")
    assert app.desk.settings.practise.questions == 7


async def test_profiles_are_made_and_switched(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await pilot.press("u")
        await on(pilot, "ProfilesScreen")
        await sees(pilot, "learning now")
        await pilot.press("n")
        await on(pilot, "AskLine")
        await pilot.press(*"Maya", "enter")
        await on(pilot, "ProfilesScreen")
        await sees(pilot, "Maya")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await sees(pilot, "Hello, Maya.")


async def test_who_learns_now_is_not_removed_and_of_others_a_backup_is_kept(start: Start) -> None:
    app = start(profile="ANN")
    for name in ("ann", "Bob"):
        app.desk.history.profile(name)
    async with running(app) as pilot:
        await pilot.press("u")
        await on(pilot, "ProfilesScreen")
        await sees(pilot, "learning now")
        await pilot.press("delete")
        await sees(pilot, "This one is learning now")
        await pilot.press("down", "delete")
        await on(pilot, "Choose")
        await pilot.press("down", "enter")
        await until(pilot, lambda: [each.name for each in app.desk.history.profiles()] == ["ann"])
    assert len(list_backups(app.desk.history.path)) == 1


async def test_progress_is_saved_as_a_page(start: Start, tmp_path: Path) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot, key="p")
        await pilot.press("b", "3")
        await sees(pilot, "Right!")
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        await pilot.press("g")
        await on(pilot, "ProgressScreen")
        await sees(pilot, "1 question, 100% right at the first try")
        await pilot.press("e")
        await on(pilot, "Choose")
        await pilot.press("h")
        await on(pilot, "AskLine")
        target = tmp_path / "progress.html"
        app.screen.query_one("Input").value = str(target)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await on(pilot, "ProgressScreen")
        await sees(pilot, "Saved:")
    assert "<svg" in target.read_text()


async def test_progress_tells_what_was_answered_from_what_was_only_explained(start: Start) -> None:
    app = start()
    [magnet], [first, *_] = app.desk.shelf.items("magnets"), app.desk.shelf.items("water")
    async with running(app) as pilot:
        app.desk.history.record(app.desk.profile, Attempt(first, Mode.LEARN, correct=None))
        await pilot.press("g")
        await sees(pilot, "1 question, 0 s spent")
        await pilot.press("escape")
        app.desk.history.record(app.desk.profile, Attempt(magnet, Mode.PRACTISE, correct=True))
        await pilot.press("g")
        await sees(pilot, "2 questions, 1 of them answered, 100% right at the first try")


async def test_ascii_marks_leave_no_other_mark(start: Start) -> None:
    app = start(("look.ascii_marks", True))
    async with running(app) as pilot:
        await learn(pilot)
        await pilot.press("enter")
        await sees(pilot, "# Magnets attract iron.")
        await pilot.press("enter")
        await sees(pilot, "+ B  an iron nail")
        shown = text(app).translate(str.maketrans("", "", "·▁▂▃▄▅▆▇"))
        assert shown.isascii(), {c for c in shown if not c.isascii()}


async def test_no_color_still_says_everything_by_marks(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = start()
    async with running(app) as pilot:
        assert app.no_color
        await learn(pilot)
        await pilot.press("b")
        await sees(pilot, "✓ B  an iron nail")


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_the_question_and_its_keys(start: Start, size: tuple[int, int]) -> None:
    app = start()
    async with running(app, size) as pilot:
        await learn(pilot)
        await sees(pilot, "What does a magnet pull?")
        assert "Esc back" in text(app)
        assert "? help" in text(app)
        await pilot.resize_terminal(60, 20)
        await sees(pilot, "D  glass")


async def test_reduced_motion_moves_nothing(start: Start) -> None:
    app = start(("look.reduced_motion", True))
    async with running(app):
        assert app.animation_level == "none"


async def test_a_picture_of_the_screen_is_saved(start: Start, tutor_home: Path) -> None:
    async with running(start()) as pilot:
        await pilot.press("f2")
        await sees(pilot, "Picture saved")
    assert len(list((tutor_home / "data" / "pictures").glob("*.svg"))) == 1


async def test_the_key_bar_can_be_clicked(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await learn(pilot)
        bar = text(app).split("\n")[-1]
        await pilot.click("KeyBar", offset=(bar.index("help"), 0))
        await on(pilot, "HelpScreen")


def long_text() -> str:
    """3,000 characters that wrap in many ways."""
    words = [NASTY, "supercalifragilistic", "水の分子", "\\[x]", "a" * 90]
    return " ".join(words[i % len(words)] for i in range(200))[:3000].strip()


async def test_long_questions_are_shown_whole(start: Start) -> None:
    from tutor_app.tui.screens.look import LookScreen

    asked = replace(MAGNET, text=long_text())
    app = start()
    async with running(app, (60, 20)) as pilot:
        app.push_screen(LookScreen(Item("magnets", asked)))
        await on(pilot, "LookScreen")
        view = app.screen.query_one(QuestionView)
        shown = "".join(line.plain for line in view.drawn(view.size.width))
        assert "".join(long_text().split()) in "".join(shown.split())
        assert view.size.height == len(view.drawn(view.size.width))
