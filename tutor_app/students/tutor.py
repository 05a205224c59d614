"""The tutor: two students joined, one writing the rationale, the other inferring the answer.

How a question is explained, each stage for a whole batch (a lone question is a batch of one):

1. the answer student scores the options after the question alone, and the fact base supports some;
2. the key, or else the likeliest option, is supposed to be right;
3. the facts that explain it are chosen, and the rationale student writes the step that applies them, unless
   the supposed answer is a doubtful guess: a step that argues for it might be false, facts are true anyhow;
4. the answer student scores the options again after the rationale, and both routes are joined;
5. where that answer is another than the supposed one, a rationale is written for it too, once.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tutor_app.questions.model import Question
from tutor_app.students import answering
from tutor_app.students.answering import Scores
from tutor_app.students.calibration import Calibration
from tutor_app.students.chooser import Chooser
from tutor_app.students.engine import Cancelled, Student
from tutor_app.students.explanation import Answer, Explanation, Origin, Settings, Step, Style
from tutor_app.students.fact_source import FactSource
from tutor_app.students.memory import give_back
from tutor_app.students.replies import replies, short_answers
from tutor_app.students.selfcheck import Attempt, settle
from tutor_app.students.writer import Task, Writer

Rationale = tuple[Step, ...]
_Asked = tuple[str, tuple[str, ...], bool]  # a question's text and choices, and whether facts may be used

_REMEMBERED = 512  # questions whose scores are kept: a second look, or a second round, costs nothing


@dataclass(slots=True)
class _Draft:
    """One question on its way to an explanation."""

    question: Question
    supposed: str = ""
    doubtful: bool = False  # nothing is supposed, or a guess that is not nearly certain
    unknown: bool = False  # asked openly, and no fact may answer: nothing is made up
    facts: Rationale = ()
    by_question: Scores = ()
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def guessed(self) -> bool:
        """No key says which choice is right."""
        return bool(self.question.choices) and self.question.answer is None

    @property
    def task(self) -> Task:
        """What the rationale student is to write."""
        return Task(self.question, self.supposed, self.facts)


class Tutor:
    """Explains questions; implements `Explainer`. Threads may share it: one stage runs at a time, but for
    steps that are streamed as they are written.
    """

    def __init__(
        self,
        rationale: Student,
        answer: Student,
        facts: FactSource | None,
        calibration: Calibration,
        name: str,
    ) -> None:
        self._writer = Writer(rationale, calibration.step_likelihood)
        self._answerer = answer
        self._facts = facts
        self._chooser = Chooser(facts, calibration.fact_threshold) if facts is not None else None
        self._calibration = calibration
        self._name = name
        self._turn = threading.Lock()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="answer-student")
        self._scored: OrderedDict[_Asked, Scores] = OrderedDict()

    @property
    def name(self) -> str:
        """The students' name and version."""
        return self._name

    @property
    def facts_name(self) -> str:
        """Names the facts explanations are made from; empty without any."""
        return "" if self._facts is None else self._facts.name

    def judge(self, question: Question) -> Answer:
        """The answer from the question alone."""
        with self._turn:
            if question.is_open:
                read = [(question, ())]
                return replies(self._answerer, read, self._calibration, None, self._facts)[0]
            (scores,) = self._score_questions([question], Settings(), None)
            return answering.conclude(question, scores, None, self._calibration)

    def short_answers(self, questions: Sequence[Question]) -> list[Answer]:
        """Answers of a word or two to questions without choices, as sure as their odds were fitted to be."""
        with self._turn:
            return short_answers(self._answerer, questions, self._calibration, self._facts)

    def explain(
        self, question: Question, settings: Settings = Settings(), cancel: threading.Event | None = None
    ) -> Iterator[Step | Explanation]:
        """Steps as they are made, then the whole explanation; its steps stand where they differ."""
        started = time.perf_counter()
        timings: dict[str, float] = {}
        shown: list[Step] = []
        draft = _Draft(question)
        try:
            for step in self._first_round(draft, settings, cancel):
                timings.setdefault("first_step", time.perf_counter() - started)
                shown.append(step)
                yield step
            with self._turn:
                self._reconsider([draft], settings, cancel)
        except Cancelled:
            return
        if cancel is not None and cancel.is_set():
            return
        explanation = self._finish(draft, timings)
        if explanation.steps[: len(shown)] == tuple(shown):
            for step in explanation.steps[len(shown) :]:
                timings.setdefault("first_step", time.perf_counter() - started)
                yield step
        timings["total"] = time.perf_counter() - started
        give_back()
        yield explanation

    def explain_many(
        self,
        questions: Sequence[Question],
        settings: Settings = Settings(),
        cancel: threading.Event | None = None,
    ) -> list[Explanation]:
        """Many explanations, each stage in batches; raises `Cancelled` when cancelled."""
        started = time.perf_counter()
        drafts = [_Draft(question) for question in questions]
        with self._turn:
            self._begin(drafts, settings, cancel)
            give_back()
            rationales = self._write(drafts, settings, cancel)
            give_back()
            self._read(drafts, rationales, settings, cancel)
            self._reconsider(drafts, settings, cancel)
        seconds = (time.perf_counter() - started) / max(1, len(drafts))
        give_back()
        return [self._finish(draft, {"total": seconds}) for draft in drafts]

    def flag(self, step: Step) -> bool:
        """Never use this step's fact again; False when it is no fact of the base."""
        flagged = self._chooser is not None and self._chooser.flag(step)
        if flagged:
            with self._turn:
                self._scored.clear()  # the fact may have spoken for an option
        return flagged

    def withdrawn(self) -> frozenset[int]:
        """Facts that may not be used; what rests on them is explained anew."""
        return frozenset() if self._chooser is None else self._chooser.withdrawn()

    def _first_round(
        self, draft: _Draft, settings: Settings, cancel: threading.Event | None
    ) -> Iterator[Step]:
        """Steps of the first rationale as they are made; samples of it are compared before one is shown."""
        with self._turn:
            self._begin([draft], settings, cancel)
        yield from draft.facts
        if settings.samples == 1 and not draft.facts and not draft.unknown:
            free: list[Step] = []
            for step in self._writer.stream(draft.task, cancel):
                free.append(step)
                yield step
            rationales = [[tuple(free)]] if free else None
        else:
            rationales = None
        with self._turn:
            written = rationales or self._write([draft], settings, cancel)
            self._read([draft], written, settings, cancel)

    def _begin(self, drafts: Sequence[_Draft], settings: Settings, cancel: threading.Event | None) -> None:
        """Question route, supposed answers, facts; where keys are known the facts are chosen meanwhile."""
        judged = [draft for draft in drafts if not draft.question.is_open]

        def score() -> None:
            scores = self._score_questions([draft.question for draft in judged], settings, cancel)
            for draft, found in zip(judged, scores, strict=True):
                draft.by_question = found

        scoring = self._beside.submit(score)
        try:
            if any(draft.question.answer is None for draft in judged):
                scoring.result()
            for draft in drafts:
                draft.unknown = self._must_be_known(draft.question, settings) and not self._knows(draft)
                guess = self._concluded(draft, None) if draft.guessed else None
                draft.supposed = answering.suppose(draft.question, guess)
                draft.doubtful = not draft.supposed if guess is None else self._doubtful(guess)
            self._choose(drafts, settings, cancel)
        finally:
            scoring.result()

    def _choose(self, drafts: Sequence[_Draft], settings: Settings, cancel: threading.Event | None) -> None:
        for draft in drafts:
            draft.facts = ()
        if self._chooser is None or not settings.use_facts or settings.style is Style.FREE:
            return
        known = [draft for draft in drafts if not draft.unknown]
        chosen = self._chooser.choose([(draft.question, draft.supposed) for draft in known], cancel)
        for draft, facts in zip(known, chosen, strict=True):
            draft.facts = facts
            draft.unknown = not facts and self._must_be_known(draft.question, settings)

    def _write(
        self, drafts: Sequence[_Draft], settings: Settings, cancel: threading.Event | None
    ) -> list[list[Rationale]]:
        """Each draft's rationales, whole: the likeliest, and as many sampled ones as wanted."""
        voting = settings.samples > 1  # several rationales are wanted, whatever is supposed
        silent = [draft.unknown or (draft.facts and draft.doubtful and not voting) for draft in drafts]
        writing = [draft for draft, nothing in zip(drafts, silent, strict=True) if not nothing]
        tasks = [draft.task for draft in writing]
        likeliest = self._writer.write(tasks, cancel)
        more = self._writer.vary(tasks, settings.samples - 1, cancel) if settings.samples > 1 else None
        written = {id(draft): [draft.facts] for draft in drafts}
        for index, draft in enumerate(writing):
            found = [likeliest[index], *(more[index] if more else ())]
            written[id(draft)] = list(dict.fromkeys(draft.facts + steps for steps in found))
        return [written[id(draft)] for draft in drafts]

    def _read(
        self,
        drafts: Sequence[_Draft],
        rationales: Sequence[Sequence[Rationale]],
        settings: Settings,
        cancel: threading.Event | None,
    ) -> None:
        """The answer student reads every rationale, all in one batch."""
        pairs = [(draft, steps) for draft, found in zip(drafts, rationales, strict=True) for steps in found]
        answers = self._answers(pairs, settings, cancel)
        for (draft, steps), answer in zip(pairs, answers, strict=True):
            draft.attempts.append(Attempt(draft.supposed, steps, answer))

    def _answers(
        self,
        read: Sequence[tuple[_Draft, Rationale]],
        settings: Settings,
        cancel: threading.Event | None,
    ) -> list[Answer]:
        """Open questions are answered in writing; where no step may be shown, the question alone decides."""
        written = [
            (draft.question, steps) for draft, steps in read if draft.question.is_open and not draft.unknown
        ]
        scored = [(draft.question, steps) for draft, steps in read if draft.question.choices and steps]
        facts = self._facts if settings.use_facts else None
        replied = iter(replies(self._answerer, written, self._calibration, cancel, facts))
        scores = iter(answering.rationale_route(self._answerer, scored, self._calibration, cancel))
        answers = []
        for draft, steps in read:
            if draft.unknown:
                answers.append(Answer(""))
            elif draft.question.is_open:
                answers.append(next(replied))
            else:
                answers.append(self._concluded(draft, next(scores) if steps else None))
        return answers

    def _reconsider(
        self, drafts: Sequence[_Draft], settings: Settings, cancel: threading.Event | None
    ) -> None:
        """Write again where the answer is not the supposed one or, in auto style, where facts did not do."""
        settled = [(draft, settle(draft.question, draft.attempts, self._calibration)) for draft in drafts]
        other = []
        for draft, attempt in settled:
            if draft.guessed and attempt.answer.text != draft.supposed:
                draft.supposed = attempt.answer.text
                draft.doubtful = self._doubtful(attempt.answer)
                other.append(draft)
        if other:
            self._choose(other, settings, cancel)
            self._read(other, self._write(other, settings, cancel), settings, cancel)
        if settings.style is Style.AUTO:
            doubtful = [draft for draft, attempt in settled if draft.facts and _doubtful(draft, attempt)]
            self._try_free(doubtful, settings, cancel)

    def _try_free(self, drafts: Sequence[_Draft], settings: Settings, cancel: threading.Event | None) -> None:
        for draft in drafts:
            draft.facts = ()
        if drafts:
            self._read(drafts, self._write(drafts, settings, cancel), settings, cancel)

    def _finish(self, draft: _Draft, timings: dict[str, float]) -> Explanation:
        """The explanation to show; the bank's own where the tutor's does not surely lead to the key."""
        question = draft.question
        best = settle(question, draft.attempts, self._calibration)
        agrees = answering.right(question, best.answer)
        steps = best.steps
        if agrees is False:  # a step of its own would argue for what the tutor does not believe
            steps = tuple(step for step in steps if step.origin is Origin.FACT)
        if question.explanation and (agrees is False or not best.answer.sure or not steps):
            steps = tuple(Step(text, Origin.BANK, question.source) for text in question.explanation)
        return Explanation(steps, best.answer, agrees, self._name, timings)

    def _score_questions(
        self, questions: Sequence[Question], settings: Settings, cancel: threading.Event | None
    ) -> list[Scores]:
        """The question route, of which what was scored before is remembered."""
        facts = self._facts if settings.use_facts else None

        def key(question: Question) -> _Asked:
            return answering.asked(question), question.choices, settings.use_facts

        new = list({key(q): q for q in questions if key(q) not in self._scored}.values())
        scores = answering.question_route(self._answerer, new, self._calibration, cancel, facts)
        self._scored |= {key(question): found for question, found in zip(new, scores, strict=True)}
        found = [self._scored[key(question)] for question in questions]
        while len(self._scored) > _REMEMBERED:
            self._scored.popitem(last=False)
        return found

    def _must_be_known(self, question: Question, settings: Settings) -> bool:
        """Asked without choices or key: what no fact may answer is not answered at all."""
        if self._facts is None or not settings.use_facts or settings.style is Style.FREE:
            return False
        return question.is_open and not question.has_key

    def _knows(self, draft: _Draft) -> bool:
        """Whether any fact is about what is asked."""
        return self._facts is None or self._facts.knows(answering.asked(draft.question))

    def _doubtful(self, guess: Answer) -> bool:
        return guess.confidence < self._calibration.step_threshold

    def _concluded(self, draft: _Draft, by_rationale: Scores | None) -> Answer:
        return answering.conclude(draft.question, draft.by_question, by_rationale, self._calibration)


def _doubtful(draft: _Draft, attempt: Attempt) -> bool:
    right = answering.right(draft.question, attempt.answer)
    return right is False or (right is None and not attempt.answer.sure)
