"""`tutor learn`, `practise`, `test` and `review`: in the app, or line by line with `--plain`."""

import argparse
import os
import random
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tutor_app.commands.common import add_profile, add_selection, opened
from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.learning.exam import Exam
    from tutor_app.learning.history import History
    from tutor_app.learning.line_mode import LineMode
    from tutor_app.learning.line_talk import Talk
    from tutor_app.learning.records import Item, OpenSession, Profile
    from tutor_app.learning.settings import Settings
    from tutor_app.learning.shelf import Shelf
    from tutor_app.students.explanation import Explainer


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the four ways to study."""
    learn = _add(commands, "learn", "be led through questions step by step")
    learn.add_argument("--paste", action="store_true", help="type or paste your own question (line by line)")
    learn.add_argument(
        "--list", action="store_true", help="print the topics, how many questions, and how many you know"
    )
    practise = _add(commands, "practise", "answer first, then see why")
    test = _add(commands, "test", "answer a set of questions; the result comes at the end")
    review = _add(commands, "review", "questions you met before, when it is time for them again")
    review.add_argument("--mistakes", action="store_true", help="what you last got wrong, due or not")
    for parser in (learn, practise, test):
        add_selection(parser)
        parser.add_argument("--seed", type=int, help="choose the same questions each time")
    for parser in (practise, review):
        parser.add_argument("--no-certainty", action="store_true", help="do not ask how sure you are")
    test.add_argument("--minutes", type=_minutes, help="a time limit; 0 is none")
    test.add_argument("--mix", default="", metavar="TOPIC=N,…", help="so many questions of each topic")
    test.add_argument(
        "--exam-lock", action="store_true", help="no explanations and no Ask on this machine until it is done"
    )
    test.add_argument(
        "--end", action="store_true", help="end the test under way and record what was answered"
    )


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    parser.add_argument("--plain", action="store_true", help="line by line, for screen readers and scripts")
    parser.add_argument("--questions", "-n", type=_count, metavar="N", help="how many questions")
    parser.add_argument("--new", action="store_true", help="start anew instead of going on where you left")
    add_profile(parser)
    parser.set_defaults(run=_run)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 500:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to 500")
    return int(text)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = -1
    if not 0 <= minutes <= 600:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 600")
    return minutes


def is_plain(options: argparse.Namespace) -> bool:
    """Line by line when asked for, or when there is no terminal that could show more."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return bool(options.plain) or not terminal


def _run(options: argparse.Namespace) -> int:
    lines_only = (
        getattr(options, "paste", False) or getattr(options, "list", False) or getattr(options, "end", False)
    )
    if not is_plain(options) and not lines_only:
        from tutor_app.tui.app import run_app

        return run_app(options)
    return _run_plain(options)


def _run_plain(options: argparse.Namespace) -> int:
    from tutor_app.learning import exam_lock
    from tutor_app.learning.line_mode import LineMode
    from tutor_app.learning.line_talk import LeaveError, Talk
    from tutor_app.learning.shelf import Shelf
    from tutor_app.questions.library import Library

    _log_to_file()
    talk = Talk(sys.stdin, sys.stdout)
    if options.command != "test":
        exam_lock.refuse_during_exam(f"tutor {options.command}")
    with opened(options, make=True) as (history, profile, settings), ExitStack() as closing:
        shelf = Shelf(Library(), history, profile)
        mode = LineMode(talk, history, profile, settings, lambda: _tutor(settings, closing))
        try:
            if options.command == "test":
                return _test(options, mode, shelf)
            if getattr(options, "list", False):
                return _list_topics(talk, history, profile, shelf)
            return _sit(options, mode, shelf)
        except LeaveError:
            return 0


def _tutor(settings: "Settings", closing: ExitStack) -> "Explainer":
    """The tutor with a memory: what it explained before is there at once, what comes next is made ahead."""
    from tutor_app.students.ahead import Ahead
    from tutor_app.students.load import load_tutor

    ahead = Ahead(load_tutor(settings.tutor.students, settings.tutor.threads))
    closing.callback(ahead.close)
    return ahead


def _log_to_file() -> None:
    """What went wrong inside goes to the log file, never to the student's screen."""
    import logging

    from tutor_app import paths

    handler: logging.Handler
    try:
        handler = logging.FileHandler(paths.private_file(paths.user_log()), encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()  # nothing can be written here; the history says so in a sentence
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)


