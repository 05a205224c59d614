"""The losses against values worked out by hand."""

import math

import pytest
import torch

from distill.train.losses import CHOOSING_SHARPNESS, averaged, listwise_loss, summed, writing_loss


def test_listwise_loss_is_cross_entropy_over_the_replies() -> None:
    scores = torch.tensor([0.0, math.log(3.0)])  # probabilities 1/4 and 3/4
    assert listwise_loss(scores, 1).item() == pytest.approx(-math.log(0.75))
    assert listwise_loss(scores, 0).item() == pytest.approx(-math.log(0.25))


def test_options_are_summed_and_facts_averaged() -> None:
    tokens = [torch.tensor([-1.0, -2.0]), torch.tensor([-3.0])]
    assert summed(tokens).tolist() == [-3.0, -3.0]
    assert averaged(tokens).tolist() == pytest.approx([-1.5 * CHOOSING_SHARPNESS, -3.0 * CHOOSING_SHARPNESS])


def test_writing_loss_is_the_mean_over_the_tokens() -> None:
    assert writing_loss(torch.tensor([-1.0, -2.0, -6.0])).item() == pytest.approx(3.0)
