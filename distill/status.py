"""What of a run is done, what is next, and why."""

import json
import shutil

from distill.pipeline import Pipeline, State
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
    for stage in pipeline.stages:
        print(_line(stage, states[stage.name]))
    print(f"next: {following}" if following else "everything is done")
    return 0


def _line(stage: Stage, state: State) -> str:
    mark = {State.DONE: "[x]", State.STOPPED: "[~]"}.get(state, "[ ]")
    line = f"{mark} {stage.name:<16} {_WORDS[state]:<34} {stage.purpose}"
    return shorten(line, shutil.get_terminal_size().columns)


def shorten(line: str, width: int) -> str:
    """The line cut to the terminal, if it is wider."""
    return line if len(line) <= width else line[: width - 1] + "…"
