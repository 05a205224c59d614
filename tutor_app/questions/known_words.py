"""The words of every bank's questions, kept so that a new bank is compared without reading the others.

Each bank has a file in the cache folder, stamped with the state of the bank file it was made from. What is
missing, stale or broken is made anew, so a crash or a cleared cache costs time and nothing else.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor_app import paths
from tutor_app.files import write_atomically
from tutor_app.questions.duplicates import question_terms
from tutor_app.questions.model import Question

_VERSION = 1


@dataclass(frozen=True, slots=True)
class BankWords:
    """A bank's questions as a comparison sees them: their ids and, for each, its terms."""

    ids: tuple[str, ...]
    terms: tuple[Sequence[str], ...]


def words_of(questions: Sequence[Question]) -> BankWords:
    """The words of questions that were read."""
    return BankWords(tuple(q.id for q in questions), tuple(map(question_terms, questions)))


class KnownWords:
    """The kept words of banks, each by the path of its file."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or paths.user_cache() / "words"

    def of(self, bank: Path, questions: Callable[[Path], Sequence[Question]]) -> BankWords:
        """A bank's words; `questions` reads the bank when they are not kept or no longer true."""
        found = self._kept(bank)
        if found is None:
            found = words_of(questions(bank))
            self.keep(bank, found)
        return found

    def keep(self, bank: Path, words: BankWords) -> None:
        """Keep a bank's words as they are now; without room for them the next comparison makes them anew."""
        kept = {
            "stamp": _stamp(bank),
            "ids": words.ids,
            "terms": [" ".join(terms) for terms in words.terms],
        }
        try:
            write_atomically(self._file(bank), json.dumps(kept, ensure_ascii=False))
        except OSError:
            return

    def forget(self, bank: Path) -> None:
        """Drop the words of a bank that was removed."""
        self._file(bank).unlink(missing_ok=True)

    def _kept(self, bank: Path) -> BankWords | None:
        try:
            kept = json.loads(self._file(bank).read_bytes())
            if kept["stamp"] != _stamp(bank):
                return None
            return BankWords(tuple(kept["ids"]), tuple([terms.split(" ") for terms in kept["terms"]]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _file(self, bank: Path) -> Path:
        return self._folder / f"{bank.stem}.json"


def _stamp(bank: Path) -> list[object]:
    """What changes with the bank's file: a bank is always replaced by a new file, never written over."""
    about = bank.stat()
    return [_VERSION, str(bank), about.st_size, about.st_mtime_ns, about.st_ino]
