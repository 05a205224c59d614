"""How often the fact base finds what explains a question: a question's own facts among its candidates.

Run as: python -m tests.bench_facts QUESTIONS.jsonl [--tune] [--facts 50000]
QUESTIONS.jsonl has `question`, `choices`, `answer` and `facts` a line. The index is the one that ships. The
ranking's numbers were tuned on the even half (`--tune` reports that half); the odd half is the one to quote.
`--facts N` fills the base up to N facts, where time alone counts. `--grades FILE` (with questions that have an
`id`, such as a run's `corpus/train.jsonl`) says how often a fact that a teacher graded good comes first, by the
search and by the weigher, on the questions held out from its training (dev questions all are). With `--fit` the
numbers by which the app judges how likely a fact explains an answer are fitted to them too.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from distill.corpus import Item, read_items
from distill.fitting import Quality, fit, found_facts
from distill.grades import WORTH, Grades, usable_grades
from distill.meaning import held_out
from tutor_app.errors import UserError
from tutor_app.knowledge.base import WEIGHED, FactBase
from tutor_app.knowledge.facts import Fact, fact_id, facts_file, notes_folder
from tutor_app.knowledge.meaning import Meanings, encoder_folder
from tutor_app.questions.model import Question

DEPTHS = (8, 12, 20)


def main() -> None:
    """Print recall and time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("questions", type=Path)
    parser.add_argument("--tune", action="store_true", help="the half that was tuned on")
    parser.add_argument("--facts", type=int, help="fill up to so many facts and measure time")
    parser.add_argument("--grades", type=Path, help="how often a fact that was graded good comes first")
    parser.add_argument("--fit", action="store_true", help="fit to those grades how likely a fact explains")
    options = parser.parse_args()
    if options.fit and not options.grades:
        parser.error("--fit needs --grades FILE")
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUTOR_HOME"] = home
        if options.grades:
            try:
                _judge_grades(options.questions, options.grades, options.fit)
            except UserError as error:
                sys.exit(f"bench_facts: {error}")
            return
        if options.facts:
            _fill_up(options.facts)
        questions = list(_questions(options.questions))[0 if options.tune else 1 :: 2]
        began = time.perf_counter()
        base = FactBase()
        print(f"{len(base)} facts, index made in {time.perf_counter() - began:.2f} s")
        for supposed in (False, True):
            _measure(base, questions, supposed)
        _measure_again(base, questions)
        base.close()


def _measure(base: FactBase, questions: list[Question], supposed: bool) -> None:
    found = {depth: [0, 0] for depth in DEPTHS}
    times, facts = [], 0
    for question in questions:
        began = time.perf_counter()
        ids = [fact.id for fact in base.candidates(question, max(DEPTHS), question.key if supposed else None)]
        times.append(time.perf_counter() - began)
        own = [fact_id(text) for text in question.facts]
        facts += len(own)
        for depth, counts in found.items():
            hits = sum(id_ in ids[:depth] for id_ in own)
            counts[0] += hits > 0
            counts[1] += hits
    told = "told the key" if supposed else "not told the key"
    print(f"{len(questions)} questions, {told}:")
    for depth, (any_, all_) in found.items():
        print(f"  top {depth:2}: some own fact {any_ / len(questions):.1%}, own facts {all_ / facts:.1%}")
    slowest = sorted(times)[int(len(times) * 0.99)]
    print(f"  time: median {statistics.median(times) * 1000:.1f} ms, 99% under {slowest * 1000:.1f} ms")


def _measure_again(base: FactBase, questions: list[Question]) -> None:
    """As the tutor asks where it knows no key: the options' support first, which looks at the same texts."""
    times = []
    for question in questions:
        base.support(question)
        began = time.perf_counter()
        base.candidates(question, max(DEPTHS))
        times.append(time.perf_counter() - began)
    print(f"not told the key, after the options' support: median {statistics.median(times) * 1000:.1f} ms")


def _judge_grades(questions: Path, path: Path, fits: bool) -> None:
    """What graded facts say of the choice of facts, on questions that the weigher did not learn from."""
    items, base = {item.id: item for item in read_items(questions)}, FactBase()
    grades = usable_grades(path, items, {fact.id for fact in base.all()}, print)
    kept = {row.question: items[row.question] for row in grades}
    kept = {id_: item for id_, item in kept.items() if item.split == "dev" or held_out(item)}
    grades = [row for row in grades if row.question in kept]
    _judge_choice(base, grades, kept)
    if fits:
        _fit(base, grades, kept)
    base.close()


def _judge_choice(base: FactBase, grades: list[Grades], items: dict[str, Item]) -> None:
    """Of the facts that were graded, which one each way of choosing puts first."""
    first, asked = {"search": [0, 0], "weigher": [0, 0]}, 0
    for row in grades:
        item = items[row.question]
        question = Question(item.id, item.question, item.choices, item.answer)
        search = [fact.id for fact in base.candidates(question, 3 * WEIGHED, item.key)]
        fits = {fit.fact.id: fit.score for fit in base.fits(question, item.key)}
        graded = [fact for fact in search if fact in row.worth and fact in fits]
        if not graded:
            continue
        asked += 1
        for name, best in (("search", graded[0]), ("weigher", max(graded, key=fits.__getitem__))):
            first[name][0] += row.worth[best] == WORTH["good"]
            first[name][1] += row.worth[best] > 0
    for name, (good, some) in first.items() if asked else ():
        print(f"{name}: a good fact first {good / asked:.1%}, good or a help {some / asked:.1%} of {asked}")


def _fit(base: FactBase, grades: list[Grades], items: dict[str, Item]) -> None:
    questions = found_facts(grades, items, base)
    fitted = fit(questions)
    print(f"{sum(map(len, questions))} graded facts of {len(questions)} questions:")
    print(f"  as the app judges them: {_told(fitted.before)}")
    print(f"  fitted (cross-fitted):  {_told(fitted.after)}")
    print(f"  fitted to all:          {', '.join(f'{number:.2f}' for number in fitted.numbers)}")


def _told(found: Quality) -> str:
    return f"log loss {found.loss:.3f}, a good fact first {found.good_first:.1%}"


def _questions(path: Path) -> Iterator[Question]:
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        row = json.loads(line)
        if row.get("facts"):
            yield Question(
                str(number), row["question"], tuple(row["choices"]), row["answer"], facts=tuple(row["facts"])
            )


def _fill_up(count: int) -> None:
    base = FactBase()
    facts = list(base.all())
    base.close()
    made = []
    for number in range(count - len(facts)):
        one, other = facts[number % len(facts)], facts[(number * 31 + 7) % len(facts)]
        made.append(
            Fact(f"{one.text.split('.')[0]} {number}, and {other.text}"[:400], one.subject, one.topic)
        )
    notes_folder().mkdir(parents=True)
    (notes_folder() / "more.jsonl").write_text(facts_file(made, "More"), "utf-8")
    Meanings(encoder_folder(), [*facts, *made]).build()


if __name__ == "__main__":
    main()
