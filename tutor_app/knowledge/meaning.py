"""Finding facts by meaning, beside finding them by words: a small sentence encoder, where one is shipped.

The encoder's folder (`assets/facts/encoder`) holds a CTranslate2 model and its `tokenizer.json`; without it
nothing here is used. Each fact's vector is computed once, in the background, and kept in the user's cache;
`vectors.npz` beside the encoder (`ids`, `vectors`) saves computing those of the shipped facts.
"""

import atexit
import contextlib
import hashlib
import io
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from tutor_app import paths
from tutor_app.files import write_atomically
from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.states import StateReader
from tutor_app.questions.model import Question

if TYPE_CHECKING:
    from numpy import float32, int8
    from numpy.typing import NDArray

    Vectors = NDArray[float32]

_BATCH = 64
_LEVELS = 31  # steps on either side of zero: finer ones take room and change no order
_SAVED_EVERY = 2_048
_MOST_TOKENS = 192
_REMEMBERED = 32  # texts asked lately, with what is near them: the stages of an explanation ask the same
# Of 2,362 dev questions 22 have no fact so near, of 32 questions about anything but science 23.
_NEAR = 0.42
# Reciprocal rank fusion: what a list adds for a fact at rank r is 1 / (_DAMPING + r).
_DAMPING = 3.0
_WEIGHT = 2.0  # the meanings against the words: tuned on the even half of `tests/bench_facts.py`


@dataclass(frozen=True, slots=True)
class Near:
    """The facts nearest to one option, by their rows, best first, and how near they are on the whole."""

    rows: tuple[int, ...]
    nearness: float


class MeaningEncoder:
    """Turns texts into vectors of length one whose products say how near their meanings are."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self._states = StateReader(folder, "fact encoder", _MOST_TOKENS, threads)

    def vectors(self, texts: Sequence[str]) -> "Vectors":
        """One row a text: the mean of its tokens' vectors, scaled to length one."""
        import numpy as np

        means = self._states.means(texts)
        vectors: Vectors = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        return vectors


