"""Learn, Practise and Review line by line, over the same sessions the full-screen app uses."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.learning import marking
from tutor_app.learning.history import History
from tutor_app.learning.line_talk import (
    LeaveError,
    Talk,
    answer_in,
    ask_certainty,
    choice_of,
    key_line,
    run_command,
    say_question,
    source_line,
    step_line,
    tutor_lines,
)
from tutor_app.learning.progress import count
from tutor_app.learning.records import FlagKind, Item, Mode, Profile
from tutor_app.learning.session import Session
from tutor_app.learning.settings import Settings
from tutor_app.learning.turn import Phase, Turn, Unfolding, bank_steps
from tutor_app.questions.model import Question
from tutor_app.students.explanation import Explainer, Origin, Step
from tutor_app.students.explanation import Settings as ExplainSettings

LoadTutor = Callable[[], Explainer]
log = logging.getLogger(__name__)

HELP = (
    "Answer with a letter; 'b 3' also says how sure you are (1 to 3). For an open question, type the answer; "
    "after = anything is an answer, also a command's word: = hint",
    "hint: the next hint.   idk: I don't know.   Enter: the next step, the answer, the next question.",
    "all: every step at once.   again: the question once more.   tutor: the tutor's explanation.",
    "source 1: where step 1 comes from.   wrong 1 or unclear 1: flag step 1, with a word why if you like.",
    "note TEXT: keep a note.   notes: your notes here.   save: put the question into your own bank.",
    "marks: how points are given.   skip: the next question.   quit: stop; you can go on later.",
)


@runtime_checkable
class WorksAhead(Protocol):
    """A tutor that makes explanations before they are wanted."""

    def plan(self, questions: Sequence[Question], settings: ExplainSettings) -> None:
        """Make these next."""
        ...


@runtime_checkable
class Withdraws(Protocol):
    """A tutor that stops using a fact."""

    def flag(self, step: Step) -> bool:
        """Never use this step's fact again."""
        ...


class Guide:
    """Where explanations come from: the bank's author or the tutor, who is woken when first needed."""

    def __init__(self, talk: Talk, settings: Settings, load: LoadTutor) -> None:
        self._talk, self._settings, self._load = talk, settings, load
        self._tutor: Explainer | None = None
        self._why_none = ""

    def start(self, item: Item, mode: Mode, unfolding: Unfolding) -> Iterator[None]:
        """Each `next` brings one step more into the unfolding; in Learn the tutor speaks, if so set."""
        own = bank_steps(item.question)
        if own and not self._tutor_first(mode):
            unfolding.settle(own)
            return iter(())
        return self.from_tutor(item, unfolding)

    def from_tutor(self, item: Item, unfolding: Unfolding) -> Iterator[None]:
        """The tutor's explanation; the bank's own where the tutor cannot give one."""
        try:
            for made in self.tutor().explain(item.question, self._settings.for_explaining()):
                unfolding.arrive(made)
                yield
        except UserError as error:
            self._talk.say(f"The tutor cannot explain this now: {error}")
        except Exception:
            log.exception("the tutor failed")
            self._talk.say(f"The tutor could not explain this. The log {paths.user_log()} says why.")
        if not unfolding.complete:
            unfolding.settle(bank_steps(item.question))

    def look_ahead(self, item: Item | None, mode: Mode) -> None:
        """Let a tutor that can work ahead begin with the question after this one."""
        if item is not None and isinstance(self._tutor, WorksAhead) and self._tutor_first(mode):
            self._tutor.plan([item.question], self._settings.for_explaining())

    def withdraw(self, step: Step) -> None:
        """A fact was flagged as wrong: the tutor does not use it again."""
        if step.origin is Origin.FACT and isinstance(self._tutor, Withdraws):
            self._tutor.flag(step)

    def _tutor_first(self, mode: Mode) -> bool:
        return mode is Mode.LEARN and self._settings.learn.explain_with == "tutor"

    def tutor(self) -> Explainer:
        """The tutor, loaded once; a UserError where there is none."""
        if self._why_none:
            raise UserError(self._why_none)
        if self._tutor is None:
            self._talk.say("One moment, the tutor is getting ready.")
            try:
                self._tutor = self._load()
            except UserError as error:
                self._why_none = str(error)
                raise
        return self._tutor


