"""What several commands share: whose history it is, which questions are meant, asking and writing a file."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.learning.history import History
    from tutor_app.learning.records import Profile
    from tutor_app.learning.settings import Settings
    from tutor_app.students.packages import Package


def add_profile(parser: argparse._ActionsContainer) -> None:
    """`--profile NAME`, before or after the command's name."""
    parser.add_argument(
        "--profile",
        default=argparse.SUPPRESS,
        metavar="NAME",
        help="who learns (a new name makes a new profile)",
    )


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Which questions: everything installed, or what is named."""
    parser.add_argument(
        "--bank",
        action="append",
        default=[],
        metavar="BANK",
        help="only this bank (repeatable); 'mine' is your own",
    )
    parser.add_argument(
        "--topic", action="append", default=[], metavar="TOPIC", help="only this topic (repeatable)"
    )
    parser.add_argument("--subject", default="", help="only this subject")
    parser.add_argument("--grade", default="", help="only this grade, such as 6-8")


def add_force(parser: argparse.ArgumentParser) -> None:
    """`--force`, for a command that writes a file."""
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def refuse_to_replace(path: Path, force: bool) -> None:
    """A file that is there stays, unless `--force` says otherwise; a folder always does."""
    if path.is_dir():
        raise UserError(f"{path} is a folder. Give the name of a file, such as one in it.")
    if path.exists() and not force:
        raise UserError(f"{path} is there already. Give another name, or --force to replace it.")


def write_new(path: Path, content: str | bytes, force: bool, mode: int = 0o600) -> None:
    """Write the file a command was asked for."""
    from tutor_app.files import write_atomically

    refuse_to_replace(path, force)
    try:
        write_atomically(path, content, mode)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror or error}.") from error


def confirmed(question: str) -> bool:
    """Whether the person at the terminal says yes; the end of input is a no."""
    if not sys.stdin.isatty():
        raise UserError("Nothing was changed, as there is no terminal to ask at: add --yes if you are sure.")
    try:
        reply = input(f"{question} [y/N] ")
    except EOFError:
        print()
        return False
    return reply.strip().casefold() in ("y", "yes")


def read_settings() -> "Settings":
    """The settings; what is odd about the file is said on stderr, once a command."""
    from tutor_app.learning.settings import SettingsFile

    file = SettingsFile()
    for warning in file.warnings:
        print(f"tutor: {warning}", file=sys.stderr)
    return file.settings


def students_in_use() -> "Package":
    """The students that the settings name; a UserError where there are none."""
    from tutor_app.learning.settings import SettingsFile
    from tutor_app.students.installed import find

    return find(SettingsFile().settings.tutor.students)


@contextmanager
def opened(options: argparse.Namespace, *, make: bool) -> Iterator[tuple["History", "Profile", "Settings"]]:
    """The history, the profile meant and the settings. `make` allows a profile that is new."""
    from tutor_app.learning.history import History

    settings = read_settings()
    name = getattr(options, "profile", None) or settings.tutor.profile
    with History.open() as history:
        known = history.find_profile(name)
        if known is None and not make and getattr(options, "profile", None):
            raise unknown_profile(history, name)
        yield history, known or history.profile(name), settings


def unknown_profile(history: "History", name: str) -> UserError:
    """There is no profile of this name; which there are."""
    names = ", ".join(profile.name for profile in history.profiles()) or "none yet"
    return UserError(f"There is no profile named {name}. Profiles here: {names}.")
