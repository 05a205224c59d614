"""How a sitting begins: which questions, and the screen that leads through them."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from tutor_app.errors import UserError
from tutor_app.learning import beginning
from tutor_app.learning.choices import of_grade
from tutor_app.learning.progress import next_review
from tutor_app.learning.records import Item, Mode, OpenSession
from tutor_app.learning.session import Session

if TYPE_CHECKING:
    from textual.screen import Screen

    from tutor_app.learning.exam import Exam
    from tutor_app.tui.desk import Desk, Topic


def prepare(desk: Desk, mode: str, topic: Topic | None) -> tuple[Screen[object] | None, str]:
    """The screen to open, or a sentence why there is none."""
    if mode == "continue":
        return _go_on(desk)
    if mode == "test":
        return _test(desk, topic)
    kind, settings = Mode(mode), desk.settings
    if kind is not Mode.REVIEW:
        items = topic_items(desk, [topic] if topic else [], settings.practise.questions)
    else:
        items = beginning.sitting_items(kind, beginning.Selection(), desk.shelf, settings, time.time())
    if not items:
        if kind is not Mode.REVIEW:
            return None, "There are no questions here."
        later = next_review(desk.history.next_due(desk.profile), time.time())
        return None, f"Nothing is due for review now.{later}"
    session = beginning.new_session(kind, items, settings.practise)
    return sitting_screen(session, topic.name if topic else ""), ""


def _go_on(desk: Desk) -> tuple[Screen[object] | None, str]:
    left = desk.left_open()
    if not left:
        return None, "There is nothing to go on with; pick a topic."
    return resumed(desk, left[0]), ""


def _test(desk: Desk, topic: Topic | None) -> tuple[Screen[object], str]:
    """The settings of a new test, unless one with exam lock was left."""
    from tutor_app.tui.screens.test_setup import TestSetupScreen

    if saved := beginning.left_open(desk.history, desk.profile, Mode.TEST, anew=True):
        return resumed(desk, saved), "The test you began goes on."
    return TestSetupScreen(topic), ""


def from_command(desk: Desk, options: argparse.Namespace) -> tuple[Screen[object] | None, str]:
    """What `tutor learn`, `practise`, `test` and `review` open, as their line-by-line twins do."""
    mode = Mode(options.command)
    if mode is not Mode.TEST and (until := desk.closed):
        return None, f"This is closed {until}."
    wanted, usual = beginning.asked_for(options), desk.settings
    anew = options.new or wanted.choosy
    if saved := beginning.left_open(desk.history, desk.profile, mode, anew):
        return resumed(desk, saved), ""
    if mode is Mode.TEST:
        exam = beginning.new_exam(wanted, desk.shelf, usual.test, options.minutes, options.exam_lock)
        return test_screen(desk, exam), ""
    items = beginning.sitting_items(mode, wanted, desk.shelf, usual, time.time())
    if not items:
        return None, "There are no questions for this now."
    certainty = not getattr(options, "no_certainty", False)
    return sitting_screen(beginning.new_session(mode, items, usual.practise, certainty)), ""


def topic_items(desk: Desk, topics: list[Topic], count: int) -> list[Item]:
    """Questions of these topics, or of all, in the grade that the profile chose."""
    wanted = {(topic.bank, topic.name) for topic in topics}
    items = [i for bank in dict.fromkeys(t.bank for t in topics) for i in desk.shelf.items(bank)]
    items = [item for item in items if (item.bank, item.topic) in wanted] if topics else desk.shelf.search()
    fitting = of_grade(items, desk.grade)
    if items and not fitting:
        where = topics[0].name if len(topics) == 1 else "What you chose"
        raise UserError(
            f"{where} has no questions of grade {desk.grade}. On Home, d chooses another grade or all."
        )
    return desk.shelf.pick(fitting, count)


def test_screen(desk: Desk, exam: Exam) -> Screen[object]:
    """The screen that leads through a test; the test is kept from now on."""
    from tutor_app.tui.screens.test import TestScreen

    desk.history.save_session(desk.profile, exam.snapshot())
    return TestScreen(exam)


def sitting_screen(session: Session, title: str = "") -> Screen[object]:
    """The screen that leads through a sitting."""
    from tutor_app.tui.screens.learn import LearnScreen
    from tutor_app.tui.screens.practise import PractiseScreen
    from tutor_app.tui.screens.review import ReviewScreen

    kinds = {Mode.LEARN: LearnScreen, Mode.PRACTISE: PractiseScreen, Mode.REVIEW: ReviewScreen}
    return kinds[session.mode](session, title)


def resumed(desk: Desk, saved: OpenSession) -> Screen[object]:
    """A sitting or a test that was left, as it stood."""
    if saved.mode is Mode.TEST:
        if exam := beginning.resumed_exam(saved, desk.shelf, desk.exam_lock):
            return test_screen(desk, exam)
    else:
        session = Session.resume(saved, desk.shelf.find)
        if not session.finished:
            return sitting_screen(session)
    desk.history.end_session(saved.uid)
    raise UserError("The questions of that session are no longer installed. Pick a topic to begin anew.")
