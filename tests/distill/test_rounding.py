"""Training as int8 computes: what is smoothed says the same, what is rounded can still learn."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from distill.train.examples import Example
from distill.train.loop import Schedule, train
from distill.train.reading import reply_scores
from distill.train.rounding import prepare, round_in_training, rounded, smooth
from tests.distill.training_helpers import ITEMS, tiny_base, tiny_lessons
from tutor_app.errors import UserError


@pytest.fixture(autouse=True)
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCI_COT_FUSE", "0")


def _student_with_a_loud_channel(folder: Path) -> tuple[Any, list[Example]]:
    model, lessons = tiny_lessons(tiny_base(folder))
    with torch.no_grad():
        for layer in model.model.layers:
            layer.input_layernorm.weight[3] *= 200
            layer.post_attention_layernorm.weight[5] *= 200
            layer.mlp.up_proj.weight[7] *= 200
            for reader, channel in (
                *((layer.self_attn.get_submodule(f"{name}_proj"), 3) for name in "qkv"),
                (layer.mlp.gate_proj, 5), (layer.mlp.up_proj, 5), (layer.mlp.down_proj, 7),
            ):  # fmt: skip
                reader.weight[:, channel] /= 200
    return model, [lessons.answer(item) for item in ITEMS]


def _scores(model: Any, examples: list[Example]) -> Tensor:
    with torch.no_grad():
        return torch.stack([scores.sum() for found in reply_scores(model, examples) for scores in found])


def test_a_rounded_row_has_few_steps_and_stays_near() -> None:
    row = torch.linspace(-2, 1, 50).unsqueeze(0)
    near = rounded(row, 4)
    assert len(near.unique()) == 7
    assert (near - row).abs().max() <= 0.25 + 1e-6


def test_smoothing_changes_no_score(tmp_path: Path) -> None:
    model, examples = _student_with_a_loud_channel(tmp_path)
    before, weights = _scores(model, examples), model.model.layers[0].mlp.down_proj.weight.clone()
    smooth(model, examples)
    assert torch.allclose(_scores(model, examples), before, atol=1e-3)
    assert not torch.allclose(model.model.layers[0].mlp.down_proj.weight, weights)


def test_a_smoothed_student_loses_less_by_rounding(tmp_path: Path) -> None:
    def lost(ready: Callable[[Any, list[Example]], None]) -> float:
        model, examples = _student_with_a_loud_channel(tmp_path)
        before = _scores(model, examples)
        ready(model, examples)
        round_in_training(model, 127)
        return float((_scores(model, examples) - before).abs().mean())

    assert 0 < lost(smooth) < lost(lambda model, examples: None) / 3


def test_a_student_learns_while_it_is_rounded(tmp_path: Path) -> None:
    model, examples = _student_with_a_loud_channel(tmp_path)
    prepare(model, examples, 40)
    right = [sum(len(e.replies) for e in examples[:i]) + e.right for i, e in enumerate(examples)]
    before = _scores(model, examples)[right].mean()
    schedule = Schedule(learning_rate=3e-3, epochs=12, batch_tokens=200, precision="float32")
    trained = train(model, examples, schedule, tmp_path, lambda words: None)
    assert _scores(trained, examples)[right].mean() > before + 1


def test_a_t5_is_refused_in_a_sentence(tmp_path: Path) -> None:
    model, _ = tiny_lessons(tiny_base(tmp_path, "t5"))
    with pytest.raises(UserError, match="int8_levels works for Llama"):
        prepare(model, [], 40)
