"""The cache of what students made of questions: JSON Lines, appended by batches, safe to kill at any time.

A line holds one *reading*: the log-likelihood of every option under one route, with the option's token
counts, so that joining routes, temperatures and length powers can be fitted later at no cost.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tutor_app.errors import UserError
from tutor_app.knowledge.weigher import Support
from tutor_app.questions.model import Question


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """A step of a rationale as it was written, and where it came from."""

    text: str
    origin: str = "tutor"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one route made of one question; `seconds` and `written` (tokens) are 0 when not measured.

    `facts` are the texts of the facts that were chosen.
    `support` is what the fact base has to say for each option; it is found anew each time, never kept.
    """

    set: str
    question: str
    route: str
    key: int | None
    sums: tuple[float, ...]
    tokens: tuple[int, ...]
    id: str = ""
    steps: tuple[WrittenStep, ...] = ()
    facts: tuple[str, ...] = ()
    seconds: float = 0.0
    written: int = 0
    support: tuple[Support, ...] = ()
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, str, str]:
        """What makes a reading the same one."""
        return self.set, self.question, self.route


def digest(question: Question) -> str:
    """A question's identity in scores: its text and choices, whatever its id."""
    return hashlib.sha256("\x1f".join((question.text, *question.choices)).encode()).hexdigest()[:16]


class ScoresFile:
    """Readings of one package; `identity` says whose, and a file of another package is refused."""

    def __init__(self, path: Path, identity: str) -> None:
        self.path = path
        self.identity = identity
        self.readings: dict[tuple[str, str, str], Reading] = {}
        if path.is_dir():
            raise UserError(f"{path} is a folder; give a file for the scores.")
        if path.exists() and path.stat().st_size:
            self._take_up()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._append([json.dumps({"scores": 1, "identity": identity})])

    def add(self, readings: Iterable[Reading]) -> None:
        """Keep a batch: on disk before this returns."""
        batch = [reading for reading in readings if reading.place not in self.readings]
        self._append([json.dumps(asdict(reading), ensure_ascii=False) for reading in batch])
        self.readings.update((reading.place, reading) for reading in batch)

    def _take_up(self) -> None:
        """Read what is there; a last line that a crash cut short is dropped from the file."""
        whole = self.path.read_bytes()
        complete = whole[: whole.rfind(b"\n") + 1]
        if len(complete) < len(whole):
            with self.path.open("r+b") as file:
                file.truncate(len(complete))
        if not complete:
            self._append([json.dumps({"scores": 1, "identity": self.identity})])
            return
        found = _identity(self.path, complete.split(b"\n", 1)[0])
        if found != self.identity:
            raise UserError(
                f"{self.path} holds the scores of another package ({found}); give another file, or delete it."
            )
        self.readings = {reading.place: reading for reading in read_scores(self.path)}

    def _append(self, lines: list[str]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())


def read_scores(path: Path) -> Iterator[Reading]:
    """All complete readings of a scores file."""
    if not path.is_file():
        raise UserError(f"There is no scores file {path}; `distill evaluate --scores {path}` makes one.")
    with path.open("rb") as file:
        _identity(path, file.readline())
        for number, line in enumerate(file, 2):
            if line.endswith(b"\n"):
                yield _reading(path, number, line)


def scores_identity(path: Path) -> str:
    """Whose scores a file holds."""
    if not path.is_file():
        raise UserError(f"There is no scores file {path}.")
    with path.open("rb") as file:
        return _identity(path, file.readline())


def _identity(path: Path, line: bytes) -> str:
    try:
        return str(json.loads(line)["identity"])
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path} is not a scores file: its first line names no package.") from None


def _reading(path: Path, number: int, line: bytes) -> Reading:
    try:
        fields = json.loads(line)
        fields.pop("fact_scores", None)  # earlier versions wrote it
        fields["steps"] = tuple(WrittenStep(**step) for step in fields.get("steps", ()))
        for name in ("sums", "tokens", "facts", "support"):
            fields[name] = tuple(fields.get(name, ()))
        return Reading(**fields)
    except (ValueError, TypeError, AttributeError):
        raise UserError(f"{path}, line {number}: this is not a reading; delete the line to go on.") from None
