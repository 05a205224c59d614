"""How sure the tutor is of a reply to a question without choices, in the same words wherever it is said."""

from collections.abc import Sequence

from tutor_app.students.explanation import Answer, Explanation, Origin, Step

NO_ANSWER = "The tutor has no answer: it knows nothing about this. It knows science for school."

_MAYBE, _PROBABLY = 0.3, 0.6  # from which likelihood on a reply is called so


def how_sure(answer: Answer, steps: Sequence[Step]) -> str:
    """What stands before the reply: `Probably (72%):`."""
    percent = f"{answer.confidence:.0%}"
    if answer.sure:
        return f"Answer ({percent}):"
    if answer.confidence >= _PROBABLY:
        return f"Probably ({percent}):"
    if answer.confidence >= _MAYBE:
        return f"Maybe ({percent}):"
    said = step_said(answer, steps)
    is_fact = said is not None and said.origin is Origin.FACT
    nearest = "The nearest fact it has" if is_fact else f"Its guess ({percent})"
    return f"The tutor is not sure. {nearest}:"


def reply(explanation: Explanation) -> str:
    """The whole reply to a question without choices, or a sentence that there is none."""
    answer, steps = explanation.answer, explanation.steps
    if answer.text:
        return f"{how_sure(answer, steps)} {answer.text}"
    return "The tutor has no answer." if steps else NO_ANSWER


def step_said(answer: Answer, steps: Sequence[Step]) -> Step | None:
    """The step that is itself the reply to a question without choices, word for word."""
    if answer.choice is not None or not answer.text:
        return None
    return next((step for step in steps if step.text == answer.text), None)


def why_others(shown: Sequence[Step], kept: Sequence[Step]) -> str:
    """Why the steps to keep are others than those first shown; empty where none of those was taken back."""
    if not kept or set(shown) <= set(kept):
        return ""
    return "The question's own explanation:" if kept[0].origin is Origin.BANK else "On second thoughts:"