class LineMode:
    """One student's sitting at a line-by-line terminal."""

    def __init__(
        self, talk: Talk, history: History, profile: Profile, settings: Settings, load: LoadTutor
    ) -> None:
        self.talk, self.history, self.profile, self.settings = talk, history, profile, settings
        self.guide = Guide(talk, settings, load)
        self._steps: Iterator[None] = iter(())
        self._said = 0

    def run(self, session: Session) -> None:
        """Lead through a sitting; whatever was answered is kept, and a stop can be gone on from."""
        self.talk.say("Type help for what you can type, quit to stop.")
        try:
            while session.turn is not None:
                self._question(session, session.turn)
                session.next()
                self._save(session)
        except LeaveError:
            self._save(session)
            self.talk.say("Stopped; what you did is kept.")
        if session.finished:
            self.history.end_session(session.uid)
        self._say_tally(session)

    def show(self, item: Item) -> None:
        """A question of a finished test with its explanation, all at once."""
        unfolding = Unfolding()
        unfolding.all()
        for _ in self.guide.start(item, Mode.TEST, unfolding):
            pass
        self.talk.say(*(step_line(number, step) for number, step in enumerate(unfolding.shown, 1)))

    # One question

    def _question(self, session: Session, turn: Turn) -> None:
        self._begin(session, turn)
        leaving = False
        while not leaving:
            writing = turn.can_answer and turn.question.is_open
            said = self.talk.ask(self._prompt(turn), written=writing)
            if said.casefold() == "skip":
                return
            leaving = turn.done and turn.unfolding.done and not said
            if not leaving:
                try:
                    self._hear(turn, said)
                finally:  # the input may end within an answer; what was judged is kept
                    self._keep(session)
                self.guide.look_ahead(session.upcoming if turn.unfolding.complete else None, turn.mode)

    def _begin(self, session: Session, turn: Turn) -> None:
        heading = f"Question {session.index + 1} of {len(session.items)}, {turn.item.topic}."
        say_question(self.talk, turn.question, heading, turn.struck)
        self.talk.say(*(f"Hint: {hint}" for hint in turn.hints))
        self._said = 0
        self._steps = self.guide.start(turn.item, turn.mode, turn.unfolding)
        self._catch_up(turn)
        if session.awaits_mark:
            self.talk.say(f"You wrote: {turn.response}")
            self._say_answer(turn)
            self._mark_yourself(turn)
            self._keep(session)

    def _prompt(self, turn: Turn) -> str:
        if turn.done:
            return "Enter for the next step:" if not turn.unfolding.done else "Enter for the next question:"
        if turn.phase is Phase.EXPLAINING:
            return "Enter for the answer:" if turn.unfolding.done else "Enter for the next step:"
        ways = "a letter" if turn.question.choices else "your answer"
        return (
            f"Type {ways}, hint, idk, or Enter to be led there:"
            if turn.mode is Mode.LEARN
            else (f"Type {ways}, hint or idk:")
        )

    def _hear(self, turn: Turn, said: str) -> None:
        if not said:
            self._go_on(turn)
            return
        text, is_answer = answer_in(said)
        if turn.can_answer and (choice := choice_of(text, turn.question)):
            self._answer(turn, *choice)
        elif is_answer or not self._command(turn, said):
            if turn.can_answer and turn.question.is_open:
                self._answer(turn, None, None, text)
            else:
                self.talk.say(f"'{said}' is nothing I know here. Type help.")

    def _command(self, turn: Turn, said: str) -> bool:
        alone: dict[str, Callable[[], object]] = {
            "help": lambda: self.talk.say(*HELP),
            "?": lambda: self.talk.say(*HELP),
            "hint": lambda: self._hint(turn),
            "idk": lambda: self._dont_know(turn),
            "all": lambda: self._all(turn),
            "again": lambda: say_question(self.talk, turn.question, "Once more:", turn.struck),
            "tutor": lambda: self._ask_tutor(turn),
            "notes": lambda: self._notes(turn),
            "save": lambda: self._save_question(turn),
            "marks": lambda: self.talk.say(marking.MARKING_EXPLAINED),
        }
        with_more: dict[str, Callable[[str], object]] = {
            "source": lambda rest: self._source(turn, rest),
            "wrong": lambda rest: self._flag(turn, FlagKind.WRONG, rest),
            "unclear": lambda rest: self._flag(turn, FlagKind.UNCLEAR, rest),
            "note": lambda rest: self._note(turn, rest),
        }
        return run_command(said, alone, with_more)

    def _go_on(self, turn: Turn) -> None:
        if turn.phase is Phase.ASKING and turn.mode is not Mode.LEARN:
            self.talk.say("Answer first, or type idk: saying that you do not know costs nothing.")
            return
        was_done = turn.done
        turn.advance()
        self._catch_up(turn)
        if turn.done and not was_done:
            self._say_answer(turn)

    def _catch_up(self, turn: Turn) -> None:
        """Fetch the steps the student wants, and say those not said yet."""
        self._say_steps(turn)
        while turn.unfolding.waiting or self._must_look_ahead(turn.unfolding):
            if next(self._steps, self) is self:
                turn.unfolding.settle()
            self._say_steps(turn)

    def _must_look_ahead(self, unfolding: Unfolding) -> bool:
        """Whether the step last shown is the last one is known only once the tutor has gone on."""
        return unfolding.begun and not unfolding.complete and len(unfolding.shown) == len(unfolding.arrived)

    def _say_steps(self, turn: Turn) -> None:
        shown = turn.unfolding.shown
        for number in range(self._said, len(shown)):
            self.talk.say(step_line(number + 1, shown[number]))
        self._said = max(self._said, len(shown))

    def _answer(self, turn: Turn, choice: int | None, certainty: int | None, text: str = "") -> None:
        if choice is not None and choice in turn.struck:
            self.talk.say("You tried that one. Choose another.")
            return
        first = turn.tries == 0  # later tries neither earn nor cost anything
        if turn.asks_certainty and certainty is None and first and turn.mode is not Mode.LEARN:
            certainty = ask_certainty(self.talk)
        verdict = turn.answer(choice, text, certainty)
        points = f" {verdict.points:+d} points." if turn.asks_certainty and certainty and first else ""
        if verdict.right:
            self.talk.say(f"Right.{points}")
        elif verdict.right is False:
            self.talk.say(f"Not right.{points} {verdict.why}")
            if verdict.may_retry:
                self.talk.say("Try once more.")
        if turn.done:
            self._say_answer(turn)
            if turn.question.is_open and not verdict.right:
                self._mark_yourself(turn)

    def _mark_yourself(self, turn: Turn) -> None:
        said = self.talk.ask("Does your answer say the same? Type yes or no:").casefold()
        if said in ("yes", "y", "no", "n"):
            turn.mark_yourself(said.startswith("y"))
            self.talk.say("Kept.")

    def _hint(self, turn: Turn) -> None:
        hint = turn.hint()
        if hint is None and not turn.unfolding.complete and not turn.done:
            for _ in self._steps:  # the tutor's steps serve where the bank has no hint
                pass
            hint = turn.hint()
        self.talk.say(f"Hint: {hint}" if hint else "There is no further hint.")

    def _dont_know(self, turn: Turn) -> None:
        if turn.done:
            self.talk.say("The answer is known already. Enter goes on.")
            return
        turn.dont_know()
        self.talk.say("That is fine. Let us find out.")
        self._catch_up(turn)

    def _all(self, turn: Turn) -> None:
        if turn.phase is Phase.ASKING and turn.mode is not Mode.LEARN:
            self.talk.say("Answer first, or type idk.")
            return
        turn.show_all()
        self._catch_up(turn)

    def _say_answer(self, turn: Turn) -> None:
        question, made = turn.question, turn.unfolding.explanation
        self.talk.say(*filter(None, [key_line(question)]))
        if made:
            self.talk.say(*tutor_lines(question, made))
            self.history.compare_with_key(turn.item, made.students, made.answer)
        elif not key_line(question):
            self.talk.say("Nobody told me the answer to this one. Type tutor to ask the tutor.")

    def _ask_tutor(self, turn: Turn) -> None:
        if not turn.done:
            self.talk.say("First answer, or type idk; then the tutor explains.")
            return
        turn.unfolding.begin_again()
        turn.unfolding.all()
        self._said = 0
        self._steps = self.guide.from_tutor(turn.item, turn.unfolding)
        self._catch_up(turn)
        for _ in self._steps:
            pass
        if turn.unfolding.explanation:
            self._say_answer(turn)

    def _step(self, turn: Turn, rest: str) -> tuple[int, Step, str] | None:
        number, _, comment = rest.partition(" ")
        shown = turn.unfolding.shown
        if number.isdecimal() and 1 <= int(number) <= len(shown):
            return int(number), shown[int(number) - 1], comment
        self.talk.say("Say which step, by its number." if shown else "No step is shown yet.")
        return None

    def _source(self, turn: Turn, rest: str) -> None:
        if found := self._step(turn, rest):
            self.talk.say(source_line(*found[:2]))

    def _flag(self, turn: Turn, kind: FlagKind, rest: str) -> None:
        if found := self._step(turn, rest):
            number, step, comment = found
            self.history.flag(self.profile, turn.item, step.text, kind, comment)
            if kind is FlagKind.WRONG:
                self.guide.withdraw(step)
            self.talk.say(f"Step {number} is flagged as {kind.value}. Thank you.")

    def _note(self, turn: Turn, rest: str) -> None:
        text = rest or self.talk.ask("Your note:")
        if text:
            self.history.add_note(self.profile, turn.item, text)
            self.talk.say("Your note is kept.")

    def _notes(self, turn: Turn) -> None:
        notes = self.history.notes(self.profile, turn.item)
        self.talk.say(*[f"Note: {note.text}" for note in notes] or ["You have no notes here."])

    def _save_question(self, turn: Turn) -> None:
        self.history.keep_question(self.profile, turn.question)
        self.talk.say("Kept in your own bank: tutor practise --bank mine")

    # What is kept

    def _keep(self, session: Session) -> None:
        """The finished question and where the sitting stands, in one step."""
        attempt = session.keep()
        retention = self.settings.review.retention
        attempts = [attempt] if attempt else []
        self.history.record(self.profile, *attempts, session=session.snapshot(), retention=retention)

    def _save(self, session: Session) -> None:
        if not session.finished:
            self.history.save_session(self.profile, session.snapshot())

    def _say_tally(self, session: Session) -> None:
        tally = session.tally
        if not tally.questions:
            return
        words = [count(tally.questions, "question")]
        if tally.answered:
            words.append(f"{tally.right} of {tally.answered} right at the first try")
        if session.mode is not Mode.LEARN and self.settings.practise.certainty:
            words.append(f"{tally.points} points")
        self.talk.say("", "This sitting: " + ", ".join(words) + ".")
        leeches = {(leech.bank, leech.question): leech for leech in self.history.leeches(self.profile)}
        slipped = [leeches[attempt.item.ref] for attempt in session.attempts if attempt.item.ref in leeches]
        for leech in dict.fromkeys(slipped):
            self.talk.say(f"This one keeps slipping away; learn it anew with tutor learn: {leech.text}")
