"""Planted faults are found by the filter doctor, and networks that learn well have none."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from engine.nn import fresh_module
from engine.presets import preset
from engine.spec.events import Looked
from engine.spec.train import TrainSpec
from engine.train import Controls, train
from engine.train.device import computing
from engine.train.doctor import examine
from engine.train.faults import first_bad
from engine.train.figures import Look
from engine.train.trainer import Trainer
from tests.engine.train.conftest import part_of, same

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def one_thread():
    """Two that wait for each other on a busy machine take ten times as long."""
    with computing(1):
        yield


@pytest.fixture
def batch(mnist):
    return mnist.x_train[:64].float() / 255, mnist.y_train[:64]


def stack(activation):
    torch.manual_seed(0)
    made = nn.Sequential(nn.Conv2d(1, 6, 5), activation(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 5), activation())
    return made.extend([nn.Flatten(), nn.Linear(8 * 64, 10)])


def told(module, batch, loss=False):
    """{(layer, illness): filters}."""
    makes = (lambda outputs: F.cross_entropy(outputs, batch[1])) if loss else None
    return {(found.layer, found.illness): found.filters for found in examine(module, batch[0], makes)}


def test_dead_filters(batch):
    module = stack(nn.ReLU)
    with torch.no_grad():
        module[3].bias[[2, 5]] = -1e3
    assert told(module, batch) == {("4", "dead"): (2, 5)}


@pytest.mark.parametrize("activation", [nn.Tanh, nn.Sigmoid])
def test_saturated_filters(batch, activation):
    module = stack(activation)
    with torch.no_grad():
        module[0].bias[1] = 50.0
        module[0].bias[4] = -50.0
    assert told(module, batch) == {("1", "saturated"): (1, 4)}


def test_duplicated_filters(batch):
    module = stack(nn.ReLU)
    with torch.no_grad():
        module[3].weight[7] = 2.5 * module[3].weight[1]
        module[3].weight[4] = -module[3].weight[2]
    assert told(module, batch) == {("3", "duplicated"): (1, 7)}


def test_vanishing_and_exploding_gradients(batch):
    deep = nn.Sequential(nn.Flatten(), *(layer for _ in range(12) for layer in (nn.Linear(784, 784), nn.Sigmoid())))
    deep.append(nn.Linear(784, 10))
    found = told(deep, batch, loss=True)
    assert {layer for layer, illness in found if illness == "vanishing"} >= {"1", "3"}
    assert ("25", "vanishing") not in found
    steep = stack(nn.ReLU)
    with torch.no_grad():
        for place in (3, 6):
            steep[place].weight.mul_(3e4)
    assert ("0", "exploding") in told(steep, batch, loss=True)


def test_numbers_that_are_not_finite_and_the_first_layer_that_makes_them(batch):
    module = stack(nn.ReLU)
    with torch.no_grad():
        module[3].weight[0, 0, 0, 0] = torch.nan
    assert told(module, batch) == {("3", "not finite"): ()}
    assert first_bad(module, batch[0]) == "3"
    assert first_bad(stack(nn.ReLU), batch[0]) == ""


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 10))])
def test_a_healthy_run_has_nothing(mnist, seed):
    network = preset("lenet-5")
    data = part_of(mnist, 640, 10)
    trainer = Trainer(fresh_module(network, seed), data, TrainSpec(seed=seed, epochs=2), CPU)
    for _ in range(trainer.steps):
        trainer.take_step()
    inputs, labels = data.x_train[:256].float() / 255, data.y_train[:256]
    before = trainer.weights().state
    assert told(trainer.module, (inputs, labels), loss=True) == {}
    assert same(before, trainer.weights().state)
    assert trainer.module.training


def test_a_step_that_is_looked_at_is_the_same_step(chancy, digits):
    plain, watched = (Trainer(fresh_module(chancy, 0), digits, TrainSpec(batch_size=20), CPU) for _ in range(2))
    for _ in range(4):
        look = Look()
        before = watched.weights().state["conv2.weight"]
        assert torch.equal(plain.take_step().loss, watched.take_step(look).loss)
        assert same(plain.weights().state, watched.weights().state)
    found = {figures.layer: figures for figures in look.layers}
    assert list(found) == ["conv1", "norm1", "relu1", "conv2", "dropout1", "flatten1", "linear1"]
    moved = watched.weights().state["conv2.weight"] - before
    assert found["conv2"].update_ratio == pytest.approx(float(moved.norm() / before.norm()), rel=1e-4)
    assert sum(found["conv2"].weights.counts) == sum(found["conv2"].gradients.counts) == before.numel()
    assert sum(found["relu1"].made.counts) == 20 * 4 * 8 * 8
    assert found["relu1"].weights is None


def test_layers_are_told_only_to_who_watches(network, digits):
    controls = Controls()
    settings = TrainSpec(epochs=1, batch_size=10)
    assert not [e for e in train(network, digits, settings, device="cpu", controls=controls) if isinstance(e, Looked)]
    controls.watch()
    told = [e for e in train(network, digits, settings, device="cpu", controls=controls) if isinstance(e, Looked)]
    assert [event.step for event in told][:1] == [1]
