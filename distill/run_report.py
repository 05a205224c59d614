"""One page about a whole run: its questions, rationales, training, conversion, calibration and scores."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from distill.plots import Series, lines, reliability_curve
from distill.report import SHORT, write_report
from distill.results import read_evaluation
from distill.stages import Work
from distill.statistics import Bin
from tutor_app.files import write_atomically


def run_stage(work: Work) -> None:
    """The report stage: `report.md` and its pictures."""
    write_report(work.folder, read_evaluation(work.earlier["evaluate"]))
    scores = (work.folder / SHORT).read_text("utf-8").split("\n", 1)[1]
    parts = [f"# The run {work.recipe.run.name}", f"Seed {work.recipe.run.seed}."]
    licences = {source.name: source.licence for source in work.recipe.sources}
    parts += _questions(_read(work.earlier["corpus"] / "report.json"), licences)
    parts += _teachers(_read(work.earlier["rationales"] / "usage.json"))
    parts += _kept(_read(work.earlier["filter"] / "report.json"))
    parts += [part for role in ("start", "rationale", "answer") for part in _training(work, role)]
    parts += _conversion(_read(work.earlier["convert"] / "parity.json"))
    parts += _calibration(work.folder, _read(work.earlier["calibrate"] / "fit.json"))
    write_atomically(work.folder / SHORT, "\n\n".join([*parts, "## Scores", scores.strip()]) + "\n", 0o644)


def _questions(found: Mapping[str, Any], licences: Mapping[str, str]) -> list[str]:
    sources: Mapping[str, Mapping[str, Any]] = found.get("sources", {})
    rows = [
        (
            name,
            row.get("role", ""),
            row.get("questions", 0),
            row.get("explained", 0),
            row.get("words", 0),
            f"{row.get('key_is_longest', 0):.0%}",
            licences.get(name) or "not stated",
            _counted(row.get("left_out", {})) or "-",
        )
        for name, row in sources.items()
    ]
    examples = [
        f"- {name}: {_short(each)}" for name, row in sources.items() for each in row.get("examples", ())
    ]
    head = ("source", "role", "questions", "explained", "words", "key is longest", "licence", "left out")
    return [
        "## Questions",
        table(head, rows),
        *(["Left out, for example:", "\n".join(examples)] if examples else []),
    ]


def _teachers(usage: Mapping[str, Any]) -> list[str]:
    if not usage:
        return []
    columns = ("replies", "cut_off", "refused", "tokens_in", "tokens_out", "price")
    rows = [(name, *(row.get(column, 0) for column in columns)) for name, row in usage.items()]
    return ["## Teachers asked", table(("teacher", *(c.replace("_", " ") for c in columns)), rows)]


def _kept(found: Mapping[str, Any]) -> list[str]:
    teachers: Mapping[str, Mapping[str, int]] = found.get("teachers", {})
    rows = [
        (name, counts.get("kept", 0), _counted({k: v for k, v in counts.items() if k != "kept"}) or "-")
        for name, counts in teachers.items()
    ]
    dropped = [
        f"- {reason}: {_short(each)}" for reason, some in found.get("examples", {}).items() for each in some
    ]
    parts = ["## Rationales", table(("teacher", "kept", "dropped"), rows)]
    return [*parts, "Dropped, for example:", "\n".join(dropped)] if dropped else parts


def _training(work: Work, role: str) -> list[str]:
    """The curves of one training stage, its parts one after the other."""
    taught: list[tuple[float, float]] = []
    known: list[tuple[float, float]] = []
    right: list[float] = []
    before = 0
    for path in sorted(work.earlier[f"train-{role}"].glob("log/*.jsonl")):
        losses = dict(_column(path, "loss"))  # a run that went on from a checkpoint told some steps twice
        taught += [(before + step, loss) for step, loss in sorted(losses.items())]
        known += [(before + step, loss) for step, loss in sorted(dict(_column(path, "dev_loss")).items())]
        right += [share for _, share in _column(path, "dev_right")]
        before += max(losses, default=0)
    curves = (("loss", taught), ("dev loss", known))
    drawn = [Series(name, tuple(_thinned(points))) for name, points in curves if points]
    if len(taught) < 2:
        return []
    title = "The common start" if role == "start" else f"The {role} student"
    write_atomically(work.folder / f"loss-{role}.svg", lines(title, "step", "loss", drawn), 0o644)
    told = f"{before} steps."
    if right:
        did = "had their own fact chosen" if role == "rationale" else "were answered right"
        told += (
            f" Of the dev questions {right[0]:.0%} {did} after a tenth of the first part, {right[-1]:.0%} at "
            "the end."
        )
    return [f"## Training: {title[0].lower()}{title[1:]}", told, f"![loss](loss-{role}.svg)"]


def _thinned(points: Sequence[tuple[float, float]], most: int = 150) -> Iterator[tuple[float, float]]:
    """A long curve as the means of its parts, so that its picture stays small."""
    size = -(-len(points) // most)
    for start in range(0, len(points), size):
        part = points[start : start + size]
        yield part[-1][0], fmean(value for _, value in part)


def _conversion(found: Mapping[str, Any]) -> list[str]:
    rows = [
        (
            role,
            row["quantization"],
            row["questions"],
            f"{row['same_choice']:.1%}",
            f"{row['mean_gap']:.4f}",
            f"{row['score_gap']:.4f}",
            f"{row['same_text']:.1%} of {row['texts']}",
        )
        for role, row in found.items()
    ]
    head = ("student", "stored as", "questions", "same first option", "mean gap", "largest gap", "same text")
    note = "Against the originals; gaps are of log-likelihoods per token."
    return ["## Conversion", table(head, rows), note] if rows else []


def _calibration(folder: Path, found: Mapping[str, Any]) -> list[str]:
    rows, pictures = [], []
    for route, fit in found.items():
        if not fit:
            continue
        before, after = fit["before"], fit["after"]
        rows.append(
            (
                route,
                after["questions"],
                f"{before['accuracy']:.1%}",
                f"{after['accuracy']:.1%}",
                f"{before['ece']:.3f}",
                f"{after['ece']:.3f}",
                f"{fit['joining']['temperature']:.2f}",
                ", ".join(f"{name} {weight:.2f}" for name, weight in fit["joining"]["weights"].items()),
                f"{fit['sure_threshold']:.2f}",
            )
        )
        curves = [(name, [Bin(**each) for each in fit[name]["curve"]]) for name in ("before", "after")]
        picture = f"calibration-{route}.svg"
        svg = reliability_curve(f"Reliability before and after fitting, {route}", curves)
        write_atomically(folder / picture, svg, 0o644)
        pictures.append(f"![reliability of {route} before and after]({picture})")
    head = (
        "route",
        "questions",
        "right before",
        "right after",
        "ECE before",
        "ECE after",
        "temperature",
        "weights",
        "sure from",
    )
    note = "Shares right are the mean of the sets, however large each is; the ECE counts all questions alike."
    return ["## Calibration", table(head, rows), note, *pictures] if rows else []


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    made = ["| " + " | ".join(head) + " |", "| --- " * len(head) + "|"]
    made += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(made)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:159] + "…"


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _column(path: Path, name: str) -> Iterator[tuple[int, float]]:
    """What a training log says of each step; a line cut off by a kill is passed over."""
    for line in path.read_text("utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row.get(name), int | float):
            yield row["step"], row[name]
