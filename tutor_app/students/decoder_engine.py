"""Decoder-only students (Llama family) on CTranslate2's Generator."""

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from tutor_app.students import running
from tutor_app.students.encoder import load_encoder
from tutor_app.students.engine import Limits, OptionScore, Request, Sampling, Threads
from tutor_app.students.prompts import DecoderFrame, Prompt


class DecoderStudent:
    """Reads a prompt and its reply as one stream."""

    def __init__(
        self,
        folder: Path,
        threads: Threads,
        compute_type: str,
        max_batch: int,
        frame: DecoderFrame = DecoderFrame(),
    ) -> None:
        import ctranslate2

        self._encoder = load_encoder(folder)
        self._words: list[str] = json.loads((folder / "vocabulary.json").read_text("utf-8"))
        self._frame = frame
        self._end = self._encoder.control(self._frame.end)
        self._scoring = running.Batching(max_batch, running.SCORED_TOKENS, threads.workers)
        self._writing = running.Batching(max_batch, running.WRITTEN_TOKENS, threads.workers)
        self._model = ctranslate2.Generator(
            str(folder),
            device="cpu",
            compute_type=compute_type,
            inter_threads=threads.workers,
            intra_threads=threads.each,
        )

    def write(
        self,
        prompt: Prompt,
        *,
        limits: Limits = Limits(),
        sampling: Sampling = Sampling(),
        cancel: threading.Event | None = None,
    ) -> Iterator[str]:
        """Pieces of the reply as they are made."""
        if cancel is not None and cancel.is_set():
            return
        steps = self._model.generate_tokens(
            self._prompt_words(prompt),
            max_length=limits.tokens,
            end_token=[self._end],
            **running.sampling_options(sampling),
        )
        yield from running.pieces(steps, self._encoder, limits, cancel)

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

        def run(batch: list[list[str]]) -> list[str]:
            watch = running.Watch(self._encoder, limits, cancel)
            results = self._model.generate_batch(
                batch,
                max_length=limits.tokens,
                end_token=[self._end],
                include_prompt_in_result=False,
                callback=watch,
                **running.sampling_options(sampling),
            )
            return [watch.finish(self._encoder.decode(result.sequences_ids[0])) for result in results]

        rows = [self._prompt_words(prompt) for prompt in prompts]
        return running.many(rows, samples, len, run, self._writing, cancel)

    def score(
        self, requests: Sequence[Request], *, cancel: threading.Event | None = None
    ) -> list[list[OptionScore]]:
        """Log-likelihoods of each option's tokens and its end token after the prompt."""
        streams: list[tuple[list[str], int]] = []
        for prompt, options in requests:
            start = self._prompt_words(prompt)
            for option in options:
                reply = self._frame.reply_ids(self._encoder, option)
                streams.append((start + [self._words[id_] for id_ in reply], len(reply)))

        def run(batch: list[tuple[list[str], int]]) -> list[OptionScore]:
            results = self._model.score_batch([words for words, _ in batch], max_input_length=0)
            return [
                OptionScore(sum(result.log_probs[-count:]), count)
                for result, (_, count) in zip(results, batch, strict=True)
            ]

        scores = running.in_batches(streams, lambda stream: len(stream[0]), run, self._scoring, cancel)
        return running.regroup(requests, scores)

    def _prompt_words(self, prompt: Prompt) -> list[str]:
        return [self._words[id_] for id_ in self._frame.prompt_ids(self._encoder, prompt)]
