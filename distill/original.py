"""A model in transformers' own form, asked with the students' prompts: what students are held against.

The one part of evaluation that needs torch; it is imported only when a transformers folder is given.
"""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM
from transformers.utils import logging

from distill.train.rounding import round_in_training
from tutor_app.errors import UserError
from tutor_app.students.encoder import load_encoder
from tutor_app.students.engine import Family, Limits, OptionScore, Request, Sampling
from tutor_app.students.prompts import DecoderFrame, EncoderDecoderFrame, Prompt

BATCH_TOKENS = 4096
UNFINISHED = "\ufffd"  # a character whose last bytes were never written


class Original:
    """A `Student` that runs on torch. It writes greedily: it is for comparing, not for the app."""

    def __init__(
        self,
        folder: Path,
        family: Family,
        dtype: torch.dtype = torch.float32,
        frame: DecoderFrame = DecoderFrame(),
        int8_levels: int = 0,
    ) -> None:
        """With `int8_levels` it computes as it did in a training that rounded (`distill.train.rounding`)."""
        logging.disable_progress_bar()
        kind = AutoModelForCausalLM if family is Family.DECODER else AutoModelForSeq2SeqLM
        try:
            self.model = kind.from_pretrained(str(folder), dtype=dtype, local_files_only=True).eval()
        except (OSError, ValueError) as error:
            raise UserError(
                f"The model in {folder} cannot be loaded: {str(error).splitlines()[0]}"
            ) from error
        if int8_levels:
            round_in_training(self.model, int8_levels)
        self.encoder = load_encoder(folder)
        self.family = family
        self.frame = frame if family is Family.DECODER else EncoderDecoderFrame()
        self.end = self.encoder.control(self.frame.end)

    def read(self, prompt: Prompt) -> tuple[list[int], list[int]]:
        """The ids the model reads, and those its reply begins with."""
        if isinstance(self.frame, DecoderFrame):
            return self.frame.prompt_ids(self.encoder, prompt), []
        return self.frame.source_ids(self.encoder, prompt), self.frame.start_ids(self.encoder, prompt)

    @torch.inference_mode()
    def score(
        self, requests: Sequence[Request], *, cancel: threading.Event | None = None
    ) -> list[list[OptionScore]]:
        """Log-likelihoods of each option's tokens and its end token after the prompt."""
        rows: list[tuple[list[int], list[int], int]] = []
        for prompt, options in requests:
            source, begun = self.read(prompt)
            replies = [self.frame.reply_ids(self.encoder, option) for option in options]
            rows += [(source, begun + reply, len(reply)) for reply in replies]
        order = sorted(range(len(rows)), key=lambda row: len(rows[row][0]) + len(rows[row][1]))
        found: dict[int, OptionScore] = {}
        while order:
            longest = len(rows[order[-1]][0]) + len(rows[order[-1]][1])
            size = max(1, BATCH_TOKENS // longest)
            batch, order = order[-size:], order[:-size]
            found |= zip(batch, self._score_batch([rows[row] for row in batch]), strict=True)
        flat = iter([found[row] for row in range(len(rows))])
        return [[next(flat) for _ in options] for _, options in requests]

    def _score_batch(self, rows: Sequence[tuple[list[int], list[int], int]]) -> list[OptionScore]:
        if self.family is Family.DECODER:
            ids, mask = _padded([source + reply for source, reply, _ in rows], self.end)
            logits = self.model(input_ids=ids, attention_mask=mask).logits
            starts = [len(source) - 1 for source, _, _ in rows]
        else:
            ids, mask = _padded([source for source, _, _ in rows], self.end)
            begin = self.model.config.decoder_start_token_id
            written, _ = _padded([[begin, *reply[:-1]] for _, reply, _ in rows], self.end)
            logits = self.model(input_ids=ids, attention_mask=mask, decoder_input_ids=written).logits
            starts = [0] * len(rows)
        scores = []
        for row, (_, reply, count) in enumerate(rows):
            logs = logits[row, starts[row] : starts[row] + len(reply)].float().log_softmax(-1)
            picked = logs.gather(1, torch.tensor(reply)[:, None])[-count:]
            if not bool(picked.isfinite().all()):
                raise UserError(
                    "The model's scores are no numbers: its weights were spoilt in training. Train it again "
                    "with a lower learning_rate."
                )
            scores.append(OptionScore(float(picked.sum()), count))
        return scores

    def write(
        self,
        prompt: Prompt,
        *,
        limits: Limits = Limits(),
        sampling: Sampling = Sampling(),
        cancel: threading.Event | None = None,
    ) -> Iterator[str]:
        """The whole reply as one piece."""
        yield self.write_many([prompt], limits=limits)[0][0]

    @torch.inference_mode()
    def write_many(
        self,
        prompts: Sequence[Prompt],
        samples: int = 1,
        *,
        limits: Limits = Limits(),
        sampling: Sampling = Sampling(),
        cancel: threading.Event | None = None,
    ) -> list[list[str]]:
        """Greedy replies, one prompt at a time (padding would change them in half precision)."""
        texts = []
        for prompt in prompts:
            source, begun = self.read(prompt)
            given = {"input_ids": torch.tensor([source]), "attention_mask": torch.ones(1, len(source))}
            if self.family is Family.ENCODER_DECODER:
                given["decoder_input_ids"] = torch.tensor(
                    [[self.model.config.decoder_start_token_id, *begun]]
                )
            start = len(source) if self.family is Family.DECODER else 1 + len(begun)
            made = self.model.generate(
                **given,
                max_new_tokens=limits.tokens,
                do_sample=False,
                eos_token_id=self.end,
                pad_token_id=self.end,
            )[0, start:].tolist()
            ids = made[: made.index(self.end)] if self.end in made else made
            text = self.encoder.decode(ids).rstrip(UNFINISHED)
            texts.append([text if limits.lines is None else "\n".join(text.split("\n")[: limits.lines])])
        return texts


def _padded(rows: Sequence[list[int]], filler: int) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, rows))
    ids = torch.tensor([row + [filler] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids, mask
