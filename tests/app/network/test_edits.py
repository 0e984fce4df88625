"""Kernels planted in layers follow them, and go only when their layer goes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.network.edits import (
    inputs_of,
    kernel_name,
    laid_on,
    misfit,
    outgrown,
    plant,
    planted_in,
    pull,
    with_another_network,
    with_network,
)
from engine.errors import SpecError
from engine.kernels import kernel
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.layers import Conv2d, ReLU
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.network_edit import remove, rename, replace_field, replace_layer
from engine.spec.project import Project
from tests.app.network.conftest import SMALL
from tests.support.stacks import networks

START = Project(network=SMALL)
SOBEL = FilterSpec().kernel


def test_a_kernel_is_put_into_a_map_and_taken_out_again() -> None:
    made = plant(plant(START, "conv1", 2), "conv1", 0)
    assert [(each.out_channel, each.kernel) for each in planted_in(made, "conv1")] == [(0, SOBEL), (2, SOBEL)]
    assert planted_in(made, "res1.body.conv1") == ()
    assert made.network == SMALL
    assert pull(pull(made, "conv1", 2), "conv1", 0) == START


def test_another_kernel_takes_the_place_of_the_first() -> None:
    other = msgspec.structs.replace(
        plant(START, "conv1", 1), filter=with_kernel(FilterSpec(), kernel("laplacian-4").spec())
    )
    made = plant(other, "conv1", 1)
    assert [each.kernel.name for each in made.planted] == ["laplacian-4"]


def test_a_larger_kernel_makes_room_and_a_smaller_one_stands_in_zeros() -> None:
    wide = KernelSpec(name="custom", weights=(((1.0,) * 7,) * 2,))
    project = msgspec.structs.replace(START, filter=msgspec.structs.replace(FilterSpec(), kernel=wide))
    made = plant(project, "conv1", 0)
    assert made.network.layers[0].kernel_size == (3, 7)  # type: ignore[union-attr]
    dot = KernelSpec(name="custom", weights=(((2.0,),),))
    project = msgspec.structs.replace(START, filter=msgspec.structs.replace(FilterSpec(), kernel=dot))
    assert plant(project, "conv1", 0).network == SMALL


@pytest.mark.parametrize(
    ("path", "channel", "project", "words"),
    [
        ("relu1", 0, START, "no convolution"),
        ("conv1", 4, START, "maps 0 to 3"),
        ("conv9", 0, START, "no layer 'conv9'"),
        ("conv1", 0, msgspec.structs.replace(START, filter=with_channels(FilterSpec(), "sum")), "3 input maps"),
    ],
)
def test_what_does_not_go_in_is_one_sentence(path: str, channel: int, project: Project, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        plant(project, path, channel)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")


def test_three_planes_go_into_a_layer_of_three_inputs() -> None:
    colour = NetworkSpec(input_shape=(3, 8, 8), layers=(Conv2d(out_channels=2, kernel_size=3),))
    project = Project(network=colour, filter=with_channels(FilterSpec(), "sum"))
    assert len(plant(project, "conv1", 0).planted[0].kernel.weights) == 3
    assert inputs_of(colour.layers[0], (3, 8, 8)) == 3
    grouped = replace_field(replace_field(colour, "conv1", "groups", 3), "conv1", "out_channels", 3)
    assert inputs_of(grouped.layers[0], (3, 8, 8)) == 1
    assert inputs_of(colour.layers[0], None) is None


def test_kernels_follow_a_layer_that_moves_or_is_renamed() -> None:
    made = plant(plant(START, "conv1", 0), "res1.body.conv1", 1)
    named = with_network(made, rename(SMALL, "conv1", "edges"), {"conv1": "edges"})
    assert [each.layer for each in named.planted] == ["edges", "res1.body.conv1"]
    block = with_network(made, rename(SMALL, "res1", "block"), {"res1": "block"})
    assert [each.layer for each in block.planted] == ["conv1", "block.body.conv1"]


def test_kernels_go_with_their_layer_and_with_their_network() -> None:
    made = plant(plant(START, "conv1", 0), "res1.body.conv1", 1)
    assert [each.layer for each in with_network(made, remove(SMALL, "conv1")).planted] == ["res1.body.conv1"]
    assert [each.layer for each in with_network(made, remove(SMALL, "res1")).planted] == ["conv1"]
    assert with_network(made, replace_layer(SMALL, "conv1", ReLU())).planted == made.planted[1:]
    assert with_another_network(made, SMALL).planted == ()


@given(networks(), st.data())
def test_planted_kernels_are_always_in_convolutions_that_there_are(network: NetworkSpec, data: st.DataObject) -> None:
    project = Project(network=network)
    for path, layer in layers_with_paths(network.layers):
        if isinstance(layer, Conv2d):
            project = plant(project, path, 0) if max(layer.kernel_size) < 200 else project  # type: ignore[type-var]
    paths = [path for path, _ in layers_with_paths(network.layers)]
    if not paths:
        return
    gone = data.draw(st.sampled_from(paths))
    left = with_network(project, remove(project.network, gone))
    assert {each.layer for each in left.planted} == {
        path for path, layer in layers_with_paths(left.network.layers) if isinstance(layer, Conv2d)
    }


def test_a_true_convolution_is_laid_on_turned() -> None:
    turned = msgspec.structs.replace(FilterSpec(), operation="convolution")
    laid = laid_on(turned)
    assert laid.weights[0] == tuple(row[::-1] for row in SOBEL.weights[0][::-1])
    assert kernel_name(laid) == "your own"
    assert kernel_name(laid_on(FilterSpec())) == "Sobel vertical"
    even = with_kernel(turned, kernel("gaussian").spec())
    assert laid_on(even) == even.kernel


def test_what_has_grown_out_of_its_layer_is_told() -> None:
    layer = SMALL.layers[0]
    assert outgrown(layer, SOBEL) is None
    assert misfit(layer, SOBEL, 0, 1) is None
    assert misfit(layer, SOBEL, 4, 1) == "The layer makes the maps 0 to 3; there is no map 4."
    small = replace_field(SMALL, "conv1", "kernel_size", (1, 3)).layers[0]
    assert outgrown(small, SOBEL) == "The kernel of 3×3 is larger than the layer's 1×3."
