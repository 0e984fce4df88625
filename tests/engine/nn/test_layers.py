"""What the layers that torch has no class for compute, held to plain loops; and what weights begin with."""

from __future__ import annotations

import itertools

import msgspec
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from engine.kernels.banks import bank
from engine.nn import build, feature_maps, fresh_module, layer_paths, layout_for, load_state, state_of
from engine.presets import preset
from engine.spec import layers as spec
from engine.spec.filter import KernelSpec
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from tests.conftest import LONG
from tests.support import zoo

SOME = settings(max_examples=300 if LONG else 40)


def alone(layer: spec.AnyLayer, shape: tuple[int, ...]) -> tuple[nn.Module, Tensor]:
    """The one layer's module, and an input, both in double precision."""
    network = NetworkSpec(input_shape=shape, layers=(layer,))
    assume(not summary(network).problems)
    module = build(network).double().eval()
    return next(module.children()), torch.rand(2, *shape, dtype=torch.float64)


def padded(layer: spec.AnyLayer, inputs: Tensor) -> Tensor:
    (top, bottom), (left, right) = layer.sides  # type: ignore[union-attr]
    mode = {"zeros": "constant"}.get(layer.padding_mode, layer.padding_mode)  # type: ignore[union-attr]
    return F.pad(inputs, (left, right, top, bottom), mode=mode)


def by_loop(layer: spec.AnyLayer, inputs: Tensor, kernels: Tensor, biases: Tensor, made: tuple[int, int]) -> Tensor:
    """A loop over outputs, places and weights; `kernels` [H', W', O, C / g, kH, kW] and `biases` [H', W', O]."""
    cells = padded(layer, inputs)
    outputs, depth, height, width = kernels.shape[2:]
    out = torch.empty(len(inputs), outputs, *made, dtype=inputs.dtype)
    for row, column, output in itertools.product(range(made[0]), range(made[1]), range(outputs)):
        total = biases[row, column, output].clone()
        first = output // (outputs // layer.groups) * depth  # type: ignore[union-attr]
        for channel, down, across in itertools.product(range(depth), range(height), range(width)):
            y = row * layer.stride[0] + down * layer.dilation[0]  # type: ignore[union-attr]
            x = column * layer.stride[1] + across * layer.dilation[1]  # type: ignore[union-attr]
            total = total + cells[:, first + channel, y, x] * kernels[row, column, output, channel, down, across]
        out[:, output, row, column] = total
    return out


settings_of_a_few = {
    "out_channels": st.sampled_from([2, 4]),
    "kernel_size": zoo.amounts(2, 1, 3),
    "stride": zoo.amounts(2, 1, 2),
    "dilation": zoo.amounts(2, 1, 2),
    "groups": st.sampled_from([1, 2]),
    "padding": st.one_of(st.sampled_from(["valid", "same", "full"]), zoo.amounts(2, 0, 2)),
    "padding_mode": zoo.MODES,
    "bias": st.booleans(),
}
shapes = st.tuples(st.sampled_from([2, 4]), st.integers(1, 6), st.integers(1, 6))


@SOME
@given(st.builds(spec.UnsharedConv2d, **settings_of_a_few), shapes)
def test_an_unshared_convolution_is_a_loop_with_a_kernel_for_each_place(
    layer: spec.UnsharedConv2d, shape: tuple[int, ...]
) -> None:
    module, inputs = alone(layer, shape)
    weight = module.get_parameter("weight")
    made = (weight.shape[0], weight.shape[1])
    biases = module.get_parameter("bias").permute(1, 2, 0) if layer.bias else torch.zeros(*made, layer.out_channels)
    wanted = by_loop(layer, inputs, weight, biases, made)
    torch.testing.assert_close(module(inputs), wanted, check_stride=False)


@SOME
@given(st.builds(spec.TiledConv2d, **settings_of_a_few, tile=zoo.amounts(2, 1, 3)), shapes)
def test_a_tiled_convolution_is_a_loop_with_kernels_in_turns(layer: spec.TiledConv2d, shape: tuple[int, ...]) -> None:
    module, inputs = alone(layer, shape)
    found, weight = module(inputs), module.get_parameter("weight")
    rows, columns = (torch.arange(n) % t for n, t in zip(found.shape[2:], weight.shape[:2], strict=True))
    held = module.get_parameter("bias") if layer.bias else torch.zeros(weight.shape[:3])
    wanted = by_loop(layer, inputs, weight[rows][:, columns], held[rows][:, columns], tuple(found.shape[2:]))
    torch.testing.assert_close(found, wanted, check_stride=False)


