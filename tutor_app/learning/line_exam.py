"""A test line by line: nothing told before the end, then the score and each question's explanation."""

from collections.abc import Callable

from tutor_app.learning.beginning import to_type
from tutor_app.learning.exam import Exam, ExamResult, Given
from tutor_app.learning.exam_lock import closed_until
from tutor_app.learning.line_mode import LineMode
from tutor_app.learning.line_talk import (
    LETTERS,
    LeaveError,
    Talk,
    answer_in,
    bar,
    choice_of,
    key_line,
    run_command,
    say_question,
)
from tutor_app.learning.progress import duration, share
from tutor_app.learning.records import Attempt

EXAM_HELP = (
    "Type a letter to answer (again to change it); for an open question type the answer. After = anything is "
    "an answer, also a command's word: = time",
    "Enter or next: the next question.   back: the one before.   go 5: question 5.",
    "clear: take the answer back.",
    "mark: mark the question for another look.   list: all questions.   time: the time left.",
    "finish: end the test and see the result.   quit: stop; the test can go on later (its time runs on).",
)


class LineExam:
    """A test at a line-by-line terminal."""

    def __init__(self, mode: LineMode, exam: Exam) -> None:
        self._mode, self._exam = mode, exam
        self._talk: Talk = mode.talk
        self._over = False

    def run(self) -> ExamResult | None:
        """Lead through the test; None when it was left unfinished (it can go on later)."""
        exam, talk = self._exam, self._talk
        self._save()
        talk.say(f"A test of {len(exam.items)} questions. Type help for what you can type.")
        try:
            self._say_question()
            while not self._over and not exam.time_is_up:
                where = f"[{exam.answered} of {len(exam.items)} answered{self._clock()}]"
                said = talk.ask(where, written=exam.item.question.is_open)
                if not exam.time_is_up:
                    self._hear(said)
        except LeaveError:
            self._save()
            mode = self._mode
            go_on = to_type("test", mode.profile, mode.history, mode.settings)
            talk.say(f"The test is kept as it stands. Go on with: {go_on}")
            return None
        if exam.time_is_up:
            talk.say("The time is up.")
        result = self.finish()
        self._show(result)
        return result

    def finish(self) -> ExamResult:
        """Judge, record and close the test in one step; a lock lifts with it."""
        result = self._exam.finish()
        self._mode.history.record(
            self._mode.profile,
            *result.attempts,
            end_session=self._exam.uid,
            retention=self._mode.settings.review.retention,
        )
        say_result(self._talk, result)
        return result

    def _hear(self, said: str) -> None:
        question = self._exam.item.question
        text, is_answer = answer_in(said)
        choice = choice_of(text, question)
        if choice:
            self._answer(choice[0])
        elif not said:
            self._go(self._exam.next)
        elif is_answer or not self._command(said):
            if question.is_open:
                self._answer(None, text)
            else:
                self._talk.say(f"'{said}' is nothing I know here. Type help.")

    def _command(self, said: str) -> bool:
        exam = self._exam
        alone: dict[str, Callable[[], object]] = {
            "help": lambda: self._talk.say(*EXAM_HELP),
            "?": lambda: self._talk.say(*EXAM_HELP),
            "next": lambda: self._go(exam.next),
            "back": lambda: self._go(exam.previous),
            "clear": lambda: self._answer(None),
            "mark": self._mark,
            "list": self._list,
            "time": lambda: self._talk.say(self._clock().removeprefix(", ") or "There is no time limit."),
            "finish": self._finish_if_sure,
        }
        return run_command(said, alone, {"go": self._go_to})

    def _answer(self, choice: int | None, text: str = "") -> None:
        if self._exam.answer(choice, text):
            self._save()
            self._talk.say("Kept: " + _given(self._exam.given[self._exam.index]) + ".")

    def _go(self, move: Callable[[], None]) -> None:
        before = self._exam.index
        move()
        self._save()
        if self._exam.index == before:
            self._talk.say("That was the last question. Type finish to end, list to see all, or back."
                           if before else "This is the first question.")  # fmt: skip
        else:
            self._say_question()

    def _go_to(self, rest: str) -> None:
        if rest.isdecimal() and 1 <= int(rest) <= len(self._exam.items):
            self._exam.go(int(rest) - 1)
            self._save()
            self._say_question()
        else:
            self._talk.say(f"Say go and a number from 1 to {len(self._exam.items)}.")

    def _mark(self) -> None:
        marked = self._exam.mark()
        self._save()
        self._talk.say("Marked for another look." if marked else "The mark is taken away.")

    def _list(self) -> None:
        for index, (item, given) in enumerate(zip(self._exam.items, self._exam.given, strict=True)):
            marked = ", marked" if index in self._exam.marked else ""
            self._talk.say(f"{index + 1}. {_given(given)}{marked}: {_short(item.question.text)}")

    def _finish_if_sure(self) -> None:
        left = len(self._exam.items) - self._exam.answered
        if left and self._talk.ask(f"{left} not answered. End the test? yes or no:").casefold() not in (
            "yes",
            "y",
        ):
            return
        self._over = True

    def _say_question(self) -> None:
        exam = self._exam
        say_question(self._talk, exam.item.question, f"Question {exam.index + 1} of {len(exam.items)}.")
        given = exam.given[exam.index]
        if not given.empty:
            self._talk.say(f"Your answer so far: {_given(given)}.")

    def _clock(self) -> str:
        left = self._exam.seconds_left
        return "" if left is None else f", {duration(left)} left"

    def _save(self) -> None:
        self._mode.history.save_session(self._mode.profile, self._exam.snapshot())

    def _show(self, result: ExamResult) -> None:
        """Each question with its explanation, for as long as the student wants."""
        mode = self._mode
        if closed := closed_until(mode.history, mode.profile):
            missed = to_type("review --mistakes", mode.profile, mode.history, mode.settings)
            self._talk.say(
                f"Which answers were right, and why, is closed {closed}. "
                f"What you missed comes back then with: {missed}"
            )
            return
        try:
            for number, attempt in enumerate(result.attempts, 1):
                self._talk.ask("Enter for the next question with its explanation, quit to stop:")
                self._show_one(number, attempt)
        except LeaveError:
            return

    def _show_one(self, number: int, attempt: Attempt) -> None:
        say_question(self._talk, attempt.item.question, f"Question {number}. {_how(attempt)}")
        said = attempt.response or "nothing"
        self._talk.say(f"You answered: {said}", *filter(None, [key_line(attempt.item.question)]))
        question = attempt.item.question
        if attempt.correct is False and attempt.chosen is not None and question.why_wrong:
            self._talk.say(question.why_wrong[attempt.chosen] or "")
        self._mode.show(attempt.item)


def say_result(talk: Talk, result: ExamResult) -> None:
    """Score and a bar per topic."""
    score = share(result.right / result.total) if result.total else "no score"
    talk.say(
        "", f"Your result: {result.right} of {result.total} right ({score}) in {duration(result.seconds)}."
    )
    if result.unanswered:
        talk.say(f"Not answered: {result.unanswered}.")
    if result.unjudged:
        talk.say(f"Without a key, and so not counted: {result.unjudged}.")
    for topic in result.topics:
        talk.say(f"{bar(topic.right / topic.total)} {topic.right} of {topic.total}  {topic.topic}")


def _how(attempt: Attempt) -> str:
    if attempt.unanswered:
        return "Not answered."
    return "Not judged." if attempt.correct is None else "Right." if attempt.correct else "Not right."


def _given(given: Given) -> str:
    if given.empty:
        return "no answer"
    return LETTERS[given.choice] if given.choice is not None else given.text


def _short(text: str, most: int = 60) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 3] + "..."
