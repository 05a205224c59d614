"""`distill evaluate`: measure students, or a raw model, on sets of questions with keys."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from distill.corpus import read_items
from distill.explaining import Explaining, shipped_facts
from distill.measures import (
    Judged,
    RationaleFigures,
    Result,
    fitted_on_text,
    judge,
    rationale_figures,
    result_of,
)
from distill.package import rewrite_scores
from distill.protocols import PROTOCOLS, Measure, Protocol, protocol_named
from distill.reading import Progress, as_in_the_app, cores, read_question_route
from distill.recipe import Recipe
from distill.report import rationale_text, results_text, write_report
from distill.results import SCORES, Evaluation, card_scores, figures, shared_outcomes, write_evaluation
from distill.routes import QUESTION, explained_routes, parse_routes, settings_of
from distill.scores import ScoresFile, digest, read_scores, scores_identity
from distill.sets import EvaluationSet, questions_of, read_sets
from distill.shards import read_shard
from distill.stages import Work
from distill.statistics import paired
from distill.subjects import Subject, find_subject
from tutor_app.errors import UserError
from tutor_app.paths import user_cache
from tutor_app.students.calibration import Calibration, read_calibration
from tutor_app.students.engine import Threads
from tutor_app.students.packages import read_package, verify

READINGS = "readings"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `distill evaluate`."""
    parser = commands.add_parser("evaluate", help="measure students on sets of questions with keys")
    parser.add_argument("--students", type=Path, required=True, metavar="DIR", help="a package or a model")
    parser.add_argument(
        "--against", type=Path, metavar="DIR", help="another one, compared question by question"
    )
    parser.add_argument(
        "--set",
        dest="sets",
        action="append",
        required=True,
        metavar="NAME=FILE",
        help="a set of questions with keys (repeatable)",
    )
    parser.add_argument(
        "--routes", default=QUESTION, help="question,rationale,both,facts,free,auto,samples=K"
    )
    parser.add_argument("--protocol", default="tutor", choices=PROTOCOLS, help="how options are compared")
    parser.add_argument("--limit", type=int, default=0, help="only the first N questions of each set")
    parser.add_argument("--shard", default="1/1", metavar="I/N", help="only this machine's share")
    parser.add_argument(
        "--merge", nargs="+", type=Path, default=[], metavar="FILE", help="other shards' scores"
    )
    parser.add_argument("--scores", type=Path, help="where scores are kept (default: the user's cache)")
    parser.add_argument("--compute-type", default="default", help="what CTranslate2 computes in")
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    parser.add_argument("--out", type=Path, metavar="DIR", help="also write scores.json and a report here")
    parser.add_argument("--into-card", action="store_true", help="write the figures into the package's card")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read what is not yet in the scores file, then print the figures."""
    routes, protocol = parse_routes(options.routes), protocol_named(options.protocol)
    shard = read_shard(options.shard)
    if options.limit < 0:
        raise UserError("--limit is 0 (all questions) or more.")
    refuse_unknown(options.compute_type)
    if options.into_card:
        read_package(options.students)  # what has no card is told before it is measured
    sets = [each.part(options.limit, shard) for each in read_sets(options.sets)]
    for each in sets:
        tell_left_out(each)
    opened = []
    for folder in [options.students, *([options.against] if options.against else [])]:
        subject = replace(find_subject(folder), compute_type=options.compute_type)
        kept = open_scores(subject, protocol, options.scores if folder == options.students else None)
        if folder == options.students:
            merge(kept, options.merge)
        opened.append((subject, kept))  # a wrong path is told before anything is measured
    found = [evaluate(subject, sets, routes, protocol, kept) for subject, kept in opened]
    if options.out:
        write_evaluation(options.out / SCORES, found[0])
        write_report(options.out, found[0])
    if options.into_card:
        files = {
            each.name: Path(text.rpartition("=")[2]).name
            for each, text in zip(sets, options.sets, strict=True)
        }
        rewrite_scores(read_package(options.students), card_scores(found[0], files))
    if options.json:
        print(json.dumps(as_json(found), indent=1))
    else:
        print(as_text(found))
    return 0


def refuse_unknown(compute_type: str) -> None:
    """What CTranslate2 cannot compute in here is told before a model is loaded."""
    import ctranslate2

    known = ("default", "auto", *sorted(ctranslate2.get_supported_compute_types("cpu")))
    if compute_type not in known:
        raise UserError(f"This machine cannot compute in {compute_type!r}; choose one of {', '.join(known)}.")


def tell_left_out(wanted: EvaluationSet) -> None:
    """How many questions of a set's file are not measured, and why, on stderr."""
    if counts := wanted.left_out.counts:
        told = ", ".join(f"{reason} {count}" for reason, count in counts.items())
        lines = [f"{wanted.name}: {counts.total()} questions left out ({told})"]
        lines += [f"    {example[:160]}" for example in wanted.left_out.examples]
        print("\n".join(lines), file=sys.stderr)


