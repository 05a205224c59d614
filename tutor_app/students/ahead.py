"""Explaining ahead: while a student reads, the next explanations are made, and what was made is kept.

One thread works through a short list of questions. What a student asks for goes first: it is taken from what
was kept, or taken over while it is being made, or else the work in the background stops for it at once.
"""

import logging
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from tutor_app.questions.model import Question
from tutor_app.students.cache import ExplanationCache, Teaching, key, recall_or_explain
from tutor_app.students.explanation import Answer, Explanation, Settings, Step

_log = logging.getLogger(__name__)

_LOOK = 0.05  # seconds between looks at a reader's cancel while another thread makes what it waits for


class Teacher(Teaching, Protocol):
    """The tutor, as far as working ahead needs it."""

    def flag(self, step: Step) -> bool:
        """Never use this step's fact again; False when it is no fact."""
        ...


@dataclass(slots=True)
class _Job:
    """An explanation on its way in the background, and what there is of it so far."""

    question: Question
    settings: Settings
    key: str
    plan: int = 0
    cancel: threading.Event = field(default_factory=threading.Event)
    made: list[Step | Explanation] = field(default_factory=list)
    readers: int = 0
    done: bool = False


class Ahead:
    """The tutor with a memory and a helping hand; implements `Explainer`. Close it when the app ends."""

    def __init__(self, tutor: Teacher, cache: ExplanationCache | None = None) -> None:
        self._tutor = tutor
        self._cache = cache or ExplanationCache(facts=lambda: tutor.facts_name)
        self._changed = threading.Condition()
        self._waiting: deque[_Job] = deque()
        self._job: _Job | None = None
        self._asking = self._plan = 0
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="explaining-ahead", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        """The students' name and version."""
        return self._tutor.name

    @property
    def busy(self) -> bool:
        """Something planned is still to be made."""
        with self._changed:
            return self._job is not None or bool(self._waiting)

    def plan(self, questions: Sequence[Question], settings: Settings = Settings()) -> None:
        """Make these next, in this order, instead of what was planned before."""
        with self._changed:
            self._plan += 1
            jobs = [self._as_job(question, settings) for question in questions]
            making = self._job
            self._waiting = deque(job for job in jobs if making is None or job.key != making.key)
            if making is not None and len(self._waiting) < len(jobs):
                making.plan = self._plan
            else:
                self._stop_background()
            self._changed.notify_all()

    def explain(
        self, question: Question, settings: Settings = Settings(), cancel: threading.Event | None = None
    ) -> Iterator[Step | Explanation]:
        """At once when it was made before; taken over when it is being made; else made now."""
        followed = yield from self._follow(self._as_job(question, settings).key, cancel)
        if followed or (cancel is not None and cancel.is_set()):
            return
        with self._foreground():
            yield from recall_or_explain(self._cache, self._tutor, question, settings, cancel)

    def judge(self, question: Question) -> Answer:
        """The answer from the question alone, before anything in the background."""
        with self._foreground():
            return self._tutor.judge(question)

    def flag(self, step: Step) -> bool:
        """Never use this step's fact again."""
        return self._tutor.flag(step)

    def close(self) -> None:
        """Stop working."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._stop_background()
            self._changed.notify_all()
        self._thread.join(timeout=5)
        self._cache.close()

    @contextmanager
    def _foreground(self) -> Iterator[None]:
        """The background stands still meanwhile; what it had begun is begun again afterwards."""
        with self._changed:
            self._asking += 1
            self._stop_background()
        try:
            yield
        finally:
            with self._changed:
                self._asking -= 1
                self._changed.notify_all()

    def _stop_background(self) -> None:
        if self._job is not None and (self._closed or not self._job.readers):
            self._job.cancel.set()

    def _follow(
        self, wanted: str, cancel: threading.Event | None
    ) -> Generator[Step | Explanation, None, bool]:
        """What the background is making, if it is this; True when that gave the whole explanation."""
        with self._changed:
            job = self._job
            if job is None or job.key != wanted or job.cancel.is_set():
                return False
            job.readers += 1
        try:
            read = 0
            while True:
                with self._changed:
                    while len(job.made) == read and not job.done:
                        if cancel is not None and cancel.is_set():
                            return False
                        self._changed.wait(_LOOK)
                    fresh = job.made[read:]
                read += len(fresh)
                yield from fresh
                if not fresh:
                    return bool(job.made) and isinstance(job.made[-1], Explanation)
        finally:
            with self._changed:
                job.readers -= 1

    def _as_job(self, question: Question, settings: Settings) -> _Job:
        return _Job(question, settings, key(question, self.name, settings), self._plan)

    def _work(self) -> None:
        """The background thread: the next job, or waiting for one."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or (self._waiting and not self._asking))
                if self._closed:
                    return
                self._job = job = self._waiting.popleft()
            self._make(job)

    def _make(self, job: _Job) -> None:
        try:
            for item in recall_or_explain(self._cache, self._tutor, job.question, job.settings, job.cancel):
                with self._changed:
                    job.made.append(item)
                    self._changed.notify_all()
        except Exception:  # a question that cannot be explained must not end the thread
            _log.exception("explaining ahead failed")
        with self._changed:
            job.done = True
            self._job = None
            if job.cancel.is_set() and job.plan == self._plan and not self._closed:
                self._waiting.appendleft(self._as_job(job.question, job.settings))
            self._changed.notify_all()
