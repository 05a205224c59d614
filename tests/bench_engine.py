"""Where the students' time goes: the same work under other settings of the engine, in ratios to its defaults.

Run as: python tests/bench_engine.py [--rounds 3] [--student rationale]
Each setting runs in a process of its own, in turns; the best round counts. `score` is what four options of a
question cost, `write` one text of 20 tokens, `write 8` eight of them side by side.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable

SETTINGS: dict[str, dict[str, str]] = {
    "as the app runs it, one thread": {},
    "two threads": {"BENCH_THREADS": "2"},
    "two threads that wait without spinning": {"BENCH_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"},
    "two workers of one thread": {"BENCH_WORKERS": "2"},
    "Intel MKL in place of oneDNN": {"CT2_USE_MKL": "1"},
    "weights packed beforehand": {"CT2_USE_EXPERIMENTAL_PACKED_GEMM": "1"},
    "AVX2 only": {"CT2_FORCE_CPU_ISA": "AVX2"},
}
REPEATS = 4


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--student", choices=("rationale", "answer"), default="answer")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(options.student)))
        return
    best: dict[str, dict[str, float]] = {}
    for _ in range(options.rounds):
        for name, given in SETTINGS.items():
            command = [sys.executable, __file__, "--one", "--student", options.student]
            done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, check=True)
            found = json.loads(done.stdout)
            known = best.setdefault(name, found)
            best[name] = {work: min(known[work], seconds) for work, seconds in found.items()}
    plain = next(iter(best.values()))
    print(f"{'':42}" + "".join(f"{work:>18}" for work in plain))
    for name, found in best.items():
        cells = (f"{1000 * found[work]:8.0f} ms {plain[work] / found[work]:5.2f}x" for work in plain)
        print(f"{name:42}" + "".join(f"{cell:>18}" for cell in cells))


def measured(role: str) -> dict[str, float]:
    """Seconds of each kind of work, the best of some."""
    import ctranslate2

    from tutor_app.students import installed

    folder = installed.find("").folder / role
    threads, workers = (int(os.environ.get(f"BENCH_{name}", "1")) for name in ("THREADS", "WORKERS"))
    model = ctranslate2.Generator(str(folder), intra_threads=threads, inter_threads=workers)
    words = json.loads((folder / "vocabulary.json").read_text("utf-8"))
    texts = [[words[100 + (37 * place + 11 * text) % 16_000] for place in range(64)] for text in range(4)]
    options = {"sampling_topk": 1, "include_prompt_in_result": False, "min_length": 20, "max_length": 20}
    size = 4 if workers > 1 else 8
    work: dict[str, Callable[[], object]] = {
        "score": lambda: model.score_batch(texts, max_input_length=0, max_batch_size=4 // workers),
        "write": lambda: model.generate_batch(texts[:1], **options),
        "write 8": lambda: model.generate_batch(texts * 2, max_batch_size=size, **options),
    }
    return {name: min(_seconds(run) for _ in range(REPEATS)) for name, run in work.items()}


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
