"""`tutor doctor`: is everything in place on this machine, and how fast are the students here?"""

import argparse
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_app import __version__, paths
from tutor_app.commands.common import students_in_use
from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.students.installed import Listed
    from tutor_app.students.packages import Package

_LIBRARIES = ("ctranslate2", "tokenizers", "sentencepiece", "numpy", "textual")
_FEATURES = ("sse4_1", "avx", "avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8")
_LEAST_FREE = 200_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; a problem says what to do."""

    about: str
    text: str
    problem: bool = False


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `doctor`."""
    doctor = commands.add_parser(
        "doctor", help="check this installation, and find how many threads suit the students here"
    )
    doctor.add_argument("--quick", action="store_true", help="do not time the students")
    doctor.add_argument("--json", action="store_true", help="print one JSON list")
    doctor.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    findings: list[Finding] = []
    for finding in _examine(timed=not options.quick):
        findings.append(finding)
        if not options.json:
            mark = "!" if finding.problem else " "
            print(f"{mark} {finding.about:10} {finding.text}", flush=True)
    problems = sum(finding.problem for finding in findings)
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    elif problems:
        print(f"{problems} thing{'s need' if problems > 1 else ' needs'} attention, marked with !.")
    else:
        print("All is well.")
    return 1 if problems else 0


def _examine(*, timed: bool) -> Iterator[Finding]:
    for about, look in (
        ("program", _program),
        ("processor", _processor),
        ("folders", _folders),
        ("settings", _settings),
        ("terminal", _terminal),
        ("banks", _banks),
        ("facts", _facts),
        ("students", _students),
    ):
        yield from _safely(about, look)
    if timed:
        yield from _safely("speed", _speed)


