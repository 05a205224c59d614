"""What stands between the students and the fact base; tests put a list in its place."""

from typing import Protocol

from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.weigher import Fit, Support
from tutor_app.questions.model import Question


class FactSource(Protocol):
    """What the tutor needs of the fact base."""

    @property
    def name(self) -> str:
        """Names these facts: another name, other facts."""
        ...

    def fits(self, question: Question, supposed: str) -> list[Fit]:
        """What may explain the supposed answer, likeliest first."""
        ...

    def support(self, question: Question) -> tuple[Support, ...]: ...

    def knows(self, asked: str) -> bool:
        """Whether any fact is about what is asked."""
        ...

    def get(self, fact_id: int) -> Fact | None: ...

    def flag(self, fact: Fact) -> None: ...

    def flagged(self) -> list[Fact]: ...
