"""`distill …`: one command for the whole method, and one for each of its parts.

Modules with options of their own (`evaluate`, `compare`, …) bring `add(commands)`, as the app's do; heavy
libraries are imported inside the functions that need them.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from tutor_app import __version__
from tutor_app.console import speak_plainly
from tutor_app.errors import UserError, disk_refusal

COMMANDS: tuple[str, ...] = ("baselines", "bench", "compare", "evaluate", "running", "starting")
_EXTRA = {"accelerate", "filelock", "gguf", "huggingface_hub", "openai", "peft", "torch", "transformers"}


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="distill",
        description="Make the two small students of a science tutor: rationales, then answers.",
    )
    top.add_argument("--version", action="version", version=f"distill {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"distill.{name}").add(commands)
    return top


def _wrong_place(error: OSError) -> str:
    """The sentence for a path that leads nowhere, to a folder in place of a file, or to what others own."""
    kinds = FileNotFoundError | FileExistsError | IsADirectoryError | NotADirectoryError | PermissionError
    wrong = isinstance(error, kinds)
    return f"{error.filename} cannot be used: {error.strerror}." if wrong and error.filename else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a UserError becomes one sentence on stderr and exit status 2."""
    speak_plainly()
    options = parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        return status
    except UserError as error:
        print(f"distill: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] not in _EXTRA:
            raise
        print(
            f"distill: {error.name} is not installed; students' machines do without it. "
            "In the project's folder: pip install '.[distill]'",
            file=sys.stderr,
        )
        return 2
    except BrokenPipeError:
        return 0
    except OSError as error:
        told = _wrong_place(error) or disk_refusal(error)
        if not told:
            raise
        print(f"distill: {told}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("distill: stopped; run again to go on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
