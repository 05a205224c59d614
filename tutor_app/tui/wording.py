"""How the tutor's judgement is put into words; the same plain sentences on every screen."""

from tutor_app.learning.turn import Turn
from tutor_app.questions.model import Question
from tutor_app.students.explanation import Answer, Explanation
from tutor_app.tui.widgets.choices import LETTERS


def named(question: Question, choice: int) -> str:
    """`B: a life cycle`."""
    return f"{LETTERS[choice]}: {question.choices[choice]}"


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
        if not answer.text:
            return "The tutor has no answer."
        return f"The tutor {'would say' if answer.sure else 'is not sure, but would say'}: {answer.text}"
    if not answer.sure:
        return f"The tutor is not sure: {_two(question, answer)}"
    return f"The tutor thinks it is {named(question, answer.choice)}"


def how_sure(question: Question, explanation: Explanation | None) -> str:
    """What the tutor makes of it, said plainly when it differs from the key."""
    answer = explanation.answer if explanation else None
    if answer is None or (choice := answer.choice) is None:
        return ""
    sure = f"{answer.confidence:.0%} sure"
    if question.answer is None:
        return f"It is {sure}; there is no key to check it against."
    if choice == question.answer:
        return f"The tutor agrees ({sure})."
    return (
        f"The tutor would have said {named(question, choice)} ({sure}). "
        "The question's author says otherwise, so trust the key or ask your teacher."
    )


def as_text(turn: Turn) -> str:
    """A question, what is shown of its explanation, and the answer once it is known."""
    question = turn.question
    lines = [question.text, *(named(question, choice) for choice in range(len(question.choices)))]
    lines += [step.text for step in turn.unfolding.shown]
    if turn.done:
        lines.append(the_answer(question, turn.unfolding.explanation))
    return "\n".join(lines)


def _two(question: Question, answer: Answer) -> str:
    return " or ".join(named(question, choice) for choice in answer.likeliest)
