"""What of a run is done, what is next, and why."""

import json
import shutil

from filelock import FileLock, Timeout

from distill.pipeline import DONE, Pipeline, State
from distill.stages import Stage

_WORDS = {
    State.DONE: "done",
    State.CHANGED: "inputs changed, will be done again",
    State.STOPPED: "stopped, will go on",
    State.WAITING: "not begun",
}


def show_status(pipeline: Pipeline, as_json: bool = False) -> int:
    """Print one line a stage and the next command."""
    states = {stage.name: pipeline.state(stage) for stage in pipeline.stages}
    following = next((name for name, state in states.items() if state != State.DONE), None)
    if as_json:
        print(json.dumps({"run": pipeline.recipe.run.name, "stages": states, "next": following}))
        return 0
    print(f"{pipeline.recipe.run.name} in {pipeline.folder}")
    open_: set[str] = set()  # stages that will or may be done again
    for stage in pipeline.stages:
        state = states[stage.name]
        words = _words(pipeline, stage, state, not open_.isdisjoint(stage.after))
        print(_line(stage, state, words))
        if words != _WORDS[State.DONE]:
            open_.add(stage.name)
    print(f"next: {following}" if following else "everything is done")
    return 0


def _words(pipeline: Pipeline, stage: Stage, state: State, below: bool) -> str:
    """What is to be said of a stage; `below` one that will be done again."""
    if state == State.STOPPED and _at_work(pipeline):
        return "at work"
    if state == State.CHANGED and _read_the_same(pipeline, stage):
        return "files missing, will be done again"
    if state == State.DONE and below:
        return "done, again if what it reads changes"
    return _WORDS[state]


def _at_work(pipeline: Pipeline) -> bool:
    """Whether a run is in its folder right now."""
    lock = FileLock(pipeline.folder / ".lock")
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True
    except PermissionError:  # the folder is others': one may look all the same
        return False


def _read_the_same(pipeline: Pipeline, stage: Stage) -> bool:
    """Whether a stage that was done once would read what it read then."""
    done = json.loads((pipeline.output(stage.name) / DONE).read_text(encoding="utf-8"))
    return bool(done["inputs"] == pipeline.inputs(stage))


def _line(stage: Stage, state: State, words: str) -> str:
    mark = {State.DONE: "[x]", State.STOPPED: "[~]"}.get(state, "[ ]")
    line = f"{mark} {stage.name:<16} {words:<36} {stage.purpose}"
    return shorten(line, shutil.get_terminal_size().columns)


def shorten(line: str, width: int) -> str:
    """The line cut to the terminal, if it is wider."""
    return line if len(line) <= width else line[: width - 1] + "…"
