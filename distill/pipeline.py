"""A run is a row of stages; each has a folder, its inputs by hash, and is done once.

`runs/NAME/STAGE/` appears in one step when the stage is done, with `done.json` (inputs and outputs by
hash). Until then the work lies in `runs/NAME/STAGE.part/`, so that a stopped stage goes on where it was.
A stage whose inputs have not changed is not run again.
"""

import errno
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, is_dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from distill.folders import Folders
from distill.recipe import Recipe
from distill.stages import LOG, STAGES, Stage, Work
from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.students import prompts
from tutor_app.students.packages import file_hash

DONE = "done.json"
INPUTS = "inputs.json"


class State(StrEnum):
    """How far a stage is."""

    DONE = "done"
    CHANGED = "changed"  # done once, but its inputs are others now
    STOPPED = "stopped"  # began and can go on
    WAITING = "waiting"  # not begun


class Crew(Protocol):
    """The processes that `torchrun` or `accelerate launch` started to train together."""

    @property
    def first(self) -> bool:
        """This one leads: it alone writes."""
        ...

    def wait(self) -> None:
        """Go on when all have come here."""
        ...


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A recipe's stages over its run folder."""

    recipe: Recipe
    folders: Folders
    folder: Path
    stages: tuple[Stage, ...] = STAGES
    say: Callable[[str], None] = print
    _hashes: dict[Path, str] = field(default_factory=dict)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep a second run out of this run's folder."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"The run's folder {self.folder} cannot be made: {error.strerror}.") from None
        lock = FileLock(self.folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise UserError(f"Another run is at work in {self.folder}; wait until it ends.") from None
        with lock:
            yield

    def output(self, name: str) -> Path:
        """A finished stage's folder."""
        return self.folder / name

    def part(self, name: str) -> Path:
        """Where a stage works until it is done."""
        return self.folder / f"{name}.part"

    def state(self, stage: Stage) -> State:
        """How far a stage is, given what its inputs are now."""
        done = _read(self.output(stage.name) / DONE)
        if any(self._outcome(name) is None for name in stage.after):
            return State.CHANGED if done else State.WAITING
        inputs = self.inputs(stage)
        if done.get("inputs") == inputs and self._whole(stage.name, done):
            return State.DONE
        if _read(self.part(stage.name) / INPUTS).get("inputs") == inputs:
            return State.STOPPED
        return State.CHANGED if done else State.WAITING

    def inputs(self, stage: Stage) -> dict[str, object]:
        """Everything that decides a stage's outcome, as small as a hash allows."""
        outside = {str(i): self._hash(path) for i, path in enumerate(stage.files(self.recipe, self.folders))}
        return {
            "version": stage.version,
            "prompts": prompts.VERSION,
            "recipe": {name: plain(_part(self.recipe, name)) for name in stage.sections},
            "files": outside,
            "after": {name: self._outcome(name) for name in stage.after},
        }

    def run(self, start: str = "", only: str = "", again: bool = False, crew: "Crew | None" = None) -> None:
        """Run what is not done, from `start` on or `only` one stage; `again` does it even if it is done.

        With a crew, other processes help in the one stage (see `help`).
        """
        wanted = self._wanted(start, only)
        for stage in wanted:  # what is missing is told now, not after hours of training
            stage.files(self.recipe, self.folders)
        self._refuse_stale(wanted)
        for stage in wanted:
            missing = [name for name in stage.after if self._outcome(name) is None]
            if missing:
                raise UserError(
                    f"The stage {stage.name} needs {missing[0]}, which is not done; run it first."
                )
            self._finish_swap(stage.name)
            if self.state(stage) == State.DONE and not again:
                self.say(f"{stage.name}: done before, nothing changed")
                if crew:
                    shutil.rmtree(self.part(stage.name), ignore_errors=True)
                    crew.wait()
            else:
                self._do(stage, crew, again)

    def _refuse_stale(self, wanted: Sequence[Stage]) -> None:
        """Nothing is made from a stage that is done but whose inputs are others now."""
        read = {name for stage in wanted for name in stage.after}
        earlier: list[Stage] = []
        for stage in reversed(self.stages):
            if stage.name in read and stage not in wanted:
                read.update(stage.after)
                earlier.insert(0, stage)
        for stage in earlier:
            if self._outcome(stage.name) and self.state(stage) != State.DONE:
                raise UserError(
                    f"What the stage {stage.name} reads has changed since it was done (the recipe, a file or "
                    f"a stage before it), so {wanted[0].name} would be made from what is out of date. "
                    "Run `distill run RECIPE`: it does again what has changed, and what follows from it."
                )

    def _wanted(self, start: str, only: str) -> tuple[Stage, ...]:
        names = [stage.name for stage in self.stages]
        if only:
            return (self.stages[names.index(only)],)
        return self.stages[names.index(start) if start else 0 :]

    def help(self, only: str, crew: "Crew") -> None:
        """Take part in one stage that another process leads (`crew.first`): this one writes nothing."""
        (stage,) = self._wanted("", only)
        crew.wait()
        if self.part(only).exists():
            _loaded(stage.does)(self._work(stage))

    def _do(self, stage: Stage, crew: "Crew | None" = None, again: bool = False) -> None:
        part, inputs = self.part(stage.name), self.inputs(stage)
        if part.exists() and _read(part / INPUTS).get("inputs") != inputs:
            shutil.rmtree(part)
        self.say(f"{stage.name}: {'going on' if part.exists() else stage.purpose}")
        try:
            part.mkdir(parents=True, exist_ok=True)
            write_atomically(part / INPUTS, json.dumps({"inputs": inputs}, indent=1), 0o644)
            if crew:
                crew.wait()
            _loaded(stage.does)(self._work(stage, again))
            self._finish(stage, inputs)
        except Exception as error:
            if _is_full(error, part):
                raise UserError(
                    f"The disk is full: the stage {stage.name} stopped in {part}. Free some space and run "
                    "again; it goes on from there."
                ) from None
            raise

    def _work(self, stage: Stage, again: bool = False) -> Work:
        earlier = {name: self.output(name) for name in stage.after}
        told = self._told(stage.name)
        return Work(self.recipe, self.folders, self.part(stage.name), earlier, told, self.folder, again)

    def _told(self, name: str) -> Callable[[str], None]:
        return lambda words: self.say(f"{name}: {words}")

    def _finish(self, stage: Stage, inputs: Mapping[str, object]) -> None:
        part, output = self.part(stage.name), self.output(stage.name)
        outputs = {str(path.relative_to(part).as_posix()): file_hash(path) for path in _results(part)}
        sizes = {name: (part / name).stat().st_size for name in outputs}
        done = {"inputs": inputs, "outputs": outputs, "sizes": sizes}
        write_atomically(part / DONE, json.dumps(done, indent=1), 0o644)
        self._swap(part, output)

    def _swap(self, part: Path, output: Path) -> None:
        """The new folder takes the old one's place; a crash in between is put right by `_finish_swap`."""
        old = output.with_name(f"{output.name}.old")
        if old.exists():
            shutil.rmtree(old)
        if output.exists():
            output.rename(old)
        part.rename(output)
        if old.exists():
            shutil.rmtree(old)

    def _finish_swap(self, name: str) -> None:
        if (self.part(name) / DONE).exists():
            self._swap(self.part(name), self.output(name))

    def _whole(self, name: str, done: Mapping[str, object]) -> bool:
        sizes = done.get("sizes")
        if not isinstance(sizes, dict):
            return False
        paths = {self.output(name) / file: size for file, size in sizes.items()}
        return all(path.is_file() and path.stat().st_size == size for path, size in paths.items())

    def _outcome(self, name: str) -> str | None:
        """A finished stage's outputs as one hash; None when it is not there."""
        done = _read(self.output(name) / DONE)
        if not done or not self._whole(name, done):
            return None
        return hashlib.sha256(json.dumps(done["outputs"], sort_keys=True).encode()).hexdigest()

    def _hash(self, path: Path) -> str:
        if path not in self._hashes:
            self._hashes[path] = file_hash(path)
        return self._hashes[path]


def _is_full(error: Exception, folder: Path) -> bool:
    """Libraries tell of a full disk in words of their own, so the disk itself is asked too."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return not isinstance(error, UserError) and shutil.disk_usage(folder).free < 1_000_000


def _results(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.is_file() and inside[0] not in (LOG, DONE, INPUTS):
            yield path


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(recipe: Recipe, name: str) -> object:
    found: object = recipe
    for step in name.split("."):
        found = getattr(found, step)
    return found


def plain(value: object) -> object:
    """A recipe's part as JSON would give it back, so that stored and fresh ones compare equal."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _loaded(does: str) -> Callable[[Work], None]:
    module, _, function = does.partition(":")
    found: Callable[[Work], None] = getattr(import_module(module), function)
    return found
