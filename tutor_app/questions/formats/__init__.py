"""One module per file format. Readers are found by what a file holds, never by its ending.

A reader module has `NAME`, `looks_like(source)` and `read(source)`; a writer module `NAME`, `ENDING`,
`write(bank)`, `unwritable(question)`, and `HOLDS` and `HOLDS_OF_BANK`: what it has a place for beside text,
choices and key. Modules are imported when first needed.
"""

import os
import re
import stat
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tutor_app.errors import UserError
from tutor_app.questions.formats.reading import MOST_BYTES, NothingUsableError, Source, collect, items_of
from tutor_app.questions.formats.unread import refusal
from tutor_app.questions.model import Bank, Question, ReadReport, Skipped
from tutor_app.questions.text import looks_like_noise

__all__ = [
    "FORMATS",
    "WRITERS",
    "NothingUsableError",
    "left_behind",
    "read_bytes",
    "read_file",
    "unwritable",
    "write",
]

# In the order they are tried: the most particular first.
_READERS = {
    "xlsx": "xlsx",
    "docx": "docx",
    "h5p": "h5p",
    "qti-zip": "qti_package",
    "moodle-xml": "moodle_xml",
    "qti-1.2": "qti1",
    "qti-2.1": "qti2",
    "blackboard-pool": "blackboard_pool",
    "native": "native",
    "arc": "arc",
    "json": "json_list",
    "plain-text": "plain_text",
    "csv": "csv_sheet",
    "aiken": "aiken",
    "text2qti": "text2qti",
    "cards": "cards",
    "gift": "gift",
}
FORMATS: tuple[str, ...] = tuple(_READERS)
"""The names a report's `format` can have."""

_WRITERS = {
    "native": ("native", ".jsonl"),
    "gift": ("gift", ".gift"),
    "aiken": ("aiken", ".txt"),
    "moodle-xml": ("moodle_xml", ".xml"),
    "qti-2.1": ("qti2", ".zip"),
    "csv": ("csv_sheet", ".csv"),
    "anki": ("anki", ".txt"),
}
WRITERS: dict[str, str] = {name: ending for name, (_, ending) in _WRITERS.items()}
"""What a bank can be written as, and the ending of such a file."""

# Other JSON than these read could be taken for a sheet or for GIFT.
_JSON = re.compile(r"\s*(?:\[\s*)?\{\s*\"")
_JSON_READERS = ("native", "arc", "json_list")


def read_file(path: Path) -> ReadReport:
    """Read a file of questions in whatever format it is; UserError when it gives none."""
    return read_bytes(_bytes_of(path), path.name)


def read_bytes(data: bytes, name: str) -> ReadReport:
    """Read questions from bytes; `name` is what people call the file."""
    if not data.strip():
        raise UserError(f"{name} is empty.")
    if len(data) > MOST_BYTES:
        raise UserError(_too_big(name, len(data)))
    source = Source(name, data)
    if why := refusal(source):
        raise UserError(why)
    if not source.is_zip and looks_like_noise(source.start):
        raise UserError(_unknown(source))
    if _JSON.match(source.start) and not any(_module(name).looks_like(source) for name in _JSON_READERS):
        raise UserError(_unknown(source))
    for reader in map(_module, _READERS.values()):
        if reader.looks_like(source):
            return collect(reader.NAME, items_of(reader, source), name)
    raise UserError(_unknown(source))


def write(bank: Bank, format: str) -> bytes:
    """The bank in another format; questions it cannot hold are left out (`unwritable` names them)."""
    written: bytes = _writer(format).write(bank)
    return written


def unwritable(bank: Bank, format: str) -> tuple[Skipped, ...]:
    """The questions `write` leaves out, by id, and why."""
    reason = _writer(format).unwritable
    return tuple(Skipped(question.id, why) for question in bank.questions if (why := reason(question)))


def left_behind(bank: Bank, format: str) -> tuple[str, ...]:
    """What `write` leaves out of the bank and of the questions it writes, in words."""
    writer = _writer(format)
    of_bank = [name for name in _OF_BANK if getattr(bank, name) and name not in writer.HOLDS_OF_BANK]
    lost = [f"the bank's {' and '.join(_OF_BANK[name] for name in of_bank)}"] if of_bank else []
    written = [question for question in bank.questions if not writer.unwritable(question)]
    for name, called in _DETAILS.items():
        count = sum(1 for question in written if getattr(question, name))
        if count and name not in writer.HOLDS:
            lost.append(f"{_further(written) if name == 'extra' else called} (of {count:,})")
    return tuple(lost)


def _further(questions: Iterable[Question]) -> str:
    """What the questions' further fields hold, where teachers have a word for it."""
    names = (name for question in questions for name in question.extra)
    return " and ".join(dict.fromkeys(_FURTHER.get(name, _DETAILS["extra"]) for name in names))


_OF_BANK = {name: name for name in ("title", "subject", "grade", "source", "licence")} | {
    "extra": "further fields"
}
_DETAILS = {
    "explanation": "explanations",
    "hint": "hints",
    "why_wrong": "reasons why choices are wrong",
    "image": "descriptions of pictures",
    "topic": "topics",
    "subject": "subjects",
    "grade": "grades",
    "source": "sources",
    "licence": "licences",
    "extra": "further fields",
}
_FURTHER = {"weights": "partial points", "explained_by": "who explained them"}


def _writer(format: str) -> ModuleType:
    if format not in WRITERS:
        raise UserError(f"Banks cannot be written as {format}. Choose one of: {', '.join(WRITERS)}.")
    return _module(_WRITERS[format][0])


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")


def _bytes_of(path: Path) -> bytes:
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise UserError(f"{path} is a folder. Give the files in it one by one.")
        if not stat.S_ISREG(about.st_mode):
            raise UserError(f"{path} is not an ordinary file. Save the questions as a file first.")
        if about.st_size > MOST_BYTES:
            raise UserError(_too_big(str(path), about.st_size))
        # The file may have been swapped since: neither wait for a pipe nor read without end.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise UserError(f"There is no file {path}.") from None
    except PermissionError:
        raise UserError(f"{path} may not be read. Check its permissions.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a usable file name"
        raise UserError(f"{path} cannot be read: {reason}.") from None


def _too_big(name: str, size: int) -> str:
    megabytes, most = size // 1_000_000, MOST_BYTES // 1_000_000
    return f"{name} is too big ({megabytes} MB; at most {most} MB). Split it into smaller files."


def _unknown(source: Source) -> str:
    if _JSON.match(source.start):
        return (
            f"{source.name} is JSON in a layout this tutor does not read. Make it a list of questions, each "
            "with the fields question, choices and answer (tutor help formats), or a sheet with the columns "
            "question, choice 1, choice 2, …, correct."
        )
    if looks_like_noise(source.start):
        return f"{source.name} is not a file of questions: it holds no readable text."
    if table := str(_module("csv_sheet").without_heading(source)):
        return table
    return (
        f"{source.name} is in no format this tutor reads. It reads: {', '.join(FORMATS)}. "
        "Check that the export finished, or choose another export format."
    )
