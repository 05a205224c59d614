"""Reading texts with a small encoder: what the fact encoder and the fact weigher have in common."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_app.errors import UserError

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

Text = str | tuple[str, str]  # two texts are read as a pair

_BATCH = 64
_LONGEST_TEXT = 4_000


class StateReader:
    """A CTranslate2 encoder with its `tokenizer.json`; `name` is what people call it."""

    def __init__(self, folder: Path, name: str, most_tokens: int, threads: int = 1) -> None:
        import ctranslate2
        from tokenizers import Tokenizer

        try:
            self._model = ctranslate2.Encoder(str(folder), device="cpu", intra_threads=threads)
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the tokenizers library raises bare Exception
            raise UserError(f"The {name} in {folder} cannot be loaded ({error}).") from error
        self._tokenizer.encode_special_tokens = True
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(most_tokens)

    def means(self, texts: Sequence[Text]) -> "NDArray[float32]":
        """One row a text: the mean of its tokens' states."""
        import numpy as np

        read = self._tokenizer.encode_batch([_clean(text) for text in texts])
        rows: list[NDArray[float32]] = [np.empty(0, np.float32)] * len(read)
        order = sorted(range(len(read)), key=lambda number: len(read[number].ids))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            found = self._model.forward_batch(
                [read[number].ids for number in batch],
                token_type_ids=[read[number].type_ids for number in batch],
            )
            for number, state in zip(batch, np.array(found.last_hidden_state), strict=True):
                rows[number] = state[: len(read[number].ids)].mean(axis=0, dtype=np.float32)
        return np.stack(rows)


def _clean(text: Text) -> Text:
    if isinstance(text, tuple):
        return _plain(text[0]), _plain(text[1])
    return _plain(text)


def _plain(text: str) -> str:
    return text[:_LONGEST_TEXT].encode("utf-8", "replace").decode()
