"""What the app works with: settings, banks, history, profile and tutor, opened in the background."""

from __future__ import annotations

import gc
import os
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from tutor_app.errors import UserError
from tutor_app.learning.records import FlagKind, Mode
from tutor_app.learning.settings import ExamSettings, Settings, SettingsFile
from tutor_app.students.explanation import Explainer, Explanation, Origin, Step

if TYPE_CHECKING:
    from tutor_app.learning.history import History
    from tutor_app.learning.records import Flag, Item, OpenSession, Profile
    from tutor_app.learning.shelf import Shelf
    from tutor_app.learning.turn import Turn
    from tutor_app.questions.library import Library
    from tutor_app.questions.model import Question
    from tutor_app.tui.draft import Draft

_STEP_BACK = 5  # steps of priority
_HAND_OVER_S = 0.001  # how long a thread's Python may run on while another one waits


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of one bank and how far the student is."""

    bank: str
    name: str
    subject: str
    grade: str
    count: int
    known: int = 0
    met: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """What Home shows."""

    profile: str
    due: int = 0
    open_sessions: tuple[OpenSession, ...] = ()
    topics: tuple[Topic, ...] = ()
    closed: str = ""
    next_due: float | None = None
    grade: str = ""
    grades: tuple[str, ...] = ()


class DeskOpened(Message, bubble=False):
    """Banks and history are at hand (or `trouble` says why not)."""

    def __init__(self, trouble: BaseException | None = None) -> None:
        super().__init__()
        self.trouble = trouble


class BuildAnew(Message, bubble=False):
    """One of Home's widgets may be dead: make them all anew."""


class WriteFailed(Message, bubble=False):
    """Something could not be written into the history."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class NotesRead(Message):
    """The student's own notes about a question are at hand."""

    def __init__(self, turn: Turn, notes: list[str]) -> None:
        super().__init__()
        self.turn, self.notes = turn, notes


class TutorLoaded(Message, bubble=False):
    """The students are ready (or `why_not` says why there are none)."""

    def __init__(self, why_not: str = "") -> None:
        super().__init__()
        self.why_not = why_not


def load_students(settings: Settings) -> Explainer:
    """The students the settings name; a key press goes before their work."""
    from tutor_app.students.ahead import Ahead
    from tutor_app.students.load import load_tutor

    sys.setswitchinterval(_HAND_OVER_S)
    with ThreadPoolExecutor(1, initializer=_step_back) as pool:
        tutor = pool.submit(load_tutor, settings.tutor.students, settings.tutor.threads).result()
    gc.freeze()  # what is loaded now stays: looking through it again and again would hold up keys
    return Ahead(tutor)


def _step_back() -> None:
    """Lower this thread's priority; the engines' own threads are born in it and keep that for good."""
    if sys.platform == "linux":  # elsewhere priorities belong to whole processes
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _STEP_BACK)


