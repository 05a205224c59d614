"""How likely a student finds each reply's tokens: the forward pass of both families."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from distill.train.examples import Example, pair_batch, tree_batch


def reply_scores(model: Any, examples: Sequence[Example]) -> list[list[Tensor]]:
    """Per example and reply, the log-likelihoods of its tokens."""
    if model.config.is_encoder_decoder:
        return _pair_scores(model, examples)
    return _tree_scores(model, examples)


def _tree_scores(model: Any, examples: Sequence[Example]) -> list[list[Tensor]]:
    device, dtype = model.device, next(model.parameters()).dtype
    batch = tree_batch(examples, model.config.pad_token_id or 0)
    forbidden = torch.zeros(batch.mask.shape, dtype=dtype).masked_fill(~batch.mask, torch.finfo(dtype).min)
    hidden = model.model(
        input_ids=batch.ids.to(device),
        position_ids=batch.positions.to(device),
        attention_mask=forbidden.to(device),
        use_cache=False,
    ).last_hidden_state
    logits = model.lm_head(hidden[batch.rows.to(device), batch.places.to(device)])
    return _grouped(_likelihoods(logits, batch.targets.to(device)), batch.sizes)


def _pair_scores(model: Any, examples: Sequence[Example]) -> list[list[Tensor]]:
    device = model.device
    batch = pair_batch(examples, model.config.pad_token_id or 0)
    owners = batch.owners.to(device)
    source_mask = batch.source_mask.to(device)
    states = model.encoder(input_ids=batch.sources.to(device), attention_mask=source_mask)
    states.last_hidden_state = states.last_hidden_state[owners]
    labels = batch.replies.to(device)
    logits = model(encoder_outputs=states, attention_mask=source_mask[owners], labels=labels).logits
    known = labels != -100
    return _grouped(_likelihoods(logits[known], labels[known]), batch.sizes)


def _likelihoods(logits: Tensor, targets: Tensor) -> Tensor:
    return -torch.nn.functional.cross_entropy(logits.float(), targets, reduction="none")


def _grouped(scores: Tensor, sizes: Sequence[Sequence[int]]) -> list[list[Tensor]]:
    parts = iter(scores.split([size for example in sizes for size in example]))
    return [[next(parts) for _ in example] for example in sizes]
