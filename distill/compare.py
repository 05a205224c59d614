"""`distill compare RUN…`: runs side by side, each held against the first on the same questions."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from distill.results import Evaluation, read_evaluation, shared_outcomes
from distill.statistics import Interval, Paired, paired
from tutor_app.files import write_atomically


@dataclass(frozen=True, slots=True)
class Cell:
    """One run on one set and route; `against` is the paired test against the first run (None for itself)."""

    run: str
    questions: int
    accuracy: Interval
    ece: float
    against: Paired | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One set and route, a cell a run (None where a run did not measure it)."""

    set: str
    route: str
    cells: tuple[Cell | None, ...]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `distill compare`."""
    parser = commands.add_parser("compare", help="runs side by side, with paired significance")
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="run folders or evaluations")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.add_argument("--out", type=Path, metavar="FILE.md", help="also write the table as Markdown")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read the evaluations and print them side by side."""
    evaluations = [named(read_evaluation(place), place) for place in options.runs]
    rows = side_by_side(evaluations)
    names = [each.name for each in evaluations]
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        print(as_text(names, rows))
    if options.out:
        write_atomically(options.out, as_markdown(names, rows), 0o644)
    return 0


def named(evaluation: Evaluation, place: Path) -> Evaluation:
    """A run is called by its folder, so that two runs of one package name can be told apart."""
    folder = place.resolve()
    return Evaluation(
        folder.stem if folder.is_file() else folder.name, evaluation.identity, evaluation.results
    )


def side_by_side(evaluations: Sequence[Evaluation]) -> list[Row]:
    """A row for every set and route that any run measured, in the order of first appearance."""
    places = dict.fromkeys((each.set, each.route) for whole in evaluations for each in whole.results)
    return [Row(name, route, _cells(evaluations, name, route)) for name, route in places]


def _cells(evaluations: Sequence[Evaluation], wanted: str, route: str) -> tuple[Cell | None, ...]:
    cells: list[Cell | None] = []
    first = evaluations[0].find(wanted, route)
    for place, evaluation in enumerate(evaluations):
        found = evaluation.find(wanted, route)
        if found is None:
            cells.append(None)
            continue
        against = paired(*shared_outcomes(first, found)) if place and first else None
        cells.append(Cell(evaluation.name, found.questions, found.accuracy, found.ece, against))
    return tuple(cells)


def as_text(names: Sequence[str], rows: Sequence[Row]) -> str:
    """An aligned table; a star marks a difference from the first run that is unlikely to be chance."""
    table = [["set", "route", *names]]
    table += [[row.set, row.route, *(_cell(cell) for cell in row.cells)] for row in rows]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
    return "\n".join([*lines, _legend(names)])


def as_markdown(names: Sequence[str], rows: Sequence[Row]) -> str:
    """The same as a Markdown table."""
    lines = ["| set | route | " + " | ".join(names) + " |", "| --- " * (len(names) + 2) + "|"]
    lines += [f"| {row.set} | {row.route} | " + " | ".join(map(_cell, row.cells)) + " |" for row in rows]
    return "\n".join([*lines, "", _legend(names), ""])


def _legend(names: Sequence[str]) -> str:
    if len(names) < 2:
        return ""
    return (
        f"In brackets, on the questions that both have: points more than {names[0]}, 95% bootstrap interval, "
        f"McNemar's exact p (* marks p < 0.05), how many they are, and what {names[0]} and the run got right."
    )


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    shown = f"{cell.accuracy.value:.1%} of {cell.questions}"
    if cell.against is None:
        return shown
    test = cell.against
    if not test.questions:
        return f"{shown} (no question in common)"
    gap, star = test.difference, "*" if test.significant else ""
    points = f"{100 * gap.value:+.1f}, {100 * gap.low:+.1f} to {100 * gap.high:+.1f}"
    first, second = test.first_right / test.questions, test.second_right / test.questions
    both = f"{test.questions} in common: {first:.1%} and {second:.1%}"
    return f"{shown} ({points}, p={test.p_value:.3f}{star}; {both})"
