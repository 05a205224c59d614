"""How long explanations take with the students that ship: one by one and in batches, memory, cancelling.

Run as: python -m tests.bench_explain [--questions 64] [--no-key] [--samples 1] [--cancels 60]
The questions are ours, drawn with a fixed seed. One by one is what a screen waits for; batches of sixteen are
what `tutor bank explain` makes. Memory is the process's own, at rest and at its most (Linux).
"""

import argparse
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tutor_app import paths
from tutor_app.questions.formats import read_file
from tutor_app.questions.model import Question
from tutor_app.students.explanation import Settings, Step
from tutor_app.students.load import load_tutor
from tutor_app.students.tutor import Tutor

BATCH = 16
LONGEST_WAIT = 0.5  # seconds before a cancel


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=64)
    parser.add_argument("--no-key", action="store_true")
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument("--cancels", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUTOR_HOME"] = home
        asked = drawn(1 + 2 * options.questions + options.cancels, keyed=not options.no_key)
        warm, began = asked[0], time.perf_counter()
        tutor = load_tutor()
        print(f"loaded, facts indexed: {time.perf_counter() - began:.2f} s")
        list(tutor.explain(warm))
        print(f"memory at rest: {memory('VmRSS')} MB")
        settings, count = Settings(samples=options.samples), options.questions
        alone = one_by_one(tutor, asked[1 : count + 1], settings)
        print(f"memory at most, one by one: {memory('VmHWM')} MB")
        together = in_batches(tutor, asked[count + 1 : 2 * count + 1], settings)
        print(f"in batches of {BATCH}: {together:.3f} s a question, {alone / together:.2f} times as fast")
        print(f"memory at most, with batches: {memory('VmHWM')} MB")
        cancelled(tutor, asked[len(asked) - options.cancels :], settings)


def drawn(count: int, *, keyed: bool) -> list[Question]:
    """So many of our questions with choices."""
    banks = sorted((paths.assets() / "banks").glob("*.jsonl"))
    every = [question for path in banks for question in read_file(path).bank.questions if question.choices]
    random.Random(5).shuffle(every)
    return [question if keyed else replace(question, answer=None) for question in every[:count]]


def one_by_one(tutor: Tutor, questions: Sequence[Question], settings: Settings) -> float:
    """Seconds a question; prints when the first words came."""
    firsts, totals = [], []
    for question in questions:
        began = time.perf_counter()
        first = 0.0
        for item in tutor.explain(question, settings):
            if isinstance(item, Step) and not first:
                first = time.perf_counter() - began
        totals.append(time.perf_counter() - began)
        firsts.append(first or totals[-1])
    late = sorted(firsts)[int(len(firsts) * 0.9)]
    print(f"first words: median {statistics.median(firsts):.2f} s, 90% under {late:.2f} s")
    mean = statistics.mean(totals)
    print(f"one by one: {mean:.3f} s a question, median {statistics.median(totals):.2f} s")
    return mean


def in_batches(tutor: Tutor, questions: Sequence[Question], settings: Settings) -> float:
    """Seconds a question."""
    began = time.perf_counter()
    for start in range(0, len(questions), BATCH):
        tutor.explain_many(questions[start : start + BATCH], settings)
    return (time.perf_counter() - began) / len(questions)


def cancelled(tutor: Tutor, questions: Sequence[Question], settings: Settings) -> None:
    """How long after a cancel, at any moment, an explanation still works."""
    chance, late = random.Random(1), []
    for question in questions:
        cancel, ended = threading.Event(), list[float]()
        thread = threading.Thread(target=_explain, args=(tutor, question, settings, cancel, ended.append))
        thread.start()
        time.sleep(chance.uniform(0, LONGEST_WAIT))
        if not ended:
            at = time.perf_counter()
            cancel.set()
            thread.join()
            late.append(1000 * (ended[0] - at))
        thread.join()
    if not late:
        return
    worst = sorted(late)
    print(
        f"{len(late)} cancelled: median {statistics.median(late):.0f} ms, "
        f"90% under {worst[int(len(worst) * 0.9)]:.0f} ms, at most {worst[-1]:.0f} ms"
    )


def _explain(
    tutor: Tutor,
    question: Question,
    settings: Settings,
    cancel: threading.Event,
    ended: Callable[[float], None],
) -> None:
    list(tutor.explain(question, settings, cancel))
    ended(time.perf_counter())


def memory(field: str) -> int:
    """Megabytes of this process."""
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.is_file() else []
    return next((int(line.split()[1]) // 1000 for line in lines if line.startswith(field)), 0)


if __name__ == "__main__":
    main()
