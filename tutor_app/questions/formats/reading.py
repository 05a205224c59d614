"""What every reader shares: the source it reads, the items it yields, and how they become a report."""

import gc
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import PurePath
from types import ModuleType
from typing import Any, NamedTuple

from tutor_app.errors import UserError
from tutor_app.questions import text as texts
from tutor_app.questions.markup import UNDESCRIBED
from tutor_app.questions.model import MOST_CHOICES, Bank, Question, ReadReport, Skipped

MOST_BYTES = 200_000_000
MOST_QUESTIONS = 250_000
MOST_NOTES = 10_000
MOST_TEXT = 20_000
BLANK = "_____"
"""What a gap in a question's text is shown as."""


class Source:
    """One file as it arrived: its name for people, its bytes, and its text decoded when first asked for."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data

    @property
    def text(self) -> str:
        """The decoded text, with plain line ends."""
        return self._decoded[0]

    @property
    def is_guessed(self) -> bool:
        """Nothing told the encoding of the text."""
        return self._decoded[1]

    @cached_property
    def _decoded(self) -> tuple[str, bool]:
        return texts.decoded(self.data)

    @property
    def start(self) -> str:
        """The first stretch of text: enough to see which format it is."""
        return texts.decode(self.data[:65_536])

    @cached_property
    def names(self) -> frozenset[str]:
        """The files in a zip; none when it is no zip or a broken one."""
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                return frozenset(archive.namelist())
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
            return frozenset()

    @property
    def is_zip(self) -> bool:
        """Spreadsheets, H5P and what a school's platform exports are zips."""
        return self.data.startswith(b"PK\x03\x04")

    def at(self, line: int) -> str:
        """How people find a place in the file."""
        return f"{self.name}:{line}"


class UnusableError(Exception):
    """Why one question cannot be used; the rest of the file goes on."""


class Found(NamedTuple):
    """A usable question and where it stands."""

    place: str
    question: Question


class Warned(NamedTuple):
    """Something to look at that cost no question."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of the bank as a whole."""

    title: str = ""
    subject: str = ""
    grade: str = ""
    source: str = ""
    licence: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)


Item = Found | Skipped | Warned | About


class NothingUsableError(UserError):
    """A file whose format is known but that gave no question; `report` says why each was left out."""

    def __init__(self, message: str, report: ReadReport) -> None:
        super().__init__(message)
        self.report = report


def items_of(reader: ModuleType, source: Source) -> Iterator[Item]:
    """What a reader finds in a source, and a remark when the text's encoding was a guess."""
    if not source.is_zip and source.is_guessed:
        yield Warned(
            source.name, "it is not UTF-8 and was read as Windows-1252; look whether its accents are right"
        )
    yield from reader.read(source)


def usable(place: str, make: Callable[..., Question], *arguments: object) -> Found | Skipped:
    """Make one question, or say why it cannot be used."""
    try:
        return Found(place, make(*arguments))
    except (UnusableError, ValueError) as reason:
        return Skipped(place, str(reason))


class Several(NamedTuple):
    """What one question of a file became, and what there is to say of that in the report."""

    questions: tuple[Question, ...]
    remark: str = ""

    def each_with(self, **more: Any) -> "Several":
        """The same questions, each with more said of it."""
        return self._replace(questions=tuple(replace(question, **more) for question in self.questions))


def all_usable(place: str, make: Callable[..., Question | Several], *arguments: object) -> Iterator[Item]:
    """Make all that one question of a file becomes, or say why it cannot be used."""
    try:
        made = make(*arguments)
    except (UnusableError, ValueError) as reason:
        yield Skipped(place, str(reason))
        return
    several = made if isinstance(made, Several) else Several((made,))
    yield from (Found(place, question) for question in several.questions)
    if several.remark:
        yield Warned(place, several.remark)


def content_id(text: str, choices: Sequence[str], key: str) -> str:
    """An id that stays the same while the question does, for formats without ids of their own."""
    content = "\x1f".join((text, *choices, key))
    return blake2b(content.encode("utf-8", "replace"), digest_size=8).hexdigest()


