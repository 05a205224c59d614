"""`distill compare RUN…`: runs side by side, each held against the first on the same questions."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
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
    """One set and route by one protocol, a cell a run (None where a run did not measure that)."""

    set: str
    route: str
    protocol: str
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
    evaluations = called_apart(options.runs)
    rows = side_by_side(evaluations)
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        print(as_text(rows))
    if options.out:
        write_atomically(options.out, as_markdown(rows), 0o644)
    return 0


def called_apart(places: Sequence[Path]) -> list[Evaluation]:
    """The evaluations, each called by its folder; by its whole path where two folders are called the same."""
    folders = [place.resolve() for place in places]
    names = [folder.stem if folder.is_file() else folder.name for folder in folders]
    return [
        replace(read_evaluation(place), name=name if names.count(name) == 1 else str(place))
        for name, place in zip(names, places, strict=True)
    ]


def side_by_side(evaluations: Sequence[Evaluation]) -> list[Row]:
    """A row for every set, route and protocol that any run measured, in the order of first appearance."""
    results = [each for whole in evaluations for each in whole.results]
    places = dict.fromkeys((each.set, each.route, each.protocol) for each in results)
    return [Row(*place, _cells(evaluations, *place)) for place in places]


def _cells(
    evaluations: Sequence[Evaluation], wanted: str, route: str, protocol: str
) -> tuple[Cell | None, ...]:
    found = [each.find(wanted, route) for each in evaluations]
    alike = [each if each and each.protocol == protocol else None for each in found]
    cells: list[Cell | None] = []
    for place, (evaluation, each) in enumerate(zip(evaluations, alike, strict=True)):
        if each is None:
            cells.append(None)
            continue
        against = paired(*shared_outcomes(alike[0], each)) if place and alike[0] else None
        cells.append(Cell(evaluation.name, each.questions, each.accuracy, each.ece, against))
    return tuple(cells)


def as_text(rows: Sequence[Row]) -> str:
    """An aligned table, a line a run."""
    table = _table(rows)
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
    return "\n".join([*lines, _legend(rows)]).rstrip()


def as_markdown(rows: Sequence[Row]) -> str:
    """The same as a Markdown table."""
    head, *body = ["| " + " | ".join(line) + " |" for line in _table(rows)]
    return "\n".join([head, "| --- " * len(_HEAD) + "|", *body, "", _legend(rows)]).rstrip() + "\n"


_HEAD = (
    "set",
    "route",
    "protocol",
    "run",
    "right",
    "more than the first",
    "p",
    "in common",
    "first right",
    "run right",
)


def _legend(rows: Sequence[Row]) -> str:
    told = []
    if any(cell and cell.against for row in rows for cell in row.cells):
        told += [
            "On the questions in common with the first run: percentage points more than it (with their 95%",
            "bootstrap interval), McNemar's exact p (* below 0.05), their number, and what each got right.",
        ]
    if len({row.protocol for row in rows}) > 1:
        told.append("What was measured by different protocols is not compared.")
    return "\n".join(told)


def _table(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    shown = [(row, cell) for row in rows for cell in row.cells if cell]
    return [_HEAD, *((row.set, row.route, row.protocol, cell.run, *_figures(cell)) for row, cell in shown)]


def _figures(cell: Cell) -> tuple[str, ...]:
    shown = f"{cell.accuracy.value:.1%} of {cell.questions}"
    test = cell.against
    if test is None:
        return shown, "-", "-", "-", "-", "-"
    if not test.questions:
        return shown, "-", "-", "0", "-", "-"
    gap, star = test.difference, "*" if test.significant else ""
    points = f"{100 * gap.value:+.1f} ({100 * gap.low:+.1f} to {100 * gap.high:+.1f})"
    rights = [f"{right / test.questions:.1%}" for right in (test.first_right, test.second_right)]
    return shown, points, f"{test.p_value:.3f}{star}", str(test.questions), *rights
