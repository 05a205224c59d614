"""How the tutor's judgement is put into words; the same plain sentences on every screen."""

from tutor_app.learning import saying
from tutor_app.learning.turn import Turn
from tutor_app.questions.model import Question
from tutor_app.students.explanation import Answer, Explanation, Step
from tutor_app.tui.marks import Marks
from tutor_app.tui.widgets.choices import LETTERS
from tutor_app.tui.widgets.notes import Note


def named(question: Question, choice: int) -> str:
    """`B: a life cycle`."""
    return f"{LETTERS[choice]}: {question.choices[choice]}"


def answer_known(turn: Turn) -> bool:
    """Whether the answer can be shown: the key, or what the tutor has said by now."""
    return turn.done and (turn.question.has_key or turn.unfolding.complete)


def knows_nothing(question: Question, explanation: Explanation | None) -> bool:
    """Whether all there is to say is that the tutor has no answer."""
    if explanation is None or question.has_key or explanation.steps:
        return False
    return not explanation.answer.text


def step_said(question: Question, explanation: Explanation | None) -> tuple[Step, str] | None:
    """The step that is itself the tutor's reply, and what stands before it: `Probably (72%):`."""
    if explanation is None or question.has_key:
        return None
    step = saying.step_said(explanation.answer, explanation.steps)
    return (step, saying.how_sure(explanation.answer, explanation.steps)) if step else None


def the_answer(question: Question, explanation: Explanation | None) -> str:
    """The answer to show, from the key where there is one, else from the tutor."""
    if question.answer is not None:
        return f"The answer is {named(question, question.answer)}"
    if question.accepted:
        return f"The answer is: {' or '.join(question.accepted)}"
    if explanation is None:
        return "Nobody has written down the answer to this question."
    answer = explanation.answer
    if answer.choice is None:
        return saying.reply(explanation)
    if not answer.sure:
        return f"The tutor is not sure: {_two(question, answer)}"
    return f"The tutor thinks it is {named(question, answer.choice)}"


def how_sure(question: Question, explanation: Explanation | None) -> str:
    """What the tutor makes of it, said plainly when it differs from the key."""
    answer = explanation.answer if explanation else None
    if answer is None or (choice := answer.choice) is None:
        return ""
    sure = f"{answer.confidence:.0%} sure"
    if question.answer is None and not answer.sure:
        return (
            f"It leans to {LETTERS[choice]} ({answer.confidence:.0%}); there is no key to check it against."
        )
    if question.answer is None:
        return f"It is {sure}; there is no key to check it against."
    if choice == question.answer:
        return f"The tutor agrees ({sure})."
    return (
        f"The tutor would have said {named(question, choice)} ({sure}). "
        "The question's author says otherwise, so trust the answer key or ask your teacher."
    )


def verdict(turn: Turn, marks: Marks) -> list[Note]:
    """What an answer came to."""
    if turn.did_not_know:
        return [Note("That is fine. Let us look at it together.", marks.dot, "$primary")]
    if turn.verdict is None:
        return []
    verdict, notes = turn.verdict, []
    if verdict.right:
        earned = f" {verdict.points:+d}" if turn.asks_certainty and verdict.points > 0 else ""
        notes.append(Note(f"Right!{earned}", marks.right, "bold $success"))
    elif verdict.right is False:
        again = "Not that one; try again." if verdict.may_retry and turn.can_answer else "Not that one."
        notes.append(Note(again, marks.wrong, "bold $error"))
        notes += [Note(verdict.why)] if verdict.why else []
    elif turn.question.is_open:
        notes.append(Note("Compare it with the answer, then say if you were right (r) or wrong (w)."))
    return notes


def as_text(turn: Turn) -> str:
    """A question, what is shown of its explanation, and the answer once it is known, each said once."""
    question, explanation = turn.question, turn.unfolding.explanation
    known = answer_known(turn)
    said = step_said(question, explanation) if known else None
    lines = [question.text, *(named(question, choice) for choice in range(len(question.choices)))]
    for step in turn.unfolding.shown:
        lines.append(f"{said[1]} {step.text}" if said and step == said[0] else step.text)
    if known and not said:
        lines.append(the_answer(question, explanation))
    return "\n".join(lines)


def _two(question: Question, answer: Answer) -> str:
    return " or ".join(named(question, choice) for choice in answer.likeliest)
