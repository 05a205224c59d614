"""What both model families share while they run: batches, streams that stop in time, sampling options."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeVar

from tutor_app.students.encoder import UNFINISHED, Encoder, TextStream
from tutor_app.students.engine import Cancelled, Limits, OptionScore, Request, Sampling

# Measured on one thread: 128 tokens a batch scored as many tokens a second as 2,048 (598 and 485), and a
# cancel is noticed after each batch.
SCORED_TOKENS = 128
# Writing keeps some 50 kB a token, twice for a moment when it grows: more would take hundreds of megabytes.
WRITTEN_TOKENS = 320

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Batching:
    """How much runs at once: texts and tokens in a batch, batches side by side."""

    items: int
    tokens: int
    workers: int


def in_batches(
    items: Sequence[Item],
    length: Callable[[Item], int],
    run: Callable[[list[Item]], list[Result]],
    batching: Batching,
    cancel: threading.Event | None,
) -> list[Result]:
    """Results in the order of `items`, made in batches of like length with a look at `cancel` before each."""

    def run_some(batch: list[int]) -> list[Result]:
        if cancel is not None and cancel.is_set():
            raise Cancelled
        return run([items[index] for index in batch])

    batches = list(_batches(items, length, batching))
    if batching.workers > 1 and len(batches) > 1:
        with ThreadPoolExecutor(batching.workers) as pool:
            done = list(pool.map(run_some, batches))
    else:
        done = [run_some(batch) for batch in batches]
    results = {
        index: result
        for batch, some in zip(batches, done, strict=True)
        for index, result in zip(batch, some, strict=True)
    }
    return [results[index] for index in range(len(items))]


def _batches(items: Sequence[Item], length: Callable[[Item], int], batching: Batching) -> Iterator[list[int]]:
    """Numbers of items of like length, long ones first; enough batches for every worker to have one."""
    order = sorted(range(len(items)), key=lambda index: length(items[index]))
    share = -(-len(items) // batching.workers)
    while order:
        longest = length(items[order[-1]])
        size = max(1, min(batching.items, share, batching.tokens // max(1, longest)))
        yield order[-size:]
        order = order[:-size]


def many(
    rows: Sequence[Item],
    samples: int,
    length: Callable[[Item], int],
    run: Callable[[list[Item]], list[str]],
    batching: Batching,
    cancel: threading.Event | None,
) -> list[list[str]]:
    """`samples` texts for each row."""
    repeated = [row for row in rows for _ in range(samples)]
    written = in_batches(repeated, length, run, batching, cancel)
    return [written[start : start + samples] for start in range(0, len(written), samples)]


def regroup(requests: Sequence[Request], scores: Sequence[OptionScore]) -> list[list[OptionScore]]:
    """A flat list of scores as one list per request."""
    rest = iter(scores)
    return [[next(rest) for _ in options] for _, options in requests]


def sampling_options(sampling: Sampling) -> dict[str, Any]:
    """The engine's words for how to draw."""
    if sampling.greedy:
        return {"sampling_topk": 1}
    return {
        "sampling_topk": sampling.top_k,
        "sampling_topp": sampling.top_p,
        "sampling_temperature": sampling.temperature,
    }


def pieces(
    steps: Iterator[Any], encoder: Encoder, limits: Limits, cancel: threading.Event | None, given: int = 0
) -> Iterator[str]:
    """Pieces of text from the engine's steps; leaving early, or a cancel, stops the engine at its next token.

    The first `given` steps repeat how the reply was told to begin.
    """
    stream = TextStream(encoder)
    lines = 0
    with closing(steps):  # type: ignore[type-var]  # the engine's iterators are generators
        for step in steps:
            if cancel is not None and cancel.is_set():
                return
            if step.step < given:
                continue
            piece = stream.push(step.token_id)
            lines += piece.count("\n")
            if limits.lines is not None and lines >= limits.lines:
                yield piece.split("\n", 1)[0]
                return
            if piece:
                yield piece


class Watch:
    """The engine's per-token callback of a batch: ends a row at its line limit, every row at a cancel."""

    def __init__(
        self,
        encoder: Encoder,
        limits: Limits,
        cancel: threading.Event | None,
        given: Sequence[int] = (),
    ) -> None:
        """`given`: each row's first steps that only repeat how its reply was told to begin."""
        self._encoder, self._most, self._cancel = encoder, limits.lines, cancel
        self._given: Mapping[int, int] = defaultdict(int, enumerate(given))
        self._lines: dict[int, int] = {}

    def __call__(self, step: Any) -> bool:
        """True ends the row."""
        if self._cancel is not None and self._cancel.is_set():
            return True
        if self._most is None:
            return False
        row = step.batch_id
        if step.step < self._given[row]:
            return False
        self._lines[row] = self._lines.get(row, 0) + self._encoder.decode([step.token_id]).count("\n")
        return self._lines[row] >= self._most

    def finish(self, text: str) -> str:
        """A row's text without what came after its last line."""
        if self._cancel is not None and self._cancel.is_set():
            raise Cancelled
        whole = text.rstrip(UNFINISHED)
        return whole if self._most is None else "\n".join(whole.split("\n")[: self._most])
