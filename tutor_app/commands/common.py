"""What several commands share: whose history it is, and which questions are meant."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.learning.history import History
    from tutor_app.learning.records import Profile
    from tutor_app.learning.settings import Settings


def add_profile(parser: argparse.ArgumentParser) -> None:
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


def read_settings() -> "Settings":
    """The settings; what is odd about the file is said on stderr, once a command."""
    import sys

    from tutor_app.learning.settings import SettingsFile

    file = SettingsFile()
    for warning in file.warnings:
        print(f"tutor: {warning}", file=sys.stderr)
    return file.settings


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
