"""How a sitting or a test begins: which questions are asked for, and whether one that was left goes on."""

import argparse
import shlex
from dataclasses import dataclass, fields
from typing import Any

from tutor_app.learning.exam import Exam, read_mix
from tutor_app.learning.history import History
from tutor_app.learning.records import Item, Mode, OpenSession, Profile
from tutor_app.learning.session import Session
from tutor_app.learning.settings import ExamSettings, PractiseSettings, Settings
from tutor_app.learning.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Selection:
    """Which questions are asked for; its fields are the options of the commands, in their names."""

    bank: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    subject: str = ""
    grade: str = ""
    questions: int | None = None
    seed: int | None = None
    mix: str = ""
    mistakes: bool = False
    paste: bool = False

    @property
    def choosy(self) -> bool:
        """Whoever names questions wants those, not the ones left open last time."""
        return self != Selection()


def asked_for(options: argparse.Namespace) -> Selection:
    """What a command's options select; not every command has all of them."""
    given: dict[str, Any] = {f.name: getattr(options, f.name) for f in fields(Selection) if f.name in options}
    for name in ("bank", "topic"):
        given[name] = tuple(given.get(name, ()))
    return Selection(**given)


def left_open(history: History, profile: Profile, mode: Mode, anew: bool) -> OpenSession | None:
    """What was left and goes on; a locked test goes before all, even for one who wants to start anew."""
    saved = [session for session in history.open_sessions(profile) if session.mode is mode]
    saved.sort(key=lambda session: not session.locked)
    return saved[0] if saved and (saved[0].locked or not anew) else None


def resumed_exam(saved: OpenSession, shelf: Shelf, lock: bool) -> Exam | None:
    """A test that was left, as it stood; `lock` locks it from now on. None when its questions are gone."""
    exam = Exam.resume(saved, shelf.find)
    if exam:
        exam.locked = exam.locked or lock
    return exam


def new_exam(wanted: Selection, shelf: Shelf, usual: ExamSettings, minutes: float | None, lock: bool) -> Exam:
    """A test of the questions asked for."""
    items = _chosen(wanted, shelf, usual.questions)
    return Exam(items, minutes=usual.minutes if minutes is None else minutes, locked=lock)


def sitting_items(mode: Mode, wanted: Selection, shelf: Shelf, usual: Settings, now: float) -> list[Item]:
    """The questions of a new sitting; only in Review there may be none."""
    if mode is Mode.REVIEW:
        most = wanted.questions or usual.review.per_session
        return shelf.mistakes(most) if wanted.mistakes else shelf.due(now, most)
    return _chosen(wanted, shelf, usual.practise.questions)


def new_session(mode: Mode, items: list[Item], usual: PractiseSettings, certainty: bool = True) -> Session:
    """A sitting over these questions, as the settings want it."""
    return Session(mode, items, tries=usual.tries, certainty=usual.certainty and certainty)


def _chosen(wanted: Selection, shelf: Shelf, usual: int) -> list[Item]:
    mix = read_mix(wanted.mix)
    found = shelf.search(wanted.bank, wanted.topic or tuple(mix or ()), wanted.subject, wanted.grade)
    return shelf.pick(found, wanted.questions or usual, wanted.seed, mix)


def to_type(words: str, profile: Profile, history: History, settings: Settings) -> str:
    """A command (or the app) as it is typed for this profile; the one the settings name need not be said."""
    usual = profile == history.find_profile(settings.tutor.profile)
    return f"tutor{'' if usual else f' --profile {shlex.quote(profile.name)}'} {words}".rstrip()
