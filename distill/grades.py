"""Graded facts: what a science teacher makes of the facts a search found for a question and its answer.

A file of grades has one question a line, `{"question": "arc/Mercury_7", "good": [...], "help": [...],
"beside": [...], "show": [...]}`, facts by the ids of the fact base. A good fact lets a student see by itself
why the answer is right, a help is a part of the reason, what is beside says nothing about it; `show` are the
one or two a teacher would show, the best first.
"""

import random
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from distill.corpus import Item
from distill.lines import json_object, numbered_lines
from tutor_app.errors import UserError
from tutor_app.knowledge.meaning import query
from tutor_app.knowledge.weigher import Pair

WORTH = {"good": 1.0, "help": 0.4, "beside": 0.0}
WRONG = 3  # pairs of a wrong option with a fact that is good for the right one
_MOST_FACTS = 12


@dataclass(frozen=True, slots=True)
class Grades:
    """One question's facts by grade, and those to show."""

    question: str
    worth: Mapping[int, float]
    show: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GradedLesson:
    """A question with an answer beside facts one by one, and what each is worth as its explanation.

    Some of the pairs name a wrong option beside a fact that explains the right one, which is worth nothing
    there; `best` is the place of the fact a teacher would show first, if any.
    """

    pairs: tuple[Pair, ...]
    worth: tuple[float, ...]
    best: int | None = None


def read_grades(path: Path) -> Iterator[Grades]:
    """The grades in a file; a line that is none is a sentence with its number."""
    for number, line in numbered_lines(path):
        try:
            yield _grades(json_object(line))
        except (ValueError, TypeError, KeyError) as error:
            reason = f"it has no {error}" if isinstance(error, KeyError) else error
            raise UserError(f"{path}:{number}: this is not a row of graded facts: {reason}.") from None


def _grades(row: Mapping[str, Any]) -> Grades:
    facts = {name: [int(fact) for fact in _list(row[name], name)] for name in (*WORTH, "show")}
    worth: dict[int, float] = {}
    for grade, value in WORTH.items():
        for fact in facts[grade]:
            if worth.setdefault(fact, value) != value:
                raise ValueError(f"the fact {fact} has two grades")
    return Grades(str(row["question"]), worth, tuple(facts["show"]))


def _list(value: object, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{name!r} is no list")
    return value


def usable_grades(
    path: Path, questions: Container[str], facts: Container[int], say: Callable[[str], None]
) -> list[Grades]:
    """A file's grades for these questions and facts; it is said how many others the file has.

    A file without one usable grade is a mistake.
    """
    rows = list(read_grades(path))
    asked = [row for row in rows if row.question in questions]
    gone = [row.question for row in rows if row.question not in questions]
    strange = [f"{fact} of {row.question}" for row in asked for fact in row.worth if fact not in facts]
    for what, lost in (
        ("questions that the corpus does not have", gone),
        ("graded facts that the fact base does not have", strange),
    ):
        if lost:
            say(f"{path.name}: {what} are left out: {len(lost)}, such as {lost[0]}")
    kept = [
        replace(row, worth={fact: row.worth[fact] for fact in row.worth if fact in facts}) for row in asked
    ]
    usable = [row for row in kept if row.worth]
    if not usable:
        raise UserError(
            f"No grade in {path} can be used: its questions (`SOURCE/ID`) are not in the corpus, or their "
            "facts are not in the fact base."
        )
    return usable


def graded_lessons(
    grades: Sequence[Grades],
    items: Mapping[str, Item],
    facts: Mapping[int, str],
    chance: random.Random,
    wrong: int = WRONG,
) -> list[GradedLesson]:
    """One lesson for each graded question that is among `items`."""
    found = ((each, items.get(each.question)) for each in grades)
    return [_lesson(item, each, facts, chance, wrong) for each, item in found if item is not None]


def _lesson(
    item: Item,
    grades: Grades,
    facts: Mapping[int, str],
    chance: random.Random,
    most_wrong: int,
) -> GradedLesson:
    asked, known = query(item.question, item.key), list(grades.worth)[:_MOST_FACTS]
    good = [fact for fact in known if grades.worth[fact] == WORTH["good"]]
    wrong = [choice for place, choice in enumerate(item.choices) if place != item.answer]
    others = [
        (query(item.question, choice), facts[chance.choice(good)])
        for choice in chance.sample(wrong, min(len(wrong), most_wrong))
        if good
    ]
    pairs = [(asked, facts[fact]) for fact in known] + others
    worth = [grades.worth[fact] for fact in known] + [0.0] * len(others)
    best = next((known.index(fact) for fact in grades.show if fact in known), None)
    return GradedLesson(tuple(pairs), tuple(worth), best)