def _safely(about: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A doctor must not die of what it finds."""
    try:
        yield from look()
    except UserError as error:
        yield Finding(about, str(error), problem=True)
    except Exception as error:
        yield Finding(about, f"cannot be examined ({type(error).__name__}: {error})", problem=True)


def _program() -> Iterator[Finding]:
    python = f"Python {platform.python_version()} on {platform.system()} {platform.release()}"
    yield Finding("program", f"tutor {__version__}, {python}")
    yield Finding("program", ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES))


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # slow, and the app starts without it

    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _processor() -> Iterator[Finding]:
    import ctranslate2

    from tutor_app.students.threads import processors

    yield Finding("processor", f"{platform.machine()}, {processors()} usable processors")
    kinds = sorted(ctranslate2.get_supported_compute_types("cpu"))
    yield Finding("processor", f"number formats: {', '.join(kinds)}", problem="int8" not in kinds)
    features = _features()
    if features:
        yield Finding("processor", f"features: {', '.join(features)}")


def _features() -> list[str]:
    """What speeds the students up, where the system tells."""
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return []
    flags = {flag for line in text.splitlines() if line.startswith("flags") for flag in line.split()}
    return [feature for feature in _FEATURES if feature in flags]


def _folders() -> Iterator[Finding]:
    from tutor_app.files import write_atomically

    for name, folder in (
        ("data", paths.user_data()),
        ("settings", paths.user_config()),
        ("cache", paths.user_cache()),
    ):
        probe = folder / ".doctor"
        try:
            write_atomically(probe, "can be written")
            probe.unlink()
        except OSError as error:
            reason = error.strerror or str(error)
            yield Finding("folders", f"{name}: {folder} cannot be written ({reason}); nothing is kept.", True)
            continue
        free = shutil.disk_usage(folder).free
        text = f"{name}: {folder}, {free / 1e9:.1f} GB free"
        yield Finding("folders", text, problem=free < _LEAST_FREE)


def _settings() -> Iterator[Finding]:
    from tutor_app.learning.settings import SettingsFile

    file = SettingsFile()
    for warning in file.warnings:
        yield Finding("settings", warning, problem=True)
    if not file.warnings:
        yield Finding("settings", "read without a complaint")


def _terminal() -> Iterator[Finding]:
    size = shutil.get_terminal_size()
    kind = "a terminal" if sys.stdout.isatty() else "not a terminal"
    colours = os.environ.get("COLORTERM") or (
        "none wanted" if os.environ.get("NO_COLOR") else "not announced"
    )
    named = os.environ.get("TERM", "not named")
    text = f"output is {kind}, {size.columns}×{size.lines}, type {named}, colours: {colours}"
    yield Finding("terminal", text, problem=sys.stdout.isatty() and size.columns < 40)
    encoding = sys.stdout.encoding or "unknown"
    unicode = encoding.lower().replace("-", "") == "utf8"
    hint = "" if unicode else "; signs such as ₂ may not show (tutor settings set look.ascii_marks true)"
    yield Finding("terminal", f"encoding {encoding}{hint}", problem=not unicode)


def _banks() -> Iterator[Finding]:
    from tutor_app.questions.library import Library

    library = Library()
    banks = library.banks()
    questions = sum(bank.count for bank in banks)
    yield Finding("banks", f"{len(banks)} banks, {questions:,} questions", problem=not banks)
    for damaged in library.damaged():
        yield Finding("banks", f"{damaged.place}: {damaged.reason}", problem=True)


def _facts() -> Iterator[Finding]:
    from tutor_app.knowledge.base import FactBase
    from tutor_app.knowledge.meaning import encoder_folder
    from tutor_app.knowledge.weigher import weigher_folder
    from tutor_app.questions.model import Question

    base = FactBase(meanings=False)
    question = Question("doctor", "Why does a metal spoon in hot tea become hot?", ("conduction", "light"))
    base.candidates(question)
    began = time.perf_counter()
    base.candidates(question)
    spent = time.perf_counter() - began
    text = f"{len(base):,} facts, {len(base.flagged())} flagged, candidates in {spent * 1000:.1f} ms"
    yield Finding("facts", text, problem=not len(base))
    base.close()
    by_meaning = (encoder_folder() / "model.bin").is_file()
    weighed = (weigher_folder() / "model.bin").is_file()
    how = "found by words and by meaning" if by_meaning else "found by words"
    yield Finding("facts", f"{how}, and weighed" if by_meaning and weighed else how)


def _students() -> Iterator[Finding]:
    from tutor_app.students.installed import listed

    every = listed()
    used = None
    try:
        used = students_in_use().folder
    except UserError as error:
        if every and str(error) not in {one.problem for one in every}:  # those are said below
            yield Finding("students", str(error), problem=True)
    for one in every:
        yield from _safely("students", partial(_files, one, ", in use" if one.folder == used else ""))
    if not every:
        cure = "the app runs with the banks' own explanations. tutor students install FOLDER_OR_ZIP"
        yield Finding("students", f"none: {cure}", problem=True)


def _files(one: "Listed", use: str) -> Iterator[Finding]:
    from tutor_app.students.packages import verify

    if one.package is None:
        yield Finding("students", one.problem, problem=True)
        return
    verify(one.package)
    yield Finding("students", f"{one.package.manifest.title}{use}: every file as it should be")


def _speed() -> Iterator[Finding]:
    from tutor_app.students.threads import choose, keep, measure

    try:
        package = students_in_use()
    except UserError:
        return  # said above
    timings = []
    for timing in measure(lambda threads: package.open("rationale", threads)):
        timings.append(timing)
        threads = timing.threads
        how = f"{threads.workers} × {threads.each} threads"
        yield Finding(
            "speed", f"{how}: {timing.alone:.0f} tokens/s alone, {timing.batched:.0f} tokens/s in batches"
        )
    best = choose(timings)
    keep(best, timings)
    yield Finding("speed", f"chosen and stored: {best.workers} workers of {best.each} threads")
    yield from _first_words(package)


def _first_words(package: "Package") -> Iterator[Finding]:
    """How long it takes until students are loaded and the first words of an explanation stand there."""
    from tutor_app.students.prompts import answer_prompt, rationale_prompt
    from tutor_app.students.threads import chosen

    text = "A metal spoon left in a cup of hot tea soon feels hot at its dry end. Why?"
    options = ("Heat moves through the metal.", "Light heats it.", "Steam heats it.", "It was hot before.")
    began = time.perf_counter()
    rationale, answer = package.open("rationale", chosen()), package.open("answer", chosen())
    loaded = time.perf_counter()
    words = rationale.write(rationale_prompt(text))
    next(words, "")
    first = time.perf_counter()
    words.close()  # type: ignore[attr-defined]  # a generator
    between = time.perf_counter()
    answer.score([(answer_prompt(text), options)])
    scored = time.perf_counter()
    yield Finding(
        "speed",
        f"both students loaded in {loaded - began:.2f} s, first words after {first - loaded:.2f} s, "
        f"four options judged in {scored - between:.2f} s",
    )
