"""The training loop: planned batches, one loss, checkpoints that resume exactly, one or many processes."""

import json
import math
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.distributed as distributed
from torch import Tensor

from distill.train.examples import Example, Task
from distill.train.losses import averaged, listwise_loss, summed, writing_loss
from distill.train.reading import reply_scores
from tutor_app.errors import UserError

CHECKPOINT = "checkpoint.pt"
DEV_LOOKS = 10


@dataclass(frozen=True, slots=True)
class Schedule:
    """How one run of training goes; its examples and this decide every number of it."""

    learning_rate: float
    epochs: float = 1.0
    batch_tokens: int = 2048
    micro_tokens: int = 8192  # gradients are accumulated over parts of a batch of this size
    lm_weight: float = 0.1
    warm_up: int = 30
    clip: float = 1.0
    weight_decay: float = 0.01
    frozen_layers: int = 0
    precision: str = "auto"  # "auto": bfloat16 where the hardware computes in it
    checkpoint_minutes: float = 5.0
    threads: int = 0
    seed: int = 1

    def rate(self, step: int, steps: int) -> float:
        """Warm-up, then a straight line down to a fiftieth."""
        warm = min(1.0, (step + 1) / max(1, min(self.warm_up, steps // 5)))
        return self.learning_rate * warm * max(0.02, 1 - step / steps)


def plan_batches(lengths: Sequence[int], schedule: Schedule) -> list[list[int]]:
    """Every batch of the run as example numbers: shuffled, alike in length, at most `batch_tokens` each."""
    chance = random.Random(schedule.seed)
    order: list[int] = []
    whole, part = int(schedule.epochs), schedule.epochs % 1
    for epoch in range(whole + (part > 0)):
        once = list(range(len(lengths)))
        chance.shuffle(once)
        order += once if epoch < whole else once[: round(part * len(once))]
    batches: list[list[int]] = []
    window = 32 * max(1, schedule.batch_tokens // max(1, _mean(lengths)))
    for start in range(0, len(order), window):
        near = sorted(order[start : start + window], key=lambda i: lengths[i])
        filled = list(_filled(near, lengths, schedule.batch_tokens))
        chance.shuffle(filled)
        batches += filled
    return batches


def _mean(lengths: Sequence[int]) -> int:
    return sum(lengths) // max(1, len(lengths))


def _filled(order: Sequence[int], lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    batch: list[int] = []
    for number in order:
        longest = max((lengths[i] for i in batch), default=0)
        if batch and max(longest, lengths[number]) * (len(batch) + 1) > most:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def example_loss(example: Example, scores: Sequence[Tensor], lm_weight: float) -> Tensor:
    """The loss its task asks for, times its weight."""
    if example.task is Task.WRITE:
        return example.weight * writing_loss(scores[0])
    fluent = lm_weight * writing_loss(scores[example.right])
    return example.weight * (listwise_loss(compared(example.task, scores), example.right) + fluent)


def compared(task: Task, scores: Sequence[Tensor]) -> Tensor:
    """One number a reply: options of an answer by their sums, facts by their means."""
    return summed(scores) if task is Task.ANSWER else averaged(scores)


def train(
    model: Any,
    examples: Sequence[Example],
    schedule: Schedule,
    folder: Path,
    say: Callable[[str], None] = print,
    log: Path | None = None,
    dev: Sequence[Example] = (),
) -> Any:
    """Train the model in place and return it; a stopped run goes on from its checkpoint in `folder`.

    `dev` are lessons never learnt from: now and then the log tells how well they are known.
    """
    team = Team.join()
    if schedule.threads:
        torch.set_num_threads(schedule.threads)
    batches = plan_batches([example.length for example in examples], schedule)
    trainee = Trainee(model.to(team.device), schedule, team)
    done = trainee.resume(folder / CHECKPOINT)
    progress = Progress(len(batches), done, say if team.first else _in_silence, log if team.first else None)
    looks = dev_steps(len(batches)) if dev and team.first else ()
    saved = time.monotonic()
    for step in range(done, len(batches)):
        batch = [examples[i] for i in batches[step]]
        loss = trainee.step(batch, step, schedule.rate(step, len(batches)))
        if not math.isfinite(loss):
            raise UserError(
                f"The loss is not a number at step {step + 1} of {len(batches)}. Give this part a lower "
                "learning_rate; it then begins at its first step."
            )
        progress.told(step + 1, loss, sum(example.length for example in batch))
        if step + 1 in looks:
            progress.looked(step + 1, *trainee.known(dev))
        if team.first and time.monotonic() - saved > schedule.checkpoint_minutes * 60:
            trainee.save(folder / CHECKPOINT, step + 1)
            saved = time.monotonic()
    trainee.finish(folder / CHECKPOINT, len(batches))
    return trainee.model


def dev_steps(steps: int) -> frozenset[int]:
    """After which steps the dev lessons are looked at: ten times, the last step among them."""
    return frozenset(math.ceil(steps * part / DEV_LOOKS) for part in range(1, DEV_LOOKS + 1))


def _in_silence(words: str) -> None:
    """One of many processes speaks."""


@dataclass(slots=True)
class Team:
    """The processes that train together; one alone unless `torchrun` or `accelerate launch` started more."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    @classmethod
    def join(cls) -> "Team":
        """Read what the launcher said."""
        size, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
        device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if torch.cuda.is_available() else "cpu"
        if size > 1 and not distributed.is_initialized():
            distributed.init_process_group("nccl" if device != "cpu" else "gloo")
        return cls(rank, size, device)

    @property
    def first(self) -> bool:
        """The one that speaks and saves."""
        return self.rank == 0

    def share(self, batch: Sequence[Example]) -> Sequence[Example]:
        """This process's part of a batch."""
        return batch[self.rank :: self.size]

    def wait(self) -> None:
        """Go on when all processes have come here."""
        if self.size > 1:
            distributed.barrier()

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Sum over all processes, in place."""
        if self.size > 1:
            for tensor in tensors:
                distributed.all_reduce(tensor)


class Trainee:
    """A model with its float32 master weights and optimiser; forward and backward run in a short type."""

    def __init__(self, model: Any, schedule: Schedule, team: Team) -> None:
        self.model, self._schedule, self._team = model, schedule, team
        freeze_lower_layers(model, schedule.frozen_layers)
        model.to(_compute_type(schedule.precision, team.device)).train()
        model.config._attn_implementation = "eager"  # faster backward than sdpa on a processor
        self._working = [weight for weight in model.parameters() if weight.requires_grad]
        if not self._working:
            raise UserError(
                f"With frozen_layers = {schedule.frozen_layers} nothing is left to train: the model has "
                f"{model.config.num_hidden_layers} layers. Give a smaller number."
            )
        self._masters = [weight.detach().float().clone() for weight in self._working]
        self._optimiser = torch.optim.AdamW(
            self._masters,
            lr=schedule.learning_rate,
            weight_decay=schedule.weight_decay,
            betas=(0.9, 0.98),
            fused=True,
        )

    def step(self, batch: Sequence[Example], number: int, rate: float) -> float:
        """One update from one batch; its mean loss. Dropout follows from the step's number, so that a run
        that was stopped drops what an unbroken one does."""
        torch.manual_seed((self._schedule.seed * 1_000_003 + number) * 1_009 + self._team.rank)
        self._optimiser.zero_grad(set_to_none=True)
        total = torch.zeros((), device=self._team.device)
        for part in self._parts(self._team.share(batch)):
            scores = reply_scores(self.model, part)
            losses = [
                example_loss(example, found, self._schedule.lm_weight)
                for example, found in zip(part, scores, strict=True)
            ]
            loss = torch.stack(losses).sum() / len(batch)
            loss.backward()
            total += loss.detach()
            self._take_gradients()
        self._team.add_up([total, *self._gradients()])
        loss_value = float(total)
        if math.isfinite(loss_value):
            self._update(rate)
        return loss_value

    @torch.no_grad()
    def known(self, lessons: Sequence[Example]) -> tuple[float, float | None]:
        """The mean loss of lessons that are not learnt from, and the share of choices that are right."""
        self.model.eval()
        losses, rights = [], []
        for part in self._parts(lessons):
            for example, scores in zip(part, reply_scores(self.model, part), strict=True):
                losses.append(float(example_loss(example, scores, self._schedule.lm_weight)))
                if len(scores) > 1:
                    rights.append(int(compared(example.task, scores).argmax()) == example.right)
        self.model.train()
        return sum(losses) / len(losses), sum(rights) / len(rights) if rights else None

    def save(self, path: Path, step: int) -> None:
        """Write a checkpoint in one step."""
        state = {"step": step, "masters": self._masters, "optimiser": self._optimiser.state_dict()}
        unfinished = path.with_suffix(".unfinished")
        torch.save(state, unfinished)
        unfinished.replace(path)

    def resume(self, path: Path) -> int:
        """Take up a checkpoint, if there is one; the number of steps already done."""
        if not path.is_file():
            return 0
        state = torch.load(path, map_location=self._team.device, weights_only=True)
        for master, kept in zip(self._masters, state["masters"], strict=True):
            master.copy_(kept)
        self._optimiser.load_state_dict(state["optimiser"])
        self._write_back()
        return int(state["step"])

    def finish(self, path: Path, steps: int) -> None:
        """The model takes its master weights in full precision."""
        self.model.float().eval()
        self._write_back()
        if self._team.first:
            path.unlink(missing_ok=True)

    def _parts(self, batch: Sequence[Example]) -> Iterator[Sequence[Example]]:
        lengths = [example.length for example in batch]
        for numbers in _filled(range(len(batch)), lengths, self._schedule.micro_tokens):
            yield [batch[i] for i in numbers]

    def _take_gradients(self) -> None:
        for master, weight in zip(self._masters, self._working, strict=True):
            if weight.grad is not None:
                wide = weight.grad.float()
                master.grad = wide if master.grad is None else master.grad.add_(wide)
                weight.grad = None

    def _gradients(self) -> list[Tensor]:
        """One for every weight: a process without examples in this batch adds nothing."""
        for master in self._masters:
            if master.grad is None:
                master.grad = torch.zeros_like(master)
        return [master.grad for master in self._masters if master.grad is not None]

    def _update(self, rate: float) -> None:
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        torch.nn.utils.clip_grad_norm_(self._masters, self._schedule.clip)
        self._optimiser.step()
        self._write_back()

    @torch.no_grad()
    def _write_back(self) -> None:
        for master, weight in zip(self._masters, self._working, strict=True):
            weight.copy_(master)


def freeze_lower_layers(model: Any, count: int) -> None:
    """Leave a decoder's embeddings and first `count` layers as they are, which saves their backward pass."""
    if not count:
        return
    if model.config.is_encoder_decoder:
        raise UserError("frozen_layers works for Llama bases; leave it out for a T5 base.")
    model.model.embed_tokens.requires_grad_(False)
    for layer in model.model.layers[:count]:
        layer.requires_grad_(False)


def _compute_type(precision: str, device: str) -> torch.dtype:
    if precision != "auto":
        return torch.float32 if precision == "float32" else torch.bfloat16
    if device != "cpu":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    return torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32


_BARS = "▁▂▃▄▅▆▇█"


@dataclass(slots=True)
class Progress:
    """Tells how training goes: a line now and then for people, a row a step for the report."""

    steps: int
    done: int
    say: Callable[[str], None]
    log: Path | None = None
    tokens: int = 0
    recent: list[float] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    spoke: float = 0.0

    def told(self, step: int, loss: float, tokens: int) -> None:
        """Note one step."""
        self.tokens += tokens
        self.recent.append(loss)
        spent = time.monotonic() - self.began
        self._note({"step": step, "loss": round(loss, 5), "tokens": tokens, "seconds": round(spent, 1)})
        if spent - self.spoke > 30 or step == self.steps:
            self.spoke = spent
            left = spent / max(1, step - self.done) * (self.steps - step)
            mean = sum(self.recent[-25:]) / len(self.recent[-25:])
            self.say(
                f"{bar(step, self.steps)} step {step} of {self.steps}, loss {mean:.3f} "
                f"{sparkline(self.recent)} {self.tokens / max(spent, 1e-9):.0f} tokens/s, "
                f"about {left / 60:.0f} min left"
            )
            sys.stdout.flush()

    def looked(self, step: int, loss: float, right: float | None) -> None:
        """Note how well the dev lessons are known; people hear of it at the end."""
        shown = "" if right is None else f", {right:.0%} of the choices right"
        self._note({"step": step, "dev_loss": round(loss, 5), "dev_right": right})
        if step == self.steps:
            self.say(f"on dev questions: loss {loss:.3f}{shown}")

    def _note(self, row: Mapping[str, object]) -> None:
        if self.log:
            with self.log.open("a", encoding="utf-8") as rows:
                rows.write(json.dumps(row) + "\n")


def bar(done: int, of: int, width: int = 12) -> str:
    """How much of the way is gone."""
    full = round(width * done / max(1, of))
    return "█" * full + "░" * (width - full)


def sparkline(values: Sequence[float], width: int = 20) -> str:
    """A row of bars: the means of equal parts of the values."""
    size = max(1, math.ceil(len(values) / width))
    means = [sum(part) / len(part) for i in range(0, len(values), size) if (part := values[i : i + size])]
    low, high = min(means), max(means)
    return "".join(_BARS[round((mean - low) / (high - low or 1) * 7)] for mean in means)