def build(
    text: str,
    choices: Sequence[str],
    right: Collection[int],
    *,
    id: str = "",
    hint: str = "",
    explanation: str = "",
    feedback: Sequence[str] = (),
    image: str = "",
    topic: str = "",
    extra: Mapping[str, object] | None = None,
) -> Question:
    """A choice question out of clean texts; raises UnusableError with the reason in a teacher's words."""
    _check(text, choices, image)
    if not right:
        raise UnusableError("no right answer is marked")
    if len(right) > 1:
        raise UnusableError(f"{len(right)} answers are marked right; a question here has exactly one")
    answer = next(iter(right))
    if not explanation and any(feedback):
        explanation = feedback[answer]
    why_wrong = tuple(note if note and i != answer else None for i, note in enumerate(feedback))
    return Question(
        id=id or content_id(text, choices, choices[answer]),
        text=text,
        choices=tuple(choices),
        answer=answer,
        hint=hint,
        steps=lines_of(explanation),
        why_wrong=why_wrong if any(why_wrong) else (),
        image=image,
        topic=topic,
        extra=extra or {},
    )


def build_open(
    text: str,
    accepted: Sequence[str],
    *,
    id: str = "",
    hint: str = "",
    explanation: str = "",
    image: str = "",
    topic: str = "",
) -> Question:
    """An open question out of clean texts: its answer is written, not chosen."""
    _check(text, (), image)
    answers = tuple(dict.fromkeys(answer for answer in accepted if answer))
    if not answers:
        raise UnusableError("no right answer is given")
    return Question(
        id=id or content_id(text, (), answers[0]),
        text=text,
        accepted=answers,
        hint=hint,
        steps=lines_of(explanation),
        image=image,
        topic=topic,
    )


def placed_among(right: str, others: Sequence[str]) -> tuple[list[str], int]:
    """Choices when the right one came apart from the others: its place is drawn from the texts."""
    choices, places = all_placed_among((right,), others)
    return choices, places[0]


def all_placed_among(rights: Sequence[str], others: Sequence[str]) -> tuple[list[str], list[int]]:
    """Choices when the right ones came apart from the others: where they begin is drawn from the texts."""
    place = sum("".join((*rights, *others)).encode("utf-8", "replace")) % (len(others) + 1)
    return [*others[:place], *rights, *others[place:]], list(range(place, place + len(rights)))


def lines_of(explanation: str) -> tuple[str, ...]:
    """An explanation's steps: one a line."""
    if not explanation:
        return ()
    return tuple(line.strip() for line in explanation.split("\n") if line.strip())


def _check(text: str, choices: Sequence[str], image: str) -> None:
    if not text:
        raise UnusableError("the question is only a picture" if image else "the question has no text")
    check_length(text)
    if len(choices) == 1:
        raise UnusableError("it has only one choice")
    if len(choices) > MOST_CHOICES:
        raise UnusableError(f"it has {len(choices)} choices; at most {MOST_CHOICES} are taken")
    check_filled(choices)


def check_length(text: str) -> None:
    """Raise UnusableError for a question that is too long."""
    if len(text) > MOST_TEXT:
        raise UnusableError(f"the question is {len(text):,} characters long; at most {MOST_TEXT:,} are taken")


def check_filled(choices: Sequence[str]) -> None:
    """Raise UnusableError when a choice is empty or too long."""
    for number, choice in enumerate(choices):
        if not choice:
            raise UnusableError(f"choice {chr(65 + number)} has no text")
        if len(choice) > MOST_TEXT:
            raise UnusableError(f"choice {chr(65 + number)} is {len(choice):,} characters long")


def check_names(names: Sequence[str]) -> None:
    """Raise UnusableError when two choices go by one name, so that a key would name both."""
    if len(set(names)) < len(names):
        raise UnusableError("two of its choices have the same identifier")


def title_of(name: str) -> str:
    """A bank's title when the file gives none: the file's name as people read it."""
    stem = PurePath(name).name.split(".")[0]
    return texts.plain(stem.replace("_", " ")) or "Questions"


