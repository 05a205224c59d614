"""A teacher's own notes, text or Markdown, as facts: one sentence each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.knowledge.facts import LONGEST_FACT, Fact, Source, facts_file, facts_of, header, notes_folder
from tutor_app.questions.text import decode, plain

_LARGEST = 10_000_000
_BANK_ENDINGS = (".csv", ".gift", ".h5p", ".json", ".jsonl", ".tsv", ".xlsx", ".xml", ".zip")
_XML_OR_HTML = re.compile(r"\s*<(?:\?xml|!doctype|html|quiz|questestinterop)\b", re.IGNORECASE)
_FEWEST_WORDS = 4
_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_SKIPPED = re.compile(r"^\s*(?:\||[-=*_]{3,}\s*$|<!--|\[[^\]]+\]:)")
_MARKUP = (
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),  # pictures
    (re.compile(r"\[([^\]]+)\]\([^)]*\)"), r"\1"),  # links keep their words
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)([*_])(?=\S)(.+?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"`([^`]+)`"), r"\1"),
    (re.compile(r"^\s*>\s?"), ""),
)
_CLOSER = r"[\"'”’)\]]"  # what ends a sentence may stand before one or two of these
_END = re.compile(
    rf"(?:(?<=[.!?…])|(?<=[.!?…]{_CLOSER})|(?<=[.!?…]{_CLOSER}{{2}}))"
    r"\s+(?=[\"'“‘(\[]?[A-Z0-9À-ÖØ-ÞΑ-ΩА-Я])|(?<=[。！？])"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|ca|cf|Dr|Mr|Mrs|Ms|Prof|St|Fig|No|Nr)|(?<!\d )\b[A-Z])\.$"
)


@dataclass(frozen=True, slots=True)
class Notes:
    """An imported file of notes: its name, title and how many facts it holds."""

    name: str
    title: str
    count: int
    path: Path


def import_notes(file: Path, title: str = "") -> Notes:
    """Split a file into facts and keep them; a file of the same name is replaced."""
    if file.suffix.lower() in _BANK_ENDINGS:
        raise UserError(_no_notes(file))
    try:
        if file.stat().st_size > _LARGEST:
            raise UserError(f"{file} is larger than {_LARGEST // 1_000_000} MB; split it into several files.")
        text = decode(file.read_bytes())
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror or error}).") from error
    if "\0" in text:
        raise UserError(f"{file} is not a text file; save the notes as plain text or Markdown.")
    if _XML_OR_HTML.match(text):
        raise UserError(_no_notes(file))
    name = re.sub(r"[^\w.-]+", "-", file.stem).strip(".-")[:60] or "notes"
    shown = title.strip() or plain(file.stem)
    facts = list(facts_in(text, shown))
    if not facts:
        raise UserError(
            f"{file} has no sentence of at least {_FEWEST_WORDS} words, so there is nothing to import."
        )
    path = notes_folder() / f"{name}.jsonl"
    try:
        write_atomically(path, facts_file(facts, shown))
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror or error}).") from error
    return Notes(name, shown, len(facts), path)


def _no_notes(file: Path) -> str:
    return (
        f"{file} looks like a bank of questions or a web page. Notes are plain text or Markdown; "
        f"questions are installed with: tutor bank import {file}"
    )


def imported() -> list[Notes]:
    """All imported notes."""
    paths = sorted(notes_folder().glob("*.jsonl"))
    return [
        Notes(
            path.stem,
            str(header(path).get("title", path.stem)),
            sum(1 for _ in facts_of(Source("notes", path))),
            path,
        )
        for path in paths
    ]


def remove_notes(name: str) -> Notes:
    """Delete imported notes by their name or title."""
    for notes in imported():
        if name in (notes.name, notes.title):
            notes.path.unlink(missing_ok=True)
            return notes
    raise UserError(f"There are no imported notes called '{name}'. 'tutor facts list' shows those there are.")


def facts_in(text: str, source: str) -> Iterator[Fact]:
    """The sentences of notes as facts, each under the heading it stands below, repeats left out."""
    seen: set[int] = set()
    for topic, paragraph in _paragraphs(text):
        for sentence in sentences(paragraph):
            fact = Fact(sentence, "", topic, source)
            if fact.id not in seen:
                seen.add(fact.id)
                yield fact


def sentences(paragraph: str) -> list[str]:
    """A paragraph's whole sentences that can be facts: a few words at least, no question, not too long."""
    parts: list[str] = []
    for part in _END.split(paragraph):
        if parts and _ABBREVIATION.search(parts[-1]):
            parts[-1] += " " + part
        else:
            parts.append(part)
    clean = (plain(" ".join(part.split())) for part in parts)
    return [text for text in clean if _can_be_fact(text)]


def _can_be_fact(text: str) -> bool:
    wordy = len(text.split()) >= _FEWEST_WORDS or (not text.isascii() and len(text) > _FEWEST_WORDS)
    return wordy and len(text) <= LONGEST_FACT and not text.endswith(("?", "？", ":"))


def _paragraphs(text: str) -> Iterator[tuple[str, str]]:
    """Paragraphs and list items without markup, with the heading above them."""
    topic, lines, fenced = "", list[str](), False
    for line in [*text.splitlines(), ""]:
        if _FENCE.match(line):
            fenced = not fenced
            continue
        heading = _HEADING.match(line)
        ends = heading or not line.strip() or _ITEM.match(line) or _SKIPPED.match(line)
        if ends and lines:
            yield topic, " ".join(lines)
            lines = []
        if heading:
            topic = _without_markup(heading.group(1))
        elif not fenced and line.strip() and not _SKIPPED.match(line):
            lines.append(_without_markup(_ITEM.sub("", line)))
    if lines:
        yield topic, " ".join(lines)


def _without_markup(line: str) -> str:
    for pattern, kept in _MARKUP:
        line = pattern.sub(kept, line)
    return line.strip()
