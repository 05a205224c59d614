"""A question that is being typed: kept while the app runs, until it is explained or saved."""

from dataclasses import dataclass, replace

from tutor_app.learning.pasted import Pasted, recognise
from tutor_app.questions.model import Question


@dataclass(frozen=True, slots=True)
class Draft:
    """The words as they were typed, and what was recognised in them or mended since."""

    typed: str
    pasted: Pasted
    accepted: tuple[str, ...] = ()

    @classmethod
    def of(cls, typed: str) -> "Draft":
        """Recognise what is typed."""
        return cls(typed, recognise(typed))

    def mended(self, question: Question) -> "Draft":
        """With the question as a person wants it."""
        pasted = Pasted(question.text, question.choices, question.answer)
        return replace(self, pasted=pasted, accepted=question.accepted)

    def question(self) -> Question:
        """As a question."""
        return replace(self.pasted.question(), accepted=self.accepted)
