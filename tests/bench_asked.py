"""How often the fact that comes first answers a question asked without choices.

Run as: python -m tests.bench_asked
The questions are as pupils ask them (`assets/recipes/asked.jsonl`), a reader graded the facts found for each.
Prints what the app's numbers give (they were fitted to these questions), what numbers fitted to the other
questions give (cross-fitted), and the numbers that fit all of them.
"""

import json
import os
import tempfile

from distill.fitting import Found, Quality, fit
from distill.grades import WORTH, Grades, read_grades
from distill.statistics import reliability
from tutor_app import paths
from tutor_app.knowledge.base import WEIGHED, FactBase
from tutor_app.questions.model import Question

BINS = 5


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
    some = sum(any(fact.good for fact in facts) for facts in found) / len(found)
    print(f"{len(found)} questions; for {some:.1%} one of {WEIGHED} facts found answers")
    fitted = fit(found)
    _tell("as the app chooses", fitted.before)
    _tell("cross-fitted", fitted.after)
    print("fitted to all:", ", ".join(f"{number:.2f}" for number in fitted.numbers))


def _graded(base: FactBase, question: Question, grades: Grades) -> list[Found]:
    facts = [fact for fact in base.candidates(question, WEIGHED) if fact.id in grades.worth]
    seen = base.answering(question.text, facts)
    return [
        Found(each, grades.worth[fact.id] == WORTH["good"]) for fact, each in zip(facts, seen, strict=True)
    ]


def _tell(name: str, quality: Quality) -> None:
    print(f"{name}: the first fact answers {quality.good_first:.1%}; log loss {quality.loss:.3f}")
    for each in reliability(*zip(*quality.firsts, strict=True), BINS):
        print(f"  {each.low:.0%} to {each.high:.0%} sure: {each.accuracy:.0%} of {each.count}")


if __name__ == "__main__":
    main()
