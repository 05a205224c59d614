"""Weighing facts: a small network reads them beside a question and an answer, where one is shipped.

The weigher's folder (`assets/facts/weigher`) holds a CTranslate2 model, its `tokenizer.json`, and in
`head.json` the weights that turn the mean of its states into one number.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_app import paths
from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tokenizers import Encoding

BESIDE = 3  # facts that speak for an option
MOST_TOKENS = 144
_BATCH = 32
_LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class Support:
    """What the facts say for an option: how near they lie to it, and how well they support it when read."""

    nearness: float
    weight: float = 0.0


class FactWeigher:
    """Says how well facts support the answer a question is put with; only differences mean something."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import ctranslate2
        import numpy as np
        from tokenizers import Tokenizer

        try:
            self._model = ctranslate2.Encoder(str(folder), device="cpu", intra_threads=threads)
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._head = np.array(json.loads((folder / "head.json").read_text("utf-8")), np.float32)
        except Exception as error:  # the tokenizers library raises bare Exception
            raise UserError(f"The fact weigher in {folder} cannot be loaded ({error}).") from error
        self._tokenizer.encode_special_tokens = True
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """One number for each question with its answer, and the facts beside it."""
        import numpy as np

        read = self._tokenizer.encode_batch([(_clean(asked), _clean(facts)) for asked, facts in pairs])
        found = [0.0] * len(read)
        order = sorted(range(len(read)), key=lambda number: len(read[number].ids))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            states = np.array(self._states([read[number] for number in batch]))
            for number, state in zip(batch, states, strict=True):
                mean = state[: len(read[number].ids)].mean(axis=0, dtype=np.float32)
                found[number] = float(mean @ self._head)
        return found

    def _states(self, read: "Sequence[Encoding]") -> object:
        ids, kinds = [each.ids for each in read], [each.type_ids for each in read]
        return self._model.forward_batch(ids, token_type_ids=kinds).last_hidden_state


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


def _clean(text: str) -> str:
    return text[:_LONGEST_TEXT].encode("utf-8", "replace").decode()
