"""`tutor …`: the command line. Subcommands live in `commands/`; the full-screen app is imported last."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from tutor_app import __version__
from tutor_app.console import speak_plainly
from tutor_app.errors import UserError, disk_refusal

COMMANDS: tuple[str, ...] = (
    "ask",
    "bank",
    "doctor",
    "facts",
    "help",
    "history",
    "profiles",
    "progress",
    "results",
    "settings",
    "students",
    "study",
)


def parser() -> argparse.ArgumentParser:
    """The whole command line; each module of `commands` adds its own part."""
    top = argparse.ArgumentParser(
        prog="tutor", description="An offline science tutor. Without a command, opens the app."
    )
    top.add_argument("--version", action=_Versions, nargs=0, help="the program's version, and the students'")
    top.add_argument(
        "--profile", default=None, metavar="NAME", help="who learns (a new name makes a new profile)"
    )
    top.add_argument(
        "--exam-lock", action="store_true", help="tests of this sitting hide explanations and Ask until done"
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for name in COMMANDS:
        import_module(f"tutor_app.commands.{name}").add(commands)
    return top


class _Versions(argparse.Action):
    """Two versions, each with its name: a program outlives many students."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from tutor_app.commands.common import students_in_use

        try:
            students = f"students {students_in_use().manifest.title}"
        except UserError:
            students = "no students that can be used"
        print(f"tutor {__version__}, {students}")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a UserError becomes one sentence on stderr and exit status 2."""
    speak_plainly()
    top = parser()
    options, unread = top.parse_known_args(arguments)
    if unread:
        quotes = not unread[0].startswith("-")
        hint = ". Put what has several words into quotes." if quotes else ""
        top.error(f"unrecognized arguments: {' '.join(unread)}{hint}")
    try:
        if options.command is None:
            from tutor_app.tui.app import run_app

            return run_app(options)
        status: int = options.run(options)
        return status
    except UserError as error:
        print(f"tutor: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    except OSError as error:
        if not disk_refusal(error):
            raise
        print(f"tutor: {disk_refusal(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("tutor: stopped.", file=sys.stderr)
        return 130
