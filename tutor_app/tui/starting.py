"""How a sitting begins: which questions, and the screen that leads through them."""

from __future__ import annotations

import argparse
import random
import time
from typing import TYPE_CHECKING

from tutor_app.errors import UserError
from tutor_app.learning.records import Item, Mode, OpenSession
from tutor_app.learning.session import Session
from tutor_app.learning.shelf import choose, standings_by_ref

if TYPE_CHECKING:
    from textual.screen import Screen

    from tutor_app.tui.desk import Desk, Topic


def prepare(desk: Desk, mode: str, topic: Topic | None) -> tuple[Screen[object] | None, str]:
    """The screen to open, or a sentence why there is none."""
    if mode == "continue":
        return _go_on(desk)
    items = sitting_items(desk, Mode(mode), topic)
    if not items:
        return None, "Nothing is due for review now." if mode == "review" else "There are no questions here."
    title = topic.name if topic else ""
    return sitting_screen(new_session(desk, Mode(mode), items), title), ""


def _go_on(desk: Desk) -> tuple[Screen[object] | None, str]:
    sessions = desk.history.open_sessions(desk.profile)
    if desk.locked:
        sessions = [saved for saved in sessions if saved.mode is Mode.TEST]
    if not sessions:
        return None, "There is nothing to go on with; pick a topic."
    return resumed(desk, sessions[0]), ""


def from_command(desk: Desk, options: argparse.Namespace) -> tuple[Screen[object] | None, str]:
    """What `tutor learn`, `practise`, `test` and `review` open, as their line-by-line twins do."""
    mode = Mode(options.command)
    if mode is not Mode.TEST and desk.locked:
        return None, "This is closed until the test is done."
    saved = next((s for s in desk.history.open_sessions(desk.profile) if s.mode is mode), None)
    names = ("bank", "topic", "subject", "grade", "mistakes", "seed", "questions", "mix")
    choosy = options.new or any(getattr(options, name, None) for name in names)
    if saved and (saved.locked or not choosy):
        return resumed(desk, saved), ""
    if mode is Mode.TEST:
        return _test_from(desk, options), ""
    practise, review = desk.settings.practise, desk.settings.review
    if mode is Mode.REVIEW:
        most = options.questions or review.per_session
        items = desk.shelf.mistakes(most) if options.mistakes else desk.shelf.due(time.time(), most)
    else:
        items = _selected(desk, options, options.questions or practise.questions)
    if not items:
        return None, "There are no questions for this now."
    certainty = practise.certainty and not getattr(options, "no_certainty", False)
    return sitting_screen(Session(mode, items, tries=practise.tries, certainty=certainty)), ""


def _test_from(desk: Desk, options: argparse.Namespace) -> Screen[object]:
    from tutor_app.learning.exam import Exam, read_mix
    from tutor_app.tui.screens.test import TestScreen

    mix = read_mix(options.mix)
    items = _selected(desk, options, options.questions or desk.settings.test.questions, mix)
    minutes = desk.settings.test.minutes if options.minutes is None else options.minutes
    exam = Exam(items, minutes=minutes, locked=options.exam_lock)
    desk.history.save_session(desk.profile, exam.snapshot())
    return TestScreen(exam)


def _selected(
    desk: Desk, options: argparse.Namespace, count: int, mix: dict[str, int] | None = None
) -> list[Item]:
    found = desk.shelf.search(options.bank, options.topic or list(mix or ()), options.subject, options.grade)
    standings = standings_by_ref(desk.history.standings(desk.profile))
    return choose(found, count, standings, random.Random(options.seed), mix)


def sitting_items(desk: Desk, mode: Mode, topic: Topic | None) -> list[Item]:
    """The questions of a new sitting."""
    if mode is Mode.REVIEW:
        return desk.shelf.due(time.time(), desk.settings.review.per_session)
    return topic_items(desk, [topic] if topic else [], desk.settings.practise.questions)


def topic_items(desk: Desk, topics: list[Topic], count: int) -> list[Item]:
    """Questions for a test: of these topics, or of all."""
    wanted = {(topic.bank, topic.name) for topic in topics}
    items = [i for bank in dict.fromkeys(t.bank for t in topics) for i in desk.shelf.items(bank)]
    items = [item for item in items if (item.bank, item.topic) in wanted] if topics else desk.shelf.search()
    return choose(items, count, standings_by_ref(desk.history.standings(desk.profile)), random.Random())


def new_session(desk: Desk, mode: Mode, items: list[Item]) -> Session:
    """A sitting over these questions, as the settings want it."""
    practise = desk.settings.practise
    return Session(mode, items, tries=practise.tries, certainty=practise.certainty)


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
        from tutor_app.learning.exam import Exam
        from tutor_app.tui.screens.test import TestScreen

        exam = Exam.resume(saved, desk.shelf.find)
        if exam.items:
            return TestScreen(exam)
    else:
        session = Session.resume(saved, desk.shelf.find)
        if not session.finished:
            return sitting_screen(session)
    desk.history.end_session(saved.uid)
    raise UserError("The questions of that session are no longer installed. Pick a topic to begin anew.")
