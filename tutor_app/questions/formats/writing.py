"""What the writers share."""

from tutor_app.questions.model import Question


def lacking(question: Question) -> str:
    """What a question lacks to be read back from a format of others; empty when it lacks nothing."""
    if not question.text.strip():
        return "the question is only a picture"
    if question.is_open:
        return "" if question.accepted else "an open question without an answer"
    return "no right answer is known" if question.answer is None else ""
