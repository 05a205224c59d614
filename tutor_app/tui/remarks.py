"""What a student keeps of a question: a flag on a step, a note, the question itself.

It is kept for who is learning when it is said, whoever learns when it is written.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor_app.learning.records import FlagKind, Item
from tutor_app.questions.model import Question
from tutor_app.students.explanation import Origin, Step
from tutor_app.tui.screens.dialog import AskLine, Choose, Option, confirm

if TYPE_CHECKING:
    from tutor_app.tui.app import TutorApp

_FLAGS = (
    Option(FlagKind.UNCLEAR, "I do not understand it", key="u"),
    Option(FlagKind.WRONG, "I think it is wrong", key="w"),
)


def flag_step(
    app: "TutorApp",
    item: Item,
    step: Step,
    flagged: Callable[[FlagKind], object],
    taken_back: Callable[[], object] = lambda: None,
) -> None:
    """Ask what is the matter with a step, or whether what was said of it is taken back.

    A fact that is wrong is not used again, for anybody, so that is asked once more.
    """
    desk, profile = app.desk, app.desk.profile
    said, what = desk.flagged, (profile.id, *item.ref, step.text)

    def ask_again(kind: object) -> None:
        if kind is FlagKind.WRONG and step.origin is Origin.FACT:
            text = f"{step.text}\n\nThe tutor will not use it any more, for anybody here."
            sure = confirm("Is this wrong?", text, "Yes, it is wrong", "No, leave it")
            app.push_screen(sure, lambda yes: keep(FlagKind.WRONG) if yes else None)
        elif isinstance(kind, FlagKind):
            keep(kind)

    def keep(kind: FlagKind) -> None:
        desk.flag(profile, item, step, kind)
        said[what] = kind
        flagged(kind)
        app.say("Thank you. Your teacher can see it under Banks; x takes it back.")

    def take_back(yes: object) -> None:
        if yes:
            desk.take_back(profile, item, step.text, said.pop(what))
            taken_back()
            app.say("Taken back.")

    if what in said:
        back = confirm(f"You said: {said[what].value}", step.text, "Take it back", "Leave it so")
        app.push_screen(back, take_back)
    else:
        app.push_screen(Choose("What about this step?", _FLAGS, step.text), ask_again)


def add_note(app: "TutorApp", item: Item, added: Callable[[], object]) -> None:
    """Ask for a note about a question."""
    desk, profile = app.desk, app.desk.profile

    def keep(text: object) -> None:
        if isinstance(text, str):
            desk.write(lambda: desk.history.add_note(profile, item, text))
            app.say("Your note is kept.")
            added()

    app.push_screen(AskLine("Your note about this question"), keep)


def keep_question(app: "TutorApp", question: Question) -> None:
    """Put a question into the student's own bank."""
    desk, profile = app.desk, app.desk.profile
    desk.write(lambda: desk.history.keep_question(profile, question))
    app.say("Saved. You find it on Home under 'your own questions'.")
