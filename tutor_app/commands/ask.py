"""`tutor ask`: one question, a file of them, or a stream of them, explained and answered."""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.questions.model import Question, Skipped
    from tutor_app.students.explanation import Explanation, Settings, Step

MOST_SAMPLES = 16
_LONGEST = 10_000
_MISSING_FILE = re.compile(r"\S+\.(?:csv|gift|h5p|jsonl?|md|tsv|txt|xlsx|xml|zip)", re.IGNORECASE)
_EXAMPLE = '{"text": "What does a magnet attract?", "choices": ["iron", "wood"]}'
_EXPECTED = f"it is not a question as a JSON object, such as {_EXAMPLE}"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `ask` to the command line."""
    ask = commands.add_parser(
        "ask",
        help="explain and answer any science question",
        epilog="Put a choice of several words into quotes. Without -c, an existing file is read as a bank of "
        f"questions; - reads one JSON question a line from the standard input, such as {_EXAMPLE}, and "
        "answers one JSON a line.",
    )
    ask.add_argument(
        "question", nargs="+", metavar="QUESTION", help="the question, a file of questions, or -"
    )
    ask.add_argument(
        "-c", "--choice", action="append", default=[], metavar="TEXT", help="a choice (repeatable)"
    )
    ask.add_argument(
        "--key", type=int, metavar="N", help="the right choice, counted from 1, when it is known"
    )
    add_explaining(ask)
    ask.add_argument("--fresh", action="store_true", help="do not show what was made before")
    ask.add_argument("--json", action="store_true", help="print one JSON object a question")
    ask.set_defaults(run=_run)


def add_explaining(parser: argparse.ArgumentParser) -> None:
    """How to explain; what is not said is as the settings have it."""
    parser.add_argument(
        "--samples", type=int, metavar="N", help=f"write N rationales and compare them (1 to {MOST_SAMPLES})"
    )
    parser.add_argument("--no-facts", action="store_true", help="do not use the fact base")
    parser.add_argument("--style", choices=("grounded", "free", "auto"), help="how steps are made")


def _run(options: argparse.Namespace) -> int:
    from tutor_app.learning.exam_lock import refuse_during_exam

    refuse_during_exam("tutor ask")
    options.question = _one_question(options.question)
    if options.question == "-":
        return _answer_all(options, _from_stdin(), as_json=True)
    if not options.choice and _is_file(options.question):
        return _answer_all(options, _from_file(Path(options.question)), options.json)
    return _answer_all(options, iter([_typed(options)]), options.json)


def _one_question(words: Sequence[str]) -> str:
    """Words without quotes are one question, unless one of them may be meant as a file."""
    is_file = words[0] == "-" or _is_file(words[0]) or any(map(_MISSING_FILE.fullmatch, words))
    if len(words) > 1 and is_file:
        raise UserError(
            "Give one file at a time. If this is a question, put it into quotes: "
            f'tutor ask "{" ".join(words)}"'
        )
    return " ".join(words)


def _answer_all(options: argparse.Namespace, questions: "Iterator[Question | Skipped]", as_json: bool) -> int:
    """Explain one after the other, each shown the moment it is there; what cannot be used is named."""
    from tutor_app.commands import ask_output
    from tutor_app.questions.model import Skipped

    desk: _Desk | None = None
    skipped = 0
    for number, question in enumerate(questions, 1):
        if isinstance(question, Skipped):
            skipped += 1
            _report(question, as_json)
            continue
        desk = desk or _Desk(options)
        if not as_json:
            if options.question != question.text:
                ask_output.print_question(question, number)
            ask_output.print_explained(question, desk.explain(question))
            continue
        explanation = desk.whole(question)
        ask_output.print_json(ask_output.as_json(question, explanation, desk.seconds_to_load))
    return 2 if skipped else 0


class _Desk:
    """The tutor, loaded for the first question, and what was kept of earlier ones."""

    def __init__(self, options: argparse.Namespace) -> None:
        from tutor_app.commands.common import read_settings
        from tutor_app.students.cache import ExplanationCache
        from tutor_app.students.load import load_tutor

        settings = read_settings()
        self._settings = explain_settings(options, settings.for_explaining())
        started = time.perf_counter()
        self._tutor = load_tutor(settings.tutor.students, settings.tutor.threads)
        self.seconds_to_load = time.perf_counter() - started
        self._cache = None if options.fresh else ExplanationCache(facts=lambda: self._tutor.facts_name)

    def explain(self, question: "Question") -> "Iterator[Step | Explanation]":
        """Steps and explanation, from the cache when they were made before."""
        from tutor_app.students.cache import recall_or_explain

        if self._cache is None:
            return self._tutor.explain(question, self._settings)
        return recall_or_explain(self._cache, self._tutor, question, self._settings)

    def whole(self, question: "Question") -> "Explanation":
        """The explanation, once it is whole."""
        from tutor_app.students.explanation import Explanation

        return next(item for item in self.explain(question) if isinstance(item, Explanation))


def explain_settings(options: argparse.Namespace, usual: "Settings") -> "Settings":
    """The settings' way to explain, but for what the command line says."""
    from tutor_app.students.explanation import Settings, Style

    samples = usual.samples if options.samples is None else options.samples
    if not 1 <= samples <= MOST_SAMPLES:
        raise UserError(f"--samples {samples}: give a number from 1 to {MOST_SAMPLES}.")
    style = Style(options.style) if options.style else usual.style
    return Settings(style, samples, usual.use_facts and not options.no_facts)


