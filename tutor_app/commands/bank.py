"""`tutor bank …`: bring in, look at, check and hand on banks of questions."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.questions.library import BankSummary, Installed, Library
    from tutor_app.questions.lint import Finding
    from tutor_app.questions.model import Bank, Question, ReadReport, Skipped

PARTS: tuple[str, ...] = ()
"""Modules of `commands` that add a subcommand of their own to `tutor bank`, each with an `add(parts)`."""

_MOST_SHOWN = 20
_FORMATS = "native, gift, aiken, moodle, qti21, csv or anki"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `bank` and its parts to the command line."""
    bank = commands.add_parser("bank", help="question banks: import, list, show, check, export")
    parts = bank.add_subparsers(dest="part", metavar="WHAT", required=True)
    _add_bringing_in(parts)
    _add_looking(parts)
    _add_changing(parts)
    for name in PARTS:
        import_module(f"tutor_app.commands.{name}").add(parts)


def _add_bringing_in(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    load = parts.add_parser("import", help="install the questions of files, whatever their format")
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
    export.add_argument("--force", action="store_true", help="replace a file that is there")
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
        repeats = _repeats(report.bank, library, done.summary.id)
        if options.json:
            _print_json(_as_json(report, repeats) | _installed_as_json(done))
        else:
            _print_installed(done, report, repeats)
    return _status(failures, len(options.files), options.strict and left_out > 0)


def _check(options: argparse.Namespace) -> int:
    library = _library()
    failures: list[UserError] = []
    left_out = 0
    for name in options.files:
        try:
            report, present = _read_or_find(name, library)
        except UserError as error:
            failures.append(error)
            if options.json and (nothing := getattr(error, "report", None)):
                _print_json(_as_json(nothing, ()))
            continue
        left_out += len(report.skipped)
        repeats = _repeats(report.bank, library, present)
        findings = _lint(report.bank) if options.deep else None
        if options.json:
            _print_json(_as_json(report, repeats) | _findings_as_json(findings))
        else:
            _print_checked(name, report, repeats, findings)
    return _status(failures, len(options.files), options.strict and left_out > 0)


def _list(options: argparse.Namespace) -> int:
    library = _library()
    banks = [bank for bank in library.banks() if not (options.own and bank.shipped)]
    if options.json:
        _print_json([_summary_as_json(bank) for bank in banks])
    elif banks:
        _print_table(banks)
    else:
        print("You have no banks of your own yet. Install one: tutor bank import FILE")
    for left in library.damaged():
        print(f"tutor: {left.place} cannot be read as a bank: {left.reason}", file=sys.stderr)
    return 0


def _show(options: argparse.Namespace) -> int:
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
        topics = ", ".join(topic for topic, _ in summary.topics[:_MOST_SHOWN])
        raise UserError(f"No question of '{bank.title}' fits. Its topics: {topics}.")
    if options.json:
        questions = [_question_as_json(question, options.no_key) for _, question in chosen]
        _print_json(_summary_as_json(summary) | {"questions": questions})
        return 0
    _print_summary(summary)
    for number, question in chosen:
        _print_question(number, question, options)
    return 0


def _export(options: argparse.Namespace) -> int:
    from tutor_app.questions import formats

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
        _write_new(path, content, options.force)
        print(f"{len(bank.questions) - len(left_out)} questions of '{bank.title}' written to {path}.")
    if left_out:
        print(f"{len(left_out)} cannot be written as {options.to}:", file=sys.stderr)
        for line in _first(f"  {left.place}: {left.reason}" for left in left_out):
            print(line, file=sys.stderr)
    return 0


def _remove(options: argparse.Namespace) -> int:
    library = _library()
    summary = library.find(options.bank)
    if not options.yes and not summary.shipped:
        if not sys.stdin.isatty():
            raise UserError(f"'{summary.title}' was not removed: add --yes to remove it without being asked.")
        reply = input(f"Remove '{summary.title}' with its {summary.count} questions? [y/N] ")
        if reply.strip().casefold() not in ("y", "yes"):
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
        present = library.present(report.bank, str(path.resolve()))
        return report, present.id if present else ""
    if path.suffix or len(path.parts) > 1:
        return _read(path), ""
    summary = library.find(name)
    return ReadReport("native", library.bank(summary.id)), summary.id


def _repeats(bank: "Bank", library: "Library", present: str) -> tuple[str, ...]:
    from tutor_app.questions.duplicates import name_repeats

    known = [(summary.title, question) for summary, question in library.others(present)]
    return name_repeats(bank.questions, known)


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


def _write_new(path: Path, content: bytes, force: bool) -> None:
    from tutor_app.files import write_atomically

    if path.exists() and not force:
        raise UserError(
            f"{path} is there already. Choose another name with -o, or add --force to replace it."
        )
    try:
        write_atomically(path, content, mode=0o644)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror or error}.") from error


def _print_installed(done: "Installed", report: "ReadReport", repeats: Sequence[str]) -> None:
    summary = done.summary
    if done.updated:
        print(
            f"'{summary.title}' is up to date with {_count(summary.count, 'question')}: {done.added} new, "
            f"{done.changed} changed, {done.unchanged} as before, {done.removed} gone."
        )
    else:
        print(f"'{summary.title}' was installed with {_count(summary.count, 'question')} ({report.format}).")
    _print_notes(report, repeats, _first)
    print(f"See them: tutor bank show {summary.id}")


