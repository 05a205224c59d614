"""A test: answer in any order, nothing is told before the end, and perhaps the clock runs."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from tutor_app.learning.exam import Exam
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.choices import LETTERS, Choices, ChoicesState
from tutor_app.tui.widgets.menu import Entry
from tutor_app.tui.widgets.notes import Note, Notes
from tutor_app.tui.widgets.question_view import QuestionView


class TestScreen(TutorScreen):
    """One question at a time; the last line of the page says what is answered."""

    __test__ = False
    HELP = """## Test
Press the letter of your answer; you can change it until the end. **Right** and **left** go to the next
question and back, **m** marks one for another look, **l** lists them all, **f** ends the test. The test is
kept as it stands: if you leave with Esc you can go on later (a time limit runs on).
"""
    GUIDE = "test"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "move(1)", "next"),
        Binding("f", "finish", "finish"),
        Binding("m", "mark", "mark"),
        Binding("l", "list", "all questions"),
        Binding("left", "move(-1)", "back one"),
        Binding("escape", "back", "leave"),
    ]

    def __init__(self, exam: Exam) -> None:
        super().__init__()
        self.exam = exam
        self._over = False

    def body(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield QuestionView(id="question")
            yield Choices(id="choices")
            yield Input(placeholder="your answer, then Enter", id="written", compact=True)
            yield Notes(id="state")

    def on_mount(self) -> None:
        self.set_interval(1.0, self._tick)
        self._show()

    def _tick(self) -> None:
        if self.exam.ends is None or self._over:
            return
        self._say_where()
        if self.exam.time_is_up:
            self.tutor_app.say("The time is up.")
            self._end()

    def _say_where(self) -> None:
        exam = self.exam
        left = exam.seconds_left
        clock = "" if left is None else f" · {int(left) // 60}:{int(left) % 60:02d} left"
        self.where(f"Test · {exam.index + 1} of {len(exam.items)}{clock}")

    def _show(self) -> None:
        exam, marks = self.exam, self.tutor_app.marks
        question, given = exam.item.question, exam.given[exam.index]
        self._say_where()
        self.query_one(QuestionView).show(question)
        self.query_one(Choices).show(question.choices, ChoicesState(picked=given.choice))
        written = self.query_one("#written", Input)
        written.display = question.is_open
        written.value = given.text
        notes = [Note(f"{exam.answered} of {len(exam.items)} answered.", style="$text-muted")]
        if exam.index in exam.marked:
            notes.insert(0, Note("Marked for another look.", marks.flag, "$warning"))
        if exam.index == len(exam.items) - 1:
            notes.append(Note("This is the last question. f ends the test.", style="$primary"))
        self.query_one("#state", Notes).show(*notes)
        (written if question.is_open else self.query_one(Choices)).focus()
        self.query_one("#scroll").scroll_home(animate=False)

    def _save(self) -> None:
        desk, snapshot = self.tutor_app.desk, self.exam.snapshot()
        profile = desk.profile
        desk.write(lambda: desk.history.save_session(profile, snapshot))

    @on(Choices.Picked)
    def _picked(self, message: Choices.Picked) -> None:
        self._answer(message.choice, "")

    @on(Input.Submitted, "#written")
    def _wrote(self, event: Input.Submitted) -> None:
        self._answer(None, event.value.strip())

    def _answer(self, choice: int | None, text: str) -> None:
        if not self.exam.answer(choice, text):
            self._tick()
            return
        self.exam.next()
        self._save()
        self._show()

    def _take_written(self) -> None:
        written = self.query_one("#written", Input)
        if written.display and written.value.strip():
            self.exam.answer(None, written.value.strip())

    def action_move(self, by: int) -> None:
        self._take_written()
        (self.exam.next if by > 0 else self.exam.previous)()
        self._save()
        self._show()

    def action_mark(self) -> None:
        self._take_written()
        self.exam.mark()
        self._save()
        self._show()

    def action_list(self) -> None:
        from tutor_app.tui.screens.find import Find

        self._take_written()
        self._save()

        def go(index: object) -> None:
            if isinstance(index, str):
                self.exam.go(int(index))
                self._save()
                self._show()

        entries = [self._entry(i) for i in range(len(self.exam.items))]
        self.app.push_screen(Find("All questions", entries, str(self.exam.index)), go)

    def _entry(self, index: int) -> Entry:
        given, marks = self.exam.given[index], self.tutor_app.marks
        answer = given.text if given.choice is None else LETTERS[given.choice]
        flag = f" {marks.flag}" if index in self.exam.marked else ""
        text = " ".join(self.exam.items[index].question.text.split())
        return Entry(str(index), f"{index + 1}. {text}", (answer or "no answer") + flag)

    def action_finish(self) -> None:
        from tutor_app.tui.screens.dialog import confirm

        self._take_written()
        left = len(self.exam.items) - self.exam.answered
        text = f"{left} not answered yet." if left else "Everything is answered."
        self.app.push_screen(
            confirm("End the test?", text, "End it and see the result", "Not yet"),
            lambda yes: self._end() if yes else None,
        )

    def _end(self) -> None:
        from tutor_app.tui.screens.result import ResultScreen

        if self._over:
            return
        self._over = True
        desk, uid, result = self.tutor_app.desk, self.exam.uid, self.exam.finish()
        profile, retention = desk.profile, desk.settings.review.retention
        desk.write(
            lambda: desk.history.record(profile, *result.attempts, end_session=uid, retention=retention)
        )
        desk.exam_lock = False
        self.app.switch_screen(ResultScreen(result))

    def action_back(self) -> None:
        self._take_written()
        self._save()
        self.dismiss(None)
