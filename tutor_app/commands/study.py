"""`tutor learn`, `practise`, `test` and `review`: in the app, or line by line with `--plain`."""

import argparse
import os
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tutor_app.commands.common import add_profile, add_selection, opened
from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.learning.beginning import Selection
    from tutor_app.learning.exam import Exam
    from tutor_app.learning.history import History
    from tutor_app.learning.line_mode import LineMode
    from tutor_app.learning.line_talk import Talk
    from tutor_app.learning.records import Item, Mode, Profile
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
        "--exam-lock",
        action="store_true",
        default=argparse.SUPPRESS,  # or it would undo a `tutor --exam-lock` before the command
        help="no explanations and no Ask on this machine until it is done",
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
    from tutor_app import log
    from tutor_app.learning import exam_lock
    from tutor_app.learning.line_mode import LineMode
    from tutor_app.learning.line_talk import LeaveError, Talk
    from tutor_app.learning.shelf import Shelf
    from tutor_app.questions.library import Library

    log.to_file()
    talk = Talk(sys.stdin, sys.stdout)
    if options.command != "test":
        exam_lock.refuse_during_exam(f"tutor {options.command}")
    with opened(options, make=True) as (history, profile, settings), ExitStack() as closing:
        shelf = Shelf(Library(), history, profile, talk.say)
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


def _sit(options: argparse.Namespace, mode: "LineMode", shelf: "Shelf") -> int:
    from tutor_app.learning import beginning
    from tutor_app.learning.records import Mode
    from tutor_app.learning.session import Session

    kind, wanted = Mode(options.command), beginning.asked_for(options)
    saved = beginning.left_open(mode.history, mode.profile, kind, options.new or wanted.choosy)
    if saved:
        session = Session.resume(saved, shelf.find)
        mode.talk.say("Going on where you left.")
        if session.finished:
            mode.history.end_session(saved.uid)
            saved = None
    if not saved:
        items = _items(kind, wanted, mode, shelf)
        if not items:
            return 0
        certainty = not getattr(options, "no_certainty", False)
        session = beginning.new_session(kind, items, mode.settings.practise, certainty)
    mode.run(session)
    return 0


def _items(kind: "Mode", wanted: "Selection", mode: "LineMode", shelf: "Shelf") -> "list[Item]":
    from tutor_app.learning.beginning import sitting_items
    from tutor_app.learning.progress import next_review

    if wanted.paste:
        return [_pasted_item(mode)]
    now = time.time()
    items = sitting_items(kind, wanted, shelf, mode.settings, now)
    if not items:
        later = next_review(mode.history.next_due(mode.profile), now)
        mode.talk.say(
            "There are no mistakes to go over." if wanted.mistakes else f"Nothing is due for review.{later}"
        )
    return items


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
    from tutor_app.learning import beginning
    from tutor_app.learning.line_exam import LineExam

    exam = _exam_left(options, mode, shelf)
    if options.end:
        if exam:
            LineExam(mode, exam).finish()
        return 0
    if exam:
        mode.talk.say("The test you began goes on.")
    else:
        wanted, usual = beginning.asked_for(options), mode.settings.test
        exam = beginning.new_exam(wanted, shelf, usual, options.minutes, options.exam_lock)
    LineExam(mode, exam).run()
    return 0


def _exam_left(options: argparse.Namespace, mode: "LineMode", shelf: "Shelf") -> "Exam | None":
    """The test that goes on or is to be ended; one whose questions are all gone is forgotten."""
    from tutor_app.learning import beginning
    from tutor_app.learning.records import Mode

    anew = not options.end and (options.new or beginning.asked_for(options).choosy)
    saved = beginning.left_open(mode.history, mode.profile, Mode.TEST, anew)
    if options.end and not saved:
        raise UserError(f"No test of {mode.profile.name} is under way.")
    exam = beginning.resumed_exam(saved, shelf, options.exam_lock) if saved else None
    if saved and not exam:
        mode.history.end_session(saved.uid)
        mode.talk.say("The questions of that test are no longer installed, so it ends without a result.")
    return exam
