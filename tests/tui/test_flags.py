"""Flags: a fact is taken from everybody only when that was asked, and it comes back with a key."""

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.scripted import FACT, ScriptedExplainer
from tests.tui.conftest import Start
from tests.tui.driving import MAGNET, learn, on, running, sees, text, until
from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.flags import Flags
from tutor_app.learning.history import PERSONAL_BANK, TYPED
from tutor_app.learning.records import FlagKind, Item
from tutor_app.tui.app import TutorApp

WITHDRAWN = Fact(FACT.text)


def not_used() -> list[str]:
    return [fact.text for fact in Flags().facts()]


@pytest.fixture(autouse=True)
def flagging(tutor: ScriptedExplainer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripted tutor keeps flags as the real one does."""
    monkeypatch.setattr(tutor, "flag", lambda step: Flags().add(Fact(step.text)))


async def hold_wrong(pilot: Pilot[int]) -> None:
    await learn(pilot)
    await pilot.press("space")
    await sees(pilot, FACT.text)
    await pilot.press("x")
    await on(pilot, "Choose")
    await pilot.press("w")
    await sees(pilot, "Is this wrong?")


async def test_a_fact_is_withdrawn_only_after_a_second_yes(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await hold_wrong(pilot)
        await sees(pilot, "The tutor will not use it any more, for anybody here.")
        await pilot.press("enter")
        await on(pilot, "LearnScreen")
        app.desk.wait_for_writes()
        assert (app.desk.history.flags(), not_used()) == ([], [])


async def test_a_flag_is_taken_back_with_the_same_key(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await hold_wrong(pilot)
        await pilot.press("down", "enter")
        await on(pilot, "LearnScreen")
        app.desk.wait_for_writes()
        assert not_used() == [FACT.text]
        await pilot.press("x")
        await sees(pilot, "You said: wrong")
        await pilot.press("down", "enter")
        await on(pilot, "LearnScreen")
        app.desk.wait_for_writes()
        assert (app.desk.history.flags(), not_used()) == ([], [])


def flagged_item(question: str = "m1", bank: str = "magnets") -> Item:
    return Item(bank, replace(MAGNET, id=question))


def flagged(
    app: TutorApp, question: str = "m1", *, bank: str = "magnets", profile: str = "Ann", comment: str = ""
) -> None:
    history = app.desk.history
    item = flagged_item(question, bank)
    history.flag(history.profile(profile), item, FACT.text, FlagKind.WRONG, comment)
    Flags().add(WITHDRAWN)


async def test_what_another_flagged_too_stays_out_of_use(start: Start) -> None:
    app = start(profile="Bob")
    flagged(app, profile="Ann")
    flagged(app, profile="Bob")
    async with running(app):
        app.desk.take_back(app.desk.profile, flagged_item(), FACT.text, FlagKind.WRONG)
        app.desk.wait_for_writes()
        assert [flag.profile for flag in app.desk.history.flags()] == ["Ann"]
        assert not_used() == [FACT.text]


async def test_taking_back_at_one_question_leaves_what_was_said_at_another(start: Start) -> None:
    app = start(profile="Ann")
    flagged(app, "m1")
    flagged(app, "m2", comment="Nickel is pulled, too.")
    async with running(app):
        app.desk.take_back(app.desk.profile, flagged_item("m1"), FACT.text, FlagKind.WRONG)
        app.desk.wait_for_writes()
        left = [(flag.question, flag.comment) for flag in app.desk.history.flags()]
        assert left == [("m2", "Nickel is pulled, too.")]
        assert not_used() == [FACT.text]


async def test_the_list_brings_a_fact_back_after_saying_how_many_flags_go(start: Start) -> None:
    app = start()
    flagged(app, profile="Bob")
    flagged(app)
    async with running(app) as pilot:
        await pilot.press("b")
        await on(pilot, "BanksScreen")
        await pilot.press("f")
        await sees(pilot, "Ann, not used")
        await pilot.press("u")
        await sees(pilot, "2 flags that say it is wrong will be deleted.")
        await pilot.press("enter")  # the first answer leaves it so
        await on(pilot, "FlagsScreen")
        app.desk.wait_for_writes()
        assert len(app.desk.history.flags()) == 2
        await pilot.press("u")
        await on(pilot, "Choose")
        await pilot.press("down", "enter")
        await sees(pilot, "Nothing is flagged.")
        assert "use it again" not in text(app)
        assert not_used() == []


async def test_done_with_a_flag_is_asked_first(start: Start) -> None:
    app = start()
    flagged(app)
    async with running(app) as pilot:
        await pilot.press("b")
        await on(pilot, "BanksScreen")
        await pilot.press("f")
        await sees(pilot, "Ann, not used")
        await pilot.press("delete")
        await sees(pilot, "The fact stays out of use.")
        await pilot.press("down", "enter")
        await sees(pilot, "Nothing is flagged.")
        assert not_used() == [FACT.text]


@pytest.mark.parametrize("bank", [TYPED, PERSONAL_BANK])
async def test_a_flag_on_a_question_somebody_typed_says_so(start: Start, bank: str) -> None:
    app = start()
    flagged(app, bank=bank)
    async with running(app) as pilot:
        await pilot.press("b")
        await on(pilot, "BanksScreen")
        await pilot.press("f")
        await sees(pilot, "Ann, not used")
        await pilot.press("enter")
        await sees(pilot, "The question is one that Ann typed.")
        await until(pilot, lambda: "no longer installed" not in text(app))
