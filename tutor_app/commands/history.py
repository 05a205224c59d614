"""`tutor history`: carry the history to another machine, keep copies, put one back."""

import argparse
from pathlib import Path

from tutor_app.commands.common import add_force, add_profile, refuse_to_replace, write_new
from tutor_app.errors import UserError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `history` and its parts."""
    history = commands.add_parser("history", help="answers, reviews, notes: export, import, backup, restore")
    parts = history.add_subparsers(dest="part", metavar="WHAT", required=True)
    export = parts.add_parser("export", help="write a file that another machine can import")
    export.add_argument("file", type=Path, metavar="FILE")
    add_force(export)
    add_profile(export)
    export.set_defaults(run=_export)
    load = parts.add_parser("import", help="merge an exported file into the history here")
    load.add_argument("file", type=Path, metavar="FILE")
    load.set_defaults(run=_import)
    backup = parts.add_parser("backup", help="keep a copy of the whole history")
    backup.add_argument("file", type=Path, nargs="?", metavar="FILE", help="where (else beside the history)")
    add_force(backup)
    backup.set_defaults(run=_backup)
    restore = parts.add_parser("restore", help="put a copy back (what is there now is kept as a copy)")
    restore.add_argument("file", type=Path, nargs="?", metavar="FILE", help="which copy (else the newest)")
    restore.set_defaults(run=_restore)
    parts.add_parser("list", help="where the history lies, and its copies").set_defaults(run=_list)


def _export(options: argparse.Namespace) -> int:
    from tutor_app.commands.common import unknown_profile
    from tutor_app.learning.exam_lock import refuse_during_exam
    from tutor_app.learning.history import History
    from tutor_app.learning.transfer import export_lines

    refuse_during_exam("tutor history export")  # it has the keys
    with History.open() as history:
        name = getattr(options, "profile", None)
        profile = history.find_profile(name) if name else None
        if name and profile is None:
            raise unknown_profile(history, name)
        lines = list(export_lines(history, profile))
    write_new(options.file, "".join(lines), options.force)
    print(f"Written: {options.file} ({len(lines) - 1} records)")
    return 0


def _import(options: argparse.Namespace) -> int:
    from tutor_app.learning.history import History
    from tutor_app.learning.transfer import import_file

    with History.open() as history:
        done = import_file(history, options.file)
    added = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in done.added.items() if count)
    print(f"Imported for {', '.join(done.profiles) or 'nobody'}: {added or 'nothing new'}.")
    if done.known:
        print(f"{done.known} records were here already.")
    return 0


def _backup(options: argparse.Namespace) -> int:
    from tutor_app.learning.history import History

    if options.file:
        refuse_to_replace(options.file, options.force)
    with History.open() as history:
        print(f"Kept: {history.back_up(options.file)}")
    return 0


def _restore(options: argparse.Namespace) -> int:
    from tutor_app.learning import storage
    from tutor_app.learning.history import default_path

    path = default_path()
    source = options.file or next(iter(storage.list_backups(path)), None)
    if source is None:
        raise UserError("There is no backup yet. 'tutor history backup' makes one.")
    saved = storage.restore(source, path)
    print(f"The history is now that of {source}.")
    if saved:
        print(f"What was there before is kept in {saved}.")
    return 0


def _list(options: argparse.Namespace) -> int:
    from tutor_app.learning import storage
    from tutor_app.learning.history import default_path

    path = default_path()
    print(f"History: {path}" + ("" if path.exists() else " (nothing yet)"))
    for backup in storage.list_backups(path):
        print(f"Backup:  {backup} ({backup.stat().st_size / 1e6:.1f} MB)")
    return 0
