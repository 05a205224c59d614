"""When something goes wrong, or a key is pressed twice: one screen, one sentence, nothing lost in silence."""

import argparse
import errno
import logging
import threading
from pathlib import Path

import pytest

from tests.scripted import ScriptedExplainer
from tests.tui.conftest import Start
from tests.tui.driving import OTHER_BANK, learn, on, running, sees, text, until
from tutor_app import log, paths
from tutor_app.errors import UserError
from tutor_app.learning import settings
from tutor_app.students.ahead import Ahead
from tutor_app.tui import app as app_module
from tutor_app.tui import starting
from tutor_app.tui.app import TutorApp
from tutor_app.tui.desk import Desk


@pytest.mark.parametrize(("key", "screen"), [("enter", "LearnScreen"), ("p", "PractiseScreen")])
async def test_a_key_pressed_twice_opens_one_screen(
    start: Start, monkeypatch: pytest.MonkeyPatch, key: str, screen: str
) -> None:
    twice, prepare = threading.Event(), starting.prepare

    def slowly(*wanted: object) -> object:
        twice.wait(5)
        return prepare(*wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(starting, "prepare", slowly)
    app = start()
    async with running(app) as pilot:
        app.screen.query_one("#topics").focus()
        await pilot.press(key, key)
        twice.set()
        await app.workers.wait_for_complete()
        await on(pilot, screen)
        assert [type(each).__name__ for each in app.screen_stack] == ["HomeScreen", screen]


async def test_a_test_begun_twice_is_one_test(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    twice, chosen = threading.Event(), starting.topic_items

    def slowly(*wanted: object) -> object:
        twice.wait(5)
        return chosen(*wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(starting, "topic_items", slowly)
    app = start()
    async with running(app) as pilot:
        await learn(pilot, key="t")
        await pilot.press("s", "s")
        twice.set()
        await app.workers.wait_for_complete()
        await on(pilot, "TestScreen")
        assert [type(each).__name__ for each in app.screen_stack] == ["HomeScreen", "TestScreen"]
        assert len(app.desk.history.open_sessions()) == 1


async def test_a_full_disk_is_no_mistake_of_the_tutors(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "settings.toml")

    app = start()
    async with running(app) as pilot:
        monkeypatch.setattr(settings, "write_atomically", full)
        await pilot.press("s")
        await on(pilot, "SettingsScreen")
        await pilot.press("right")
        await sees(pilot, "settings.toml cannot be written: No space left on device.")


def test_a_write_that_fails_after_the_app_was_left_is_said_in_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left = threading.Event()

    def fail() -> None:
        left.wait(5)
        raise UserError("Another program holds the history.")

    def run(app: TutorApp) -> int:
        app.desk.write(fail)
        app.exit(0)
        left.set()
        return 0

    monkeypatch.setattr(app_module, "Desk", lambda **_: Desk(load=lambda _: ScriptedExplainer()))
    monkeypatch.setattr(TutorApp, "run", run)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert app_module.run_app(argparse.Namespace()) == 1
    said = capsys.readouterr().err
    assert said == "tutor: What you did last is not saved. Another program holds the history.\n"


@pytest.mark.parametrize("ended", [False, True])
async def test_a_write_that_fails_is_said_once_while_the_app_can_say_it(start: Start, ended: bool) -> None:
    def fail() -> None:
        raise UserError("Another program holds the history.")

    app = start()
    async with running(app) as pilot:
        if ended:
            app.exit(0)
        app.desk.write(fail)
        app.desk.wait_for_writes()  # the writer never waits for the screen, which stands still here
        if not ended:
            await sees(pilot, "Another program holds the history.")
    assert len(app.desk.unreported) == ended  # which the terminal is told


async def test_a_bank_that_is_damaged_is_named_when_its_questions_are_left_out(
    start: Start, assets: Path
) -> None:
    path = assets / "banks" / "water.jsonl"
    path.write_bytes(path.read_bytes().replace(b"solid", b"\xffolid"))
    app = start()
    async with running(app, size=(160, 40)) as pilot:
        app.start("practise")
        await on(pilot, "PractiseScreen")
        await sees(pilot, "water.jsonl is")


async def test_what_fails_while_explaining_ahead_is_in_the_log(start: Start) -> None:
    failing = ScriptedExplainer(fail=RuntimeError("inner secret"))
    app = start(load=lambda _: Ahead(failing))
    async with running(app) as pilot:
        app.desk.plan(OTHER_BANK.questions[0])
        await until(
            pilot, lambda: paths.user_log().exists() and "inner secret" in paths.user_log().read_text()
        )
        assert "inner secret" not in text(app)


def test_a_bad_word_for_the_log_harms_nobody_who_logs() -> None:
    log.to_file()
    ours = next(each for each in logging.getLogger().handlers if type(each).__module__ == log.__name__)
    ours.handle(logging.LogRecord("x", logging.WARNING, "", 0, "%d items", ("three",), None))


def test_the_log_has_one_handler_and_begins_anew_when_it_is_long() -> None:
    log.to_file()
    log.to_file()
    logging.getLogger("tutor_app.students").warning("said once")
    path = paths.user_log()
    assert path.read_text().count("said once") == 1
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("x" * 1_000_001)
    assert log.keep(RuntimeError("newest")) == str(path)
    assert "RuntimeError: newest" in path.read_text()
    assert path.with_suffix(".old.log").exists()