class Desk:
    """Opened once; the profile can change. Everything that may take time runs in a worker thread."""

    def __init__(
        self,
        profile: str | None = None,
        exam_lock: bool = False,
        load: Callable[[Settings], Explainer] = load_students,
    ) -> None:
        self.settings_file = SettingsFile()
        self.profile_name = profile or self.settings.tutor.profile
        self.exam_lock = exam_lock
        self.test_wanted: ExamSettings | None = None  # what the last new test was to be, until the app ends
        self.drafts: dict[str, Draft] = {}  # what each profile, by its name, was typing in Ask
        # What was flagged since the app began, by profile, question and step.
        self.flagged: dict[tuple[int, str, str, str], FlagKind] = {}
        self.explainer: Explainer | None = None
        self._load = load
        self._history: History | None = None
        self._library: Library | None = None
        self._profile: Profile | None = None
        self._shelf: Shelf | None = None
        self._writer = ThreadPoolExecutor(1, "history")
        self.on_trouble: Callable[[Exception], object] = lambda error: None
        self.unreported: list[Exception] = []  # what failed to be written, until a person is told
        self.tell: Callable[[str], object] = lambda sentence: None
        self._lock = threading.Lock()

    @property
    def settings(self) -> Settings:
        """The settings as the file has them."""
        return self.settings_file.settings

    @property
    def opened(self) -> bool:
        """Whether the history is open."""
        return self._history is not None

    @property
    def library(self) -> Library:
        """The installed banks."""
        if self._library is None:
            from tutor_app.questions.library import Library

            self._library = Library()
        return self._library

    @property
    def history(self) -> History:
        """The open history."""
        with self._lock:
            if self._history is None:
                from tutor_app.learning.history import History

                self._history = History.open()
            return self._history

    @property
    def profile(self) -> Profile:
        """Who learns now."""
        if self._profile is None:
            self._profile = self.history.profile(self.profile_name)
            self.profile_name = self._profile.name
        return self._profile

    @profile.setter
    def profile(self, profile: Profile) -> None:
        self._profile, self.profile_name = profile, profile.name
        self.forget_banks()

    @property
    def grade(self) -> str:
        """The grade that new questions are of; empty for all."""
        from tutor_app.learning.choices import grade_of

        return grade_of(self.profile)

    @property
    def shelf(self) -> Shelf:
        """The questions at hand for this profile."""
        if self._shelf is None:
            from tutor_app.learning.shelf import Shelf

            self._shelf = Shelf(self.library, self.history, self.profile, lambda said: self.tell(said))
        return self._shelf

    def forget_banks(self) -> None:
        """Banks or the profile changed: read questions anew."""
        self._shelf = None

    def write(self, change: Callable[[], object]) -> None:
        """Change the history in the writer's thread, in order; trouble is kept, and told `on_trouble`."""

        def run() -> None:
            try:
                change()
            except Exception as error:
                self.unreported.append(error)
                self.on_trouble(error)

        self._writer.submit(run)

    def wait_for_writes(self) -> None:
        """Return once everything asked for so far is written."""
        self._writer.submit(lambda: None).result()

    @property
    def closed(self) -> str:
        """Until when explanations and Ask are closed, in words; empty when they are open."""
        from tutor_app.learning.exam_lock import closed_until

        closed = closed_until(self.history, self.profile) if self.opened else ""
        return closed or ("until the test is done" if self.exam_lock else "")

    def left_open(self) -> tuple[OpenSession, ...]:
        """What was left and can go on, the last first; while explanations are closed, tests alone."""
        left = self.history.open_sessions(self.profile)
        if self.closed:
            left = [session for session in left if session.mode is Mode.TEST]
            left.sort(key=lambda session: not session.locked)
        return tuple(left)

    def load_tutor(self) -> str:
        """Load the students; gives the reason when there are none."""
        try:
            self.explainer = self._load(self.settings)
        except UserError as error:
            return str(error)
        except ImportError:
            return "The students cannot run on this machine: a library they need is missing."
        return ""

    def plan(self, question: Question) -> None:
        """Let the tutor explain this one ahead, when it has nothing else to do."""
        if (plan := getattr(self.explainer, "plan", None)) is not None:
            plan([question], self.settings.for_explaining())

    def compare_with_key(self, item: Item, made: Explanation) -> None:
        """Keep what the tutor made of a question, for the teacher to see where it differs from the key."""
        self.write(lambda: self.history.compare_with_key(item, made.students, made.answer))

    def flag(self, profile: Profile, item: Item, step: Step, kind: FlagKind) -> None:
        """Keep what a student says of a step; a fact that is wrong is not used again."""
        self.write(lambda: self.history.flag(profile, item, step.text, kind))
        if kind is FlagKind.WRONG:
            self.withdraw(step)

    def take_back(self, profile: Profile, item: Item, step: str, kind: FlagKind) -> None:
        """Delete what a student said of a step at this question."""
        said = (profile.name, *item.ref, kind)
        self._unflag(step, lambda flag: (flag.profile, flag.bank, flag.question, flag.kind) == said)

    def use_again(self, step: str) -> None:
        """Delete everybody's word that a step is wrong, so that its fact is used again."""
        self._unflag(step, lambda flag: flag.kind is FlagKind.WRONG)

    def _unflag(self, step: str, which: Callable[[Flag], bool]) -> None:
        """Delete some flags on a step; a fact that nobody calls wrong any more is used."""
        from tutor_app.knowledge.facts import fact_id
        from tutor_app.knowledge.flags import Flags

        def change() -> None:
            flags = [flag for flag in self.history.flags() if flag.step == step]
            gone = [flag for flag in flags if which(flag)]
            for flag in gone:
                self.history.remove_flag(flag)
            if not any(flag.kind is FlagKind.WRONG for flag in flags if flag not in gone):
                Flags().remove(fact_id(step))

        self.write(change)

    def withdraw(self, step: Step) -> None:
        """A step was flagged as wrong: its fact is not used again."""
        if step.origin is Origin.FACT and (flag := getattr(self.explainer, "flag", None)) is not None:
            self.write(lambda: flag(step))

    def overview(self) -> Overview:
        """What Home shows, read anew."""
        from tutor_app.learning.history import PERSONAL_BANK

        history, profile = self.history, self.profile
        progress = history.topic_progress(profile)
        topics = []
        grades: set[str] = set()
        for bank in self.library.banks():
            grades |= {grade for grade, _ in bank.grades}
            for name, count in bank.topics:
                met, known = progress.get((bank.id, name), (0, 0))
                topics.append(Topic(bank.id, name, bank.subject, bank.grade, count, known, met))
        for name, count in Counter(item.topic for item in self.shelf.items(PERSONAL_BANK)).items():
            met, known = progress.get((PERSONAL_BANK, name), (0, 0))
            topics.append(Topic(PERSONAL_BANK, name, "your own questions", "", count, known, met))
        return Overview(
            profile.name,
            history.due_count(profile, time.time(), self.shelf.banks()),
            self.left_open(),
            tuple(topics),
            self.closed,
            history.next_due(profile),
            self.grade,
            tuple(sorted(grades, key=_grade_order)),
        )

    def close(self) -> None:
        """Close the history; what is being written is finished first."""
        self._writer.shutdown(wait=True)
        if (close := getattr(self.explainer, "close", None)) is not None:
            close()
        if self._history is not None:
            self._history.close()


def _grade_order(grade: str) -> tuple[int, str]:
    number = re.match(r"\d{1,2}", grade)
    return (int(number.group()) if number else 99), grade
