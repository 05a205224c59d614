"""Training for int8: the student computes in training as its converted form will.

CTranslate2 rounds every weight row and every token's activations to int8 before a matrix product. A small
Llama has a few channels far larger than the others, so the others are left with few steps: the first
students that shipped lost three points on ARC-Easy by it. Two remedies, used together before a last phase:

- `smooth` moves large channels from the activations into the weights behind them (after SmoothQuant,
  arXiv 2211.10438); the model says exactly what it said before.
- `round_in_training` rounds weights and activations in the forward pass and lets the gradients through, so
  that training makes up for what rounding costs.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import embedding, linear

from distill.train.examples import Example
from distill.train.fused import can_fuse
from distill.train.reading import reply_scores
from tutor_app.errors import UserError

ACTIVATION_LEVELS = 127
SMOOTHING = 0.5  # how much of a channel's size moves: 0 none, 1 all
SAMPLE = 64  # examples whose activations are looked at
_FARTHEST = 50.0


def rounded(values: Tensor, levels: int) -> Tensor:
    """Each row as whole steps, so many on either side of zero."""
    wide = values.float()
    step = wide.abs().amax(-1, keepdim=True).clamp_min(1e-12) / levels
    return ((wide / step).round() * step).to(values.dtype)


class _Rounded(torch.autograd.Function):
    """Rounds on the way forward; gradients pass as if it had not."""

    compiled: Any = None

    @staticmethod
    def forward(ctx: Any, values: Tensor, levels: int) -> Tensor:
        return (_Rounded.compiled or rounded)(values, levels)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0], None


def prepare(model: Any, examples: Sequence[Example], levels: int) -> None:
    """Ready a Llama for training as int8 computes, with weights of `levels` steps."""
    if model.config.is_encoder_decoder:
        raise UserError("int8_levels works for Llama bases; leave it out for a T5 base.")
    smooth(model, examples)
    round_in_training(model, levels)


def round_in_training(model: Any, levels: int) -> None:
    """Let this model's forward pass compute with weights of `levels` steps and int8 activations."""
    if can_fuse():
        _Rounded.compiled = torch.compile(rounded, dynamic=True)

    def linear_forward(self: Any, states: Tensor) -> Tensor:
        return linear(
            _Rounded.apply(states, ACTIVATION_LEVELS), _Rounded.apply(self.weight, levels), self.bias
        )

    def embedding_forward(self: Any, ids: Tensor) -> Tensor:
        return embedding(ids, _Rounded.apply(self.weight, levels))

    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.forward = linear_forward.__get__(module)  # type: ignore[method-assign]
        elif isinstance(module, torch.nn.Embedding):
            module.forward = embedding_forward.__get__(module)  # type: ignore[method-assign]


def smooth(model: Any, examples: Sequence[Example]) -> None:
    """Even out a Llama's activations, as found on some examples, without changing what it says."""
    sizes = _channel_sizes(model, examples[:SAMPLE])
    for number, layer in enumerate(model.model.layers):
        attention, feed = layer.self_attn, layer.mlp
        readers = [attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight]
        layer.input_layernorm.weight.data /= _moved(sizes[number, "attention"], readers)
        readers = [feed.gate_proj.weight, feed.up_proj.weight]
        layer.post_attention_layernorm.weight.data /= _moved(sizes[number, "feed"], readers)
        feed.up_proj.weight.data /= _moved(sizes[number, "down"], [feed.down_proj.weight])[:, None]


def _moved(size: Tensor, readers: Iterable[Tensor]) -> Tensor:
    """Multiply the readers' columns by each channel's share, and return it for whatever feeds them."""
    weights = [reader.data for reader in readers]
    largest = torch.stack([weight.abs().amax(0) for weight in weights]).amax(0).clamp_min(1e-5)
    share = size.clamp_min(1e-5) ** SMOOTHING / largest ** (1 - SMOOTHING)
    share = (share / share.log().mean().exp()).clamp(1 / _FARTHEST, _FARTHEST)
    for weight in weights:
        weight *= share
    return share


@torch.no_grad()
def _channel_sizes(model: Any, examples: Sequence[Example]) -> dict[tuple[int, str], Tensor]:
    """Per layer and place, each channel's root mean square beside the largest channel of its token."""
    sums: dict[tuple[int, str], Tensor] = {}
    hooks = []

    def watch(module: Any, key: tuple[int, str]) -> None:
        def add(_: Any, given: tuple[Tensor, ...]) -> None:
            states = given[0].float().flatten(0, -2).abs()
            share = states / states.amax(-1, keepdim=True).clamp_min(1e-9)
            sums[key] = sums.get(key, torch.zeros(states.shape[-1])) + share.pow(2).mean(0)

        hooks.append(module.register_forward_pre_hook(add))

    for number, layer in enumerate(model.model.layers):
        watch(layer.self_attn.q_proj, (number, "attention"))
        watch(layer.mlp.gate_proj, (number, "feed"))
        watch(layer.mlp.down_proj, (number, "down"))
    for example in examples:
        reply_scores(model, [example])
    for hook in hooks:
        hook.remove()
    return {key: (total / len(examples)).sqrt() for key, total in sums.items()}
