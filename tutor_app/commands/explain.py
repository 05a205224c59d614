"""`tutor bank explain`: make a bank's explanations beforehand, in batches that are kept as they go."""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_app.commands.ask import add_explaining, explain_settings
from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.questions.model import Bank, Question
    from tutor_app.students.cache import ExplanationCache
    from tutor_app.students.explanation import Explanation, Settings
    from tutor_app.students.tutor import Tutor

_AT_ONCE = 16  # questions a batch: all that a crash can lose
_BAR = 30


def add(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `explain` to `tutor bank`."""
    explain = parts.add_parser(
        "explain", help="make the tutor's explanations of a bank beforehand; can be stopped and gone on with"
    )
    explain.add_argument("bank", metavar="BANK", help="a bank's id or title, or a file of questions")
    explain.add_argument("--topic", default="", help="only this topic")
    add_explaining(explain)
    explain.add_argument(
        "--write", metavar="FILE", type=Path, help="write a copy of the bank with the explanations, to edit"
    )
    explain.add_argument(
        "--replace", action="store_true", help="in that copy, also replace explanations the bank has"
    )
    explain.add_argument("--force", action="store_true", help="replace FILE when it is there")
    explain.add_argument("--fresh", action="store_true", help="make them anew, even those that were kept")
    explain.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from tutor_app.commands.common import read_settings, refuse_to_replace
    from tutor_app.learning.exam_lock import refuse_during_exam
    from tutor_app.students.cache import ExplanationCache
    from tutor_app.students.load import load_tutor

    refuse_during_exam("tutor bank explain")
    usual = read_settings()
    settings = explain_settings(options, usual.for_explaining())
    bank_id, whole = _bank(options.bank)
    bank = _of_topic(whole, options.topic)
    if options.write:
        _refuse_other_formats(options.write)
        refuse_to_replace(options.write, options.force)
    tutor = load_tutor(usual.tutor.students, usual.tutor.threads)
    cache = ExplanationCache(facts=lambda: tutor.facts_name)
    try:
        made = _fill(bank.questions, tutor, cache, settings, fresh=options.fresh)
    except KeyboardInterrupt:
        print("\nStopped. What was made is kept; the same command goes on from here.", file=sys.stderr)
        return 130
    _summarise(bank, made)
    if bank_id:
        _tell_the_teacher(bank_id, bank, made)
    if options.write:
        _write(whole, made, options)
    return 0


def _refuse_other_formats(path: Path) -> None:
    """Before hours of work: the copy is in the app's own format, the one with room for all of it."""
    if path.suffix.lower() not in ("", ".jsonl"):
        raise UserError(
            "The copy is written in the tutor's own format. Give it a name that ends in .jsonl, such as "
            f"{path.with_suffix('.jsonl')}. "
            "For another format import that copy, then use: tutor bank export."
        )


def _bank(name: str) -> tuple[str, "Bank"]:
    """The installed bank of that name and its id, or the one in that file."""
    from tutor_app.questions.formats import read_file
    from tutor_app.questions.library import Library

    library = Library()
    try:
        bank_id = library.find(name).id
        return bank_id, library.bank(bank_id)
    except UserError:
        if not Path(name).is_file():
            raise
        return "", read_file(Path(name)).bank


def _of_topic(bank: "Bank", topic: str) -> "Bank":
    """The bank's questions of one topic, when it is given."""
    if not topic:
        return bank
    questions = tuple(q for q in bank.questions if (q.topic or bank.title).casefold() == topic.casefold())
    if not questions:
        topics = ", ".join(dict.fromkeys(q.topic or bank.title for q in bank.questions))
        raise UserError(f"'{bank.title}' has no topic '{topic}'. Its topics: {topics}.")
    return replace(bank, questions=questions)


def _fill(
    questions: "Sequence[Question]",
    tutor: "Tutor",
    cache: "ExplanationCache",
    settings: "Settings",
    *,
    fresh: bool,
) -> "dict[str, Explanation]":
    """Explanations by question, kept ones or new; those are made batch by batch, each kept in one step."""
    withdrawn = tutor.withdrawn()
    kept = {} if fresh else {q.id: cache.get(q, tutor.name, settings, withdrawn) for q in questions}
    made = {id: explanation for id, explanation in kept.items() if explanation}
    todo = [question for question in questions if question.id not in made]
    bar = _Progress(len(questions), len(made))
    for start in range(0, len(todo), _AT_ONCE):
        batch = todo[start : start + _AT_ONCE]
        explained = tutor.explain_many(batch, settings)
        cache.put_many(zip(batch, explained, strict=True), settings)
        made |= {question.id: new for question, new in zip(batch, explained, strict=True)}
        bar.advance(len(batch))
    bar.finish()
    return made


class _Progress:
    """A bar on a terminal, a line now and then elsewhere."""

    def __init__(self, total: int, done: int) -> None:
        self._total, self._done, self._begun_at = total, done, done
        self._started = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._show()

    def advance(self, count: int) -> None:
        """So many more are made and kept."""
        self._done += count
        self._show()

    def finish(self) -> None:
        """Leave the bar as it stands."""
        if self._terminal:
            print(file=sys.stderr)

    def _show(self) -> None:
        made = self._done - self._begun_at
        line = f"{self._done} of {self._total} explained"
        if made and self._done < self._total:
            left = (time.monotonic() - self._started) / made * (self._total - self._done)
            line += f", about {_duration(left)} left"
        if self._terminal:
            filled = _BAR * self._done // max(1, self._total)
            print(
                f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {line}\x1b[K", end="", file=sys.stderr, flush=True
            )
        else:
            print(line, file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _summarise(bank: "Bank", made: "dict[str, Explanation]") -> None:
    """How it went, and the questions a teacher should look at."""
    print(f"The tutor has explained {len(made)} of {len(bank.questions)} questions of '{bank.title}'.")
    differing = [q for q in bank.questions if q.id in made and made[q.id].agrees_with_key is False]
    if not differing:
        return
    print(f"The tutor reads {len(differing)} differently from their key; please look at them:")
    for question in differing:
        key = question.accepted[0] if question.key is None else question.key
        read = made[question.id].answer.text or "nothing"
        text = " ".join((question.text or question.image).split())
        print(f"- {text}\n  key: {key}; the tutor: {read} ({question.id})")


def _tell_the_teacher(bank_id: str, bank: "Bank", made: "dict[str, Explanation]") -> None:
    """Keep the disagreements where the bank screen lists them, as those met in class are."""
    from tutor_app.learning.history import History
    from tutor_app.learning.shelf import placed

    with History.open() as history:
        for question in bank.questions:
            if explanation := made.get(question.id):
                item = placed(bank_id, bank, question)
                history.compare_with_key(item, explanation.students, explanation.answer)


def _write(bank: "Bank", made: "dict[str, Explanation]", options: argparse.Namespace) -> None:
    """A copy of the bank with the explanations that lead to the keys."""
    from tutor_app.commands.common import write_new
    from tutor_app.questions.formats import write

    path: Path = options.write
    questions = tuple(_explained(q, made.get(q.id), options.replace) for q in bank.questions)
    write_new(path, write(replace(bank, questions=questions), "native"), options.force, 0o644)
    explained = sum(bool(q.explanation) for q in questions)
    by_tutor = sum(new is not old for new, old in zip(questions, bank.questions, strict=True))
    left = [made[q.id] for q in questions if not q.explanation and q.id in made]
    differing = sum(explanation.agrees_with_key is False for explanation in left)
    print(f"{path}: {explained} of {len(questions)} have an explanation, {by_tutor} of them by the tutor.")
    if differing:
        print(f"Left without one because the tutor reads them differently from their key: {differing}.")
    print(f"Edit the file, then: tutor bank import {path}")


def _explained(question: "Question", made: "Explanation | None", replace_own: bool) -> "Question":
    from tutor_app.students.explanation import Origin

    if made is None or made.agrees_with_key is False or (question.explanation and not replace_own):
        return question
    facts = tuple(step.text for step in made.steps if step.origin is Origin.FACT)
    steps = tuple(step.text for step in made.steps if step.origin is Origin.TUTOR)
    if not facts and not steps:
        return question
    return replace(
        question, facts=facts, steps=steps, extra={**question.extra, "explained_by": made.students}
    )
