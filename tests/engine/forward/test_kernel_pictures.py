"""A layer's kernels as pictures, beside the weights as torch keeps them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from engine.forward import LiveNetwork
from engine.spec.filter import KernelSpec
from engine.spec.layers import (
    AnyLayer,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    Dropout,
    FixedKernels,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    TableConv2d,
    TiledConv2d,
    UnsharedConv2d,
)
from engine.spec.network import NetworkSpec


def _live(*layers: AnyLayer, shape: tuple[int, ...] = (4, 9, 8)) -> LiveNetwork:
    made = LiveNetwork()
    made.update(NetworkSpec(input_shape=shape, layers=layers), seed=3)
    return made


@pytest.mark.parametrize("groups", [1, 2])
def test_a_transposed_kernel_is_what_one_input_cell_paints(groups: int) -> None:
    live = _live(ConvTranspose2d(out_channels=6, kernel_size=(3, 2), groups=groups, bias=False))
    found = live.kernels("up1")
    assert found is not None
    assert found.shape == (6, 4 // groups, 3, 2)
    for channel in range(4):
        point = torch.zeros(1, 4, 1, 1)
        point[0, channel] = 1.0
        painted = F.conv_transpose2d(point, live.module.up1.weight, groups=groups)[0].detach().numpy()  # type: ignore[arg-type,union-attr]
        group, within = divmod(channel, 4 // groups)
        outs = slice(group * 6 // groups, (group + 1) * 6 // groups)
        np.testing.assert_array_equal(found[outs, within], painted[outs])


def test_each_place_of_unshared_kernels_can_be_chosen_and_one_outside_is_the_nearest() -> None:
    live = _live(UnsharedConv2d(out_channels=3, kernel_size=3))
    weight = live.module.local1.weight.detach().numpy()  # type: ignore[union-attr,operator]
    for place, at in (((2, 5), (2, 5)), (None, (3, 3)), ((99, -4), (6, 0))):
        found = live.kernels("local1", place)
        assert found is not None
        np.testing.assert_array_equal(found, weight[at])


def test_tiled_kernels_come_in_all_their_sets() -> None:
    live = _live(TiledConv2d(out_channels=3, kernel_size=2, tile=(2, 3)))
    found = live.kernels("tiled1")
    assert found is not None
    assert found.shape == (2, 3, 3, 4, 2, 2)


def test_a_table_leaves_places_without_a_connection_empty() -> None:
    live = _live(TableConv2d(connections=((0, 2), (3,)), kernel_size=3))
    found, held = live.kernels("conv1"), live.module.conv1.weight.detach().numpy()  # type: ignore[union-attr,operator]
    assert found is not None
    assert found.shape == (2, 4, 3, 3)
    np.testing.assert_array_equal(found[[0, 0, 1], [0, 2, 3]], held)
    assert not found[0, 1].any()


def test_fixed_kernels_and_those_of_signals_and_volumes() -> None:
    bank = _live(FixedKernels(kernels=(KernelSpec(),))).kernels("bank1")
    signal = _live(ConvTranspose1d(out_channels=2, kernel_size=5), shape=(3, 20)).kernels("up1")
    volume = _live(Conv3d(out_channels=2, kernel_size=(3, 4, 5)), shape=(2, 6, 7, 8)).kernels("conv1")
    shapes = [None if found is None else found.shape for found in (bank, signal, volume)]
    assert shapes == [(1, 4, 3, 3), (2, 3, 1, 5), (2, 6, 4, 5)]


def test_a_row_of_a_matrix_has_the_shape_of_the_maps_that_were_flattened() -> None:
    live = _live(MaxPool2d(kernel_size=2), Flatten(), Dropout(), ReLU(), Linear(out_features=5), Linear(out_features=2))
    found = live.kernels("linear1")
    assert found is not None
    assert found.shape == (5, 4, 4, 4)
    np.testing.assert_array_equal(found.reshape(5, -1), live.module.linear1.weight.detach().numpy())  # type: ignore[union-attr,operator]
    assert live.kernels("linear2") is None
    assert live.kernels("relu1") is None
