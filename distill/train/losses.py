"""The two losses of the method, as pure functions of the replies' token log-likelihoods.

A training example asks for several replies (an answer among options, a fact among candidates) or for one
(a step to write). `token_scores[r]` holds the log-likelihoods of reply r's tokens.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

CHOOSING_SHARPNESS = 8.0
"""Facts are compared by their mean log-likelihood; this makes it as decisive as a sum over a few tokens."""


def summed(token_scores: Sequence[Tensor]) -> Tensor:
    """One score per reply: the sum of its tokens' log-likelihoods (options of an answer)."""
    return torch.stack([scores.sum() for scores in token_scores])


def averaged(token_scores: Sequence[Tensor]) -> Tensor:
    """One score per reply: the mean of its tokens' log-likelihoods, sharpened (facts of any length)."""
    return torch.stack([scores.mean() for scores in token_scores]) * CHOOSING_SHARPNESS


def listwise_loss(scores: Tensor, right: int) -> Tensor:
    """Cross-entropy over the replies: the right one should score best."""
    return torch.logsumexp(scores, 0) - scores[right]


def writing_loss(token_scores: Tensor) -> Tensor:
    """Mean negative log-likelihood of a reply's tokens."""
    return -token_scores.mean()
