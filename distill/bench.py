"""`distill bench`: the int8 students against other engines, same machine and prompts, one command."""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, TypeVar

from distill.bench_report import write_bench_report
from distill.reading import cores
from distill.subjects import find_subject
from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.paths import assets
from tutor_app.students.prompts import Prompt, answer_prompt, rationale_prompt

Done = TypeVar("Done")

OURS = "students"
MEASUREMENTS = "bench.json"
LENGTHS = (20, 50, 100, 200, 400)
OPTIONS = (2, 4, 6, 8)
SAMPLES = (1, 2, 4, 8, 16)
WRITTEN = 80  # tokens of a 60-word rationale
BATCH, BATCH_TOKENS = 16, 48
PASSAGE = (
    "A student fills two equal jars with warm water and puts a lid on one of them. She leaves both near a "
    "sunny window and measures the temperature and the mass of the water every ten minutes for two hours. "
    "She writes the results in a table, draws a graph and talks about it with her class. After some time "
    "the jar without a lid holds less water than before, and its water is cooler than the water in the "
    "other jar. "
)
ASKED = "Which process explains the difference?"
CHOICES = (
    "evaporation", "condensation of water vapor", "melting", "freezing of the water",
    "photosynthesis", "magnetism", "erosion by wind", "digestion",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """One thing every engine does: `group` and `size` say which curve it is a point of."""

    group: str
    size: int
    body: Mapping[str, Any] = field(compare=False)


@dataclass(slots=True)
class Timings:
    """An engine's measurements: seconds to load, bytes, and per task the runs."""

    engine: str
    model: str
    load: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    runs: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    failed: str = ""

    def median(self, group: str, size: int, of: str) -> float | None:
        """The middle run of a task; tokens per second is `rate`."""
        runs = self.runs.get(f"{group}/{size}", [])
        if of == "rate":
            rates = [run["tokens"] / run["seconds"] for run in runs if run["tokens"]]
            return statistics.median(rates) if rates else None
        return statistics.median([run[of] for run in runs]) if runs else None


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `distill bench`."""
    parser = commands.add_parser("bench", help="time the students against transformers and llama.cpp")
    parser.add_argument("--students", type=Path, metavar="DIR", help="a package (default: the shipped one)")
    parser.add_argument("--original", type=Path, metavar="DIR", help="the base in transformers' form")
    parser.add_argument(
        "--gguf",
        type=Path,
        metavar="FILE",
        help="the base for llama.cpp, and for transformers without --original",
    )
    parser.add_argument("--engines", default="", help="only these, separated by commas")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds; medians are reported")
    parser.add_argument("--threads", type=int, default=0, help="for every engine (default: all processors)")
    parser.add_argument("--quick", action="store_true", help="one round, ends of each curve only")
    parser.add_argument("--json", action="store_true", help="print the measurements as JSON")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the report and its pictures here")
    parser.add_argument("--more", action="store_true", help="add rounds to those DIR has")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Time every engine at hand and report."""
    if options.rounds < 1:
        raise UserError("--rounds is 1 or more.")
    if options.threads < 0:
        raise UserError("--threads is 0 (all processors) or more.")
    threads = options.threads or cores()
    tasks = all_tasks(options.quick)
    before = read_timings(options.out) if options.more else {}
    with tempfile.TemporaryDirectory() as scratch:
        models = engines_at_hand(options, Path(scratch))
        found = measure(models, tasks, threads, 1 if options.quick else options.rounds, before)
    machine = {
        "processor": processor(),
        "threads": threads,
        "system": platform.platform(),
        "rounds": max(len(each.load) for each in found),
    }
    whole = {"machine": machine, "engines": [asdict(each) for each in found]}
    if options.json:
        print(json.dumps(whole, indent=1))
    with tempfile.TemporaryDirectory() as scratch:
        report = write_bench_report(options.out or Path(scratch), machine, found)
        if not options.json:
            print(report.read_text("utf-8"))
    if options.out:
        write_atomically(options.out / MEASUREMENTS, json.dumps(whole, indent=1), 0o644)
    return 0


def read_timings(folder: Path | None) -> dict[str, Timings]:
    """The measurements an earlier bench left in a folder, by engine."""
    path = (folder or Path()) / MEASUREMENTS
    try:
        engines = json.loads(path.read_text("utf-8"))["engines"]
        return {each["engine"]: Timings(**each) for each in engines}
    except (OSError, ValueError, TypeError, KeyError):
        raise UserError(
            f"--more adds to an earlier bench, but {path} holds none; leave --more out."
        ) from None


def engines_at_hand(options: argparse.Namespace, scratch: Path) -> dict[str, Path]:
    """The engines that can run here; what is left out and why is said on stderr."""
    subject = find_subject(options.students or assets() / "students" / "default")
    models = {OURS: subject.rationale or subject.answer}
    original = options.original
    if find_spec("transformers") and options.gguf and not original:
        original = unpacked(options.gguf, scratch)
    if find_spec("transformers") and original:
        models |= dict.fromkeys(("transformers-float32", "transformers-bfloat16"), original)
    else:
        _say("transformers is left out: give the base with --original or --gguf (and the distill extra).")
    if options.gguf and find_spec("llama_cpp"):
        models["llama.cpp"] = options.gguf
    else:
        _say("llama.cpp is left out: give the base's file with --gguf (and install llama-cpp-python).")
    for path in models.values():
        if not path.exists():
            raise UserError(f"There is no model at {path}.")
    wanted = [name for name in options.engines.split(",") if name]
    unknown = [name for name in wanted if name not in models]
    if unknown:
        raise UserError(f"The engine {unknown[0]!r} is not at hand; these are: {', '.join(models)}.")
    return {name: path for name, path in models.items() if not wanted or name in wanted}


def unpacked(gguf: Path, folder: Path) -> Path:
    """The same weights as a transformers folder."""
    from distill.recipe import Base
    from distill.train.bases import save_base

    if not gguf.is_file():
        raise UserError(f"There is no model at {gguf}.")
    _say(f"{gguf.name} is unpacked for transformers")
    save_base(Base(model=str(gguf)), gguf, (), folder, seed=0)
    return folder


def question(words: int, turn: int = 0) -> str:
    """A question of about so many words; `turn` makes it another one of the same length."""
    passage = (PASSAGE * (words // len(PASSAGE.split()) + 2)).split()
    own = ASKED.split()
    return " ".join([*passage[turn : turn + max(words - len(own), 0)], *own])


def all_tasks(quick: bool = False) -> list[Task]:
    """Everything that is timed, in the order of the report."""
    ends = (lambda sizes: (sizes[0], sizes[-1])) if quick else (lambda sizes: sizes)
    tasks = [_write("write", 60, 60, WRITTEN), _score("answer", 4, 60, 4)]
    tasks.append(_many("batch", BATCH, [_asked(30, turn) for turn in range(BATCH)], 1, BATCH_TOKENS))
    for words in ends(LENGTHS):
        tasks += [_write("length-write", words, words, WRITTEN), _score("length-answer", words, words, 4)]
    tasks += [_score("options", count, 60, count) for count in ends(OPTIONS)]
    tasks += [_many("samples", count, [_asked(60, 0)], count, BATCH_TOKENS) for count in ends(SAMPLES)]
    return tasks


def _asked(words: int, turn: int) -> Prompt:
    return rationale_prompt(question(words, turn), CHOICES[:4])


def _write(group: str, size: int, words: int, tokens: int) -> Task:
    return Task(group, size, {"kind": "write", "prompts": [asdict(_asked(words, 0))], "tokens": tokens})


def _many(group: str, size: int, prompts: Sequence[Prompt], samples: int, tokens: int) -> Task:
    body = {
        "kind": "write_many",
        "prompts": [asdict(p) for p in prompts],
        "samples": samples,
        "tokens": tokens,
    }
    return Task(group, size, body)


def _score(group: str, size: int, words: int, options: int) -> Task:
    prompts = [asdict(answer_prompt(question(words)))]
    return Task(group, size, {"kind": "score", "prompts": prompts, "options": CHOICES[:options]})


class Worker:
    """An engine in its own process, so that its loading and memory are its own."""

    def __init__(self, engine: str, model: Path, threads: int) -> None:
        self.errors: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "distill.bench_engines", engine, str(model), str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        self.ready = self._reply()
        self.start = time.perf_counter() - began

    def do(self, body: Mapping[str, Any]) -> dict[str, float]:
        """One task's measurements."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(body) + "\n")
        self.process.stdin.flush()
        return self._reply()

    def close(self) -> None:
        """End the process."""
        self.process.communicate()
        self.errors.close()

    def _reply(self) -> dict[str, float]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):  # libraries print words of their own
                found: dict[str, float] = json.loads(line)
                return found
        self.errors.seek(0)
        told = self.errors.read().strip().splitlines() or ["it ended without a word"]
        raise EngineFailedError(told[-1])


class EngineFailedError(Exception):
    """An engine's process ended; the others go on."""


def measure(
    models: Mapping[str, Path],
    tasks: Sequence[Task],
    threads: int,
    rounds: int,
    before: Mapping[str, Timings] = MappingProxyType({}),
) -> list[Timings]:
    """Every round starts each engine anew, then gives each task to all engines in turn.

    Rounds are added to those measured before. What an engine does for the first time is not measured.
    """
    warm_up = {task.body["kind"]: task for task in reversed(tasks)}.values()
    found = {name: before.get(name) or Timings(name, path.name) for name, path in models.items()}
    for number in range(1, rounds + 1):
        workers: dict[str, Worker] = {}
        for name, path in models.items():
            if not found[name].failed:
                start = partial(Worker, name, path, threads)
                worker = _try(found[name], start)
                if worker is not None:
                    workers[name] = worker
        for name, worker in workers.items():
            found[name].load.append(worker.ready["load"])
            found[name].start.append(worker.start)
            for task in warm_up:
                if not found[name].failed:
                    _try(found[name], partial(worker.do, task.body))
        for place, task in enumerate(tasks, 1):
            _say(f"round {number} of {rounds}, task {place} of {len(tasks)}: {task.group} {task.size}")
            for name, worker in workers.items():
                if not found[name].failed:
                    done = _try(found[name], partial(worker.do, task.body))
                    if done is not None:
                        _keep(found[name], task, done)
        for worker in workers.values():
            worker.close()
    return list(found.values())


def _keep(timings: Timings, task: Task, run: dict[str, float]) -> None:
    timings.runs.setdefault(f"{task.group}/{task.size}", []).append(run)
    timings.memory.append(int(run["memory"]))


def _try(timings: Timings, act: Callable[[], Done]) -> Done | None:
    try:
        return act()
    except (EngineFailedError, OSError) as error:
        timings.failed = str(error)
        _say(f"{timings.engine} is left out from here on: {error}")
        return None


def processor() -> str:
    """The processor's name, as far as the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
