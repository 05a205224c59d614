"""A teacher who has already written: files of rationales by question id, or the sources' own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from distill.corpus import Item
from distill.lines import json_object, numbered_lines
from distill.recipe import Teacher
from distill.shaping import shaped, split_reasoning, texts
from distill.teachers.worldtree import read_worldtree
from tutor_app.errors import UserError
from tutor_app.questions.text import plain

Written = tuple[tuple[str, ...], tuple[str, ...]]
"""Facts and steps."""


def own_rationales(items: Iterable[Item], repeats: Iterable[Item], teacher: Teacher) -> Iterator[Item]:
    """The explanations that came with the questions, and with their near-duplicates."""
    kept = {item.id for item in items}
    samples: dict[str, int] = {}
    for item in (*items, *(repeat for repeat in repeats if repeat.id in kept)):
        if item.rationale:
            sample = samples.get(item.id, 0)
            samples[item.id] = sample + 1
            yield replace(
                item, facts=shaped(item.facts), steps=shaped(item.steps), **_by(teacher, item, sample)
            )


def rationales_from_files(items: Sequence[Item], files: Sequence[Path], teacher: Teacher) -> Iterator[Item]:
    """Rationales from files, matched by the question's id (without the source's name)."""
    written = read_written(files)
    matched = 0
    for item in items:
        for sample, (facts, steps) in enumerate(written.get(item.id.partition("/")[2], ())):
            matched += 1
            yield replace(item, facts=facts, steps=steps, **_by(teacher, item, sample))
    if not matched:
        names = ", ".join(map(str, files))
        raise UserError(f"No rationale in {names} has the id of a training question.")


def read_written(files: Sequence[Path]) -> Mapping[str, list[Written]]:
    """Rationales by id: WorldTree's tables (`.tsv`), else rows of `id` and `steps` or a `rationale` text."""
    found: dict[str, list[Written]] = {}
    for path in files:
        if path.suffix == ".tsv":
            for id_, facts in read_worldtree(path):
                found.setdefault(id_, []).append((facts, ()))
            continue
        for number, line in numbered_lines(path):
            try:
                row = json_object(line)
                found.setdefault(str(row["id"]), []).append(_written(row))
            except KeyError as error:
                raise UserError(
                    f"{path}:{number}: a written rationale has `id` and `steps` or `rationale`; here "
                    f"is no {error}."
                ) from None
            except ValueError as error:
                raise UserError(f"{path}:{number}: {error}.") from None
    return found


def _written(row: Mapping[str, Any]) -> Written:
    facts = shaped(texts(row, "facts"))
    if "steps" not in row:
        return split_reasoning(plain(str(row["rationale"])))
    lines = shaped(texts(row, "steps"))
    return (facts, lines) if facts else (lines[:-1], lines[-1:])


def _by(teacher: Teacher, item: Item, sample: int) -> dict[str, Any]:
    return {"teacher": teacher.label, "sample": sample, "weight": item.weight * teacher.weight}
