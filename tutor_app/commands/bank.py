"""`tutor bank …`: bring in, look at, check and hand on banks of questions."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_app.commands.bank_output import (
    MOST_SHOWN,
    as_json,
    findings_as_json,
    first_lines,
    installed_as_json,
    print_checked,
    print_installed,
    print_json,
    print_question,
    print_summary,
    print_table,
    question_as_json,
    summary_as_json,
)
from tutor_app.commands.common import add_force, confirmed, write_new
from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.questions.library import Library
    from tutor_app.questions.lint import Finding
    from tutor_app.questions.model import Bank, ReadReport

PARTS: tuple[str, ...] = ("explain",)
"""Modules of `commands` that add a subcommand of their own to `tutor bank`, each with an `add(parts)`."""

_FORMATS = "native, gift, aiken, moodle-xml, qti-2.1, csv or anki"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `bank` and its parts to the command line."""
    bank = commands.add_parser("bank", help="question banks: import, list, show, check, export")
    bank.set_defaults(run=lambda _: _print_help(bank))
    parts = bank.add_subparsers(metavar="WHAT")
    _add_bringing_in(parts)
    _add_looking(parts)
    _add_changing(parts)
    for name in PARTS:
        import_module(f"tutor_app.commands.{name}").add(parts)


def _print_help(bank: argparse.ArgumentParser) -> int:
    bank.print_help()
    return 2