def open_scores(subject: Subject, protocol: Protocol, path: Path | None) -> ScoresFile:
    """The scores file of a subject: among the user's caches unless a path is given."""
    identity = readings_identity(subject, protocol)
    return ScoresFile(path or user_cache() / "evaluations" / f"{identity}.jsonl", identity)


def readings_identity(subject: Subject, protocol: Protocol) -> str:
    """Readings of one identity can be set beside each other."""
    identity = subject.identity
    if not protocol.chat:
        identity += "-plain"
    if subject.compute_type != "default":
        identity += f"-{subject.compute_type}"
    return identity


def merge(kept: ScoresFile, files: Sequence[Path]) -> None:
    """Take over what other machines read."""
    for path in files:
        if scores_identity(path) != kept.identity:
            raise UserError(
                f"{path} holds the scores of other students than {kept.path}; merge only shards of one."
            )
        kept.add(read_scores(path))


def evaluate(
    subject: Subject,
    sets: Sequence[EvaluationSet],
    routes: Sequence[str],
    protocol: Protocol,
    kept: ScoresFile,
) -> Evaluation:
    """All figures, one result a set and route."""
    if not protocol.chat and list(routes) != [QUESTION]:
        raise UserError(
            f"The protocol {protocol.name} has no rationale; it measures the route `question` only."
        )
    calibration = calibration_of(subject)
    workers = 1 if subject.original else cores()
    threads = Threads(workers, 1)
    answer = subject.open_answer(threads, plain=not protocol.chat)
    written = list(explained_routes(routes))
    supported = protocol.measure is Measure.PACKAGE and calibration.asks_facts
    facts = shipped_facts() if supported or written else None
    explaining = (
        Explaining(subject, answer, calibration, threads, facts) if written and facts is not None else None
    )
    for each in sets:
        read_question_route(answer, each, kept, protocol, workers, shown(each.name, QUESTION))
        if protocol.measure is Measure.PACKAGE:
            as_in_the_app(answer, each, kept, facts if supported else None)
    results = []
    if QUESTION in routes:
        results += [
            result_of(
                each.name, QUESTION, protocol.name, _judged(each, [QUESTION], kept, protocol, calibration)
            )
            for each in sets
        ]
    if explaining is not None:
        for each in sets:
            for route in written:
                results.append(explained_result(explaining, each, route, protocol, kept))
    return Evaluation(subject.name, subject.identity, tuple(results))


def explained_result(
    explaining: Explaining, wanted: EvaluationSet, route: str, protocol: Protocol, kept: ScoresFile
) -> Result:
    """One set under a route for which the rationale student writes."""
    how = explaining.written(settings_of(route))
    explaining.write(wanted, how, kept, shown(wanted.name, route))
    explaining.read_again(wanted, how, kept)
    names = {kind: f"{kind}:{how.name}" for kind in ("rationale", "facts", "shuffled")}
    judged = {
        kind: _judged(wanted, [name], kept, protocol, explaining.calibration)
        for kind, name in [(QUESTION, QUESTION), *names.items()]
    }
    if route in ("rationale", "facts"):
        decided = judged[route]
    elif protocol.measure is Measure.PACKAGE:
        decided = _judged(wanted, [how.name], kept, protocol, explaining.calibration)
    else:
        decided = _judged(wanted, [QUESTION, names["rationale"]], kept, protocol, explaining.calibration)
    return result_of(
        wanted.name, route, protocol.name, decided, _rationales(explaining, wanted, how.name, kept, judged)
    )


def _rationales(
    explaining: Explaining,
    wanted: EvaluationSet,
    name: str,
    kept: ScoresFile,
    judged: dict[str, list[Judged]],
) -> RationaleFigures:
    explained = [kept.readings[wanted.name, digest(q), name] for q in wanted.questions]
    own = [explaining.own_facts(question) for question in wanted.questions]
    return rationale_figures(
        wanted, explained, own, judged[QUESTION], judged["rationale"], judged["shuffled"]
    )


