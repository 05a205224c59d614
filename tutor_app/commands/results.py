"""`tutor results export`: every answer as a table for the teacher."""

import argparse
import io
import sys
from pathlib import Path

from tutor_app.commands.common import add_force, add_profile, opened, write_new


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `results` and its part."""
    results = commands.add_parser("results", help="for teachers: answers as a table")
    parts = results.add_subparsers(dest="part", metavar="WHAT", required=True)
    export = parts.add_parser("export", help="one line per answer, as CSV")
    whose = export.add_mutually_exclusive_group()
    whose.add_argument("--all", action="store_true", help="all profiles")
    add_profile(whose)
    export.add_argument("--to", default="-", metavar="FILE", help="a file instead of the screen (-)")
    add_force(export)
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    from tutor_app.learning.exam_lock import refuse_during_exam
    from tutor_app.learning.export import results_csv

    refuse_during_exam("tutor results export")  # it has the keys
    with opened(options, make=False) as (history, profile, _):
        lines = results_csv(history.attempts(None if options.all else profile))
        if options.to == "-":
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(newline="")  # CSV brings its own line ends
            sys.stdout.writelines(lines)
            return 0
        # the mark at the start makes spreadsheets read the file as UTF-8
        write_new(Path(options.to), "\ufeff" + "".join(lines), options.force)
    print(f"Written: {options.to}")
    return 0
