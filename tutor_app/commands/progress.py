"""`tutor progress`: how it goes, for reading, for programs, or as a file."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_app.commands.common import add_force, add_profile, opened, write_new
from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.learning.progress import Progress

_ENDINGS = (".md", ".csv", ".html")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `progress`."""
    parser = commands.add_parser("progress", help="how much is right, how sure you were, what to do next")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.add_argument(
        "--to", type=Path, metavar="FILE", help="write a file: .md, .csv or .html (with charts)"
    )
    add_force(parser)
    add_profile(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from tutor_app.learning.exam_lock import refuse_during_exam
    from tutor_app.learning.progress import as_json, progress

    refuse_during_exam("tutor progress")  # it names what was missed
    with opened(options, make=False) as (history, profile, settings):
        shown = settings.progress
        report = progress(history, profile, days=shown.days, streak=shown.streak)
    if options.json:
        import json

        print(json.dumps(as_json(report), ensure_ascii=False, indent=2))
    elif options.to:
        _write(report, options.to, options.force)
    else:
        from tutor_app.learning.export import progress_text

        print(progress_text(report), end="")
    return 0


def _write(report: "Progress", path: Path, force: bool) -> None:
    from tutor_app.learning import export

    writers = dict(
        zip(_ENDINGS, (export.progress_markdown, export.progress_csv, export.progress_html), strict=True)
    )
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise UserError(f"{path} must end in {', '.join(_ENDINGS)}, so that I know what to write.")
    write_new(path, writer(report), force)
    print(f"Written: {path}")
