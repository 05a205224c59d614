"""What every generating teacher shares: what it is asked, and the journal of its replies.

The journal is a JSON Lines file that only grows: a reply is in it before the next one is awaited, so a
kill -9 loses at most what is in the air, and replies paid for are never asked for again.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Protocol

from distill.corpus import Item
from distill.recipe import Teacher
from distill.teachers.prompting import Message, messages, shots_for


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to one teacher; `code` names it for ever: the same words, the same sampling."""

    item: Item
    sample: int
    messages: tuple[Message, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Told:
    """One reply, as the journal keeps it. `finish`: stop, length (cut off) or refused."""

    code: str
    teacher: str
    text: str
    finish: str
    tokens_in: int = 0
    tokens_out: int = 0

    @property
    def empty(self) -> bool:
        """It says nothing, and was neither cut off nor (at a price) withheld by the server's own filter."""
        withheld = self.finish == "refused" and self.tokens_in > 0
        return not self.text.strip() and self.finish != "length" and not withheld


class Generates(Protocol):
    """A teacher that writes: replies come in any order, and what is known need not be asked."""

    def replies(self, asks: Sequence[Ask], known: Callable[[Ask], bool]) -> Iterator[Told]: ...


def asks_for(items: Sequence[Item], teacher: Teacher) -> list[Ask]:
    """Everything one teacher is to be asked, in the corpus's order."""
    explained = [item for item in items if item.facts and item.steps]
    asks = []
    for item in items:
        shown = shots_for(item, explained, teacher.shots)
        conversation = tuple(messages(item, shown, teacher.tell_answer))
        for sample in range(teacher.samples):
            asks.append(Ask(item, sample, conversation, _code(teacher, conversation, sample)))
    return asks


def _code(teacher: Teacher, conversation: Sequence[Message], sample: int) -> str:
    decides = [teacher.kind, teacher.model, teacher.temperature, teacher.most_tokens, sample, conversation]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:24]


class Journal:
    """Replies on disk; several files are read (shards), one is written."""

    def __init__(self, path: Path, others: Iterable[Path] = ()) -> None:
        self._path = path
        self._told: dict[str, Told] = {}
        for other in (*others, path):
            if other.exists():
                self._told.update((told.code, told) for told in _read(other))

    def get(self, ask: Ask) -> Told | None:
        """The reply to one ask, if there is one."""
        return self._told.get(ask.code)

    def forget_empty(self, asks: Iterable[Ask]) -> None:
        """Let go of a server's replies that say nothing, which earlier versions kept, to ask again."""
        for ask in asks:
            told = self.get(ask)
            if told is not None and told.empty:
                del self._told[ask.code]

    def record(self, replies: Iterable[Told]) -> Iterator[Told]:
        """Write each reply down as it comes, and pass it on."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("r+b" if self._path.exists() else "w+b") as file:
            _after_last_whole_line(file)
            for told in replies:
                file.write(json.dumps(asdict(told)).encode() + b"\n")
                file.flush()
                self._told[told.code] = told
                yield told


def _read(path: Path) -> Iterator[Told]:
    with path.open("rb") as lines:
        for line in lines:
            try:
                yield Told(**json.loads(line))
            except (ValueError, TypeError):
                continue  # a line cut off by a kill: it is asked again


def _after_last_whole_line(file: IO[bytes]) -> None:
    data = file.read()
    file.truncate(data.rfind(b"\n") + 1)
    file.seek(0, 2)
