"""Questions from files: banks of any format the app reads, and the public sets' own layouts."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from distill.corpus import Item
from distill.folders import Folders
from distill.lines import json_object
from distill.recipe import Source
from distill.shaping import concludes, is_reasoning, most_telling, sentences, shaped, split_reasoning, texts
from tutor_app.errors import UserError
from tutor_app.questions.formats import read_file
from tutor_app.questions.model import MOST_CHOICES, Question
from tutor_app.questions.text import plain

EXAMPLES = 5


@dataclass(slots=True)
class Dropped:
    """What one source lost, and examples of it."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, reason: str, example: str) -> None:
        self.counts[reason] += 1
        if self.counts[reason] <= EXAMPLES:
            self.examples.append(f"{reason}: {example}")


def read_source(source: Source, folders: Folders) -> tuple[list[Item], list[str]]:
    """All questions of one source, and what was left out and why; ids begin with the source's name."""
    items, left_out = read_questions(path for pattern in source.files for path in folders.files(pattern))
    if not any(item.key for item in items):
        names = ", ".join(source.files)
        raise UserError(f"The source {source.name!r} ({names}) has no question with a key.")
    return [_belonging(item, source) for item in items], left_out


def read_questions(paths: Iterable[Path]) -> tuple[list[Item], list[str]]:
    """All questions of some files, each with an id of its own, and what was left out and why."""
    items: list[Item] = []
    left_out: list[str] = []
    for path in paths:
        found, skipped = _read(path)
        items += found
        left_out += skipped
    return list(_told_apart(items)), left_out


def _belonging(item: Item, source: Source) -> Item:
    return replace(
        item,
        id=f"{source.name}/{item.id}",
        source=source.name,
        split=source.role,
        weight=source.weight,
    )


def _told_apart(items: list[Item]) -> Iterator[Item]:
    seen: dict[str, int] = {}
    for item in items:
        seen[item.id] = seen.get(item.id, 0) + 1
        yield item if seen[item.id] == 1 else replace(item, id=f"{item.id}#{seen[item.id]}")


def _read(path: Path) -> tuple[list[Item], list[str]]:
    if _is_public_layout(path):
        return _read_rows(path)
    report = read_file(path)
    items = [_from_question(question) for question in report.bank.questions]
    return items, [f"{skipped.place}: {skipped.reason}" for skipped in report.skipped]


def _is_public_layout(path: Path) -> bool:
    """The public sets have one object a line with `question`, `choices` and `answer`."""
    try:
        with path.open("rb") as lines:
            row = json.loads(lines.readline(2_000_000))
    except (OSError, ValueError):
        return False
    return (
        isinstance(row, dict)
        and isinstance(row.get("question"), str)
        and isinstance(row.get("choices"), list)
    )


def _read_rows(path: Path) -> tuple[list[Item], list[str]]:
    items: list[Item] = []
    left_out: list[str] = []
    with path.open("rb") as lines:  # a byte that is no text spoils its own line only
        for number, line in enumerate(lines, 1):
            try:
                if line.strip():
                    items.append(_from_row(json_object(line), f"{path.stem}-{number}"))
            except (ValueError, TypeError, KeyError) as error:
                left_out.append(f"{path.name}:{number}: {error}")
    return items, left_out


def _from_row(row: Any, name: str) -> Item:
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise ValueError("this is no row with a `question`")
    choices = texts(row, "choices")
    if choices and not 2 <= len(choices) <= MOST_CHOICES:
        raise ValueError(f"{len(choices)} choices; a question has 2 to {MOST_CHOICES}, or none")
    if any(not choice for choice in choices):
        raise ValueError("a choice is empty")
    answer = row.get("answer")
    if answer is not None and not (isinstance(answer, int) and 0 <= answer < len(choices)):
        raise ValueError(f"the key {answer!r} names no choice")
    question = plain(row["question"])
    if not question:
        raise ValueError("the question has no text")
    key = choices[answer] if answer is not None else ""
    facts, steps = _explanation(row, question, key)
    return Item(
        id=str(row.get("id") or name),
        source="",
        split="",
        question=question,
        choices=choices,
        answer=answer,
        facts=facts,
        steps=steps,
    )


def _explanation(row: Mapping[str, Any], question: str, key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    facts = shaped(texts(row, "facts"))
    if row.get("steps"):
        return facts, shaped(texts(row, "steps"))
    text = plain(str(row.get("rationale") or ""))
    if not text:
        return facts, ()
    if facts or concludes(text) or is_reasoning(text, key):
        return split_reasoning(text)
    return most_telling(text, question, key), ()


def _from_question(question: Question) -> Item:
    facts, steps = question.facts, question.steps
    if not facts and len(steps) == 1 and len(sentences(steps[0])) > 1:
        facts, steps = split_reasoning(steps[0])  # formats that know one explanation give it as one paragraph
    return Item(
        id=question.id,
        source="",
        split="",
        question=question.text,
        choices=question.choices,
        answer=question.answer,
        accepted=question.accepted,
        facts=facts,
        steps=steps,
    )