def collect(format: str, items: Iterable[Item], name: str) -> ReadReport:
    """Gather what a reader yields; the same question twice is taken once and named."""
    gatherer = _Gatherer(name)
    with _uncollected():
        for item in items:
            gatherer.take(item)
    return gatherer.report(format)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Reading makes many objects that all stay: walking them again and again took a fifth of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Gatherer:
    def __init__(self, name: str) -> None:
        self.name = name
        self.about = About()
        self.questions: list[Question] = []
        self.places: dict[str, int] = {}
        self.where: list[str] = []
        self.asked: dict[int, int] = {}
        self.skipped: list[Skipped] = []
        self.warnings: list[str] = []
        self.more_skipped = 0
        self.more_warnings = 0

    def take(self, item: Item) -> None:
        if isinstance(item, Found):
            self._take_question(item)
        elif isinstance(item, Skipped):
            self._skip(item)
        elif isinstance(item, Warned):
            self._warn(f"{item.place}: {item.text}")
        else:
            self.about = item

    def _take_question(self, found: Found) -> None:
        question = found.question
        if doubled := _doubled(question):
            if question.key in doubled:
                self._skip(
                    Skipped(found.place, f"its right answer '{question.key}' is among its choices twice")
                )
                return
            self._warn(f"{found.place}: the choice '{doubled[0]}' stands in it twice")
        content = hash((question.text, question.choices, question.image, question.accepted))
        first = self.asked.setdefault(content, len(self.questions))
        if first != len(self.questions) and _same(question, self.questions[first]):
            if question.answer == self.questions[first].answer:
                self._skip(Skipped(found.place, f"the same question is at {self.where[first]}"))
                return
            self._warn(f"{found.place}: the question at {self.where[first]} is the same with another key")
        if UNDESCRIBED in question.image:
            self._warn(f"{found.place}: its picture has no description, and pictures are not shown")
        if question.id in self.places:
            question = self._renamed(found.place, question)
        if len(self.questions) >= MOST_QUESTIONS:
            raise UserError(
                f"{self.name} holds more than {MOST_QUESTIONS:,} questions. Split it into smaller files."
            )
        self.places[question.id] = len(self.questions)
        self.questions.append(question)
        self.where.append(found.place)

    def _renamed(self, place: str, question: Question) -> Question:
        """Two questions of one id would share a student's history: the second gets an id of its own."""
        fresh = content_id(question.text, question.choices, f"{question.id} {question.answer}")
        self._warn(f"{place}: the id {question.id} is also used at {self.where[self.places[question.id]]}")
        while fresh in self.places:
            fresh += "x"
        return replace(question, id=fresh)

    def _skip(self, skipped: Skipped) -> None:
        if len(self.skipped) < MOST_NOTES:
            self.skipped.append(skipped)
        else:
            self.more_skipped += 1

    def _warn(self, text: str) -> None:
        if len(self.warnings) < MOST_NOTES:
            self.warnings.append(text)
        else:
            self.more_warnings += 1

    def report(self, format: str) -> ReadReport:
        if self.more_skipped:
            self.skipped.append(Skipped(self.name, f"{self.more_skipped:,} more could not be used"))
        if self.more_warnings:
            self.warnings.append(f"{self.name}: {self.more_warnings:,} more warnings")
        about = self.about
        bank = Bank(
            title=about.title or title_of(self.name),
            questions=tuple(self.questions),
            subject=about.subject,
            grade=about.grade,
            source=about.source,
            licence=about.licence,
            extra=about.extra,
        )
        report = ReadReport(format, bank, tuple(self.skipped), tuple(self.warnings))
        if not self.questions:
            raise NothingUsableError(_nothing(self.name, format, report, self.more_skipped), report)
        return report


def _doubled(question: Question) -> list[str]:
    """The choices that stand more than once in a question."""
    if len(set(question.choices)) == len(question.choices):
        return []
    return [choice for choice, count in Counter(question.choices).items() if count > 1]


def _same(one: Question, other: Question) -> bool:
    return (one.text, one.choices, one.image, one.accepted) == (
        other.text,
        other.choices,
        other.image,
        other.accepted,
    )


def _nothing(name: str, format: str, report: ReadReport, more: int) -> str:
    if not report.skipped:
        return ". ".join((f"{name} holds no questions (it was read as {format})", *report.warnings)) + "."
    first = report.skipped[0]
    if len(report.skipped) == 1:
        return f"{name} has no question that can be used: {first.place}: {first.reason}."
    count = len(report.skipped) + (more - 1 if more else 0)
    return f"None of the {count:,} questions in {name} can be used; the first: {first.place}: {first.reason}."
