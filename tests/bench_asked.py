"""How often the fact that comes first answers a question asked without choices.

Run as: python -m tests.bench_asked
The questions are as pupils ask them (`assets/recipes/asked.jsonl`), a reader graded the facts found for each.
Prints what the app's numbers give (they were fitted to these questions), what numbers fitted to the other
questions give (cross-fitted), and the numbers that fit all of them.
"""

import json
import os
import tempfile
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from distill.grades import WORTH, Grades, read_grades
from distill.statistics import logistic, reliability
from tutor_app import paths
from tutor_app.knowledge.base import WEIGHED, FactBase
from tutor_app.knowledge.likelihood import ANSWERS
from tutor_app.questions.model import Question

FOLDS, BINS = 6, 5
Numbers = NDArray[np.float64]
Graded = tuple[Numbers, Numbers]  # what is seen of each fact (a row), and which of them answer


def main() -> None:
    """Print how often, and how surely."""
    recipes = paths.assets() / "recipes"
    rows = map(json.loads, (recipes / "asked.jsonl").read_text("utf-8").splitlines())
    asked = {row["id"]: Question(row["id"], row["question"]) for row in rows}
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUTOR_HOME"] = home
        base = FactBase()
        grades = read_grades(recipes / "asked-grades.jsonl")
        found = [_graded(base, asked[each.question], each) for each in grades]
        base.close()
    some = np.mean([answers.any() for _, answers in found])
    print(f"{len(found)} questions; for {some:.1%} one of {WEIGHED} facts found answers")
    _judge("as the app chooses", found, [np.array(ANSWERS)] * len(found))
    folds = [_fit([one for place, one in enumerate(found) if place % FOLDS != held]) for held in range(FOLDS)]
    _judge("cross-fitted", found, [folds[place % FOLDS] for place in range(len(found))])
    print("fitted to all:", ", ".join(f"{number:.2f}" for number in _fit(found)))


def _graded(base: FactBase, question: Question, grades: Grades) -> Graded:
    facts = [fact for fact in base.candidates(question, WEIGHED) if fact.id in grades.worth]
    seen = [each.inputs for each in base.answering(question.text, facts)]
    return np.array(seen, float), np.array([grades.worth[fact.id] == WORTH["good"] for fact in facts], float)


def _fit(found: Sequence[Graded]) -> Numbers:
    seen, answers = zip(*found, strict=True)
    return logistic(np.concatenate(seen), np.concatenate(answers))


def _judge(name: str, found: Sequence[Graded], numbers: Sequence[Numbers]) -> None:
    likely = [1 / (1 + np.exp(-seen @ each)) for (seen, _), each in zip(found, numbers, strict=True)]
    firsts = [int(each.argmax()) for each in likely]
    sure = [each[first] for each, first in zip(likely, firsts, strict=True)]
    right = [bool(answers[first]) for (_, answers), first in zip(found, firsts, strict=True)]
    print(f"{name}: the first fact answers {np.mean(right):.1%}")
    for each in reliability(sure, right, BINS):
        print(f"  {each.low:.0%} to {each.high:.0%} sure: {each.accuracy:.0%} of {each.count}")


if __name__ == "__main__":
    main()
