"""A frozen layer is not learned: its weights stay bit for bit, and the others are learned all the same."""

from __future__ import annotations

import msgspec
import pytest
import torch

from engine.data.dataset import DataSet
from engine.errors import SpecError
from engine.nn import build
from engine.spec.layers import LAYER_TYPES, Conv2d, Flatten, Linear, ReLU, new_layer
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from engine.spec.train import TrainSpec
from engine.train.optimiser import Optimiser
from engine.train.suits import suited


def _network(conv: bool, linear: bool) -> NetworkSpec:
    layers = (
        Conv2d(out_channels=2, kernel_size=3, frozen=conv),
        ReLU(),
        Flatten(),
        Linear(out_features=3, frozen=linear),
    )
    return NetworkSpec(input_shape=(1, 6, 6), layers=layers)


@pytest.mark.parametrize("frozen", ["conv1", "linear1"])
def test_only_what_is_not_frozen_changes(frozen: str) -> None:
    module = build(_network(frozen == "conv1", frozen == "linear1"))
    before = {name: weight.detach().clone() for name, weight in module.named_parameters()}
    optimiser = Optimiser(module, TrainSpec(optimiser="adamw", weight_decay=0.1), torch.device("cpu"))
    module(torch.rand(4, 1, 6, 6)).square().sum().backward()
    optimiser.step(0.1)
    kept = {name for name, weight in module.named_parameters() if torch.equal(weight, before[name])}
    assert kept == {f"{frozen}.weight", f"{frozen}.bias"}
    assert all(name.rpartition("/")[2].partition(".")[0] != frozen for name in optimiser.state())


def test_the_summary_counts_what_stays_and_a_network_that_learns_nothing_is_refused(digits: DataSet) -> None:
    found = summary(_network(True, False))
    assert (found.parameters, found.frozen_parameters) == (20 + 99, 20)
    with pytest.raises(SpecError, match="frozen"):
        suited(_network(True, True), digits, TrainSpec())


@pytest.mark.parametrize("name", sorted(name for name, kind in LAYER_TYPES.items() if kind.beside))
def test_every_layer_that_can_be_frozen_is(name: str) -> None:
    made = msgspec.structs.replace(new_layer(name), frozen=True)
    shape = (3, *(6,) * (made.axes or 2))
    module = build(NetworkSpec(input_shape=shape, layers=(made,)))
    assert not any(weight.requires_grad for weight in module.parameters())
    assert list(module.parameters())
