"""The whole tutor at work on an evaluation set: explanations written without the key, then read again.

The tutor under test is the app's own. The key, the hint and the set's own explanation are taken from the
question first, so that nothing can leak; facts come from the shipped fact base only, so that figures do not
depend on what else is installed.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property

from distill.reading import Progress, by_length
from distill.scores import Reading, ScoresFile, WrittenStep, digest
from distill.sets import EvaluationSet
from distill.subjects import Subject, weights_identity
from tutor_app.errors import UserError
from tutor_app.knowledge.base import FactBase
from tutor_app.knowledge.facts import fact_id, shipped_sources
from tutor_app.knowledge.meaning import encoder_folder
from tutor_app.knowledge.weigher import weigher_folder
from tutor_app.questions.model import Question
from tutor_app.students.answering import asked
from tutor_app.students.calibration import Calibration
from tutor_app.students.encoder import load_encoder
from tutor_app.students.engine import Request, Student, Threads, open_student
from tutor_app.students.explanation import Explanation, Origin, Settings
from tutor_app.students.prompts import answer_prompt
from tutor_app.students.tutor import Tutor

WRITING = 16
READ_AGAIN = 64
TUTOR = "tutor"


@dataclass(frozen=True, slots=True)
class Written:
    """One way of explaining: its settings, and the name its readings are kept under.

    The name holds a hash of all that decides what is written, so that another calibration, other facts or
    another weigher of facts never take up old explanations.
    """

    settings: Settings
    name: str

    @classmethod
    def of(
        cls, settings: Settings, calibration: Calibration, facts: Sequence[int], knowing: str
    ) -> "Written":
        """The name follows from settings, calibration, the facts' ids and what finds and weighs them."""
        decides = json.dumps([asdict(settings), asdict(calibration), facts, knowing], sort_keys=True)
        short = hashlib.sha256(decides.encode()).hexdigest()[:8]
        return cls(settings, f"{settings.style}-{settings.samples}-{short}")


class Explaining:
    """A subject's tutor over the facts it is given, and what it wrote."""

    def __init__(
        self,
        subject: Subject,
        answer: Student,
        calibration: Calibration,
        threads: Threads,
        facts: FactBase,
    ) -> None:
        if subject.rationale is None:
            raise UserError(
                f"{subject.folder} holds one model and no pair of students: only the route `question` can be "
                "measured."
            )
        self.subject, self.answer, self.calibration, self.threads = subject, answer, calibration, threads
        self.facts = facts
        self.encoder = load_encoder(subject.rationale)

    @cached_property
    def tutor(self) -> Tutor:
        """The app's tutor."""
        assert self.subject.rationale is not None
        student = open_student(self.subject.rationale, self.subject.family, self.threads)
        return Tutor(student, self.answer, self.facts, self.calibration, self.subject.identity)

    def written(self, settings: Settings) -> Written:
        """How these settings' explanations are kept."""
        facts = [fact.id for fact in self.facts.all()]
        return Written.of(settings, self.calibration, facts, knowing_identity())

    def write(self, wanted: EvaluationSet, how: Written, kept: ScoresFile, progress: Progress) -> None:
        """Explain every question that is not in `kept`, a batch at a time."""
        missing = [q for q in wanted.questions if (wanted.name, digest(q), how.name) not in kept.readings]
        done = len(wanted.questions) - len(missing)
        progress(done, len(wanted.questions))
        for chunk in by_length(missing, WRITING):
            began = time.perf_counter()
            explained = self.tutor.explain_many([without_key(question) for question in chunk], how.settings)
            seconds = (time.perf_counter() - began) / len(chunk)
            kept.add(
                self._reading(wanted.name, how.name, question, found, seconds)
                for question, found in zip(chunk, explained, strict=True)
            )
            done += len(chunk)
            progress(done, len(wanted.questions))

    def read_again(self, wanted: EvaluationSet, how: Written, kept: ScoresFile) -> None:
        """Score the options after the rationale, its facts alone, and another question's rationale."""
        found = {digest(q): kept.readings[wanted.name, digest(q), how.name] for q in wanted.questions}
        order = sorted(found)
        after = dict(zip(order, order[1:] + order[:1], strict=True))
        for route in ("rationale", "facts", "shuffled"):
            name = f"{route}:{how.name}"
            missing = [q for q in wanted.questions if (wanted.name, digest(q), name) not in kept.readings]
            for chunk in by_length(missing, READ_AGAIN):
                texts = [shown(route, found[digest(q)], found[after[digest(q)]]) for q in chunk]
                requests: list[Request] = [
                    (answer_prompt(asked(q), steps), q.choices) for q, steps in zip(chunk, texts, strict=True)
                ]
                scores = self.answer.score(requests)
                kept.add(
                    Reading(
                        wanted.name,
                        digest(question),
                        name,
                        question.answer,
                        tuple(each.total for each in options) if steps else (),
                        tuple(each.tokens for each in options) if steps else (),
                        id=question.id,
                    )
                    for question, options, steps in zip(chunk, scores, texts, strict=True)
                )

    def own_facts(self, question: Question) -> frozenset[int]:
        """The question's own facts that the fact base has."""
        found = (fact_id(text) for text in question.facts)
        return frozenset(each for each in found if self.facts.get(each) is not None)

    def _reading(
        self, wanted: str, name: str, question: Question, found: Explanation, seconds: float
    ) -> Reading:
        steps = tuple(WrittenStep(step.text, step.origin.value, step.source) for step in found.steps)
        made = sum(len(self.encoder.encode_plain(s.text)) for s in steps if s.origin != Origin.FACT)
        return Reading(
            wanted,
            digest(question),
            name,
            question.answer,
            (),
            (),
            id=question.id,
            steps=steps,
            facts=tuple(step.text for step in steps if step.origin == Origin.FACT),
            seconds=seconds,
            written=made,
            extra={"probabilities": list(found.answer.probabilities), "sure": found.answer.sure},
        )


def shipped_facts(meanings: bool = True) -> FactBase:
    """The fact base as it ships: nothing depends on what else is installed, nor on what is flagged."""
    return FactBase(shipped_sources(), meanings, flags=False)


@cache
def knowing_identity() -> str:
    """A hash of the models that find facts and weigh them, or of their absence."""
    return weights_identity(*(folder for folder in (encoder_folder(), weigher_folder()) if folder.is_dir()))


def without_key(question: Question) -> Question:
    """The question as a student meets it: no key, no hint, no explanation."""
    return Question(question.id, question.text, question.choices, image=question.image)


def shown(route: str, own: Reading, other: Reading) -> list[str]:
    """The lines the answer student reads on a route."""
    source = other if route == "shuffled" else own
    return [step.text for step in source.steps if route != "facts" or step.origin == Origin.FACT]
