"""`tutor results export`: every answer as a table for the teacher."""

import argparse
import io
import sys
from pathlib import Path

from tutor_app.commands.common import add_profile, opened
from tutor_app.errors import UserError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `results` and its part."""
    results = commands.add_parser("results", help="for teachers: answers as a table")
    parts = results.add_subparsers(dest="part", metavar="WHAT", required=True)
    export = parts.add_parser("export", help="one line per answer, as CSV")
    whose = export.add_mutually_exclusive_group()
    whose.add_argument("--all", action="store_true", help="all profiles")
    add_profile(export)
    export.add_argument("--to", type=Path, metavar="FILE", help="a file instead of the screen")
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    from tutor_app.files import write_atomically
    from tutor_app.learning.export import results_csv

    with opened(options, make=False) as (history, profile, _):
        lines = results_csv(history.attempts(None if options.all else profile))
        if options.to is None:
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(newline="")  # CSV brings its own line ends
            sys.stdout.writelines(lines)
            return 0
        try:
            # the mark at the start makes spreadsheets read the file as UTF-8
            write_atomically(options.to, "\ufeff" + "".join(lines))
        except OSError as error:
            raise UserError(f"{options.to} cannot be written: {error.strerror}.") from error
    print(f"Written: {options.to}")
    return 0
