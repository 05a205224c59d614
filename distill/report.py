"""Reports a person can read: what was measured, with pictures, as Markdown and SVG beside it."""

from collections.abc import Sequence
from pathlib import Path

from distill.measures import RationaleFigures, Result, fitted_on_text
from distill.plots import Bar, bars, reliability_curve
from distill.protocols import PROTOCOLS
from distill.results import Evaluation
from tutor_app.files import write_atomically

SHORT = "report.md"


def write_report(folder: Path, evaluation: Evaluation) -> Path:
    """The Markdown report of one evaluation, with its pictures in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [f"# Evaluation of {evaluation.name}", _told(evaluation)]
    parts += ["## Accuracy", markdown_table(evaluation.results)]
    parts += [note] if (note := fitted_on_text(evaluation.results)) else []
    parts += _pictures(folder, evaluation.results)
    if written_once(evaluation.results):
        parts += ["## Rationales", rationale_table(evaluation.results), RATIONALE_NOTES]
    write_atomically(folder / SHORT, "\n\n".join(parts) + "\n", 0o644)
    return folder / SHORT


def _told(evaluation: Evaluation) -> str:
    used = dict.fromkeys(each.protocol for each in evaluation.results)
    about = "\n".join(f"- `{name}`: {PROTOCOLS[name].about}" for name in used if name in PROTOCOLS)
    return (
        f"Weights `{evaluation.identity}`. Accuracy is the share of questions whose likeliest option is the "
        f"key, with Wilson's 95% interval; ECE is the mean gap between confidence and accuracy over ten "
        "bins.\n\n"
        f"Protocols:\n{about}"
    )


def markdown_table(results: Sequence[Result]) -> str:
    """Accuracy and calibration, a row a set and route."""
    lines = [
        "| set | route | protocol | right | accuracy | 95% interval | ECE |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in results:
        share = each.accuracy
        lines.append(
            f"| {each.set} | {each.route} | {each.protocol} | {each.right}/{each.questions} "
            f"| {share.value:.1%} | {share.low:.1%} to {share.high:.1%} | {each.ece:.3f} |"
        )
    return "\n".join(lines)


def results_text(results: Sequence[Result]) -> str:
    """Accuracy and calibration as aligned text."""
    head = f"{'set':<20} {'route':<12} {'protocol':<9} {'right':>11} {'accuracy':>9} {'95% interval':>15}"
    lines = [f"{head} {'ECE':>6}"]
    for each in results:
        share, right = each.accuracy, f"{each.right}/{each.questions}"
        interval = f"{share.low:.1%} - {share.high:.1%}"
        lines.append(
            f"{each.set:<20} {each.route:<12} {each.protocol:<9} {right:>11} {share.value:>9.1%} "
            f"{interval:>15} {each.ece:>6.3f}"
        )
    return "\n".join(lines)


def rationale_text(results: Sequence[Result]) -> str:
    """What the rationales were like, as aligned text; empty when none were written."""
    written = written_once(results)
    if not written:
        return ""
    lines = ["", f"{'rationales of':<33}" + "".join(f"{name:>10}" for name in RATIONALE_COLUMNS)]
    for each, found in written:
        cells = "".join(f"{cell:>10}" for cell in _rationale_cells(found))
        lines.append(f"{each.set:<20} {each.route:<12}{cells}")
    return "\n".join(lines)


def written_once(results: Sequence[Result]) -> list[tuple[Result, RationaleFigures]]:
    """Results whose rationales were not shown before: several routes may read the same ones."""
    seen: set[tuple[str, RationaleFigures]] = set()
    found = []
    for each in results:
        if each.rationales and (each.set, each.rationales) not in seen:
            seen.add((each.set, each.rationales))
            found.append((each, each.rationales))
    return found


RATIONALE_COLUMNS = (
    "words",
    "steps",
    "on facts",
    "none",
    "differs",
    "shuffled",
    "acc.shuf.",
    "recall@1",
    "recall@3",
    "overlap",
    "s each",
    "tokens/s",
)


def _pictures(folder: Path, results: Sequence[Result]) -> list[str]:
    shown = []
    for route in dict.fromkeys(each.route for each in results):
        found = [each for each in results if each.route == route]
        heights = [Bar(each.set, each.accuracy.value, each.accuracy) for each in found]
        name = route.replace("=", "-").replace("+", "-")
        curves = [(each.set, each.curve) for each in found]
        for kind, svg in (
            ("accuracy", bars(f"Accuracy, route {route}", "share right", heights, high=1.0, percent=True)),
            ("reliability", reliability_curve(f"Reliability, route {route}", curves)),
        ):
            write_atomically(folder / f"{kind}-{name}.svg", svg, 0o644)
            shown.append(f"![{kind} of the route {route}]({kind}-{name}.svg)")
    return shown


RATIONALE_NOTES = (
    "'differs' is how often the answer after the rationale is not the answer to the question alone, so also "
    "how often leaving the rationale out changes the answer; 'shuffled' is how often it changes with another "
    "question's rationale, and 'acc.shuf.' the accuracy then; 'none' is how often nothing could be shown; "
    "recall says how often one of the question's own facts is among the first one or three chosen; overlap "
    "is the share of content words in common with the set's own explanation."
)


def rationale_table(results: Sequence[Result]) -> str:
    """What the rationales were like, a row a set and route."""
    lines = [
        "| set | route | " + " | ".join(RATIONALE_COLUMNS) + " |",
        "| --- " * 14 + "|",
    ]
    for each, found in written_once(results):
        lines.append(f"| {each.set} | {each.route} | " + " | ".join(_rationale_cells(found)) + " |")
    return "\n".join(lines)


def _rationale_cells(found: RationaleFigures) -> list[str]:
    shares = (
        found.on_facts,
        found.empty,
        found.disagree,
        found.shuffled_changes,
        found.shuffled_accuracy,
        found.recall_at_1,
        found.recall_at_3,
        found.overlap,
    )
    shown = ["-" if each is None else f"{each:.1%}" for each in shares]
    written = f"{found.tokens_per_second:.0f}" if found.tokens_per_second else "-"
    speed = [f"{found.seconds:.2f}", written]
    return [f"{found.words:.0f}", f"{found.steps:.1f}", *shown, *speed]