def _print_checked(
    name: str, report: "ReadReport", repeats: Sequence[str], findings: "Sequence[Finding] | None"
) -> None:
    usable = _count(len(report.bank.questions), "question")
    print(f"{name}: {report.format}, {usable} can be used, {len(report.skipped)} left out.")
    _print_notes(report, repeats, list)
    if findings is None:
        return
    print(f"{_count(len(findings), 'remark')} on the content" + (":" if findings else "."))
    for finding in findings:
        where = f"question {finding.number} ({finding.id})" if finding.number else "the bank"
        print(f"  {where}: {finding.message}")


def _print_notes(report: "ReadReport", repeats: Sequence[str], cut: Any) -> None:
    if report.skipped:
        print(f"{_count(len(report.skipped), 'question')} left out:")
        for line in cut(f"  {_skipped(left)}" for left in report.skipped):
            print(line)
    if report.warnings:
        print("Please look at:")
        for line in cut(f"  {warning}" for warning in report.warnings):
            print(line)
    if repeats:
        print("Near repeats:")
        for line in cut(f"  {sentence}" for sentence in repeats):
            print(line)


def _skipped(left: "Skipped") -> str:
    return f"{left.place}: {left.reason}"


def _first(lines: Iterable[str]) -> list[str]:
    """A screenful, and how many more there are."""
    every = list(lines)
    more = len(every) - _MOST_SHOWN
    return [*every[:_MOST_SHOWN], f"  and {more} more; see all: tutor bank check FILE"] if more > 0 else every


def _print_table(banks: "Sequence[BankSummary]") -> None:
    rows = [("BANK", "TITLE", "QUESTIONS", "GRADE", "SUBJECT")]
    rows += [
        (bank.id, bank.title, str(bank.count), bank.grade, bank.subject + (" *" if bank.shipped else ""))
        for bank in banks
    ]
    widths = [max(_cells(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join([*map(_pad, row[:4], widths), row[4]]).rstrip())
    if any(bank.shipped for bank in banks):
        print("* comes with the app")


def _print_summary(summary: "BankSummary") -> None:
    print(f"{summary.title} ({summary.id})")
    about = [_count(summary.count, "question"), summary.subject, summary.grade and f"grade {summary.grade}"]
    about += [summary.licence, summary.source, "comes with the app" if summary.shipped else summary.origin]
    print("; ".join(part for part in about if part))
    if len(summary.topics) > 1:
        print("Topics: " + ", ".join(f"{topic} ({count})" for topic, count in summary.topics))


def _print_question(number: int, question: "Question", options: argparse.Namespace) -> None:
    print(f"\n{number}. {question.text}")
    if question.image:
        print(f"   [picture not shown: {question.image}]")
    for place, choice in enumerate(question.choices):
        mark = "*" if place == question.answer and not options.no_key else " "
        print(f"  {mark} {chr(65 + place)}) {choice}")
    if question.accepted and not options.no_key:
        print(f"  * {' / '.join(question.accepted)}")
    if not options.explain:
        return
    if question.hint:
        print(f"     Hint: {question.hint}")
    for step in question.explanation:
        print(f"     - {step}")
    for place, reason in enumerate(question.why_wrong):
        if reason:
            print(f"     Not {chr(65 + place)}: {reason}")


def _as_json(report: "ReadReport", repeats: Sequence[str]) -> dict[str, object]:
    return {
        "format": report.format,
        "loaded": len(report.bank.questions),
        "skipped": [{"place": left.place, "reason": left.reason} for left in report.skipped],
        "warnings": list(report.warnings),
        "repeats": list(repeats),
    }


def _installed_as_json(done: "Installed") -> dict[str, object]:
    return {
        "bank": done.summary.id,
        "title": done.summary.title,
        "updated": done.updated,
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "removed": done.removed,
    }


def _findings_as_json(findings: "Sequence[Finding] | None") -> dict[str, object]:
    if findings is None:
        return {}
    return {
        "findings": [
            {"rule": found.rule, "question": found.number, "id": found.id, "message": found.message}
            for found in findings
        ]
    }


def _summary_as_json(summary: "BankSummary") -> dict[str, object]:
    return {
        "id": summary.id,
        "title": summary.title,
        "count": summary.count,
        "subject": summary.subject,
        "grade": summary.grade,
        "licence": summary.licence,
        "source": summary.source,
        "shipped": summary.shipped,
        "topics": dict(summary.topics),
        "grades": dict(summary.grades),
        "origin": summary.origin,
    }


def _question_as_json(question: "Question", without_key: bool) -> dict[str, object]:
    shown: dict[str, object] = {"id": question.id, "text": question.text, "choices": question.choices}
    if without_key:
        return shown
    return shown | {
        "answer": question.answer,
        "accepted": question.accepted,
        "hint": question.hint,
        "facts": question.facts,
        "steps": question.steps,
        "why_wrong": question.why_wrong,
        "topic": question.topic,
        "grade": question.grade,
    }


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _cells(text: str) -> int:
    """How many terminal cells a text takes."""
    import unicodedata

    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _cells(text))
