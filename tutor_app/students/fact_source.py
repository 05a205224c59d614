"""What stands between the students and the fact base; tests put a list in its place."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.weigher import Support
from tutor_app.questions.model import Question


class FactSource(Protocol):
    """What the tutor needs of the fact base."""

    def candidates(self, question: Question, k: int = 20, supposed: str | None = None) -> list[Fact]: ...

    def support(self, question: Question) -> tuple[Support, ...]: ...

    def priors(self, package: str, facts: Sequence[Fact]) -> dict[int, float]: ...

    def keep_priors(self, package: str, scores: Mapping[int, float]) -> None: ...

    def without_prior(self, package: str, count: int) -> list[Fact]: ...

    def get(self, fact_id: int) -> Fact | None: ...

    def flag(self, fact: Fact) -> None: ...

    def flagged(self) -> list[Fact]: ...