def _typed(options: argparse.Namespace) -> "Question":
    """The question on the command line."""
    from tutor_app.learning.care import send_to_a_person
    from tutor_app.questions.model import Question
    from tutor_app.questions.text import plain

    if not options.choice and _MISSING_FILE.fullmatch(options.question):
        raise UserError(f"There is no file {options.question}.")
    send_to_a_person(options.question)
    text, choices = plain(options.question), tuple(plain(choice) for choice in options.choice)
    try:
        if options.key is not None and not 1 <= options.key <= len(choices):
            raise ValueError(f"--key {options.key} names none of the {len(choices)} choices")
        answer = None if options.key is None else options.key - 1
        question = Question("asked", text, choices, answer)
    except ValueError as error:
        raise UserError(f"This question cannot be asked: {error}.") from error
    if reason := _too_long(question):
        raise UserError(f"This question cannot be asked: {reason}.")
    return question


def _from_file(path: Path) -> "Iterator[Question | Skipped]":
    """The questions of a file in any format the tutor reads; what it left out comes last."""
    from tutor_app.questions.formats import read_file

    report = read_file(path)
    for question in report.bank.questions:
        yield _checked(question, f"{path.name}, question {question.id}")
    yield from report.skipped


def _from_stdin() -> "Iterator[Question | Skipped]":
    """One JSON question a line, each read only when the one before is answered."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            yield _from_line(line.decode("utf-8", "replace"), f"line {number}")


def _from_line(line: str, place: str) -> "Question | Skipped":
    from tutor_app.learning.care import DistressError, send_to_a_person
    from tutor_app.questions.formats import NothingUsableError, native
    from tutor_app.questions.model import Skipped

    try:
        fields = json.loads(line)
        if isinstance(fields, dict) and "text" not in fields and "question" in fields:
            fields["text"] = fields.pop("question")
        (question,) = native.loads(json.dumps(fields), place).bank.questions
        send_to_a_person(question.text)
        return _checked(question, place)
    except DistressError as kind:
        return Skipped(place, str(kind))
    except NothingUsableError as error:
        return Skipped(place, error.report.skipped[0].reason if error.report.skipped else _EXPECTED)
    except (ValueError, RecursionError, UserError):
        return Skipped(place, _EXPECTED)


def _checked(question: "Question", place: str) -> "Question | Skipped":
    from tutor_app.questions.model import Skipped

    reason = _too_long(question)
    return Skipped(place, reason) if reason else question


def _too_long(question: "Question") -> str:
    size = len(question.text) + sum(map(len, question.choices))
    return (
        f"it is {size:,} characters long; at most {_LONGEST:,} can be read. Shorten it"
        if size > _LONGEST
        else ""
    )


def _report(skipped: "Skipped", as_json: bool) -> None:
    if as_json:
        from tutor_app.commands import ask_output

        ask_output.print_json({"place": skipped.place, "error": skipped.reason})
    else:
        print(f"tutor: {skipped.place}: {skipped.reason}.", file=sys.stderr)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False  # too long, or holds what no path can