def _add_bringing_in(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    load = parts.add_parser("import", help="install the questions of files: Word, Excel, Moodle and more")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    load.add_argument("--title", default="", help="the bank's title (for a single file)")
    load.add_argument("--subject", default="", help="the subject of all its questions")
    load.add_argument("--grade", default="", help="the grade of all its questions, such as 6-8")
    load.add_argument("--strict", action="store_true", help="exit with status 1 when a question was left out")
    load.add_argument("--json", action="store_true", help="print one JSON object a file")
    load.set_defaults(run=_import)

    check = parts.add_parser("check", help="read files and report, without installing anything")
    check.add_argument("files", nargs="+", metavar="FILE", help="a file, or the id or title of a bank")
    check.add_argument(
        "--deep", action="store_true", help="also look for clues to the key and unclear wording"
    )
    check.add_argument(
        "--strict", action="store_true", help="exit with status 1 when a question was left out"
    )
    check.add_argument("--json", action="store_true", help="print one JSON object a file")
    check.set_defaults(run=_check)


def _add_looking(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    listing = parts.add_parser("list", help="all banks, your own first")
    listing.add_argument("--own", action="store_true", help="leave out the banks that come with the app")
    listing.add_argument("--json", action="store_true", help="print one JSON list")
    listing.set_defaults(run=_list)

    show = parts.add_parser("show", help="a bank's questions, the right choice marked")
    show.add_argument("bank", metavar="BANK", help="a bank's id or title")
    show.add_argument("--topic", default="", help="only this topic")
    show.add_argument("--find", default="", metavar="TEXT", help="only questions in which this text occurs")
    show.add_argument("--explain", action="store_true", help="with hints, explanations and reasons")
    show.add_argument("--no-key", action="store_true", help="do not mark the right choices, for a handout")
    show.add_argument("--json", action="store_true", help="print one JSON object")
    show.set_defaults(run=_show)

    export = parts.add_parser("export", help="write a bank to a file in another format")
    export.add_argument("bank", metavar="BANK", help="a bank's id or title")
    export.add_argument("--to", required=True, metavar="FORMAT", help=_FORMATS)
    export.add_argument("-o", "--output", default="", metavar="FILE", help="where to; - prints it")
    add_force(export)
    export.set_defaults(run=_export)


def _add_changing(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    remove = parts.add_parser("remove", help="remove a bank you installed")
    remove.add_argument("bank", metavar="BANK", help="a bank's id or title")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    remove.set_defaults(run=_remove)

    rename = parts.add_parser("rename", help="give a bank you installed another title")
    rename.add_argument("bank", metavar="BANK", help="a bank's id or title")
    rename.add_argument("title", metavar="TITLE")
    rename.set_defaults(run=_rename)


def _import(options: argparse.Namespace) -> int:
    if options.title and len(options.files) > 1:
        raise UserError("A title fits one bank. Import the files one by one, each with its own --title.")
    library = _library()
    failures: list[UserError] = []
    left_out = 0
    for path in options.files:
        try:
            report = _read(path)
            done = library.install(report, path, options.title, options.subject, options.grade)
        except UserError as error:
            failures.append(error)
            continue
        left_out += len(report.skipped)
        if options.json:
            print_json(as_json(report, done.repeats) | installed_as_json(done))
        else:
            print_installed(done, report)
    return _status(failures, len(options.files), options.strict and left_out > 0)


def _check(options: argparse.Namespace) -> int:
    from tutor_app.learning.exam_lock import refuse_during_exam

    if options.deep:  # its remarks tell which choices are right
        refuse_during_exam("tutor bank check --deep")
    library = _library()
    failures: list[UserError] = []
    left_out = 0
    for name in options.files:
        try:
            report, present = _read_or_find(name, library)
            report = _announcing_mixing(report)
        except UserError as error:
            failures.append(error)
            if options.json and (nothing := getattr(error, "report", None)):
                print_json(as_json(nothing, ()))
            continue
        left_out += len(report.skipped)
        repeats = library.repeats(report.bank, present)
        findings = _lint(report.bank) if options.deep else None
        if options.json:
            print_json(as_json(report, repeats) | findings_as_json(findings))
        else:
            print_checked(name, report, repeats, findings)
    return _status(failures, len(options.files), options.strict and left_out > 0)


def _list(options: argparse.Namespace) -> int:
    library = _library()
    banks = [bank for bank in library.banks() if not (options.own and bank.shipped)]
    if options.json:
        print_json([summary_as_json(bank) for bank in banks])
    elif banks:
        print_table(banks)
    else:
        print("You have no banks of your own yet. Install one: tutor bank import FILE")
    for left in library.damaged():
        print(f"tutor: {left.place} cannot be read as a bank: {left.reason}", file=sys.stderr)
    return 0


def _show(options: argparse.Namespace) -> int:
    from tutor_app.learning.exam_lock import refuse_during_exam

    refuse_during_exam("tutor bank show")
    library = _library()
    summary = library.find(options.bank)
    bank = library.bank(summary.id)
    wanted = options.find.casefold()
    chosen = [
        (number, question)
        for number, question in enumerate(bank.questions, 1)
        if (not options.topic or (question.topic or bank.title) == options.topic)
        and (not wanted or wanted in "\n".join((question.text, *question.choices)).casefold())
    ]
    if not chosen and (options.topic or wanted):
        topics = ", ".join(topic for topic, _ in summary.topics[:MOST_SHOWN])
        raise UserError(f"No question of '{bank.title}' fits. Its topics: {topics}.")
    if options.json:
        questions = [question_as_json(question, options.no_key) for _, question in chosen]
        print_json(summary_as_json(summary) | {"questions": questions})
        return 0
    print_summary(summary)
    for number, question in chosen:
        print_question(number, question, options.explain, options.no_key)
    return 0


def _export(options: argparse.Namespace) -> int:
    from tutor_app.learning.exam_lock import refuse_during_exam
    from tutor_app.questions import formats

    refuse_during_exam("tutor bank export")
    library = _library()
    summary = library.find(options.bank)
    bank = library.bank(summary.id)
    content = formats.write(bank, options.to)
    left_out = formats.unwritable(bank, options.to)
    if options.output == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        path = Path(options.output or f"{summary.id}{formats.WRITERS[options.to]}")
        write_new(path, content, options.force, 0o644)
        print(f"{len(bank.questions) - len(left_out)} questions of '{bank.title}' written to {path}.")
    if left_out:
        print(f"{len(left_out)} cannot be written as {options.to}:", file=sys.stderr)
        for line in first_lines(f"  {left.place}: {left.reason}" for left in left_out):
            print(line, file=sys.stderr)
    if lost := formats.left_behind(bank, options.to):
        print(f"{options.to} has no place for: {', '.join(lost)}.", file=sys.stderr)
    return 0


def _remove(options: argparse.Namespace) -> int:
    library = _library()
    summary = library.find(options.bank)
    question = f"Remove '{summary.title}' with its {summary.count} questions?"
    if not options.yes and not summary.shipped and not confirmed(question):
        print("Nothing was removed.")
        return 0
    library.remove(summary.id)
    print(f"'{summary.title}' was removed. What students answered stays in their history.")
    return 0


def _rename(options: argparse.Namespace) -> int:
    library = _library()
    before = library.find(options.bank)
    after = library.rename(before.id, options.title)
    print(f"'{before.title}' is now called '{after.title}' (its id stays {after.id}).")
    return 0


def _library() -> "Library":
    from tutor_app.questions.library import Library

    return Library()


def _read(path: Path) -> "ReadReport":
    from tutor_app.questions.formats import read_file

    return read_file(path)


def _read_or_find(name: str, library: "Library") -> "tuple[ReadReport, str]":
    """A file's report, or an installed bank's; with the id of the bank whose questions are no repeats."""
    from tutor_app.questions.model import ReadReport

    path = Path(name)
    if path.exists():
        report = _read(path)
        present = library.at(path) or library.present(report.bank, str(path.resolve()))
        return report, present.id if present else ""
    if path.suffix or len(path.parts) > 1:
        return _read(path), ""
    summary = library.find(name)
    return ReadReport("native", library.bank(summary.id)), summary.id


def _announcing_mixing(report: "ReadReport") -> "ReadReport":
    """With a remark when an import would mix choices; it does not say where the right ones stand."""
    from tutor_app.questions.mixing import to_mix

    count = len(to_mix(report.format, report.bank.questions))
    if not count:
        return report
    remark = (
        "nearly all right answers stand at the same place; "
        f"an import will mix the choices of {count:,} questions"
    )
    return replace(report, warnings=(*report.warnings, remark))


def _lint(bank: "Bank") -> "tuple[Finding, ...]":
    from tutor_app.questions.lint import lint

    return lint(bank)


def _status(failures: Sequence[UserError], files: int, strict: bool) -> int:
    """0 when all went well, 1 when something was left out, 2 when nothing could be read."""
    if failures and len(failures) == files:
        for error in failures[:-1]:
            print(f"tutor: {error}", file=sys.stderr)
        raise failures[-1]
    for error in failures:
        print(f"tutor: {error}", file=sys.stderr)
    return 1 if failures or strict else 0