@SOME
@given(st.builds(spec.TiledConv2d, **settings_of_a_few, tile=zoo.amounts(2, 1, 3)), shapes)
def test_the_way_back_through_turns_is_that_of_the_loop(layer: spec.TiledConv2d, shape: tuple[int, ...]) -> None:
    module, inputs = alone(layer, shape)
    inputs.requires_grad_()
    leaves, found = [inputs, *module.parameters()], module(inputs)
    rows, columns = (torch.arange(n) % t for n, t in zip(found.shape[2:], module.weight.shape[:2], strict=True))
    held = module.bias if layer.bias else torch.zeros(module.weight.shape[:3])
    kernels = (module.weight[rows][:, columns], held[rows][:, columns])
    wanted = by_loop(layer, inputs, *kernels, tuple(found.shape[2:]))
    slope = torch.randn_like(wanted)
    ours = torch.autograd.grad(found, leaves, slope)
    for one, other in zip(ours, torch.autograd.grad(wanted, leaves, slope), strict=True):
        torch.testing.assert_close(one, other, check_stride=False)
    free = [leaf for leaf in leaves[1:] if leaf.requires_grad]
    inputs.requires_grad_(False)
    for one, other in zip(torch.autograd.grad(module(inputs), free, slope), ours[1:], strict=True):
        torch.testing.assert_close(one, other, check_stride=False)


@SOME
@given(zoo.tables, shapes)
def test_a_table_of_connections_is_a_convolution_with_zeros(layer: spec.TableConv2d, shape: tuple[int, ...]) -> None:
    layer = msgspec.structs.replace(layer, disabled=False)
    module, inputs = alone(layer, shape)
    weight, kernels = module.get_parameter("weight"), iter(module.get_parameter("weight"))
    whole = torch.zeros(len(layer.connections), shape[0], *weight.shape[1:], dtype=weight.dtype)
    for place, row in enumerate(layer.connections):
        for channel in row:
            whole[place, channel] = next(kernels)
    (top, bottom), (left, right) = layer.sides
    cells = F.pad(inputs, (left, right, top, bottom))
    wanted = F.conv2d(cells, whole, module.bias, layer.stride)  # type: ignore[arg-type]
    torch.testing.assert_close(module(inputs), wanted, check_stride=False)


@SOME
@given(zoo.banks, shapes.map(lambda shape: (3, *shape[1:])))
def test_fixed_kernels_are_the_kernel_pages(layer: spec.FixedKernels, shape: tuple[int, ...]) -> None:
    layer = msgspec.structs.replace(layer, disabled=False)
    module, inputs = alone(layer, shape)
    found = module(inputs)
    for place, kernel in enumerate(layer.kernels):
        planes = torch.tensor(kernel.weights, dtype=torch.float64)
        planes = planes if len(planes) == 3 else planes.expand(3, -1, -1) / 3
        room = [(n - m) // 2 for n, m in zip(layer.kernel_size, planes.shape[1:], strict=True)]
        rest = [n - m - r for n, m, r in zip(layer.kernel_size, planes.shape[1:], room, strict=True)]
        whole = F.pad(planes, (room[1], rest[1], room[0], rest[0]))
        wanted = F.conv2d(padded(layer, inputs), whole[None], None, layer.stride, 0, layer.dilation)
        torch.testing.assert_close(found[:, place], wanted[:, 0], check_stride=False)


def test_frozen_kernels_are_not_learned_and_need_no_file() -> None:
    frozen, free = (
        spec.FixedKernels(kernels=(KernelSpec(),)),
        spec.FixedKernels(kernels=(KernelSpec(),), trainable=True),
    )
    network = NetworkSpec(input_shape=(1, 5, 5), layers=(frozen, free))
    module = build(network)
    assert [name for name, _ in module.named_parameters()] == ["bank2.weight"]
    assert list(module.state_dict()) == ["bank2.weight"]
    assert module.bank1.weight.tolist() == [[[list(row) for row in KernelSpec().weights[0]]]]
    assert (module.bank1.weight == module.bank2.weight).all()


@pytest.mark.parametrize("shape", [(3,), (3, 5), (3, 4, 5), (3, 2, 3, 4)])
def test_normalising_is_done_channel_by_channel(shape: tuple[int, ...]) -> None:
    layer = spec.Normalize(mean=(0.1, 0.2, 0.3), std=(0.5, 1.0, 2.0))
    module = build(NetworkSpec(input_shape=shape, layers=(layer, spec.Normalize(mean=1, std=2))))
    inputs = torch.rand(2, *shape)
    column = (3, *[1] * (len(shape) - 1))
    wanted = (inputs - torch.tensor(layer.mean).view(column)) / torch.tensor(layer.std).view(column)
    torch.testing.assert_close(feature_maps(module, inputs)["normalize1"], wanted)
    torch.testing.assert_close(module(inputs), (wanted - 1) / 2)
    assert not module.state_dict()


def test_paths_are_put_together() -> None:
    paths = ((spec.ReLU(),), (), (spec.Tanh(),))
    inputs = torch.randn(2, 3, 4, 4)
    joined = build(NetworkSpec(input_shape=(3, 4, 4), layers=(spec.Branches(paths=paths),)))
    torch.testing.assert_close(joined(inputs), torch.cat([inputs.relu(), inputs, inputs.tanh()], 1))
    assert layer_paths(joined) == ("branch1.path1.relu1", "branch1.path3.tanh1", "branch1")
    summed = build(NetworkSpec(input_shape=(3, 4, 4), layers=(spec.Branches(paths=paths, merge="add"),)))
    torch.testing.assert_close(summed(inputs), inputs.relu() + inputs + inputs.tanh())


def first_weight(layer: spec.AnyLayer, shape: tuple[int, ...], seed: int = 0) -> Tensor:
    return next(fresh_module(NetworkSpec(input_shape=shape, layers=(layer,)), seed).parameters()).detach()


WORDS = ["kaiming-uniform", "kaiming-normal", "xavier-uniform", "xavier-normal", "orthogonal"]


@pytest.mark.parametrize("word", WORDS)
def test_weights_are_drawn_as_torch_draws_them(word: str) -> None:
    layer = spec.Conv2d(out_channels=6, kernel_size=3, init=word, init_seed=5)
    network = NetworkSpec(input_shape=(4, 8, 8), layers=(layer,))
    before = torch.get_rng_state()
    module = build(network)
    after = torch.get_rng_state()
    wanted = torch.empty(6, 4, 3, 3)
    torch.manual_seed(5)
    given = {"nonlinearity": "relu"} if word.startswith("kaiming") else {}
    getattr(nn.init, f"{word.replace('-', '_')}_")(wanted, **given)
    assert torch.equal(module.conv1.weight, wanted)
    assert not module.conv1.bias.any()
    torch.set_rng_state(before)
    build(msgspec.structs.replace(network, layers=(spec.Conv2d(out_channels=6, kernel_size=3),)))
    assert torch.equal(torch.get_rng_state(), after), "a seed of its own takes nothing from the run's"


@pytest.mark.parametrize("word", [*WORDS, "default"])
@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (spec.Conv1d, (2, 9)),
        (spec.Conv3d, (2, 4, 4, 4)),
        (spec.ConvTranspose2d, (2, 5, 5)),
        (spec.UnsharedConv2d, (2, 5, 5)),
        (spec.TiledConv2d, (2, 5, 5)),
    ],
)
def test_a_seed_of_its_own_gives_the_same_weights_in_every_run(
    kind: type[spec.AnyLayer], shape: tuple[int, ...], word: str
) -> None:
    layer = kind(out_channels=3, kernel_size=2, init=word, init_seed=1)
    own, other = first_weight(layer, shape), first_weight(layer, shape, seed=1)
    assert torch.equal(own, other)
    free = msgspec.structs.replace(layer, init_seed=None)
    assert not torch.equal(first_weight(free, shape), first_weight(free, shape, seed=1))
    assert own.std() > 0.01


