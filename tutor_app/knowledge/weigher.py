"""Weighing facts: a small network reads them beside a question and an answer, where one is shipped.

The weigher's folder (`assets/facts/weigher`) holds a CTranslate2 model, its `tokenizer.json`, and in
`head.json` the weights that turn the mean of its states into its two judgements: how well facts support the
answer, and how likely one fact is to explain it.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.states import StateReader

Pair = tuple[str, str]

BESIDE = 3  # facts that speak for an option
MOST_TOKENS = 144


@dataclass(frozen=True, slots=True)
class Support:
    """What the facts say for an option: how near they lie to it, and how well they support it when read."""

    nearness: float
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Fit:
    """A fact, and how likely it is to explain a question's answer: 0 to 1."""

    fact: Fact
    score: float


class FactWeigher:
    """Reads pairs of a question with an answer it may have and the facts beside it."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import numpy as np

        self._states = StateReader(folder, "fact weigher", MOST_TOKENS, threads)
        try:
            head = json.loads((folder / "head.json").read_text("utf-8"))
            self._supports = np.array(head["supports"], np.float32)
            self._explains = np.array(head["explains"], np.float32)
            self._above = float(head["explains_above"])
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UserError(f"The fact weigher in {folder} cannot be loaded ({error}).") from error

    def supports(self, pairs: Sequence[Pair]) -> list[float]:
        """How well facts support an answer, one number a pair; only differences mean something."""
        return [float(score) for score in self._states.means(pairs) @ self._supports]

    def explains(self, pairs: Sequence[Pair]) -> list[float]:
        """How likely one fact is to explain an answer, one number from 0 to 1 a pair."""
        scores = self._states.means(pairs) @ self._explains + self._above
        return [1 / (1 + math.exp(-min(max(float(score), -30.0), 30.0))) for score in scores]


def weigher_folder() -> Path:
    """Where a shipped weigher lies."""
    return paths.assets() / "facts" / "weigher"


def shipped_weigher() -> FactWeigher | None:
    """The weigher that ships, if one does."""
    folder = weigher_folder()
    return FactWeigher(folder) if (folder / "model.bin").is_file() else None


def joined(facts: Sequence[str]) -> str:
    """How several facts are read at once."""
    return " ".join(facts)
