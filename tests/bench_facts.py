"""How often the fact base finds what explains a question: a question's own facts among its candidates.

Run as: python tests/bench_facts.py QUESTIONS.jsonl [--tune] [--facts 50000]
QUESTIONS.jsonl has `question`, `choices`, `answer` and `facts` a line. The index is the one that ships. The
ranking's numbers were tuned on the even half (`--tune` reports that half); the odd half is the one to quote.
`--facts N` fills the base up to N facts and measures time alone.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tutor_app.knowledge.base import FactBase
from tutor_app.knowledge.facts import Fact, fact_id, facts_file, notes_folder
from tutor_app.questions.model import Question

DEPTHS = (8, 12, 20)


def main() -> None:
    """Print recall and time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("questions", type=Path)
    parser.add_argument("--tune", action="store_true", help="the half that was tuned on")
    parser.add_argument("--facts", type=int, help="fill up to so many facts and measure time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUTOR_HOME"] = home
        if options.facts:
            _fill_up(options.facts)
        questions = list(_questions(options.questions))[0 if options.tune else 1 :: 2]
        began = time.perf_counter()
        base = FactBase()
        print(f"{len(base)} facts, index made in {time.perf_counter() - began:.2f} s")
        for supposed in (False, True):
            _measure(base, questions, supposed)
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


if __name__ == "__main__":
    main()
