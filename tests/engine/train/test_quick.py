"""What makes a step quick changes no number: layers in another order, and all weights in one row of memory."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from engine.spec.train import TrainSpec
from engine.train.optimiser import Optimiser
from engine.train.quick import quickened
from engine.train.rows import rows_of
from tests.engine.train.conftest import same

CPU = torch.device("cpu")
OPTIMISERS = ("adam", "adamw", "sgd", "rmsprop", "adadelta")


@st.composite
def poolings(draw: st.DrawFn) -> nn.MaxPool2d:
    size = draw(st.integers(1, 4))
    return nn.MaxPool2d(
        size, draw(st.integers(1, 4)), draw(st.integers(0, size // 2)), draw(st.integers(1, 2)),
        ceil_mode=draw(st.booleans()),
    )  # fmt: skip


@given(
    st.lists(poolings(), min_size=1, max_size=3), st.booleans(), st.integers(1, 3), st.booleans(), st.integers(0, 99)
)
def test_values_and_gradients_are_equal_bit_for_bit(
    pools: list[nn.MaxPool2d], twice: bool, channels: int, coarse: bool, seed: int
) -> None:
    """Coarse numbers are often equal, so that a maximum is found in several cells."""
    chance = torch.Generator().manual_seed(seed)
    inputs = torch.randn(2, channels, 13, 11, generator=chance)
    inputs = (2 * inputs).round() if coarse else inputs
    layers = [nn.ReLU(), *pools] if twice else [layer for pool in pools for layer in (nn.ReLU(), pool)]
    plain = nn.Sequential(*layers)
    first, second = inputs.clone().requires_grad_(), inputs.clone().requires_grad_()
    try:
        expected = plain(first)
    except RuntimeError:
        return  # nothing is left to pool
    made = quickened(plain)(second)
    assert torch.equal(made, expected)
    weights = torch.randn(expected.shape, generator=chance)
    expected.backward(weights)
    made.backward(weights)
    assert first.grad is not None
    assert second.grad is not None
    assert torch.equal(first.grad, second.grad)


def test_only_a_relu_right_before_a_max_pooling_moves() -> None:
    layers = [nn.ReLU(), nn.AvgPool2d(2), nn.Tanh(), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten()]
    assert list(quickened(nn.Sequential(*layers))) == layers
    single = nn.Linear(2, 2)
    assert quickened(single) is single


def stack(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    made = nn.Sequential(nn.Conv2d(1, 3, 3, bias=False), nn.BatchNorm2d(3), nn.Conv2d(3, 2, (2, 3)), nn.Flatten())
    made.append(nn.Linear(2 * 5 * 4, 3))
    return made.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def learn(module: nn.Module, optimiser: Optimiser, step: int) -> None:
    pictures = torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(step))
    module(pictures).square().mean().backward()
    optimiser.step(0.01 / (step + 1))


def test_all_weights_lie_in_one_row_laid_out_as_they_were() -> None:
    module, before = stack(0), stack(0)
    (row,) = rows_of(module, CPU)
    for name, weight in module.named_parameters():
        other = before.get_parameter(name)
        assert torch.equal(weight, other)
        assert weight.stride() == other.stride()
        assert weight.untyped_storage().data_ptr() == row.parameter.untyped_storage().data_ptr()
        assert row.views[name](row.parameter).data_ptr() == weight.data_ptr()
        assert weight.data_ptr() % 64 == row.parameter.data_ptr() % 64
        assert weight.grad is not None
        assert row.parameter.grad is not None
        assert row.views[name](row.parameter.grad).data_ptr() == weight.grad.data_ptr()


def test_a_single_weight_and_those_on_a_gpu_stay_where_they_are() -> None:
    alone = nn.Linear(3, 2, bias=False)
    assert [row.parameter for row in rows_of(alone, CPU)] == [alone.weight]
    module = stack(0)
    found = rows_of(module, torch.device("cuda"))
    assert [row.parameter for row in found] == list(module.parameters())


@pytest.mark.parametrize("name", OPTIMISERS)
def test_steps_in_one_row_are_torch_s_own(name: str) -> None:
    """A weight for itself and one in a row differ by rounding at most: vectors end elsewhere."""
    settings = TrainSpec(optimiser=name, weight_decay=0.01)
    rowed, plain = stack(1), stack(1)
    ours, theirs = Optimiser(rowed, settings, CPU), Optimiser(plain, settings, torch.device("meta"))
    for step in range(4):
        learn(rowed, ours, step)
        learn(plain, theirs, step)
    for key, weight in plain.named_parameters():
        torch.testing.assert_close(rowed.get_parameter(key), weight, rtol=1e-4, atol=1e-6)
    assert ours.state().keys() == theirs.state().keys()


@pytest.mark.parametrize("name", OPTIMISERS)
@given(cut=st.integers(0, 3))
def test_put_back_it_goes_on_as_if_nothing_had_been(name: str, cut: int) -> None:
    settings = TrainSpec(optimiser=name, weight_decay=0.01)
    whole = stack(2)
    optimiser = Optimiser(whole, settings, CPU)
    for step in range(4):
        if step == cut:
            weights, state = {k: v.clone() for k, v in whole.state_dict().items()}, optimiser.state()
        learn(whole, optimiser, step)
    again = stack(3)
    resumed = Optimiser(again, settings, CPU)
    again.load_state_dict(weights)
    resumed.put_back(state)
    for step in range(cut, 4):
        learn(again, resumed, step)
    assert same(dict(again.state_dict()), dict(whole.state_dict()))
    assert same(resumed.state(), optimiser.state())
    assert all(kept.is_contiguous() and kept.untyped_storage().nbytes() == kept.nbytes for kept in state.values())
