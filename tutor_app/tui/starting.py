"""How a sitting begins: which questions, and the screen that leads through them."""

from __future__ import annotations

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
    saved = next(iter(desk.history.open_sessions(desk.profile)), None)
    if saved is None:
        return None, "There is nothing to go on with; pick a topic."
    if saved.mode is Mode.TEST:
        from tutor_app.learning.exam import Exam
        from tutor_app.tui.screens.test import TestScreen

        return TestScreen(Exam.resume(saved, desk.shelf.find)), ""
    return sitting_screen(resumed(desk, saved)), ""


def sitting_items(desk: Desk, mode: Mode, topic: Topic | None) -> list[Item]:
    """The questions of a new sitting."""
    if mode is Mode.REVIEW:
        due = desk.history.due(desk.profile, time.time(), desk.settings.review.per_session)
        return [item for d in due if (item := desk.shelf.find(d.bank, d.question))]
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


def resumed(desk: Desk, saved: OpenSession) -> Session:
    """A sitting that was left, as it stood."""
    session = Session.resume(saved, desk.shelf.find)
    if session.finished:
        desk.history.end_session(saved.uid)
        raise UserError("The questions of that session are no longer installed. Pick a topic to begin anew.")
    return session