class Meanings:
    """The vectors of all facts; ready once every fact has one."""

    def __init__(self, folder: Path, facts: Sequence[Fact], encoder: MeaningEncoder | None = None) -> None:
        self._encoder = encoder or MeaningEncoder(folder)
        self._ids = [fact.id for fact in facts]
        self._facts = facts  # let go once each has its vector: texts take room
        self._shipped_at = folder / "vectors.npz"
        self._kept_at = paths.user_cache() / f"fact-meanings-{_model_key(folder)}.npz"
        self._vectors: Vectors | None = None
        self._asked: dict[str, Vectors] = {}
        self._complete = False
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def ready(self) -> bool:
        """Whether there are vectors to search; facts without one yet are found by words alone."""
        return self._vectors is not None

    @property
    def complete(self) -> bool:
        """Whether every fact has its vector."""
        return self._complete

    def start(self) -> None:
        """Use what is there at once, and compute what is missing in the background."""
        known = self._read()
        self._use(known)
        self._thread = threading.Thread(target=self._make, args=(known,), name="fact-meanings", daemon=True)
        self._thread.start()
        atexit.register(self.stop)  # an engine at work when the interpreter goes would abort the program

    def stop(self) -> None:
        """Give the processor back; what was computed is kept."""
        atexit.unregister(self.stop)
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def build(self) -> None:
        """Make all vectors now."""
        self._make(self._read())

    def _make(self, known: "dict[int, NDArray[int8]]") -> None:
        """Compute the missing vectors in batches and keep them."""
        missing = [fact for fact in self._facts if fact.id not in known]
        for start in range(0, len(missing), _BATCH):
            if self._stopped.is_set():
                break
            batch = missing[start : start + _BATCH]
            vectors = packed(self._encoder.vectors([fact.text for fact in batch]))
            known |= zip((fact.id for fact in batch), vectors, strict=True)
            if (start // _BATCH) % (_SAVED_EVERY // _BATCH) == _SAVED_EVERY // _BATCH - 1:
                self._keep(known)
        if missing:
            self._keep(known)
        if missing or not self.ready:
            self._use(known)
        if not self._stopped.is_set():
            self._facts = ()

    def _use(self, known: "Mapping[int, NDArray[int8]]") -> None:
        """Search these vectors from now on; a fact without one is near to nothing."""
        import numpy as np

        if any(id_ in known for id_ in self._ids):
            empty = np.zeros_like(next(iter(known.values())))
            rows = np.stack([known.get(id_, empty) for id_ in self._ids]).astype(np.float32)
            rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)  # in place: it is large
            self._vectors = rows
            self._asked = {}
            self._complete = all(id_ in known for id_ in self._ids)

    def near(self, question: Question, count: int, supposed: str | None = None) -> list[int]:
        """The numbers of the facts nearest in meaning, best first; empty until ready.

        Without a supposed answer the question asks once with each option; a fact counts for the nearest.
        """
        import numpy as np

        if self._vectors is None:
            return []
        nearest = self._products(queries(question, supposed)).max(axis=0)
        count = min(count, len(nearest))
        top = np.argpartition(-nearest, count - 1)[:count]
        return [int(row) for row in top[np.argsort(-nearest[top], kind="stable")]]

    def knows(self, asked: str) -> bool:
        """Whether a fact is near what is asked; until ready anything may be."""
        if self._vectors is None:
            return True
        return float(self._products([asked]).max()) >= _NEAR

    def nearness(self, asked: str, rows: Sequence[int]) -> list[float]:
        """How near each of these facts is to what is asked; only when ready."""
        products: list[float] = self._products([asked])[0, list(rows)].tolist()
        return products

    def beside(self, question: Question, count: int, withdrawn: Sequence[int] = ()) -> list[Near]:
        """For each option the facts nearest to the question with it, withdrawn ones last; [] until ready."""
        import numpy as np

        if self._vectors is None or not question.choices:
            return []
        products = self._products(queries(question, None))
        products[:, list(withdrawn)] = -1.0
        count = min(count, products.shape[1])
        top = np.argpartition(-products, count - 1, axis=1)[:, :count]
        near = np.take_along_axis(products, top, axis=1)
        order = np.argsort(-near, axis=1, kind="stable")
        rows = np.take_along_axis(top, order, axis=1)
        means = near.mean(axis=1).tolist()
        return [Near(tuple(own), mean) for own, mean in zip(rows.tolist(), means, strict=True)]

    def join(
        self, question: Question, by_words: Sequence[int], count: int, supposed: str | None = None
    ) -> list[int]:
        """Both lists as one."""
        return fuse([by_words, self.near(question, count, supposed)], (1.0, _WEIGHT))[:count]

    def _products(self, texts: Sequence[str]) -> "Vectors":
        """How near each fact is to each text, one row a text; only when ready."""
        import numpy as np

        kept, vectors = self._asked, self._vectors  # in this order: `_use` changes them in the other
        if vectors is None:
            raise ValueError("the facts have no vectors yet")
        known = {text: row for text in texts if (row := kept.get(text)) is not None}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            rows = np.ascontiguousarray((vectors @ self._encoder.vectors(new).T).T)
            known |= zip(new, rows, strict=True)
            if len(kept) >= _REMEMBERED:
                kept.clear()
            kept |= {text: known[text] for text in new}
        return np.stack([known[text] for text in texts])

    def _read(self) -> "dict[int, NDArray[int8]]":
        """Vectors that ship with the encoder, if any do, and those kept in the cache."""
        import numpy as np

        known: dict[int, NDArray[int8]] = {}
        for path in (self._shipped_at, self._kept_at):
            try:
                with np.load(path, allow_pickle=False) as kept:
                    known |= zip(kept["ids"].tolist(), kept["vectors"], strict=True)
            except (OSError, ValueError, KeyError, EOFError, BadZipFile):
                continue  # none yet, or a damaged file: made again
        return known

    def _keep(self, known: "Mapping[int, NDArray[int8]]") -> None:
        with contextlib.suppress(OSError):  # a cache that cannot be written costs computing again
            write_atomically(self._kept_at, vectors_file(known))


def packed(vectors: "Vectors") -> "NDArray[int8]":
    """Vectors in a byte a number: only their direction counts."""
    import numpy as np

    longest = np.abs(vectors).max(axis=1, keepdims=True)
    whole: NDArray[int8] = np.round(vectors / longest * _LEVELS).astype(np.int8)
    return whole


def vectors_file(known: "Mapping[int, NDArray[int8]]") -> bytes:
    """What is kept of facts' vectors, by fact id."""
    import numpy as np

    file = io.BytesIO()
    np.savez_compressed(file, ids=np.array(list(known), np.int64), vectors=np.stack(list(known.values())))
    return file.getvalue()


def encoder_folder() -> Path:
    """Where a shipped encoder lies."""
    return paths.assets() / "facts" / "encoder"


def query(text: str, answer: str) -> str:
    """How a question is put to the encoder, in training and here: with the answer it may have."""
    return f"{text} {answer}".strip()


def queries(question: Question, supposed: str | None) -> list[str]:
    """What is asked of the encoder: the question with the supposed answer, else with each option."""
    return [query(question.text, answer) for answer in ([supposed] if supposed else question.choices or [""])]


def fuse(lists: Sequence[Sequence[int]], weights: Sequence[float]) -> list[int]:
    """Several rankings as one, by reciprocal ranks."""
    scores: dict[int, float] = {}
    for ranking, weight in zip(lists, weights, strict=True):
        for rank, item in enumerate(ranking):
            scores[item] = scores.get(item, 0.0) + weight / (_DAMPING + rank)
    return sorted(scores, key=lambda item: -scores[item])


def _model_key(folder: Path) -> str:
    with (folder / "model.bin").open("rb") as model:
        return hashlib.file_digest(model, "sha256").hexdigest()[:16]
