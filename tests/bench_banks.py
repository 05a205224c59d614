"""How long 100,000 questions take to load, and in how much memory.

Run as: python tests/bench_banks.py [COUNT]   (each format in its own process; prints processor seconds, MB)
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tutor_app.questions import formats
from tutor_app.questions.model import Bank, Question

MEASURED = ("native", "csv", "gift")


def bank_of(count: int) -> Bank:
    """Questions as teachers write them: some with formulas, notes and an explanation."""
    return Bank("Bench", tuple(_question(number) for number in range(count)), licence="CC BY 4.0")


def _question(number: int) -> Question:
    answer = number % 4
    choices = [
        f"The {word} number {number} keeps its heat" for word in ("copper pan", "wooden spoon", "wool", "air")
    ]
    noted = number % 3 == 0
    return Question(
        id=f"bench-{number}",
        text=f"Pan {number} holds water at {number % 100} °C. "
        "Which part of it passes heat on the fastest, and why?",
        choices=tuple(choices),
        answer=answer,
        steps=("Metals have electrons that move freely.", f"So pan {number} passes heat on fast."),
        why_wrong=tuple(None if i == answer else f"It insulates: {number}" for i in range(4))
        if noted
        else (),
        topic=f"Heat {number // 1000}",
    )


def measure(path: Path) -> None:
    """Load one file in this process and print what it took."""
    begun = time.process_time()
    report = formats.read_file(path)
    seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (
        1024 * 1024 if sys.platform == "darwin" else 1024
    )
    print(
        f"{report.format:8} {len(report.bank.questions):>8,} questions "
        f"{path.stat().st_size // 1_000_000:>4} MB file "
        f"{seconds:6.2f} s of processor {peak:>5} MB memory, {len(report.skipped)} skipped"
    )


def main() -> None:
    """Write the files, then measure each in a fresh process."""
    if len(sys.argv) > 2 and sys.argv[1] == "--one":
        measure(Path(sys.argv[2]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    bank = bank_of(count)
    with tempfile.TemporaryDirectory() as folder:
        for name in MEASURED:
            path = Path(folder) / f"bench{formats.WRITERS[name]}"
            path.write_bytes(formats.write(bank, name))
            subprocess.run([sys.executable, __file__, "--one", str(path)], check=True)


if __name__ == "__main__":
    main()
