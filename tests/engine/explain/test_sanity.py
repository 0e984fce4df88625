"""Attributions find the evidence where it is known; the sanity figures tell good maps from bad ones."""

from __future__ import annotations

import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from engine.explain import Attribution, Curve, Target, attribute, deletion, insertion, randomised
from engine.explain.sanity import rank_correlation, with_random_weights
from tests.engine.explain.conftest import SIDE, evidence


def test_the_network_has_learned_the_made_data(learned: nn.Module) -> None:
    seen = evidence(200, 10_000)
    with torch.no_grad():
        assert (learned(seen.inputs).argmax(1) == seen.labels).float().mean() > 0.98


@pytest.mark.parametrize("method", ["grad-cam", "occlusion"])
def test_most_of_the_heat_lies_on_the_evidence(learned: nn.Module, method: str) -> None:
    seen = evidence(30, 20_000, classes=2)
    shares = []
    for inputs, inside in zip(seen.inputs, seen.inside, strict=True):
        heat = attribute(learned, inputs[None], method).heat.clamp_min(0)
        shares.append((heat[inside].sum() / heat.sum().clamp_min(1e-9)).item())
    assert sum(shares) / len(shares) > 0.6, shares


def test_deleting_what_is_hot_hurts_more_than_deleting_anything_else(learned: nn.Module) -> None:
    seen = evidence(8, 30_000, classes=2)
    chance = torch.Generator().manual_seed(0)
    for inputs in seen.inputs.split(1):
        made = attribute(learned, inputs, "occlusion")
        anyhow = Attribution("", made.target, made.values, torch.rand(SIDE, SIDE, generator=chance), made.score)
        gone, back = deletion(learned, inputs, made), insertion(learned, inputs, made)
        assert gone.shares[0] == 0.0
        assert gone.shares[-1] == 1.0
        sure = learned(inputs).softmax(1)[0, made.target.map].item()
        assert gone.values[0] == pytest.approx(sure, abs=1e-5)
        assert back.values[-1] == pytest.approx(sure, abs=1e-5)
        assert gone.values[-1] == pytest.approx(back.values[0], abs=1e-5)
        assert gone.area < deletion(learned, inputs, anyhow).area + 1e-6
        assert back.area > insertion(learned, inputs, anyhow).area - 1e-6


def test_curves_by_hand(learned: nn.Module) -> None:
    inputs = evidence(1, 5, classes=2).inputs
    made = attribute(learned, inputs, "grad-cam", Target(layer="conv2", map=2))
    curve = deletion(learned, inputs, made, steps=4)
    order = made.heat.flatten().argsort(descending=True, stable=True)
    for share, value in zip(curve.shares, curve.values, strict=True):
        changed = inputs.clone().flatten()
        changed[order[: round(share * order.numel())]] = 0.5
        with torch.no_grad():
            kept = learned[:4](changed.reshape(inputs.shape))[0, 2].mean().item() / made.score
        assert value == pytest.approx(kept, rel=1e-4, abs=1e-5)
    assert Curve((0.0, 0.5, 1.0), (1.0, 0.5, 0.0)).area == 0.5


def test_random_weights_change_what_grad_cam_says_and_keep_the_network(learned: nn.Module) -> None:
    inputs = evidence(1, 6, classes=2).inputs
    before = {name: value.clone() for name, value in learned.state_dict().items()}
    made = attribute(learned, inputs, "occlusion")

    def explain(module: nn.Module, target: Target) -> Attribution:
        return attribute(module, inputs, "occlusion", target)

    assert randomised(learned, lambda module, target: explain(learned, target), made) == pytest.approx(1.0)
    assert abs(randomised(learned, explain, made)) < 0.7
    assert all(torch.equal(value, before[name]) for name, value in learned.state_dict().items())
    other = with_random_weights(learned)
    assert not torch.equal(other.conv1.weight, learned.conv1.weight)
    assert other.conv1.weight.std().item() == pytest.approx(learned.conv1.weight.std().item(), rel=0.3)


@given(st.lists(st.integers(-5, 5), min_size=3, max_size=30), st.integers(0, 99))
def test_rank_correlation_is_spearmans(values: list[int], seed: int) -> None:
    one = torch.tensor(values, dtype=torch.float32)
    other = torch.randn(len(values), generator=torch.Generator().manual_seed(seed)).round(decimals=1)
    if one.unique().numel() < 2 or other.unique().numel() < 2:
        assert rank_correlation(one, other) == 0.0
        return
    expected = scipy.stats.spearmanr(one, other).statistic
    assert rank_correlation(one, other) == pytest.approx(expected, abs=1e-9)
