"""Training examples, and their batches as a student sees them.

For a decoder the prompt is read once and the replies branch from it: a reply's token attends to the prompt
and to its own branch only, and positions restart at the branch. For an encoder-decoder the prompt is
encoded once and its states serve every reply.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor


class Task(StrEnum):
    """What an example teaches; each task has one loss."""

    ANSWER = "answer"  # the right option among the options (sums of log-likelihoods)
    CHOOSE = "choose"  # the right fact among candidates (means of log-likelihoods)
    WRITE = "write"  # one reply, word for word


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt and its replies as token ids; `right` is the index of the wanted one."""

    task: Task
    prompt: tuple[int, ...]
    replies: tuple[tuple[int, ...], ...]
    right: int = 0
    weight: float = 1.0

    @property
    def length(self) -> int:
        """How many tokens it costs."""
        return len(self.prompt) + sum(map(len, self.replies))


@dataclass(frozen=True, slots=True)
class TreeBatch:
    """Examples side by side for a decoder, with the places where each reply's tokens are predicted."""

    ids: Tensor
    positions: Tensor
    mask: Tensor  # [batch, 1, length, length], True where a token may look
    rows: Tensor  # per target token: its example, the place that predicts it, and its id
    places: Tensor
    targets: Tensor
    sizes: tuple[tuple[int, ...], ...]  # per example: how many tokens each reply has


def tree_batch(examples: Sequence[Example], pad: int) -> TreeBatch:
    """Lay out the examples with their replies as branches."""
    trees = [_tree(example) for example in examples]
    longest = max(len(tree.ids) for tree in trees)
    ids = torch.full((len(trees), longest), pad)
    positions = torch.zeros((len(trees), longest), dtype=torch.long)
    mask = torch.zeros((len(trees), 1, longest, longest), dtype=torch.bool)
    for row, tree in enumerate(trees):
        length = len(tree.ids)
        ids[row, :length] = torch.tensor(tree.ids)
        positions[row, :length] = torch.tensor(tree.positions)
        branch = torch.tensor(tree.branches)
        seen = torch.tril(torch.ones(length, length, dtype=torch.bool))
        mask[row, 0, :length, :length] = seen & ((branch == -1) | (branch == branch[:, None]))
        mask[row, 0, length:, 0] = True  # padding looks somewhere, so that no row of the softmax is empty
    targets = [(row, place, id_) for row, tree in enumerate(trees) for place, id_ in tree.targets]
    rows, places, wanted = (torch.tensor(column) for column in zip(*targets, strict=True))
    sizes = tuple(tuple(map(len, example.replies)) for example in examples)
    return TreeBatch(ids, positions, mask, rows, places, wanted, sizes)


@dataclass(frozen=True, slots=True)
class _Tree:
    ids: list[int]
    positions: list[int]
    branches: list[int]  # -1 on the trunk, else the reply's number
    targets: list[tuple[int, int]]  # the place that predicts a token, and the token


def _tree(example: Example) -> _Tree:
    trunk = len(example.prompt)
    tree = _Tree(list(example.prompt), list(range(trunk)), [-1] * trunk, [])
    for number, reply in enumerate(example.replies):
        before = trunk - 1
        for offset, id_ in enumerate(reply):
            tree.targets.append((before, id_))
            if offset < len(reply) - 1:  # the last token predicts nothing
                before = len(tree.ids)
                tree.ids.append(id_)
                tree.positions.append(trunk + offset)
                tree.branches.append(number)
    return tree


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Examples for an encoder-decoder: prompts once each, replies in one row each."""

    sources: Tensor
    source_mask: Tensor
    owners: Tensor  # per reply: its example
    replies: Tensor  # padded with -100
    sizes: tuple[tuple[int, ...], ...]


def pair_batch(examples: Sequence[Example], pad: int) -> PairBatch:
    """Lay out the prompts and all replies."""
    sources = _padded([example.prompt for example in examples], pad)
    mask = _padded([(1,) * len(example.prompt) for example in examples], 0)
    owners = [row for row, example in enumerate(examples) for _ in example.replies]
    replies = _padded([reply for example in examples for reply in example.replies], -100)
    sizes = tuple(tuple(map(len, example.replies)) for example in examples)
    return PairBatch(sources, mask, torch.tensor(owners), replies, sizes)


def _padded(rows: Sequence[Sequence[int]], pad: int) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])