def test_zeros_and_banks() -> None:
    assert not first_weight(spec.Linear(out_features=3, init="zeros"), (4,)).any()
    layer = spec.Conv2d(out_channels=10, kernel_size=3, init="bank:sobel-compass")
    weight, kernels = first_weight(layer, (2, 6, 6)), bank("sobel-compass").kernels
    for place in range(10):
        wanted = torch.from_numpy(kernels[place % 8].weights.copy()) / 2
        assert torch.equal(weight[place, 0], wanted) and torch.equal(weight[place, 1], wanted)
    large = first_weight(msgspec.structs.replace(layer, kernel_size=5), (2, 6, 6))
    assert torch.equal(large[:, :, 1:4, 1:4], weight) and large.count_nonzero() == weight.count_nonzero()
    table = spec.TableConv2d(connections=((0, 1), (1,)), kernel_size=3, init="bank:sobel-compass")
    assert torch.equal(first_weight(table, (2, 6, 6))[0], torch.from_numpy(kernels[0].weights.copy()) / 2)


def test_weights_of_every_type_are_kept_through_an_edit() -> None:
    layers = (
        spec.UnsharedConv2d(out_channels=2, kernel_size=3),
        spec.TiledConv2d(out_channels=2, kernel_size=3),
        spec.Branches(paths=((spec.Conv2d(out_channels=2, kernel_size=1),), ())),
        spec.GroupNorm(num_groups=2),
    )
    network = NetworkSpec(input_shape=(1, 9, 9), layers=layers)
    before, after = build(network), build(NetworkSpec(input_shape=(1, 9, 9), layers=(*network.layers, spec.ReLU())))
    kept = load_state(after, state_of(before))
    assert kept.fresh == ()
    assert set(kept.kept) == {"local1", "tiled1", "branch1.path1.conv1", "norm1"}


def test_volumes_have_no_channels_last() -> None:
    volume = NetworkSpec(input_shape=(1, 4, 4, 4), layers=(spec.Conv3d(out_channels=2, kernel_size=2),))
    module = build(volume)
    assert layout_for(module) == torch.preserve_format
    module.to(memory_format=layout_for(module))
    assert layout_for(build(preset("lenet-5"))) == torch.channels_last
