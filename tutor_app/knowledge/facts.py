"""What a fact is, and the files facts come from.

A fact file is JSON Lines: a header (`{"format": "sci-cot-facts", …}`), then `{"text", "subject", "topic",
"source"}` a line. Shipped files lie in the assets, imported notes in the user's folder, and every bank that
was installed brings the facts of its questions.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor_app import paths
from tutor_app.questions.library import Library
from tutor_app.questions.text import plain

FORMAT = "sci-cot-facts"
VERSION = 1
LONGEST_FACT = 400


@dataclass(frozen=True, slots=True)
class Fact:
    """One general statement; `id` follows from its words, so it stays when the index is made anew."""

    text: str
    subject: str = ""
    topic: str = ""
    source: str = ""

    @property
    def id(self) -> int:
        """A number for caches, steps and flags."""
        return fact_id(self.text)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that facts come from; `kind` is `shipped`, `bank` or `notes`."""

    kind: str
    path: Path

    def stamp(self) -> tuple[str, int, int]:
        """Changes when the file does."""
        stat = self.path.stat()
        return str(self.path), stat.st_size, stat.st_mtime_ns


def fact_id(text: str) -> int:
    """53 bits, which every JSON reader holds exactly."""
    words = " ".join(text.split()).casefold()
    return int.from_bytes(hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=8).digest()) >> 11


def notes_folder() -> Path:
    """Where imported notes lie."""
    return paths.user_data() / "facts"


def sources() -> list[Source]:
    """All files facts come from: shipped ones first, so that a repeated fact names the shipped source.

    Shipped banks are left out: their facts are in the shipped files already, without what repeats itself.
    """
    banks = [summary.path for summary in Library().banks() if not summary.shipped]
    notes = sorted(notes_folder().glob("*.jsonl"))
    kinds = (("bank", banks), ("notes", notes))
    return shipped_sources() + [Source(kind, path) for kind, found in kinds for path in found]


def shipped_sources() -> list[Source]:
    """The files that come with the app."""
    return [Source("shipped", path) for path in sorted((paths.assets() / "facts").glob("*.jsonl"))]


def facts_of(source: Source) -> Iterator[Fact]:
    """The facts in one file; a line that is damaged is left out, the others are used."""
    if source.kind == "bank":
        yield from _bank_facts(source.path)
        return
    with source.path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            row = _row(line)
            if isinstance(row.get("text"), str) and _fits(row["text"]):
                yield Fact(
                    plain(row["text"]),
                    *(plain(str(row.get(name, ""))) for name in ("subject", "topic", "source")),
                )


def facts_file(facts: Iterable[Fact], title: str) -> str:
    """A fact file's content."""
    header = {"format": FORMAT, "version": VERSION, "title": title}
    rows = (
        {"text": fact.text, "subject": fact.subject, "topic": fact.topic, "source": fact.source}
        for fact in facts
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (header, *rows))


def header(path: Path) -> dict[str, Any]:
    """A fact file's first line; empty when it has none."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        row = _row(lines.readline())
    return row if row.get("format") == FORMAT else {}


def _bank_facts(path: Path) -> Iterator[Fact]:
    """Read straight from the lines: only four fields matter here, and there may be thousands of questions."""
    title = ""
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for line in lines:
            row = _row(line)
            title = title or str(row.get("title", path.stem))
            facts = row.get("facts")
            for text in facts if isinstance(facts, list) else ():
                if isinstance(text, str) and _fits(text):
                    yield Fact(
                        plain(text), str(row.get("subject", "")), str(row.get("topic", "")) or title, title
                    )


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def _fits(text: str) -> bool:
    return bool(text.strip()) and len(text) <= LONGEST_FACT
