"""What `tutor bank …` prints: reports, tables and questions, as text for people or as JSON."""

import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_app.questions.library import BankSummary, Installed
    from tutor_app.questions.lint import Finding
    from tutor_app.questions.model import Question, ReadReport, Skipped

MOST_SHOWN = 20


def print_installed(done: "Installed", report: "ReadReport") -> None:
    summary = done.summary
    if done.updated:
        print(
            f"'{summary.title}' is up to date with {_count(summary.count, 'question')}: {done.added} new, "
            f"{done.changed} changed, {done.unchanged} as before, {done.removed} gone."
        )
    else:
        print(f"'{summary.title}' was installed with {_count(summary.count, 'question')} ({report.format}).")
    for remark in done.remarks:
        print(remark)
    _print_notes(report, done.repeats, first_lines)
    print(f"See them: tutor bank show {summary.id}")


def print_checked(
    name: str, report: "ReadReport", repeats: Sequence[str], findings: "Sequence[Finding] | None"
) -> None:
    usable = _count(len(report.bank.questions), "question")
    print(f"{name}: {report.format}, {usable} can be used, {len(report.skipped)} left out.")
    _print_notes(report, repeats, list)
    if findings is None:
        return
    print(f"{_count(len(findings), 'remark')} on the content" + (":" if findings else "."))
    for finding in findings:
        print(f"  {_where(finding, report)}: {finding.message}")


def _print_notes(
    report: "ReadReport", repeats: Sequence[str], cut: Callable[[Iterable[str]], list[str]]
) -> None:
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
        for line in first_lines((f"  {sentence}" for sentence in repeats), "tutor bank check --json FILE"):
            print(line)


def _where(finding: "Finding", report: "ReadReport") -> str:
    if finding.number is None:
        return "the bank"
    return f"question {finding.number} ('{report.bank.questions[finding.number - 1].opening}')"


def _skipped(left: "Skipped") -> str:
    return f"{left.place}: {left.reason}"


def first_lines(lines: Iterable[str], command: str = "tutor bank check FILE") -> list[str]:
    """A screenful, how many more there are, and the command that shows all."""
    every = list(lines)
    more = len(every) - MOST_SHOWN
    return [*every[:MOST_SHOWN], f"  and {more:,} more; see all: {command}"] if more > 0 else every


def print_table(banks: "Sequence[BankSummary]") -> None:
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


def print_summary(summary: "BankSummary") -> None:
    print(f"{summary.title} ({summary.id})")
    about = [_count(summary.count, "question"), summary.subject, summary.grade and f"grade {summary.grade}"]
    about += [summary.licence, summary.source, "comes with the app" if summary.shipped else summary.origin]
    print("; ".join(part for part in about if part))
    if len(summary.topics) > 1:
        print("Topics: " + ", ".join(f"{topic} ({count})" for topic, count in summary.topics))


def print_question(number: int, question: "Question", explain: bool, without_key: bool) -> None:
    print(f"\n{number}. {question.text}")
    if question.image:
        print(f"   [picture not shown: {question.image}]")
    for place, choice in enumerate(question.choices):
        mark = "*" if place == question.answer and not without_key else " "
        print(f"  {mark} {chr(65 + place)}) {choice}")
    if question.accepted and not without_key:
        print(f"  * {' / '.join(question.accepted)}")
    if not explain:
        return
    if question.hint:
        print(f"     Hint: {question.hint}")
    for step in question.explanation:
        print(f"     - {step}")
    for place, reason in enumerate(question.why_wrong):
        if reason:
            print(f"     Not {chr(65 + place)}: {reason}")


def as_json(report: "ReadReport", repeats: Sequence[str]) -> dict[str, object]:
    return {
        "format": report.format,
        "loaded": len(report.bank.questions),
        "skipped": [{"place": left.place, "reason": left.reason} for left in report.skipped],
        "warnings": list(report.warnings),
        "repeats": list(repeats),
    }


def installed_as_json(done: "Installed") -> dict[str, object]:
    return {
        "bank": done.summary.id,
        "title": done.summary.title,
        "updated": done.updated,
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "removed": done.removed,
        "remarks": list(done.remarks),
    }


def findings_as_json(findings: "Sequence[Finding] | None") -> dict[str, object]:
    if findings is None:
        return {}
    return {
        "findings": [
            {"rule": found.rule, "question": found.number, "id": found.id, "message": found.message}
            for found in findings
        ]
    }


def summary_as_json(summary: "BankSummary") -> dict[str, object]:
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


def question_as_json(question: "Question", without_key: bool) -> dict[str, object]:
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


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _cells(text: str) -> int:
    """How many terminal cells a text takes."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _cells(text))