def _judged(
    wanted: EvaluationSet,
    parts: Sequence[str],
    kept: ScoresFile,
    protocol: Protocol,
    calibration: Calibration,
) -> list[Judged]:
    return judge(wanted, parts, kept.readings, protocol.measure, calibration)


def calibration_of(subject: Subject) -> Calibration:
    """The package's calibration; a model without one is taken as it is."""
    if subject.package is None:
        return Calibration()
    verify(read_package(subject.package))
    return read_calibration(subject.package / "calibration.json")


def as_json(found: Sequence[Evaluation]) -> dict[str, object]:
    """Figures for programs; `against` is the paired test of the second against the first."""
    whole: dict[str, object] = {
        "students": found[0].name,
        "identity": found[0].identity,
        "results": [figures(result) for result in found[0].results],
    }
    if len(found) > 1:
        whole["against"] = found[1].name
        whole["against_results"] = [figures(result) for result in found[1].results]
    return whole


def as_text(found: Sequence[Evaluation]) -> str:
    """Tables for people, and the paired tests when two were measured."""
    parts = [results_text(found[0].results), rationale_text(found[0].results)]
    if len(found) > 1:
        parts += [f"{found[1].name}:", results_text(found[1].results), *_paired_lines(found[0], found[1])]
    if note := fitted_on_text(found[0].results):
        parts.append(f"\n{note}")
    return "\n".join(part for part in parts if part)


def _paired_lines(first: Evaluation, second: Evaluation) -> list[str]:
    lines = []
    for ours in first.results:
        theirs = second.find(ours.set, ours.route)
        if theirs is not None:
            test = paired(*shared_outcomes(ours, theirs))
            gap = test.difference
            lines.append(
                f"{ours.set}, {ours.route}: {second.name} is {100 * gap.value:+.1f} points from {first.name} "
                f"({100 * gap.low:+.1f} to {100 * gap.high:+.1f}; {test.only_second} against "
                f"{test.only_first} questions, McNemar p = {test.p_value:.3f})"
            )
    return lines


def shown(name: str, route: str) -> Progress:
    """A progress line on stderr, rewritten in a terminal, shown once elsewhere."""
    began = time.perf_counter()

    def show(done: int, of: int) -> None:
        if sys.stderr.isatty() or done == of:
            end = "\n" if done == of else ""
            passed = time.perf_counter() - began
            print(f"\r{name}, {route}: {done}/{of} in {passed:.1f} s ", end=end, file=sys.stderr, flush=True)

    return show


def run_stage(work: Work) -> None:
    """Measure a run's package on its dev sources.

    What was read is kept in the run's `readings/` by the weights it was read with: another licence or version
    of the package costs nothing.
    """
    recipe = work.recipe
    package = work.earlier["package"] / recipe.package_name
    subject, protocol = find_subject(package), protocol_named(recipe.evaluate.protocol)
    wanted = recipe.evaluate.sources or tuple(source.name for source in recipe.named("dev"))
    sets = dev_sets(work.earlier["corpus"], wanted, recipe.evaluate.limit)
    path = work.run_folder / READINGS / f"{readings_identity(subject, protocol)}.jsonl"
    if work.again:
        path.unlink(missing_ok=True)
    kept = open_scores(subject, protocol, path)
    found = evaluate(subject, sets, parse_routes(",".join(recipe.evaluate.routes)), protocol, kept)
    found = marked(found, recipe)
    write_evaluation(work.folder / SCORES, found)
    work.say("\n" + as_text([found]))


def marked(found: Evaluation, recipe: Recipe) -> Evaluation:
    """The figures, those of sets on which the package's joining was fitted marked."""
    fitted = recipe.calibrate.sources or tuple(source.name for source in recipe.named("dev"))
    if protocol_named(recipe.evaluate.protocol).measure is not Measure.PACKAGE:
        return found
    return replace(
        found, results=tuple(replace(each, fitted_on=each.set in fitted) for each in found.results)
    )


def dev_sets(corpus: Path, names: Sequence[str], limit: int) -> list[EvaluationSet]:
    """The dev sources of a corpus as sets."""
    sets = [
        EvaluationSet(name, tuple(questions_of(read_items(corpus / "dev" / f"{name}.jsonl")))).part(
            limit, (1, 1)
        )
        for name in names
    ]
    return [each for each in sets if each.questions]
