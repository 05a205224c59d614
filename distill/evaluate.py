"""`distill evaluate`: measure students, or a raw model, on sets of questions with keys."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from distill.measures import Result, measure_route
from distill.protocols import PROTOCOLS, Protocol, protocol_named
from distill.reading import cores, read_question_route
from distill.scores import ScoresFile
from distill.sets import EvaluationSet, parse_shard, read_sets
from distill.subjects import Subject, find_subject
from tutor_app.paths import user_cache
from tutor_app.students.calibration import Calibration, read_calibration
from tutor_app.students.engine import Threads


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `distill evaluate`."""
    parser = commands.add_parser("evaluate", help="measure students on sets of questions with keys")
    parser.add_argument(
        "--students", type=Path, required=True, metavar="DIR", help="a package or a model's folder"
    )
    parser.add_argument("--set", dest="sets", action="append", required=True, metavar="NAME=FILE")
    parser.add_argument("--routes", default="question", help="question, rationale, both, facts, samples=K")
    parser.add_argument("--protocol", default="tutor", choices=PROTOCOLS, help="how options are compared")
    parser.add_argument("--limit", type=int, default=0, help="only the first N questions of each set")
    parser.add_argument("--shard", default="1/1", metavar="I/N", help="only this machine's share")
    parser.add_argument("--scores", type=Path, help="where scores are kept (default: the user's cache)")
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read what is not yet in the scores file, then print the figures."""
    subject = find_subject(options.students)
    protocol = protocol_named(options.protocol)
    shard = parse_shard(options.shard)
    sets = [each.part(options.limit, shard) for each in read_sets(options.sets)]
    kept = open_scores(subject, protocol, options.scores)
    results = evaluate(subject, sets, protocol, kept)
    if options.json:
        print(json.dumps([figures(result) for result in results], indent=1))
    else:
        print(table(results))
    return 0


def open_scores(subject: Subject, protocol: Protocol, path: Path | None) -> ScoresFile:
    """The scores file of a subject: beside the user's caches unless a path is given."""
    identity = subject.identity if protocol.chat else f"{subject.identity}-plain"
    return ScoresFile(path or user_cache() / "evaluations" / f"{identity}.jsonl", identity)


def evaluate(
    subject: Subject, sets: Sequence[EvaluationSet], protocol: Protocol, kept: ScoresFile
) -> list[Result]:
    """All figures, one result a set and route."""
    workers = 1 if subject.original else cores()
    student = subject.open_answer(Threads(workers, 1))
    for each in sets:
        began = time.perf_counter()
        read_question_route(student, each, kept, protocol, workers, _progress(each.name, began))
    calibration = calibration_of(subject)
    return [
        measure_route(each, "question", ["question"], kept.readings, protocol, calibration) for each in sets
    ]


def calibration_of(subject: Subject) -> Calibration:
    """The package's calibration; a model without one is taken as it is."""
    path = subject.folder / "calibration.json"
    return read_calibration(path) if subject.package else Calibration()


def figures(result: Result) -> dict[str, object]:
    """A result as JSON, without the single questions."""
    whole = asdict(result)
    del whole["judged"]
    return whole


def table(results: Sequence[Result]) -> str:
    """The results as aligned text."""
    lines = [
        f"{'set':<20} {'route':<12} {'protocol':<9} {'right':>11} {'accuracy':>9} {'95% interval':>14} {'ECE':>6}"
    ]
    for each in results:
        share = each.accuracy
        lines.append(
            f"{each.set:<20} {each.route:<12} {each.protocol:<9} {f'{each.right}/{each.questions}':>11} "
            f"{share.value:>8.1%} {f'{share.low:.1%} - {share.high:.1%}':>14} {each.ece:>6.3f}"
        )
    return "\n".join(lines)


def _progress(name: str, began: float):  # type: ignore[no-untyped-def]
    def show(done: int, of: int) -> None:
        if sys.stderr.isatty() or done == of:
            end = "\n" if done == of else ""
            print(
                f"\r{name}: {done}/{of} in {time.perf_counter() - began:.1f} s ",
                end=end,
                file=sys.stderr,
                flush=True,
            )

    return show
