"""Encoder-decoder students (T5 family) on CTranslate2's Translator."""

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from tutor_app.students import running
from tutor_app.students.encoder import load_encoder
from tutor_app.students.engine import Limits, OptionScore, Request, Sampling, Threads
from tutor_app.students.prompts import EncoderDecoderFrame, Prompt

_Pair = tuple[list[str], list[str]]  # what is read, what the reply begins with


class EncoderDecoderStudent:
    """Reads the prompt with its encoder and writes with its decoder."""

    def __init__(self, folder: Path, threads: Threads, compute_type: str, max_batch: int) -> None:
        import ctranslate2

        self._encoder = load_encoder(folder)
        self._words: list[str] = json.loads((folder / "shared_vocabulary.json").read_text("utf-8"))
        self._numbers = {word: id_ for id_, word in enumerate(self._words)}
        self._frame = EncoderDecoderFrame()
        self._end = self._encoder.control(self._frame.end)
        self._scoring = running.Batching(max_batch, running.SCORED_TOKENS, threads.workers)
        self._writing = running.Batching(max_batch, running.WRITTEN_TOKENS, threads.workers)
        self._model = ctranslate2.Translator(
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
        source, start = self._read(prompt)
        steps = self._model.generate_tokens(
            source,
            start or None,
            max_decoding_length=len(start) + limits.tokens,
            end_token=[self._end],
            max_input_length=0,
            **running.sampling_options(sampling),
        )
        yield from running.pieces(steps, self._encoder, limits, cancel, given=len(start))

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

        def run(batch: list[_Pair]) -> list[str]:
            given = [len(start) for _, start in batch]
            watch = running.Watch(self._encoder, limits, cancel, given)
            results = self._model.translate_batch(
                [source for source, _ in batch],
                [start or None for _, start in batch],
                beam_size=1,
                max_decoding_length=max(given) + limits.tokens,
                end_token=[self._end],
                max_input_length=0,
                callback=watch,
                **running.sampling_options(sampling),
            )
            replies = [self._ids(result.hypotheses[0]) for result in results]
            kept = [ids[count : count + limits.tokens] for ids, count in zip(replies, given, strict=True)]
            return [watch.finish(self._encoder.decode(ids)) for ids in kept]

        rows = [self._read(prompt) for prompt in prompts]
        return running.many(rows, samples, lambda row: len(row[0]), run, self._writing, cancel)

    def score(
        self, requests: Sequence[Request], *, cancel: threading.Event | None = None
    ) -> list[list[OptionScore]]:
        """Log-likelihoods of each option's tokens and its end token as the reply to the prompt."""
        rows: list[tuple[list[str], list[str], int]] = []
        for prompt, options in requests:
            source, start = self._read(prompt)
            for option in options:
                reply = self._frame.reply_ids(self._encoder, option)
                words = [self._words[id_] for id_ in reply[:-1]]  # the engine adds the end token itself
                rows.append((source, start + words, len(reply)))

        def run(batch: list[tuple[list[str], list[str], int]]) -> list[OptionScore]:
            results = self._model.score_batch(
                [source for source, _, _ in batch], [target for _, target, _ in batch], max_input_length=0
            )
            return [
                OptionScore(sum(result.log_probs[-count:]), count)
                for result, (_, _, count) in zip(results, batch, strict=True)
            ]

        scores = running.in_batches(rows, lambda row: len(row[0]) + len(row[1]), run, self._scoring, cancel)
        return running.regroup(requests, scores)

    def _read(self, prompt: Prompt) -> _Pair:
        source = [self._words[id_] for id_ in self._frame.source_ids(self._encoder, prompt)]
        return source, [self._words[id_] for id_ in self._frame.start_ids(self._encoder, prompt)]

    def _ids(self, words: Sequence[str]) -> list[int]:
        return [self._numbers[word] for word in words if word in self._numbers]
