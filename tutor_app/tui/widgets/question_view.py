"""A question as its author wrote it: where it belongs, its text, and its picture in words."""

from textual.content import Content

from tutor_app.questions.model import Question
from tutor_app.tui.widgets.lines import Lines, marks_of


class QuestionView(Lines):
    """The question's text; nothing in it is read as markup."""

    def __init__(self, question: Question | None = None, note: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self._question, self._note, self._brief = question, note, False

    def show(self, question: Question, note: str = "", brief: bool = False) -> None:
        """Show another question; `brief` leaves out its subject and topic."""
        self._question, self._note, self._brief = question, note, brief
        self.redraw()

    def lines(self, width: int) -> list[Content]:
        if self._question is None:
            return []
        question = self._question
        about = [] if self._brief else [question.subject, question.topic]
        parts = [self._note, *about, question.grade and f"grade {question.grade}"]
        between = f" {marks_of(self).dot} "
        lines = []
        if place := between.join(part for part in parts if part):
            lines += [*Content.styled(place, "$text-muted").wrap(width), Content("")]
        lines += Content.styled(question.text, "bold").wrap(width)
        if question.image:
            picture = Content.styled(f"Picture: {question.image}", "$text-muted")
            lines += [Content(""), *picture.wrap(width)]
        return lines