def _sit(options: argparse.Namespace, mode: "LineMode", shelf: "Shelf") -> int:
    from tutor_app.learning.records import Mode
    from tutor_app.learning.session import Session

    kind = Mode(options.command)
    saved = None if options.new or _is_choosy(options) else _open_session(mode, kind.value)
    if saved:
        session = Session.resume(saved, shelf.find)
        mode.talk.say("Going on where you left.")
        if session.finished:
            mode.history.end_session(saved.uid)
            saved = None
    if not saved:
        items = _items(options, mode, shelf)
        if not items:
            return 0
        practise = mode.settings.practise
        certainty = practise.certainty and not getattr(options, "no_certainty", False)
        session = Session(kind, items, tries=practise.tries, certainty=certainty)
    mode.run(session)
    return 0


def _is_choosy(options: argparse.Namespace) -> bool:
    """Whoever names questions wants those, not the ones left open last time."""
    names = ("bank", "topic", "subject", "grade", "paste", "mistakes", "seed", "questions", "mix")
    return any(getattr(options, name, None) for name in names)


def _open_session(mode: "LineMode", kind: str) -> "OpenSession | None":
    sessions = mode.history.open_sessions(mode.profile)
    return next((session for session in sessions if session.mode.value == kind), None)


def _items(options: argparse.Namespace, mode: "LineMode", shelf: "Shelf") -> "list[Item]":
    if options.command == "review":
        return _due_items(options, mode, shelf)
    if getattr(options, "paste", False):
        return [_pasted_item(mode)]
    found = shelf.search(options.bank, options.topic, options.subject, options.grade)
    return _choose(found, options.questions or mode.settings.practise.questions, options.seed, mode, None)


def _choose(
    found: "list[Item]", count: int, seed: int | None, mode: "LineMode", mix: "dict[str, int] | None"
) -> "list[Item]":
    from tutor_app.learning.shelf import choose, standings_by_ref

    standings = standings_by_ref(mode.history.standings(mode.profile))
    return choose(found, count, standings, random.Random(seed), mix)


def _due_items(options: argparse.Namespace, mode: "LineMode", shelf: "Shelf") -> "list[Item]":
    history, profile, talk = mode.history, mode.profile, mode.talk
    most = options.questions or mode.settings.review.per_session
    now = time.time()
    items = shelf.mistakes(most) if options.mistakes else shelf.due(now, most)
    if not items:
        upcoming = history.next_due(profile)
        later = f" The next one comes in {_days(upcoming - now)}." if upcoming and upcoming > now else ""
        talk.say(
            "There are no mistakes to go over." if options.mistakes else f"Nothing is due for review.{later}"
        )
    return items


def _days(seconds: float) -> str:
    days = max(1, round(seconds / 86400))
    return f"{days} day{'s' * (days != 1)}"


def _pasted_item(mode: "LineMode") -> "Item":
    from tutor_app.learning.history import TYPED
    from tutor_app.learning.line_talk import say_question
    from tutor_app.learning.pasted import recognise
    from tutor_app.learning.records import Item

    question = recognise(mode.talk.ask_many("Type or paste your question; an empty line ends it.")).question()
    say_question(mode.talk, question, "This is what I read:")
    if not question.choices:
        mode.talk.say("No choices were found: it is an open question.")
    return Item(TYPED, question)


def _list_topics(talk: "Talk", history: "History", profile: "Profile", shelf: "Shelf") -> int:
    known = history.topic_progress(profile)
    for bank in shelf.library.banks():
        talk.say(f"{bank.title} ({bank.id}), {bank.count} questions")
        for topic, count in bank.topics:
            _, right = known.get((bank.id, topic), (0, 0))
            talk.say(f"- {topic}: {count} questions, {right} known")
    return 0


def _test(options: argparse.Namespace, mode: "LineMode", shelf: "Shelf") -> int:
    from tutor_app.learning.exam import Exam
    from tutor_app.learning.line_exam import LineExam

    saved = _open_session(mode, "test")
    if options.end:
        if not saved:
            raise UserError(f"No test of {mode.profile.name} is under way.")
        LineExam(mode, Exam.resume(saved, shelf.find)).finish()
        return 0
    if saved and (saved.locked or not (options.new or _is_choosy(options))):
        mode.talk.say("The test you began goes on.")
        exam = Exam.resume(saved, shelf.find)
    else:
        exam = _new_exam(options, mode, shelf, mode.settings)
    LineExam(mode, exam).run()
    return 0


def _new_exam(options: argparse.Namespace, mode: "LineMode", shelf: "Shelf", settings: "Settings") -> "Exam":
    from tutor_app.learning.exam import Exam, read_mix

    mix = read_mix(options.mix)
    found = shelf.search(options.bank, options.topic or list(mix or ()), options.subject, options.grade)
    items = _choose(found, options.questions or settings.test.questions, options.seed, mode, mix)
    minutes = settings.test.minutes if options.minutes is None else options.minutes
    return Exam(items, minutes=minutes, locked=options.exam_lock)
