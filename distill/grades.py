"""Graded facts: what a science teacher makes of the facts a search found for a question and its answer.

A file of grades has one question a line, `{"question": "arc/Mercury_7", "good": [...], "help": [...],
"beside": [...], "show": [...]}`, facts by the ids of the fact base. A good fact lets a student see by itself
why the answer is right, a help is a part of the reason, what is beside says nothing about it; `show` are the
one or two a teacher would show, the best first.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from distill.corpus import Item
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
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            worth = {int(fact): value for grade, value in WORTH.items() for fact in row[grade]}
            yield Grades(str(row["question"]), worth, tuple(int(fact) for fact in row["show"]))
        except (ValueError, TypeError, KeyError) as error:
            raise UserError(f"{path}:{number}: this is not a row of graded facts: {error}.") from None


def graded_lessons(
    grades: Sequence[Grades],
    items: Mapping[str, Item],
    facts: Mapping[int, str],
    chance: random.Random,
    wrong: int = WRONG,
) -> list[GradedLesson]:
    """One lesson a question; what is no longer a question of the corpus or a fact of the base is left out."""
    lessons = []
    for each in grades:
        item = items.get(each.question)
        known = [fact for fact in each.worth if fact in facts][:_MOST_FACTS]
        if item is not None and known:
            lessons.append(_lesson(item, each, known, facts, chance, wrong))
    return lessons


def _lesson(
    item: Item,
    grades: Grades,
    known: Sequence[int],
    facts: Mapping[int, str],
    chance: random.Random,
    most_wrong: int,
) -> GradedLesson:
    asked = query(item.question, item.key)
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
