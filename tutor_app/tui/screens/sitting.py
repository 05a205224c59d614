"""What Learn, Practise and Review share: one question after another, explained step by step."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input

from tutor_app.learning import saying
from tutor_app.learning.marking import points
from tutor_app.learning.records import Profile
from tutor_app.learning.session import Session
from tutor_app.learning.turn import Phase, Turn, bank_steps
from tutor_app.students.explanation import Explanation
from tutor_app.tui import remarks, wording
from tutor_app.tui.desk import NotesRead, TutorLoaded
from tutor_app.tui.explaining import Arrived, Explaining, Failed
from tutor_app.tui.screens.base import TutorScreen
from tutor_app.tui.widgets.choices import Choices, ChoicesState
from tutor_app.tui.widgets.notes import Note, Notes
from tutor_app.tui.widgets.question_view import QuestionView
from tutor_app.tui.widgets.steps import Steps
from tutor_app.tui.widgets.sure import Sure

_LETTER_KEYS = tuple((f"{letter},{n + 1}", n) for n, letter in enumerate("abcdefgh"))


class SittingScreen(TutorScreen):
    """A question with its choices, its explanation below; side by side where it is wide but not tall."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "explain", "explain it"),
        Binding("space", "step", "next step"),
        Binding("space,enter", "answer", "the answer"),
        Binding("enter", "all", "all at once"),
        Binding("enter,space", "next", "next question"),
        Binding("enter,space", "finish", "done"),
        Binding("t", "hint", "hint"),
        Binding("k", "know", "I know it"),
        Binding("n,0", "dont_know", "I don't know"),
        Binding("r", "mark(True)", "I was right"),
        Binding("w", "mark(False)", "I was wrong"),
        Binding("o", "other", "other explanation"),
        Binding("m", "note", "my note"),
        Binding("y", "copy", "copy"),
        Binding("up", "walk(-1)", show=False),
        Binding("down", "walk(1)", show=False),
        Binding("s", "source", show=False),
        Binding("x", "flag", show=False),
        *(Binding(keys, f"letter({n})", show=False) for keys, n in _LETTER_KEYS),
    ]
    leading = False  # Learn leads to the answer; elsewhere answering comes first
    author_first = False  # whether the explanation of the question's author is shown before the tutor's

    def __init__(self, session: Session, title: str = "") -> None:
        super().__init__()
        self.session, self._title = session, title
        self._explaining: Explaining | None = None
        self._picked: int | None = None
        self._from_bank = False
        self._trouble = self._why_others = ""
        self._following = False

    def body(self) -> ComposeResult:
        with Horizontal(classes="columns sitting"):
            with Vertical(classes="column first"):
                yield QuestionView(id="question")
                yield Choices(id="choices")
                yield Input(placeholder="your answer", id="written", compact=True)
                yield Sure([(points(True, c), points(False, c)) for c in (1, 2, 3)], id="sure")
                yield Notes(id="verdict")
                yield Notes(id="hints")
            with Vertical(classes="column second"):
                yield Steps(id="steps")
                yield Notes(id="answer")
                yield Notes(id="remarks")

    def on_mount(self) -> None:
        if not self._shut():
            self._begin_turn()

    def _shut(self) -> bool:
        """Leave when a test with exam lock began since, perhaps in another window."""
        if shut := self.tutor_app.closed():
            self.dismiss(None)
        return shut

    @property
    def turn(self) -> Turn:
        """The question in hand."""
        assert self.session.turn is not None
        return self.session.turn

    # A question begins and ends

    def _begin_turn(self) -> None:
        turn, session = self.turn, self.session
        self._stop_explaining()
        self._picked, self._from_bank = None, self.author_first
        self._trouble, self._why_others, self._following = "", "", False
        self._notes: list[str] = []
        self._read_notes(turn, self.tutor_app.desk.profile)
        self.where(f"{session.mode.value.capitalize()}{f' · {self._title}' if self._title else ''}")
        place = f"{session.index + 1} of {len(session.items)}" if len(session.items) > 1 else ""
        known = turn.item.topic == self._title  # the first line says the topic already
        self.query_one(QuestionView).show(turn.question, place, brief=known)
        self.query_one("#written", Input).value = turn.response
        self._start_explaining()
        self.query_one("#scroll").scroll_home(animate=False)
        self._show()
        self._focus_answering(at_start=True)

    def _focus_answering(self, at_start: bool = False) -> None:
        if at_start and self.leading:
            self.set_focus(None)
        elif self.turn.question.is_open:
            self.query_one("#written").focus()
        else:
            self.query_one("#choices").focus()

    def action_next(self) -> None:
        self._keep(final=True)
        if self.session.next() is None:
            self._finish()
        else:
            self._save()
            if not self._shut():
                self._begin_turn()

    def action_finish(self) -> None:
        self.action_next()

    def _finish(self) -> None:
        from tutor_app.tui.screens.done import DoneScreen

        session, desk = self.session, self.tutor_app.desk
        desk.write(lambda: desk.history.end_session(session.uid))
        self.app.switch_screen(DoneScreen(session, self._title))

    def action_back(self) -> None:
        """Esc undoes the innermost thing: a choice not yet judged, an open source, then the sitting."""
        if self._picked is not None and self.turn.can_answer:
            self._picked = None
            self._show()
            self._focus_answering()
        elif not self.query_one(Steps).close_sources():
            self._leave()

    def _leave(self) -> None:
        self._keep(final=True)
        self.dismiss(None)

    def on_unmount(self) -> None:
        self._stop_explaining()

    def _keep(self, final: bool = False) -> None:
        """Record the question once it is done; an answer the student may still mark herself waits."""
        if not final and self.session.awaits_mark:
            self._save()
            return
        if attempt := self.session.keep():
            desk, snapshot = self.tutor_app.desk, self.session.snapshot()
            profile, retention = desk.profile, desk.settings.review.retention
            desk.write(lambda: desk.history.record(profile, attempt, session=snapshot, retention=retention))

    def _save(self) -> None:
        desk, snapshot = self.tutor_app.desk, self.session.snapshot()
        profile = desk.profile
        desk.write(lambda: desk.history.save_session(profile, snapshot))

    @work(thread=True, exit_on_error=False, group="notes")
    def _read_notes(self, turn: Turn, profile: Profile) -> None:
        desk = self.tutor_app.desk
        desk.wait_for_writes()
        notes = [note.text for note in reversed(desk.history.notes(profile, turn.item))]
        self.post_message(NotesRead(turn, notes))

    def on_notes_read(self, message: NotesRead) -> None:
        if message.turn is self.session.turn:
            self._notes = message.notes
            self._show()

    # The explanation arrives

    def _start_explaining(self) -> None:
        desk, question = self.tutor_app.desk, self.turn.question
        own = bank_steps(question)
        if own and (self._from_bank or desk.settings.learn.explain_with == "bank"):
            self._from_bank = True
            self.turn.unfolding.settle(own)
        elif desk.explainer:
            self._from_bank = False
            self._explaining = Explaining(self, desk.explainer, question, desk.settings.for_explaining())
            if upcoming := self.session.upcoming:
                desk.plan(upcoming.question)
        elif self.tutor_app.why_no_tutor:
            self._from_bank = True
            self.turn.unfolding.settle(own)

    def _stop_explaining(self) -> None:
        if self._explaining:
            self._explaining.cancel()
            self._explaining = None

    def on_tutor_loaded(self, message: TutorLoaded) -> None:
        if not self._explaining and not self.turn.unfolding.complete:
            self._start_explaining()
            self._show()

    def _use_bank_while_tutor_wakes(self) -> None:
        """What needs no student works before the tutor is ready."""
        unfolding, own = self.turn.unfolding, bank_steps(self.turn.question)
        if own and not self._explaining and not unfolding.complete:
            self._from_bank = True
            unfolding.settle(own)

    def on_arrived(self, message: Arrived) -> None:
        if message.ticket is not self._explaining:
            return
        unfolding = self.turn.unfolding
        if isinstance(message.what, Explanation):
            self._why_others = saying.why_others(unfolding.shown, message.what.steps)
            self.tutor_app.desk.compare_with_key(self.turn.item, message.what)
        unfolding.arrive(message.what)
        self._show()
        if self._following:
            self.follow()

    def on_failed(self, message: Failed) -> None:
        if message.ticket is self._explaining:
            self._explaining = None
            self._trouble = "The tutor could not explain this one."
            self.turn.unfolding.settle(bank_steps(self.turn.question))
            self._show()

    # What is shown

    def _show(self) -> None:
        """Bring every widget to the turn's state."""
        turn = self.turn
        question, unfolding = turn.question, turn.unfolding
        asking_sure = self._picked is not None and turn.can_answer
        explanation = unfolding.explanation
        shares = explanation.answer.probabilities if explanation and turn.done else ()
        self.query_one(Choices).show(
            question.choices,
            ChoicesState(
                turn.struck,
                question.answer if turn.done else None,
                self._picked,
                shares if len(shares) == len(question.choices) else (),
                turn.can_answer,
            ),
        )
        written = self.query_one("#written", Input)
        written.display = question.is_open and (turn.can_answer or bool(written.value))
        written.disabled = not turn.can_answer
        self.query_one("#sure").display = asking_sure
        self.query_one("#hints", Notes).show(*(Note(h, self.tutor_app.marks.hint) for h in turn.hints))
        self.query_one("#verdict", Notes).show(*wording.verdict(turn, self.tutor_app.marks))
        self._show_explanation()
        self.refresh_bindings()

    def _show_explanation(self) -> None:
        turn, unfolding, marks = self.turn, self.turn.unfolding, self.tutor_app.marks
        waiting = ""
        if unfolding.waiting:
            waiting = f"The tutor is {'thinking' if self._explaining else 'waking up'}{marks.more}"
        elif not (unfolding.begun or turn.done or turn.verdict or self._picked is not None):
            waiting = self.invitation()
        known = wording.answer_known(turn)
        said = wording.step_said(turn.question, unfolding.explanation) if known else None
        steps = self.query_one(Steps)
        steps.show(unfolding.shown, waiting, self._why_others, said)
        steps.display = bool(unfolding.shown or waiting)
        notes = []
        if known and not (said and said[0] in unfolding.shown):
            notes.append(Note(wording.the_answer(turn.question, unfolding.explanation), marks.arrow, "bold"))
            if sure := wording.how_sure(turn.question, unfolding.explanation):
                notes.append(Note(sure, style="$text-muted"))
        self.query_one("#answer", Notes).show(*notes)
        self.query_one("#remarks", Notes).show(*self._remarks())

    def _remarks(self) -> list[Note]:
        """What went wrong, and what the student once noted; a note could give the answer away before."""
        turn, unfolding = self.turn, self.turn.unfolding
        said = [Note(self._trouble, style="$warning")] if self._trouble else []
        nothing_known = wording.knows_nothing(turn.question, unfolding.explanation)
        unexplained = unfolding.begun and unfolding.complete and not unfolding.arrived
        if unexplained and not (turn.done and nothing_known):  # the answer says it
            why = saying.NO_ANSWER if nothing_known else "There is no explanation for this question yet."
            said.append(Note(why, style="$warning"))
        if turn.done:
            said += [Note(f"Your note: {note}", self.tutor_app.marks.star) for note in self._notes]
        return said

    def invitation(self) -> str:
        """What stands where the explanation will be."""
        return ""

    # The keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        turn = self.session.turn
        if turn is None:
            return action in {"back", "help"}
        unfolding = turn.unfolding
        may_unfold = self.leading or turn.phase is not Phase.ASKING
        all_shown = unfolding.begun and unfolding.done
        match action:
            case "explain":
                return may_unfold and not unfolding.begun and not (turn.done and unfolding.done)
            case "step":
                return unfolding.begun and not unfolding.done
            case "answer":
                return turn.phase is Phase.EXPLAINING and all_shown
            case "all":
                return may_unfold and not all_shown and not turn.done
            case "next":
                return turn.done and self.session.upcoming is not None
            case "finish":
                return turn.done and self.session.upcoming is None
            case "hint":
                return turn.hints_left > 0 and not turn.done
            case "know":
                return self.leading and turn.can_answer and not self._answering
            case "dont_know":
                return turn.phase is Phase.ASKING
            case "letter":
                return turn.can_answer and parameters[0] in range(len(turn.question.choices))
            case "mark":
                return self.session.awaits_mark
            case "other":
                return turn.done and bool(bank_steps(turn.question)) and bool(self.tutor_app.desk.explainer)
            case "note":
                return turn.done
        return True

    @property
    def _answering(self) -> bool:
        return self.focused is not None and self.focused.id in {"choices", "written", "sure"}

    def action_explain(self) -> None:
        self.action_step()

    def action_step(self) -> None:
        self._use_bank_while_tutor_wakes()
        self._after(self.turn.advance())

    def action_answer(self) -> None:
        self._after(self.turn.advance())

    def action_all(self) -> None:
        self._use_bank_while_tutor_wakes()
        self._after(self.turn.show_all())

    def _after(self, phase: Phase) -> None:
        if phase is Phase.DONE:
            self._keep()
        else:
            self._save()
        self._show()
        if self.query_one(Steps).steps and (self.focused is None or self.turn.done):
            self.query_one(Steps).focus(scroll_visible=False)
        self.follow()

    def follow(self) -> None:
        """Keep what is newest in sight, from now on also what arrives; and the question if there is room."""
        self._following = True
        self.call_after_refresh(self._show_newest)

    def _show_newest(self) -> None:
        columns = [column.children for column in self.query(".column")]
        shown = [[widget for widget in column if widget.display] for column in columns]
        newest = next(column[-1] for column in reversed(shown) if column)
        window = self.query_one("#scroll", VerticalScroll)
        end = newest.region.bottom + window.scroll_offset.y - window.region.y
        window.scroll_to(y=max(0, end - window.region.height), animate=False)

    def action_hint(self) -> None:
        self.turn.hint()
        self._save()
        self._show()
        self.follow()

    def action_know(self) -> None:
        self._focus_answering()
        self.refresh_bindings()

    def action_dont_know(self) -> None:
        self.turn.dont_know()
        self._use_bank_while_tutor_wakes()
        self._after(self.turn.phase)

    def action_letter(self, choice: int) -> None:
        self.query_one(Choices).action_letter(choice)

    @on(Choices.Picked)
    def _picked_choice(self, message: Choices.Picked) -> None:
        turn = self.turn
        if turn.asks_certainty and turn.tries == 0 and not self.leading:
            self._picked = message.choice
            self._save()
            self._show()
            self.query_one("#sure").focus()
            self.follow()
        else:
            self._judge(choice=message.choice)

    @on(Input.Submitted, "#written")
    def _wrote(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._judge(text=event.value.strip())

    @on(Sure.Said)
    def _said(self, message: Sure.Said) -> None:
        if self._picked is not None:
            self._judge(choice=self._picked, certainty=message.certainty)

    def _judge(self, choice: int | None = None, text: str = "", certainty: int | None = None) -> None:
        turn = self.turn
        self._picked = None
        verdict = turn.answer(choice, text, certainty)
        if turn.done:
            self._use_bank_while_tutor_wakes()
            turn.show_all()
            self._keep()
        else:
            self._save()
        self._show()
        if verdict.may_retry:
            self._focus_answering()
        else:
            self.set_focus(None)
        self.follow()

    def action_mark(self, right: bool) -> None:
        self.turn.mark_yourself(right)
        self._keep(final=True)
        self._show()

    def action_other(self) -> None:
        """The author's explanation in place of the tutor's, or the other way round."""
        self._stop_explaining()
        self._from_bank, self._why_others = not self._from_bank, ""
        unfolding = self.turn.unfolding
        unfolding.begin_again()
        if self._from_bank:
            unfolding.settle(bank_steps(self.turn.question))
        elif explainer := self.tutor_app.desk.explainer:
            settings = self.tutor_app.desk.settings.for_explaining()
            self._explaining = Explaining(self, explainer, self.turn.question, settings)
        unfolding.all()
        self._show()

    def action_walk(self, by: int) -> None:
        steps = self.query_one(Steps)
        if steps.steps:
            steps.focus()
            steps.action_move(by)
        else:
            self.query_one("#scroll").scroll_relative(y=by, animate=False)

    def action_source(self) -> None:
        if self.query_one(Steps).steps:
            self.query_one(Steps).action_source()

    def action_flag(self) -> None:
        if self.query_one(Steps).steps:
            self.query_one(Steps).action_flag()

    @on(Steps.FlagWanted)
    def _flag(self, message: Steps.FlagWanted) -> None:
        steps, index = self.query_one(Steps), message.index
        remarks.flag_step(
            self.tutor_app,
            self.turn.item,
            message.step,
            flagged=lambda kind: steps.flag(index, kind.value),
            taken_back=lambda: steps.flag(index, ""),
        )

    def action_note(self) -> None:
        turn, profile = self.turn, self.tutor_app.desk.profile
        remarks.add_note(self.tutor_app, turn.item, lambda: self._read_notes(turn, profile))

    def action_copy(self) -> None:
        """The question, and what is shown of its explanation, as plain text."""
        self.tutor_app.copy(wording.as_text(self.turn))
