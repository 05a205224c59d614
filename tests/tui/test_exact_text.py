"""Text from outside is shown as text on every screen, never read as markup."""

from dataclasses import replace

import pytest

from tests.tui.conftest import Start
from tests.tui.driving import BANK, MAGNET, NASTY, on, running, sees, text
from tutor_app.learning.exam import Exam
from tutor_app.learning.records import Attempt, FlagKind, Item, Mode
from tutor_app.learning.session import Session
from tutor_app.questions.library import Installed
from tutor_app.questions.model import ReadReport, Skipped
from tutor_app.students.explanation import Origin, Step
from tutor_app.tui.app import TutorApp
from tutor_app.tui.desk import Topic
from tutor_app.tui.screens.approve import ApproveScreen
from tutor_app.tui.screens.bank import BankScreen
from tutor_app.tui.screens.banks import BanksScreen
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.screens.dialog import AskLine, Choose, Dialog, Option, Say
from tutor_app.tui.screens.disagreements import DisagreementsScreen
from tutor_app.tui.screens.done import DoneScreen
from tutor_app.tui.screens.edit import EditScreen
from tutor_app.tui.screens.find import Find
from tutor_app.tui.screens.flags import FlagsScreen
from tutor_app.tui.screens.import_report import ImportReportScreen
from tutor_app.tui.screens.learn import LearnScreen
from tutor_app.tui.screens.look import LookScreen
from tutor_app.tui.screens.mistakes import MistakesScreen
from tutor_app.tui.screens.practise import PractiseScreen
from tutor_app.tui.screens.profiles import ProfilesScreen
from tutor_app.tui.screens.progress import ProgressScreen
from tutor_app.tui.screens.result import ResultScreen
from tutor_app.tui.screens.test import TestScreen
from tutor_app.tui.screens.test_setup import TestSetupScreen
from tutor_app.tui.widgets.menu import Entry

ASKED = replace(
    MAGNET,
    id="n1",
    text=NASTY,
    topic=NASTY,
    choices=(NASTY, f"{NASTY} 2", f"{NASTY} 3"),
    why_wrong=(),
    hint=NASTY,
    facts=(NASTY,),
    steps=(NASTY,),
    source=NASTY,
)
STEPS = (Step(NASTY, Origin.FACT, NASTY), Step(NASTY, Origin.TUTOR))


def done_session(item: Item) -> Session:
    session = Session(Mode.PRACTISE, [item], tries=1)
    assert session.turn is not None
    session.turn.answer(0)
    session.keep()
    return session


def screens(item: Item, app: TutorApp) -> dict[str, TutorScreen | Dialog]:
    bare = replace(ASKED, id="n2", text=f"{NASTY} again", facts=(), steps=())
    summary = app.desk.library.add(replace(BANK, title=NASTY, questions=(ASKED, bare)))
    bank = app.desk.library.bank(summary.id)
    exam = Exam([item])
    report = ReadReport("gift", bank, (Skipped(NASTY, NASTY),), (NASTY,))
    return {
        "learn": LearnScreen(Session(Mode.LEARN, [item]), NASTY),
        "practise": PractiseScreen(Session(Mode.PRACTISE, [item]), NASTY),
        "look": LookScreen(item, 0, NASTY),
        "done": DoneScreen(done_session(item), NASTY),
        "test": TestScreen(exam),
        "setup": TestSetupScreen(Topic("x", NASTY, NASTY, "", 1)),
        "result": ResultScreen(exam.finish()),
        "banks": BanksScreen(),
        "bank": BankScreen(summary),
        "approve": ApproveScreen(summary, bank),
        "report": ImportReportScreen(report, Installed(summary, False, 1, 0, 0, 0)),
        "edit": EditScreen(ASKED),
        "mistakes": MistakesScreen(),
        "flags": FlagsScreen(),
        "disagreements": DisagreementsScreen(),
        "progress": ProgressScreen(),
        "profiles": ProfilesScreen(),
        "say": Say(NASTY, NASTY),
        "choose": Choose(NASTY, [Option(1, NASTY, NASTY)]),
        "line": AskLine(NASTY, NASTY, NASTY),
        "find": Find(NASTY, [Entry("1", NASTY, NASTY)]),
    }


NAMES = (
    *("learn", "practise", "look", "done", "test", "setup", "result", "banks", "bank", "approve", "report"),
    *("edit", "mistakes", "flags", "disagreements", "progress", "profiles", "say", "choose", "line", "find"),
)


@pytest.mark.parametrize("name", NAMES)
async def test_every_screen_shows_text_exactly(start: Start, tutor: object, name: str) -> None:
    tutor.steps = STEPS  # type: ignore[attr-defined]
    app = start(profile="[red]x[/red]")
    async with running(app, (160, 50)) as pilot:
        desk, item = app.desk, Item("nasty", ASKED)
        screen = screens(item, app)[name]
        [summary] = [bank for bank in desk.library.banks() if not bank.shipped]
        stored = Item(summary.id, desk.library.bank(summary.id).questions[0])
        desk.history.record(desk.profile, Attempt(stored, Mode.PRACTISE, False, 1, NASTY))
        desk.history.flag(desk.profile, stored, NASTY, FlagKind.WRONG)
        desk.history.disagree(stored, NASTY, 0, 0.9)
        app.push_screen(screen)
        await on(pilot, type(screen).__name__)
        await sees(pilot, "[red]x[/red]" if name == "profiles" else NASTY)
        if name == "learn":
            await pilot.press("enter")
        if name in {"learn", "look", "approve"}:
            await sees(pilot, f"✎ {NASTY}")
        assert "Traceback" not in text(app)


async def test_home_and_the_palette_show_titles_exactly(start: Start) -> None:
    app = start()
    app.desk.library.add(replace(BANK, title=NASTY))
    async with running(app) as pilot:
        await sees(pilot, NASTY)
        await pilot.press("ctrl+p")
        await on(pilot, "CommandPalette")
        await pilot.press(*"learnred")
        await sees(pilot, f"Learn: {NASTY}")
