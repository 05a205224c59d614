"""Makes students from one recipe twice: in one go, and killed in every stage.

A program of its own: it loads the heavy libraries once and forks a child for each run, so that a kill costs
a moment. Run as: python -m tests.distill.killing RECIPE RUNS KILLED_RUNS
"""

import json
import os
import signal
import sys
import time
from importlib import import_module

from distill.cli import main
from distill.stages import STAGES

MOMENT = 0.1
"""How long after a stage has begun it is killed, in seconds."""


def run(arguments: list[str], stage: str = "", wait: float = 0.0) -> bool:
    """One run in a child; killed `wait` seconds after `stage` has begun. True if it ended by itself."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.dup2(writing, 2)
        os.dup2(writing, 1)
        os._exit(main(arguments))
    os.close(writing)
    said = []
    with os.fdopen(reading, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            said.append(line)
            if stage and line.startswith(f"{stage}:") and "done before" not in line:
                time.sleep(wait)
                os.kill(child, signal.SIGKILL)
                break
        _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("".join(said))
    return os.WIFEXITED(status)


def kill_everywhere(recipe: str, runs: str) -> list[str]:
    """Do each stage with a kill; the stages that were really killed."""
    killed = []
    for stage in STAGES:
        arguments = ["run", recipe, "--runs", runs, "--only", stage.name]
        if not run(arguments, stage.name, MOMENT):
            killed.append(stage.name)
            assert run(arguments)
    assert run(["run", recipe, "--runs", runs])
    return killed


if __name__ == "__main__":
    for each in STAGES:
        import_module(each.does.partition(":")[0])
    recipe, runs, killed_runs = sys.argv[1:]
    assert run(["run", recipe, "--runs", runs])
    print(json.dumps(kill_everywhere(recipe, killed_runs)))
