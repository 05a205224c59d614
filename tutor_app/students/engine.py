"""One small interface over both model families: write a text, write many, score options.

`open_student` picks the family. Ids come from the frames in `prompts`; the engine only runs them.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from tutor_app.errors import UserError
from tutor_app.students.prompts import Prompt


class Family(StrEnum):
    """The two kinds of language model a student can be."""

    DECODER = "decoder"  # Llama: reads and writes in one stream
    ENCODER_DECODER = "encoder-decoder"  # T5: reads with one half, writes with the other


class Cancelled(Exception):  # noqa: N818 - a request, not an error
    """Raised by `score` and `write_many` when their `cancel` was set; `write` simply ends."""


@dataclass(frozen=True, slots=True)
class OptionScore:
    """The log-likelihood of a text with its end token, and how many tokens that is."""

    total: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Where writing stops: after so many tokens, or so many lines when `lines` is given."""

    tokens: int = 160
    lines: int | None = None


@dataclass(frozen=True, slots=True)
class Sampling:
    """How words are drawn: temperature 0 always takes the likeliest."""

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0

    @property
    def greedy(self) -> bool:
        """No chance involved."""
        return self.temperature <= 0


@dataclass(frozen=True, slots=True)
class Threads:
    """How a student uses the processor: workers side by side, threads in each (0: the engine's default)."""

    workers: int = 1
    each: int = 0


Request = tuple[Prompt, Sequence[str]]


class Student(Protocol):
    """A language model that writes and judges texts."""

    def write(
        self,
        prompt: Prompt,
        *,
        limits: Limits = Limits(),
        sampling: Sampling = Sampling(),
        cancel: threading.Event | None = None,
    ) -> Iterator[str]:
        """Pieces of the reply as they are made. Close the iterator or set `cancel` to free the processor."""
        ...

    def write_many(
        self,
        prompts: Sequence[Prompt],
        samples: int = 1,
        *,
        limits: Limits = Limits(),
        sampling: Sampling = Sampling(),
        cancel: threading.Event | None = None,
    ) -> list[list[str]]:
        """`samples` replies to each prompt, made in batches."""
        ...

    def score(
        self, requests: Sequence[Request], *, cancel: threading.Event | None = None
    ) -> list[list[OptionScore]]:
        """How likely each option is as the reply to its prompt; all requests together make the batches."""
        ...


def open_student(
    folder: Path,
    family: Family,
    threads: Threads = Threads(),
    *,
    compute_type: str = "default",
    max_batch: int = 32,
    seed: int = 0,
) -> Student:
    """Load the model in `folder`; `max_batch` is the most texts run side by side.

    Chance is seeded when a model is loaded: the same calls in the same order draw the same words.
    """
    import ctranslate2

    from tutor_app.students.decoder_engine import DecoderStudent
    from tutor_app.students.seq2seq_engine import EncoderDecoderStudent

    kind = DecoderStudent if family is Family.DECODER else EncoderDecoderStudent
    ctranslate2.set_random_seed(seed)
    try:
        return kind(folder, threads, compute_type, max_batch)
    except (RuntimeError, ValueError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(
            f"The student in {folder} cannot be loaded ({reason}); install the students again."
        ) from error
