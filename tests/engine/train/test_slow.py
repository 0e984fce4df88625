"""Slow motion: every number of a step against autograd, central differences, and torch's own optimisers."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from engine.errors import SpecError
from engine.nn.modules import SameConv1d, SameConv2d
from engine.spec.train import TrainSpec
from engine.train.losses import loss_of
from engine.train.optimiser import Optimiser
from engine.train.slow import followable, lessons, walk

LOSSES = ("cross-entropy", "squared", "absolute", "huber", "binary")
OPTIMISERS = ("sgd", "nesterov", "adam", "adamw", "rmsprop", "adadelta")


@st.composite
def stacks(draw: st.DrawFn) -> tuple[nn.Sequential, torch.Tensor]:
    """A convolution with ugly sizes, pooling now and then, and a dense end."""
    whole = st.integers
    groups, depth, made = draw(whole(1, 3)), draw(whole(1, 2)), draw(whole(1, 2))
    kernel, gap = (draw(whole(1, 4)), draw(whole(1, 3))), (draw(whole(1, 2)), draw(whole(1, 3)))
    room = [
        size + (side - 1) * step
        for size, side, step in zip((draw(whole(0, 5)), draw(whole(0, 4))), kernel, gap, strict=True)
    ]
    size = [max(1, each + 1) for each in room]
    mode = draw(st.sampled_from(["zeros", "replicate", "circular"]))
    stride = (draw(whole(1, 3)), draw(whole(1, 3)))
    arguments: dict[str, Any] = {"stride": stride, "dilation": gap, "groups": groups, "padding_mode": mode}
    if mode == "circular":
        arguments["padding"] = 0
    elif draw(st.booleans()):
        arguments["padding"] = (draw(whole(0, 2)), draw(whole(0, 2)))
    kind = draw(st.sampled_from([nn.Conv2d, SameConv2d])) if mode != "circular" else nn.Conv2d
    arguments.pop("padding", None) if kind is SameConv2d else None
    torch.manual_seed(draw(whole(0, 99)))
    layers: list[nn.Module] = [kind(groups * depth, groups * made, kernel, **arguments), nn.Tanh()]
    if draw(st.booleans()):
        layers.append(nn.AvgPool2d(2, ceil_mode=True))
    inputs = torch.rand(draw(whole(1, 3)), groups * depth, *size)
    features = nn.Sequential(*layers, nn.Flatten())(inputs).shape[1]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(features, 3)), inputs


@given(stacks(), st.data())
def test_the_correlation_is_the_gradient(made: tuple[nn.Sequential, torch.Tensor], data: st.DataObject) -> None:
    module, inputs = made
    targets = torch.arange(len(inputs)) % 3
    layer = data.draw(st.sampled_from(followable(module)))
    weight = module.get_submodule(layer).get_parameter("weight")
    cell = tuple(data.draw(st.integers(0, side - 1)) for side in weight.shape)
    walked = walk(module, inputs, targets, TrainSpec(optimiser="sgd"), layer, cell)

    loss = nn.functional.cross_entropy(module(inputs), targets)
    loss.backward()
    slope = float(weight.grad[cell])
    assert walked.slope == pytest.approx(slope, abs=1e-5)
    assert walked.slope == pytest.approx(walked.autograd, abs=1e-12)
    assert walked.slope == pytest.approx(walked.differences, abs=1e-3)
    assert walked.loss == pytest.approx(loss.item(), abs=1e-5)
    met = walked.met
    assert met.seen.shape == met.upstream.shape
    top, left = met.begin
    assert met.whole[:, top, left].tolist() == met.seen[:, 0, 0].tolist()
    row, column = (top + (met.seen.shape[1] - 1) * met.stride[0], left + (met.seen.shape[2] - 1) * met.stride[1])
    assert met.whole[:, row, column].tolist() == met.seen[:, -1, -1].tolist()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("numbers", [False, True])
def test_the_slopes_of_the_outputs(name: Any, numbers: bool) -> None:
    if numbers and name in ("cross-entropy", "binary"):
        return
    outputs = torch.randn(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1), requires_grad=True)
    targets = torch.linspace(-2, 2, 20).double().view(5, 4) if numbers else torch.tensor([0, 3, 1, 1, 2])
    smoothing = 0.1 if name == "cross-entropy" else 0.0
    loss = loss_of(name, outputs, targets, smoothing)
    loss.backward()
    told = lessons(name, outputs.detach(), targets, smoothing)
    assert torch.allclose(told.slopes, outputs.grad, atol=1e-12)
    assert told.losses.mean().item() == pytest.approx(loss.item(), abs=1e-12)


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("plain", [False, True])
def test_the_formula_is_what_the_optimiser_does(name: Any, plain: bool) -> None:
    torch.manual_seed(3)
    module = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(27, 4))
    inputs, targets = torch.rand(3, 2, 5, 5), torch.tensor([0, 3, 2])
    more = {"momentum": 0.0} if plain else {"momentum": 0.7, "weight_decay": 0.02, "clip_norm": 0.5}
    spec = TrainSpec(optimiser=name, learning_rate=0.05, **more)
    optimiser = Optimiser(module, spec, torch.device("cpu"))
    for steps in range(3):
        before, memory = copy.deepcopy(module), optimiser.state()
        loss_of("cross-entropy", module(inputs), targets).backward()
        if spec.clip_norm:
            optimiser.clip(optimiser.gradient_norm(), spec.clip_norm)
        optimiser.step(0.05)
        walked = walk(before, inputs, targets, spec, "0", (1, 0, 2, 1), memory)
        assert walked.rule.after == pytest.approx(walked.after, abs=1e-12)
        assert walked.after == pytest.approx(module[0].weight[1, 0, 2, 1].item(), abs=1e-6)
        assert walked.age == (steps if memory and "step/0.weight" in memory else int(bool(memory)))
        assert walked.loss_after == pytest.approx(loss_of("cross-entropy", module(inputs), targets).item(), abs=1e-5)


def test_series_and_a_network_that_is_left_as_it_is() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(
        SameConv1d(2, 3, 4, stride=2), nn.BatchNorm1d(3), nn.Dropout(), nn.Flatten(), nn.Linear(12, 2)
    )
    module.train()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    walked = walk(module, torch.rand(1, 2, 7), torch.tensor([1]), TrainSpec(), "0", (2, 1, 3))
    assert walked.slope == pytest.approx(walked.autograd, abs=1e-12)
    assert walked.met.whole.shape == (1, 1, 10)
    assert module.training
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())


def test_what_cannot_be_followed_is_said() -> None:
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    module[0].requires_grad_(False)
    assert followable(module) == ("3",)
    batch = torch.rand(1, 1, 4, 4), torch.tensor([0]), TrainSpec()
    for layer, cell in (("0", (0, 0, 0, 0)), ("1", (0,)), ("3", (2, 0)), ("3", (0,)), ("9", (0,))):
        with pytest.raises(SpecError, match=r"cannot be followed|has no weight at"):
            walk(module, *batch, layer, cell)
    assert walk(module, *batch, "3", (1, 7)).scale == 1.0
    clipped = walk(module, batch[0], batch[1], msgspec.structs.replace(batch[2], clip_norm=1e-3), "3", (1, 7))
    assert 0 < clipped.scale < 0.1
