"""Every type of layer, on signals, maps and volumes and with branches, held to what torch makes of it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator

import msgspec
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from engine.errors import SpecError
from engine.kernels.banks import bank_names
from engine.nn import build
from engine.spec import layers as spec
from engine.spec.fields import fields_of
from engine.spec.layers.initial import BANK
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import add_path, find_layer, layers_in, remove_path, unwrap
from engine.spec.shapes import walk
from engine.spec.summary import Row, summary
from tests.conftest import LONG
from tests.engine.spec_network.test_against_torch import agree
from tests.support import zoo
from tests.support.stacks import positive

COUNT = 10_000 if LONG else 1000
FEWER = settings(max_examples=1000 if LONG else 100)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """torch warns of even kernels and of Dropout2d without maps; what it makes of them is what counts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@settings(max_examples=COUNT)
@given(zoo.anything())
def test_shapes_counts_and_errors_are_torchs(network: NetworkSpec) -> None:
    agree(network)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("kind", ["convolutions", "poolings", "reshaping"])
def test_one_or_two_layers_of_a_kind_are_torchs(kind: str, axes: int) -> None:
    """Few layers, so that those which refuse their input are not hidden behind others."""
    sizes = st.tuples(zoo.channels, *[st.integers(1, 12 // axes)] * axes)
    few = st.lists(getattr(zoo, kind)(axes), min_size=1, max_size=2)

    @settings(max_examples=COUNT // 20)
    @given(sizes, few)
    def held(shape: tuple[int, ...], layers: list[spec.AnyLayer]) -> None:
        agree(NetworkSpec(input_shape=shape, layers=layers))

    held()


@FEWER
@given(zoo.anything(most=4))
def test_what_has_no_problem_is_built_and_runs(network: NetworkSpec) -> None:
    found = summary(network)
    assert msgspec.json.decode(msgspec.json.encode(network), type=NetworkSpec) == network
    if found.problems:
        with pytest.raises(SpecError, match=found.problems[0].id):
            build(network)
        return
    module = build(network).eval()
    with torch.no_grad():
        made = module(torch.rand(1, *network.input_shape))
    assert tuple(made.shape[1:]) == (found.output_shape or network.input_shape)
    assert sum(weight.numel() for weight in module.parameters()) == found.parameters


@settings(max_examples=3 * settings().max_examples)
@given(zoo.anything(most=4))
def test_every_repair_does_away_with_its_problem(network: NetworkSpec) -> None:
    for finding in summary(network).problems:
        assert finding.message.endswith(".") and "\n" not in finding.message
        assert finding.repairs
        for repair in finding.repairs:
            assert finding.id not in {problem.id for problem in summary(repair.network).problems}


@FEWER
@given(zoo.anything(most=3))
def test_multiply_adds_are_half_of_what_torch_counts(network: NetworkSpec) -> None:
    """Where it counts: of a layer with kernels of its own for each place it sees no convolution."""
    found = summary(network)
    assume(not found.problems and found.rows)
    assume(not any(row.type == "UnsharedConv2d" and not row.disabled for row in found.rows))
    tiled = any(row.type == "TiledConv2d" and not row.disabled for row in found.rows)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        build(network).eval()(torch.ones(1, *network.input_shape))
    counted = counter.get_total_flops() / 2
    # Each turn of a tiled layer also computes a few places at the far end that belong to no tile.
    assert found.macs <= counted if tiled else found.macs == counted


def support(module: nn.Module, shape: tuple[int, ...], cell: tuple[int, ...]) -> Tensor:
    """Which cells of the input, channels left out, change a cell of the maps that come out, by the gradient."""
    inputs = torch.rand(1, *shape, requires_grad=True, dtype=torch.float64)
    made = module(inputs)
    made[(0, slice(None), *cell)].sum().backward()
    assert inputs.grad is not None
    return inputs.grad[0].abs().sum(0) > 0


def ranges(network: NetworkSpec, cell: tuple[int, ...]) -> list[range]:
    leaving = walk(network)[-1].leaving
    assert leaving is not None
    return [leaving.reach.range_of(axis, place) for axis, place in enumerate(cell)]


def chosen_cell(network: NetworkSpec, data: st.DataObject) -> tuple[int, ...]:
    shape = summary(network).output_shape
    assume(shape is not None and len(shape) == len(network.input_shape) and shape[0] > 0)
    assert shape is not None
    return tuple(data.draw(st.integers(0, size - 1)) for size in shape[1:])


@settings(max_examples=1000 if LONG else 80)
@given(zoo.anything(most=3), st.data())
def test_no_cell_outside_the_receptive_field_has_a_gradient(network: NetworkSpec, data: st.DataObject) -> None:
    text = repr(network)
    assume(not any(mode in text for mode in ("'reflect'", "'replicate'", "'circular'")))
    assume(network.layers and not summary(network).problems)
    cell = chosen_cell(network, data)
    found = support(build(network).double().eval(), network.input_shape, cell)
    inside = tuple(slice(max(each.start, 0), max(each.stop, 0)) for each in ranges(network, cell))
    found[inside] = False
    assert not found.any()


def summing(axes: int) -> st.SearchStrategy[spec.AnyLayer]:
    """Layers of positive weights in which every cell that is looked at counts."""
    kinds: dict[int, tuple[type, type]] = {
        1: (spec.Conv1d, spec.AvgPool1d),
        2: (spec.Conv2d, spec.AvgPool2d),
        3: (spec.Conv3d, spec.AvgPool3d),
    }
    convolution, mean = kinds[axes]
    size, step = zoo.amounts(axes, 1, 3), zoo.amounts(axes, 1, 2)
    sums = st.builds(convolution, out_channels=st.just(2), kernel_size=size, stride=step, dilation=step)
    same = st.builds(convolution, out_channels=st.just(2), kernel_size=size, padding=st.just("same"))
    paths = st.lists(st.lists(same, max_size=2).map(tuple), min_size=1, max_size=3).map(tuple)
    means = st.builds(mean, kernel_size=zoo.amounts(axes, 2, 3), stride=step)
    return st.one_of(sums, same, means, finer(axes), finer(axes), st.builds(spec.Branches, paths=paths))


def finer(axes: int) -> st.SearchStrategy[spec.AnyLayer]:
    """Layers that make maps finer, or coarser by other than whole numbers, and of which all that is told is exact."""
    back = {1: spec.ConvTranspose1d, 2: spec.ConvTranspose2d, 3: spec.ConvTranspose3d}[axes]
    lines = {1: "linear", 2: "bilinear", 3: "trilinear"}[axes]
    laid = st.sampled_from([{"kernel_size": k, "stride": s} for k, s in ((2, 2), (3, 2), (4, 2), (3, 3), (5, 3))])
    factors = st.sampled_from([2.0, 2.0, 3.0, 1.5, 0.5])
    return st.one_of(
        laid.map(lambda given: back(out_channels=2, **given)),
        st.builds(spec.Upsample, scale_factor=factors, mode=st.sampled_from(["nearest", "nearest-exact"])),
        st.builds(spec.Upsample, scale_factor=st.sampled_from([2.0, 4.0, 0.5]), mode=st.just(lines)),
    )


@settings(max_examples=500 if LONG else 60)
@given(st.integers(1, 3), st.data())
def test_a_field_within_the_input_is_the_gradients_bounding_box(axes: int, data: st.DataObject) -> None:
    side = {1: 60, 2: 30, 3: 14}[axes]
    layers = data.draw(st.lists(summing(axes), min_size=1, max_size=3))
    network = NetworkSpec(input_shape=(1, *[side] * axes), layers=layers)
    assume(not summary(network).problems)
    cell = chosen_cell(network, data)
    wanted = ranges(network, cell)
    assume(all(each.start >= 0 and each.stop <= side for each in wanted))
    found = support(positive(build(network)), network.input_shape, cell).nonzero()
    low, high = found.min(0).values.tolist(), (found.max(0).values + 1).tolist()
    assert [range(a, b) for a, b in zip(low, high, strict=True)] == wanted


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (spec.ConvTranspose2d(out_channels=1, kernel_size=3, stride=2, padding=1), (1, 6, 7)),
        (spec.ConvTranspose2d(out_channels=1, kernel_size=(2, 5), stride=(2, 3)), (1, 6, 7)),
        (spec.ConvTranspose1d(out_channels=1, kernel_size=4, stride=2, padding=1), (1, 9)),
        (spec.Upsample(scale_factor=3.0), (1, 5, 6)),
        (spec.Upsample(scale_factor=2.0), (1, 4, 5, 3)),
    ],
)
def test_the_fields_of_finer_maps_are_exact(layer: spec.AnyLayer, shape: tuple[int, ...]) -> None:
    """Away from the border, where nothing is cut off."""
    network = NetworkSpec(input_shape=shape, layers=(layer,))
    module, made = positive(build(network)), summary(network).output_shape
    assert made is not None
    seen = 0
    for place in torch.cartesian_prod(*(torch.arange(size) for size in made[1:])).reshape(-1, len(made) - 1).tolist():
        wanted = ranges(network, tuple(place))
        if all(each.start >= 0 and each.stop <= size for each, size in zip(wanted, shape[1:], strict=True)):
            found = support(module, shape, tuple(place)).nonzero()
            assert found.min(0).values.tolist() == [each.start for each in wanted]
            assert (found.max(0).values + 1).tolist() == [each.stop for each in wanted]
            seen += 1
    assert seen > 5


@settings(max_examples=1000 if LONG else 40)
@given(
    st.sampled_from(["nearest", "nearest-exact", "linear"]),
    st.integers(1, 40),
    st.one_of(
        st.builds(dict, size=st.integers(1, 99)),
        st.builds(dict, scale_factor=st.sampled_from([2.0, 3.0, 1.5, 0.5, 0.3, 49.0, 1 / 3, 1.1, 2.7, 5.0, 1.2345])),
    ),
    st.booleans(),
)
def test_what_is_drawn_between_cells_is_told_exactly_or_a_cell_too_wide(
    mode: str, n: int, given: dict[str, float], corners: bool
) -> None:
    """A signal for each cell of the input, which is 1 there: what comes out is what each place looks at."""
    layer = spec.Upsample(mode=mode, align_corners=corners and mode == "linear", **given)
    network = NetworkSpec(input_shape=(n, n), layers=(layer,))
    assume(not summary(network).problems)
    (window,) = layer.view((n, n))
    exact = window.extent != 3
    assert exact or window.stride.denominator.bit_count() > 1 or corners
    for kind in (torch.float32, torch.float64):
        seen = build(network)(torch.eye(n, dtype=kind)[None])[0].T != 0
        for place, read in enumerate(seen):
            cells = read.nonzero().flatten().tolist()
            told = ranges(network, (place,))[0]
            inside = range(max(told.start, 0), min(told.stop, n))
            assert inside.start <= cells[0] and cells[-1] < inside.stop
            if exact and inside == told:
                assert (cells[0], cells[-1] + 1) == (told.start, told.stop)


def row(network: NetworkSpec, path: str) -> Row:
    return next(each for each in summary(network).rows if each.id == path)


def test_jump_offset_shares_and_formulas() -> None:
    layers = (
        spec.Conv2d(out_channels=4, kernel_size=5, stride=2, padding=2),
        spec.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),
        spec.ConvTranspose2d(out_channels=4, kernel_size=2, stride=2),
        spec.Flatten(),
        spec.Linear(out_features=10),
    )
    network = NetworkSpec(input_shape=(1, 28, 32), layers=layers)
    conv, pool, up, linear = (row(network, path) for path in ("conv1", "pool1", "up1", "linear1"))
    assert (conv.jump, conv.offset, pool.jump, pool.offset) == ((2, 2), (-2, -2), (4, 4), (-2, -2))
    assert up.jump == (2, 2)
    assert linear.jump == (0, 0)
    assert conv.formulas == ("⌊(28 − 5 + 2·2) / 2⌋ + 1 = 14", "⌊(32 − 5 + 2·2) / 2⌋ + 1 = 16")
    assert pool.formulas[0] == "⌈(14 − 3 + 2·0) / 2⌉ + 1 = 7"
    assert up.formulas[0] == "(7 − 1)·2 + 2 − 2·0 = 14"
    found = summary(network)
    assert math.isclose(sum(each.share_of_macs or 0 for each in found.rows), 1)
    assert math.isclose(sum(each.share_of_parameters or 0 for each in found.rows), 1)
    assert conv.values == 4 * 14 * 16


@FEWER
@given(zoo.anything(most=3))
def test_every_formula_ends_in_the_size_that_comes_out(network: NetworkSpec) -> None:
    for each in summary(network).rows:
        if each.formulas and each.output_shape:
            sizes = [int(text.rpartition("= ")[2]) for text in each.formulas]
            assert tuple(sizes) == each.output_shape[1:]


def test_what_waits_for_other_paths_is_counted() -> None:
    wide = spec.Conv2d(out_channels=8, kernel_size=1)
    plain = NetworkSpec(input_shape=(2, 4, 4), layers=(wide, wide))
    assert summary(plain).inference_values == 16 * (8 + 8)
    assert summary(plain).training_values == 16 * (2 + 8 + 8)
    branched = NetworkSpec(input_shape=(2, 4, 4), layers=(spec.Branches(paths=((wide,), (wide, wide))),))
    # At the end there are the input, the maps of both paths and all of them together.
    assert summary(branched).inference_values == 16 * (2 + 8 + 8 + 16)
    narrow = spec.Conv2d(out_channels=1, kernel_size=1)
    waiting = NetworkSpec(input_shape=(2, 4, 4), layers=(spec.Branches(paths=((wide,), (wide, wide, narrow))),))
    # In the second layer of the second path: the input, the first path's maps, and what enters and leaves.
    assert summary(waiting).inference_values == 16 * max(2 + 8 + 8 + 8, 2 + 8 + 1 + 9)
    off = NetworkSpec(input_shape=(2, 4, 4), layers=(msgspec.structs.replace(wide, disabled=True), wide))
    assert summary(off).training_values == 16 * (2 + 8)


_kept = st.one_of(
    st.builds(spec.Conv2d, out_channels=zoo.channels, kernel_size=zoo.amounts(2), padding=st.just(2)),
    st.builds(spec.ConvTranspose2d, out_channels=zoo.channels, kernel_size=zoo.amounts(2)),
    st.builds(spec.MaxPool2d, kernel_size=zoo.amounts(2)),
    st.sampled_from([spec.ReLU(), spec.Tanh(), spec.Sigmoid(), spec.AvgPool2d(kernel_size=2)]),
)
_blocks = st.lists(st.lists(_kept, max_size=2).map(tuple), min_size=1, max_size=3).map(tuple)


@settings(max_examples=3 * settings().max_examples)
@given(st.lists(st.one_of(_kept, _kept, st.builds(spec.Branches, paths=_blocks)), min_size=1, max_size=5))
def test_training_keeps_no_more_than_was_said(layers: list[spec.AnyLayer]) -> None:
    """torch tells what it keeps for the way back; weights and places of winners are no maps."""
    network = NetworkSpec(input_shape=(2, 20, 24), layers=layers)
    found = summary(network)
    assume(not found.problems)
    module, kept = build(network), {}
    weights = {weight.data_ptr() for weight in module.parameters()}

    def keep(tensor: Tensor) -> Tensor:
        if tensor.is_floating_point() and tensor.data_ptr() not in weights:
            kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes() // 4
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        module(torch.rand(1, *network.input_shape, requires_grad=True))
    assert sum(kept.values()) <= found.training_values


@pytest.mark.parametrize(
    ("layer", "shape", "label"),
    [
        (spec.Conv2d(out_channels=4, kernel_size=(3, 5), stride=2), (3, 40), "Conv1d instead"),
        (spec.Conv1d(out_channels=4, kernel_size=3), (3, 8, 8, 8), "Conv3d instead"),
        (spec.MaxPool3d(kernel_size=(1, 2, 3)), (3, 8, 9), "MaxPool2d instead"),
        (spec.BatchNorm2d(), (3, 9), "BatchNorm1d instead"),
        (spec.Pad(padding=1), (3, 9), "one cell at each side"),
        (spec.Upsample(size=3, scale_factor=2.0), (3, 9), "factor 2"),
        (spec.Upsample(scale_factor=2.0, mode="bilinear"), (3, 9), "mode linear"),
        (spec.GroupNorm(num_groups=4), (6, 3, 3), "groups 3"),
        (spec.TableConv2d(connections=((0, 5), (1,)), kernel_size=1), (3, 4, 4), "leave out what is not there"),
        (spec.Branches(paths=((spec.MaxPool2d(kernel_size=2),), ())), (3, 8, 8), "pool every path to 4×4"),
        (
            spec.Branches(paths=((spec.Conv2d(out_channels=7, kernel_size=1),), ()), merge="add"),
            (3, 8, 8),
            "put together by concat",
        ),
        (spec.ConvTranspose2d(out_channels=1, kernel_size=2, output_padding=3), (1, 4, 4), "output padding 0"),
        (spec.PReLU(num_parameters=5), (3, 4, 4), "a share for each channel"),
    ],
)
def test_the_first_repair_is_the_one_that_a_person_would_make(
    layer: spec.AnyLayer, shape: tuple[int, ...], label: str
) -> None:
    network = NetworkSpec(input_shape=shape, layers=(layer,))
    (problem,) = summary(network).problems
    assert problem.repairs[0].label == label
    assert not summary(problem.repairs[0].network).problems


def test_settings_of_one_and_three_axes() -> None:
    assert spec.Conv1d(out_channels=1, kernel_size=(3,)) == spec.Conv1d(out_channels=1, kernel_size=3)
    assert spec.Conv1d(out_channels=1, kernel_size=3).kernel_size == 3
    assert spec.Conv3d(out_channels=1, kernel_size=3).kernel_size == (3, 3, 3)
    assert spec.Conv1d(out_channels=1, kernel_size=4, padding="full").padding == 3
    with pytest.raises(SpecError, match=r"Kernel size of Conv3d cannot be \(3, 3\); it takes .* three \(depth"):
        spec.Conv3d(out_channels=1, kernel_size=(3, 3))
    with pytest.raises(SpecError, match="Kernel size of Conv1d"):
        spec.Conv1d(out_channels=1, kernel_size=(3, 3))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: spec.Branches(paths=()), "1 to 32 paths"),
        (lambda: spec.Branches(paths=((3,),)), "a tuple of tuples of layers"),
        (lambda: spec.TableConv2d(connections=(), kernel_size=1), "at least one map"),
        (lambda: spec.TableConv2d(connections=((0, 0),), kernel_size=1), "different ones"),
        (lambda: spec.TableConv2d(connections="all", kernel_size=1), "for each map"),
        (lambda: spec.FixedKernels(kernels=()), "1 to 1024 fixed kernels"),
        (lambda: spec.Pad(padding=(1, 2, 3)), "2, 4 or 6"),
        (lambda: spec.Pad(padding=1, mode="reflect", value=1.0), "takes no value"),
        (lambda: spec.Conv1d(out_channels=1, kernel_size=1, init="bank:gabor"), "Initial weights of Conv1d"),
        (lambda: spec.Normalize(mean=0.5, std=0), "Standard deviation must be between"),
        (lambda: spec.TiledConv2d(out_channels=1, kernel_size=1, tile=17), "Tile must be between"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(make, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SpecError) as caught:
        make()
    assert words in str(caught.value) and str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_every_bank_can_be_what_a_layer_begins_with() -> None:
    words = fields_of(spec.Conv2d)["init"].choices
    assert tuple(word.removeprefix(BANK) for word in words if word.startswith(BANK)) == bank_names()


def test_paths_are_lists_like_others() -> None:
    network = NetworkSpec(layers=(spec.Branches(paths=((spec.ReLU(),), (spec.Tanh(), spec.Tanh()))),))
    assert [each.id for each in summary(network).rows] == [
        "branch1.path1.relu1",
        "branch1.path2.tanh1",
        "branch1.path2.tanh2",
        "branch1",
    ]
    three = add_path(network, "branch1")
    assert layers_in(three, "branch1.path3") == ()
    assert remove_path(three, "branch1.path3") == network
    assert [layer.id for layer in layers_in(remove_path(network, "branch1.path1"), "branch1.path1")] == [
        "tanh1",
        "tanh2",
    ]
    with pytest.raises(SpecError, match="1 to 32 paths"):
        remove_path(remove_path(network, "branch1.path1"), "branch1.path1")
    with pytest.raises(SpecError, match="several paths"):
        unwrap(network, "branch1")
    assert isinstance(find_layer(network, "branch1.path2.tanh2"), spec.Tanh)
    with pytest.raises(SpecError, match="has no paths"):
        add_path(network, "branch1.path1.relu1")
