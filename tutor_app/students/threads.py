"""How many threads the students run with: measured on this machine by `tutor doctor`, not assumed.

Small models can be slower with more threads, since they wait for each other after every small matrix. The
threads of one worker are chosen for writing one explanation, the workers for batches.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tutor_app import paths
from tutor_app.files import write_atomically
from tutor_app.students.engine import Limits, Student, Threads
from tutor_app.students.prompts import rationale_prompt

_PROMPT = rationale_prompt(
    "A metal spoon left in a cup of hot tea soon feels hot at its dry end. What carries the heat there?",
    ("conduction through the metal", "light from the tea", "air moving up", "steam inside the spoon"),
)
_BATCH = 8
_TOKENS = 32
_WORTHWHILE = 1.05  # more threads must bring at least this much


@dataclass(frozen=True, slots=True)
class Timing:
    """Tokens a second with these threads: one text alone, and texts in batches."""

    threads: Threads
    alone: float
    batched: float


def chosen() -> Threads:
    """What was measured best on this machine; where nothing was, up to two workers of one thread."""
    try:
        kept = json.loads(_file().read_text("utf-8"))
        if kept["processors"] == processors():
            return Threads(max(1, int(kept["workers"])), max(1, int(kept["each"])))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not measured yet, or on another machine
    return Threads(min(2, processors()), 1)


def keep(best: Threads, timings: Sequence[Timing]) -> Path:
    """Store a choice and what it was based on; gives the file."""
    content: dict[str, Any] = {
        "processors": processors(),
        "workers": best.workers,
        "each": best.each,
        "measured": [asdict(timing) for timing in timings],
    }
    write_atomically(_file(), json.dumps(content, indent=1) + "\n")
    return _file()


def processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def measure(open_with: Callable[[Threads], Student], limit: int | None = None) -> Iterator[Timing]:
    """Time a student with each sensible number of threads, then of workers with the best of those."""
    most = limit or processors()
    alone: list[Timing] = []
    for each in _counts(most):
        alone.append(_time(open_with, Threads(1, each)))
        yield alone[-1]
    each = _best(alone, lambda timing: timing.alone).threads.each
    for workers in _counts(most // each):
        if workers > 1:
            yield _time(open_with, Threads(workers, each))


def choose(timings: Sequence[Timing]) -> Threads:
    """Threads by the speed of one text, then workers by that of batches; fewer unless more is worthwhile."""
    each = _best([t for t in timings if t.threads.workers == 1], lambda timing: timing.alone).threads.each
    same = [timing for timing in timings if timing.threads.each == each]
    return _best(same, lambda timing: timing.batched).threads


def _best(timings: Sequence[Timing], speed: Callable[[Timing], float]) -> Timing:
    best = timings[0]
    for timing in timings[1:]:
        if speed(timing) > speed(best) * _WORTHWHILE:
            best = timing
    return best


def _counts(most: int) -> list[int]:
    """1, 2, 4, … and the most."""
    powers = [1 << power for power in range(max(1, most).bit_length()) if 1 << power <= most]
    return sorted({*powers, max(1, most)})


def _time(open_with: Callable[[Threads], Student], threads: Threads) -> Timing:
    student = open_with(threads)
    limits = Limits(_TOKENS)
    student.write_many([_PROMPT], limits=Limits(2))  # the first run also warms up
    began = time.perf_counter()
    tokens = sum(1 for _ in student.write(_PROMPT, limits=limits))
    between = time.perf_counter()
    prompts = [_PROMPT] * _BATCH * threads.workers
    student.write_many(prompts, limits=limits)  # greedy, so each is as long as the one before
    ended = time.perf_counter()
    return Timing(threads, tokens / (between - began), tokens * len(prompts) / (ended - between))


def _file() -> Path:
    return paths.user_config() / "threads.json"
