"""The report of `distill bench`: medians, ratios to the students, and how each figure grows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from distill.plots import Series, lines, three_digits
from tutor_app.files import write_atomically

WORD_TOKENS = 80


class Measured(Protocol):
    """An engine's measurements, as `distill.bench.Timings` holds them."""

    engine: str
    model: str
    load: list[float]
    start: list[float]
    memory: list[int]
    runs: dict[str, list[dict[str, float]]]
    failed: str

    def median(self, group: str, size: int, of: str) -> float | None: ...


def write_bench_report(folder: Path, machine: Mapping[str, object], found: Sequence[Measured]) -> Path:
    """Markdown with a table, ratios and a picture a curve."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = ["# Speed of the students", _told(machine), main_table(found)]
    for group, title, across, figure in CURVES:
        drawn = [Series(each.engine, _points(each, group, figure)) for each in found]
        drawn = [each for each in drawn if each.points]
        if drawn:
            up = "tokens/s" if figure == "rate" else "seconds"
            write_atomically(folder / f"bench-{group}.svg", lines(title, across, up, drawn), 0o644)
            parts += [f"## {title}", f"![{title}](bench-{group}.svg)", _curve_table(drawn, across, up)]
    failed = [f"- {each.engine}: {each.failed}" for each in found if each.failed]
    if failed:
        parts += ["## Left out", *failed]
    write_atomically(folder / "bench.md", "\n\n".join(parts) + "\n", 0o644)
    return folder / "bench.md"


CURVES = (
    ("length-together", "Explanation and answer by question length", "words in the question", "together"),
    ("length-write", "First token by question length", "words in the question", "first"),
    ("length-answer", "Answer (4 options) by question length", "words in the question", "seconds"),
    ("options", "Answer by number of options", "options", "seconds"),
    ("samples", "Tokens per second by number of samples", "samples", "rate"),
)


def _told(machine: Mapping[str, object]) -> str:
    about = "; ".join(f"{name}: {value}" for name, value in machine.items())
    return (
        f"{about}.\n\nEvery engine ran in a process of its own with the same prompts and as many threads; "
        "each task was given to all engines in turn, round after round, and the medians are shown. "
        "In brackets: how many times as good the students are (above 1 they are ahead, below 1 the other). "
        "The students run in int8; a GGUF file runs in the precision its name says. Times of writing are "
        f"for {WORD_TOKENS} tokens, about a 60-word explanation, at each engine's own measured pace."
    )


def main_table(found: Sequence[Measured]) -> str:
    """One row a figure, one column an engine, ratios to the first engine in brackets."""
    rows = [
        ("tokens/s, one explanation", True, [_rate(each, "write", 60) for each in found]),
        ("tokens/s, batch of 16", True, [_rate(each, "batch", 16) for each in found]),
        ("first token (s)", False, [each.median("write", 60, "first") for each in found]),
        ("answer, 4 options (s)", False, [each.median("answer", 4, "seconds") for each in found]),
        ("explanation and answer (s)", False, [_explained(each) for each in found]),
        ("load (s)", False, [_middle(each.load) for each in found]),
        ("start of process to ready (s)", False, [_middle(each.start) for each in found]),
        ("most memory (MB)", False, [max(each.memory) / 1e6 if each.memory else None for each in found]),
    ]
    lines = ["| | " + " | ".join(each.engine for each in found) + " |", "| --- " * (len(found) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(_with_ratios(values, more)) + " |" for name, more, values in rows]
    return "\n".join(lines)


def _with_ratios(values: Sequence[float | None], more_is_better: bool) -> list[str]:
    ours = values[0]
    cells = []
    for place, value in enumerate(values):
        if value is None:
            cells.append("-")
        elif place and ours and value:
            ratio = ours / value if more_is_better else value / ours
            cells.append(f"{three_digits(value)} ({ratio:.2f}×)")
        else:
            cells.append(three_digits(value))
    return cells


def _rate(each: Measured, group: str, size: int) -> float | None:
    return each.median(group, size, "rate")


def writing_time(each: Measured, group: str, size: int) -> float | None:
    """Seconds for an explanation of 80 tokens: the first token's time, then the measured pace."""
    runs = each.runs.get(f"{group}/{size}", [])
    times = []
    for run in runs:
        after = run["tokens"] - 1
        pace = (run["seconds"] - run["first"]) / after if after > 0 else 0.0
        times.append(run["first"] + pace * (WORD_TOKENS - 1))
    return _middle(times)


def _explained(each: Measured) -> float | None:
    written, answered = writing_time(each, "write", 60), each.median("answer", 4, "seconds")
    return None if written is None or answered is None else written + answered


def _middle(values: Sequence[float]) -> float | None:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else None


def _points(each: Measured, group: str, figure: str) -> tuple[tuple[float, float], ...]:
    source = "length-write" if group == "length-together" else group
    sizes = sorted(int(name.partition("/")[2]) for name in each.runs if name.startswith(f"{source}/"))
    points = []
    for size in sizes:
        if figure == "together":
            written, answered = (
                writing_time(each, "length-write", size),
                each.median("length-answer", size, "seconds"),
            )
            value = None if written is None or answered is None else written + answered
        else:
            value = each.median(group, size, figure)
        if value is not None:
            points.append((float(size), value))
    return tuple(points)


def _curve_table(drawn: Sequence[Series], across: str, up: str) -> str:
    sizes = sorted({size for each in drawn for size, _ in each.points})
    head = f"| {across} ({up}) | " + " | ".join(f"{size:g}" for size in sizes) + " |"
    rows = [
        f"| {each.name} | "
        + " | ".join(three_digits(dict(each.points)[s]) if s in dict(each.points) else "-" for s in sizes)
        + " |"
        for each in drawn
    ]
    return "\n".join([head, "| --- " * (len(sizes) + 1) + "|", *rows])
