"""Weighing facts: a small network reads them beside a question and an answer, where one is shipped.

The weigher's folder (`assets/facts/weigher`) holds a CTranslate2 model, its `tokenizer.json`, and in
`head.json` the weights that turn the mean of its states into one number.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.knowledge.states import StateReader

BESIDE = 3  # facts that speak for an option
MOST_TOKENS = 144


@dataclass(frozen=True, slots=True)
class Support:
    """What the facts say for an option: how near they lie to it, and how well they support it when read."""

    nearness: float
    weight: float = 0.0


class FactWeigher:
    """Says how well facts support the answer a question is put with; only differences mean something."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import numpy as np

        self._states = StateReader(folder, "fact weigher", MOST_TOKENS, threads)
        try:
            self._head = np.array(json.loads((folder / "head.json").read_text("utf-8")), np.float32)
        except (OSError, ValueError, TypeError) as error:
            raise UserError(f"The fact weigher in {folder} cannot be loaded ({error}).") from error

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """One number for each question with its answer, and the facts beside it."""
        return [float(score) for score in self._states.means(pairs) @ self._head]


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
