"""Feed the readers mutated files: no crash, no hang over two seconds, no memory over 300 MB.

Run as: python tests/fuzz_readers.py [COUNT] [SEED]   (20000 and 0 unless given; what fails is kept and named)
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.questions import made
from tutor_app.errors import UserError
from tutor_app.questions import formats
from tutor_app.questions.model import Bank, Question

MOST_SECONDS = 2.0
MOST_MEGABYTES = 300

_TOKENS = (
    b"{", b"}", b"=", b"~", b"#", b"####", b"->", b"%50%", b"::", b"\\", b"//", b"$CATEGORY: a/b\n",
    b"\n\n", b"\n", b"\r\n", b"\t", b",", b";", b'"', b"'", b"<", b">", b"</", b"<p>", b"<sub>", b"<sup>",
    b"<img alt='x'>", b"<!--", b"<![CDATA[", b"]]>", b"&amp;", b"&nbsp;", b"&#0;", b"&#xD800;", b"&lol;",
    b"\\(", b"\\)", b"\\frac{", b"$$", b"$", b"^{", b"_{", b"<math>", b"\x00", b"\x1b[31m", b"\xff\xfe",
    b"\xef\xbb\xbf", "\u202e".encode(), b"\xf0\x9f\x98", b"ANSWER: A\n", b"A. ", b"*b) ", b"1. ",
    b"```{.python .run}\n", b"[", b"]", b"null", b"true", b"-1", b"1e999",
    b'{"format": "sci-cot-bank", "version": 99}\n', b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"PK\x03\x04",
    b"9" * 40, b'{"questions": [', b'"answer": 1, ', b'"choices": {', b"#separator:tab\n", b"..", b":0.1",
    b"Answer: b\n", b"Answers: 1. b 2. c\n", b"(a) ", b"Section B\n", b"Q1. ", b"<w:p>", b"<w:b/>", b"<w:tbl>",
)  # fmt: skip


def _flip(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 8)):
        if data:
            data[dice.randrange(len(data))] = dice.randrange(256)


def _insert(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 5)):
        at = dice.randint(0, len(data))
        data[at:at] = dice.choice(_TOKENS)


def _cut(data: bytearray, dice: random.Random) -> None:
    start = dice.randint(0, len(data))
    del data[start : start + dice.randint(1, max(1, len(data) // 4))]


def _truncate(data: bytearray, dice: random.Random) -> None:
    del data[dice.randint(0, len(data)) :]


def _repeat(data: bytearray, dice: random.Random) -> None:
    """A stretch many times over: long lines, deep nesting, many questions."""
    start = dice.randint(0, len(data))
    stretch = bytes(data[start : start + dice.randint(1, 60)]) or b"x"
    data[start:start] = stretch * dice.choice((3, 50, 2_000))


def _repeat_token(data: bytearray, dice: random.Random) -> None:
    at = dice.randint(0, len(data))
    data[at:at] = dice.choice(_TOKENS) * dice.choice((100, 3_000, 30_000))


def _swap_lines(data: bytearray, dice: random.Random) -> None:
    lines = bytes(data).split(b"\n")
    dice.shuffle(lines)
    data[:] = b"\n".join(lines)


_MUTATIONS: tuple[tuple[Callable[[bytearray, random.Random], None], int], ...] = (
    (_flip, 6),
    (_insert, 6),
    (_cut, 4),
    (_truncate, 3),
    (_repeat, 2),
    (_repeat_token, 1),
    (_swap_lines, 2),
)


def seeds() -> list[tuple[str, bytes]]:
    """One file of every format, and what every writer writes."""
    question = Question(
        "q1",
        "What is 2 < 3 & x₂ {y}?\nSay why.",
        ("=one", "~two", "#three"),
        1,
        why_wrong=("no", None, None),
        steps=("because",),
        hint="think",
        image="a cell",
        topic="A / B",
    )
    bank = Bank("Seed", (question, Question("q2", "Open?", accepted=("yes", "ja"))))
    written = [(f"written{ending}", formats.write(bank, name)) for name, ending in formats.WRITERS.items()]
    return [*made.everything().items(), *written]


def mutated(data: bytes, dice: random.Random) -> bytes:
    """One to three mutations of a file; a zip is mutated inside as often as outside."""
    if data.startswith(b"PK") and dice.random() < 0.6:
        return _mutated_inside(data, dice)
    changed = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        change = dice.choices([m for m, _ in _MUTATIONS], [weight for _, weight in _MUTATIONS])[0]
        change(changed, dice)
    return bytes(changed)


def _mutated_inside(data: bytes, dice: random.Random) -> bytes:
    parts = made.unzipped(data)
    name = dice.choice(sorted(parts))
    parts[name] = mutated(parts[name], dice)
    return made.zipped(parts)


def run(count: int, seed: int, complain: Callable[[str, bytes], None]) -> dict[str, int]:
    """Read `count` mutated files; `complain` hears of every one that crashed or hung."""
    dice = random.Random(seed)
    files = seeds()
    outcomes = {"read": 0, "refused": 0, "failed": 0}
    for _ in range(count):
        name, original = dice.choice(files)
        data = mutated(original, dice)
        begun = time.process_time()
        try:
            formats.read_bytes(data, name)
            outcomes["read"] += 1
        except UserError:
            outcomes["refused"] += 1
        except Exception as error:
            outcomes["failed"] += 1
            complain(f"{name}: {type(error).__name__}: {error}", data)
        if (took := time.process_time() - begun) > MOST_SECONDS:
            outcomes["failed"] += 1
            complain(f"{name}: took {took:.1f} s", data)
    return outcomes


def megabytes() -> int:
    """The most memory this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1_048_576 if sys.platform == "darwin" else 1_024)


def main() -> int:
    """Fuzz, and keep what failed for a closer look."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    kept = Path(tempfile.mkdtemp(prefix="fuzz-"))

    def complain(what: str, data: bytes) -> None:
        path = kept / f"{len(list(kept.iterdir())):03}-{what.split(':')[0]}"
        path.write_bytes(data)
        print(f"FAILED {what[:200]} (kept as {path})")

    outcomes = run(count, seed, complain)
    memory = megabytes()
    print(f"{count:,} files, seed {seed}: {outcomes}, {memory} MB memory at most")
    return 1 if outcomes["failed"] or memory > MOST_MEGABYTES else 0


if __name__ == "__main__":
    sys.exit(main())
