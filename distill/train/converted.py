"""A student that ships can be trained further: its CTranslate2 weights, read back into a transformers model.

The int8 weights come back as what they stand for (value over scale), so only the rounding of the conversion
is lost. Only decoder-only students (Llama) are read; the layout is CTranslate2's `TransformerDecoderSpec`.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from distill.weights import Variables, read_model_file
from tutor_app.errors import UserError

_DECODER = "TransformerDecoderSpec"


def is_converted(folder: Path) -> bool:
    """Whether a folder holds a model as CTranslate2 runs it."""
    return (folder / "model.bin").is_file()


def save_converted(folder: Path, target: Path) -> None:
    """Write a converted student as a transformers folder with its tokenizer."""
    found = read_model_file(folder / "model.bin")
    if found.spec != _DECODER:
        raise UserError(f"{folder} holds a {found.spec}; only decoder-only students (Llama) train further.")
    settings = json.loads((folder / "config.json").read_text("utf-8"))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        bos_token=settings["bos_token"],
        eos_token=settings["eos_token"],
        pad_token=settings["eos_token"],
        unk_token=settings["unk_token"],
    )
    model = _llama(found.variables, settings, tokenizer)
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)


def _llama(variables: Variables, settings: Mapping[str, Any], tokenizer: Any) -> LlamaForCausalLM:
    heads, first = int(variables["decoder/num_heads"]), "decoder/layer_0"
    tokens, width = variables["decoder/embeddings/weight"].shape
    config = LlamaConfig(
        vocab_size=tokens,
        hidden_size=width,
        intermediate_size=len(variables[f"{first}/ffn/linear_0/weight"]),
        num_hidden_layers=sum(name.endswith("/ffn/linear_0/weight") for name in variables),
        num_attention_heads=heads,
        num_key_value_heads=int(variables.get(f"{first}/self_attention/num_heads_kv", heads)),
        rms_norm_eps=settings["layer_norm_epsilon"],
        rope_parameters={
            "rope_type": "default",
            "rope_theta": float(variables[f"{first}/self_attention/rotary_base"]),
        },
        max_position_embeddings=8192,
        tie_word_embeddings=_tied(variables),
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
    )
    model = LlamaForCausalLM(config)
    model.load_state_dict(_state(variables, config), strict=False)
    model.tie_weights()
    return model


def _tied(variables: Variables) -> bool:
    return variables["decoder/projection/weight"] is variables["decoder/embeddings/weight"]


def _state(variables: Variables, config: LlamaConfig) -> dict[str, torch.Tensor]:
    def weight(name: str) -> torch.Tensor:
        values = variables[f"{name}/weight"].astype(np.float32)
        scale = variables.get(f"{name}/weight_scale")
        return torch.from_numpy(values if scale is None else values / scale[:, None])

    def gamma(name: str) -> torch.Tensor:
        return torch.from_numpy(variables[f"{name}/gamma"].astype(np.float32))

    state = {
        "model.embed_tokens.weight": weight("decoder/embeddings"),
        "model.norm.weight": gamma("decoder/layer_norm"),
    }
    if not config.tie_word_embeddings:
        state["lm_head.weight"] = weight("decoder/projection")
    for number in range(config.num_hidden_layers):
        state |= _layer(f"decoder/layer_{number}", f"model.layers.{number}", config, weight, gamma)
    return state


def _layer(
    name: str,
    into: str,
    config: LlamaConfig,
    weight: Callable[[str], torch.Tensor],
    gamma: Callable[[str], torch.Tensor],
) -> dict[str, torch.Tensor]:
    heads = config.num_key_value_heads or config.num_attention_heads
    keys = heads * (config.hidden_size // config.num_attention_heads)
    query, key, value = weight(f"{name}/self_attention/linear_0").split([config.hidden_size, keys, keys])
    return {
        f"{into}.self_attn.q_proj.weight": query,
        f"{into}.self_attn.k_proj.weight": key,
        f"{into}.self_attn.v_proj.weight": value,
        f"{into}.self_attn.o_proj.weight": weight(f"{name}/self_attention/linear_1"),
        f"{into}.mlp.gate_proj.weight": weight(f"{name}/ffn/linear_0"),
        f"{into}.mlp.up_proj.weight": weight(f"{name}/ffn/linear_0_noact"),
        f"{into}.mlp.down_proj.weight": weight(f"{name}/ffn/linear_1"),
        f"{into}.input_layernorm.weight": gamma(f"{name}/self_attention/layer_norm"),
        f"{into}.post_attention_layernorm.weight": gamma(f"{name}/ffn/layer_norm"),
    }
