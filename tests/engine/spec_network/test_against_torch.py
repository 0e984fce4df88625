"""Shapes, counts, costs and receptive fields that the spec predicts, held to what torch makes of the same layers."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from engine.errors import SpecError
from engine.nn import build
from engine.spec import layers as spec
from engine.spec.network import NetworkSpec
from engine.spec.shapes import walk
from engine.spec.summary import summary
from tests.support.stacks import (
    Reference,
    averaging,
    blocks,
    convolutions,
    dense,
    gradient_support,
    networks,
    plain,
    poolings,
    positive,
    windows,
)

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")

MANY = settings(max_examples=7 * settings().max_examples)


@MANY
@given(networks())
def test_shapes_parameters_and_errors_are_torchs(network: NetworkSpec) -> None:
    agree(network)


@pytest.mark.parametrize(
    "kind", [convolutions, poolings, st.one_of(plain, dense), blocks], ids=["conv", "pool", "plain", "block"]
)
def test_one_or_two_layers_of_a_kind_are_torchs(kind: st.SearchStrategy[spec.AnyLayer]) -> None:
    """Few layers, so that those which refuse their input are not hidden behind others."""
    MANY(given(networks(kind, most=2))(agree))()


def agree(network: NetworkSpec) -> None:
    """Hold a network's summary to what torch makes of it."""
    reference, found = Reference(), summary(network)
    works = reference.run(network) is not None
    assert works == (not found.problems), [problem.message for problem in found.problems]
    if works:
        assert [row.id for row in found.rows] == list(reference.shapes)
        assert {row.id: row.output_shape for row in found.rows} == reference.shapes
        assert {row.id: row.parameters for row in found.rows} == reference.learned
    else:
        known = {row.id: row.output_shape for row in found.rows}
        assert reference.shapes.items() <= known.items(), "torch came further"
        assert found.problems[0].id not in reference.shapes


@given(networks())
def test_it_builds_and_runs_exactly_when_there_is_no_problem(network: NetworkSpec) -> None:
    found = summary(network)
    with torch.device("meta"):
        if found.problems:
            with pytest.raises(SpecError, match=found.problems[0].id):
                build(network)
            return
        module = build(network).eval()
        made = module(torch.empty(1, *network.input_shape))
    assert tuple(made.shape[1:]) == (found.output_shape or network.input_shape)
    assert sum(weight.numel() for weight in module.parameters()) == found.parameters


@given(networks())
def test_every_repair_does_away_with_its_problem(network: NetworkSpec) -> None:
    for finding in summary(network).problems:
        assert finding.repairs
        for repair in finding.repairs:
            assert finding.id not in {problem.id for problem in summary(repair.network).problems}


@given(networks(most=4))
def test_multiply_adds_are_half_of_what_torch_counts(network: NetworkSpec) -> None:
    found = summary(network)
    assume(not found.problems and found.rows)
    module = build(network).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(torch.ones(1, *network.input_shape))
    assert found.macs == counter.get_total_flops() / 2


spatial = st.one_of(windows, plain, blocks)
last = networks(spatial, most=4)


def chosen(network: NetworkSpec, data: st.DataObject) -> tuple[str, tuple[int, int]]:
    """The last layer of a network of zero padding, and one of its cells."""
    text = repr(network)
    assume(network.layers and not summary(network).problems)
    assume(not any(mode in text for mode in ("'reflect'", "'replicate'", "'circular'")))
    shape = summary(network).output_shape
    assume(shape is not None and len(shape) == 3)
    return network.layers[-1].id, tuple(data.draw(st.integers(0, size - 1)) for size in shape[1:])


@settings(max_examples=3 * settings().max_examples)
@given(last, st.data())
def test_no_pixel_outside_the_receptive_field_has_a_gradient(network: NetworkSpec, data: st.DataObject) -> None:
    path, cell = chosen(network, data)
    reach = walk(network)[-1].leaving.reach
    support = gradient_support(build(network).double().eval(), network.input_shape, path, cell)
    rows, columns = reach.box(*cell).clipped(network.input_shape[1:])
    support[rows.start : rows.stop, columns.start : columns.stop] = False
    assert not support.any()


@settings(max_examples=3 * settings().max_examples)
@given(networks(averaging, most=3), st.data())
def test_a_field_within_the_picture_is_the_gradients_bounding_box(network: NetworkSpec, data: st.DataObject) -> None:
    wide = NetworkSpec(input_shape=(network.input_shape[0], 40, 44), layers=network.layers)
    path, cell = chosen(wide, data)
    rows, columns = walk(wide)[-1].leaving.reach.box(*cell)
    assume(rows.start >= 0 and columns.start >= 0 and rows.stop <= 40 and columns.stop <= 44)
    support = gradient_support(positive(build(wide)), wide.input_shape, path, cell).nonzero()
    low, high = support.min(0).values.tolist(), (support.max(0).values + 1).tolist()
    assert (range(low[0], high[0]), range(low[1], high[1])) == (rows, columns)


@given(last)
def test_the_size_told_is_that_of_the_largest_field(network: NetworkSpec) -> None:
    found = summary(network)
    assume(not found.problems and network.layers)
    step = walk(network)[-1]
    assume(len(step.leaving.shape) == 3)
    for axis in (0, 1):
        cells = range(step.leaving.shape[1 + axis])
        assert found.rows[-1].receptive_field[axis] == max(len(step.leaving.reach.range_of(axis, c)) for c in cells)


def test_a_field_is_not_clipped_and_is_everything_after_a_dense_layer() -> None:
    layers = (
        spec.Conv2d(out_channels=2, kernel_size=5, padding=2),
        spec.MaxPool2d(kernel_size=2),
        spec.Conv2d(out_channels=2, kernel_size=7, padding=3),
        spec.Flatten(),
        spec.Linear(out_features=3),
    )
    fields = [row.receptive_field for row in summary(NetworkSpec(input_shape=(1, 8, 9), layers=layers)).rows]
    assert fields == [(5, 5), (6, 6), (18, 18), (18, 18), (8, 9)]


def test_branches_of_different_strides_see_what_either_sees() -> None:
    """Body and shortcut of 5 cells give 3 each, one by steps of two, the other by a window of three."""
    block = spec.Residual(
        body=(spec.Conv2d(out_channels=1, kernel_size=3, stride=2, padding=1),),
        shortcut=(spec.Conv2d(out_channels=1, kernel_size=3),),
    )
    network = NetworkSpec(input_shape=(1, 5, 5), layers=(block,))
    reach = walk(network)[-1].leaving.reach
    assert [reach.range_of(0, cell) for cell in range(3)] == [range(-1, 3), range(1, 4), range(2, 6)]
    assert summary(network).rows[-1].receptive_field == (4, 4)


def test_same_with_a_stride_takes_every_sth_cell_of_torchs_same() -> None:
    for size, kernel, stride, gap in [(7, 3, 2, 1), (8, 4, 3, 1), (9, 2, 2, 3), (1, 5, 4, 2)]:
        layer = spec.Conv2d(out_channels=3, kernel_size=kernel, stride=stride, dilation=gap, padding="same")
        module = build(NetworkSpec(input_shape=(2, size, size + 1), layers=(layer,)))
        plain_one = nn.Conv2d(2, 3, kernel, dilation=gap, padding="same")
        plain_one.load_state_dict(module.conv1.state_dict())
        inputs = torch.rand(2, 2, size, size + 1)
        torch.testing.assert_close(module(inputs), plain_one(inputs)[..., ::stride, ::stride])
