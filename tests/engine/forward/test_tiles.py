"""Maps made tile by tile, held to what the same layers make of the whole picture."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import BadFile, SpecError
from engine.filtering.bands import Cancelled
from engine.forward import maps_to_file
from engine.forward import tiles as under_test
from engine.forward.tiles import Tiles, map_tiles, picture_input
from engine.forward.tiles_chain import chain_to
from engine.nn import feature_maps, fresh_module, layout_for
from engine.presets import preset
from engine.spec import layers as spec
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from tests.conftest import LONG
from tests.support import zoo

PLAIN = (
    spec.Conv2d(out_channels=8, kernel_size=3, padding=1),
    spec.ReLU(),
    spec.MaxPool2d(kernel_size=2),
    spec.Conv2d(out_channels=8, kernel_size=3, padding=1),
    spec.ReLU(),
)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """torch warns of even kernels."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def put_together(tiles: Tiles) -> NDArray[np.float32]:
    made = np.full(tiles.shape, np.nan, np.float32)
    for rows, columns, values in tiles:
        made[:, rows.start : rows.stop, columns.start : columns.stop] = values
    return made


def at_once(network: NetworkSpec, module: Any, picture: NDArray[Any], layer: str) -> NDArray[np.float32]:
    inputs = picture_input(picture, network.input_shape[0]).contiguous(memory_format=layout_for(module))
    top = [each.id for each in network.layers].index(layer.partition(".")[0])
    made: NDArray[np.float32] = feature_maps(module[: top + 1], inputs, [layer])[layer][0].numpy()
    return made


SPATIAL = st.one_of(
    zoo.convolutions(2), zoo.convolutions(2), zoo.poolings(2), zoo.reshaping(2), zoo.norms(2), zoo.keeping(2)
)
NETWORKS = st.builds(
    NetworkSpec,
    input_shape=st.tuples(st.sampled_from([1, 2, 3]), st.integers(1, 30), st.integers(1, 30)),
    layers=st.lists(st.one_of(SPATIAL, SPATIAL, SPATIAL, zoo.blocks(2, SPATIAL)), min_size=1, max_size=4),
)


@settings(max_examples=2000 if LONG else 50)
@given(NETWORKS, st.tuples(st.integers(1, 12), st.integers(1, 12)), st.data())
def test_tiles_are_parts_of_the_whole(network: NetworkSpec, tile: tuple[int, int], data: st.DataObject) -> None:
    rows = [row for row in summary(network).rows if row.output_shape]
    assume(not summary(network).problems)
    layer = data.draw(st.sampled_from([row.id for row in rows]))
    channels, height, width = network.input_shape
    picture = np.random.default_rng(1).random((height, width, channels), np.float32)
    module = fresh_module(network, 3)
    try:
        tiles = map_tiles(network, picture, layer, module, tile)
    except SpecError as error:
        told = str(error)
    else:
        told = ""
    assert not told or re.search(r" needs all of its input at once, .*\.$", told)
    assume(not told)
    whole = at_once(network, module, picture, layer)
    scale = max(1.0, float(np.abs(whole[np.isfinite(whole)]).max(initial=0)))
    np.testing.assert_allclose(put_together(tiles), whole, rtol=1e-4, atol=3e-6 * scale)


@pytest.mark.parametrize("name", ["tiny-vgg", "mini-resnet", "mini-inception", "alexnet"])
def test_the_maps_of_presets_for_a_picture_of_another_size(name: str) -> None:
    network = preset(name)
    last = [row.id for row in summary(network).rows if row.type == "Conv2d" and "." not in row.id][-1:]
    layer = (last or ["res2"])[0]
    module = fresh_module(network, 0)
    picture = noise(150, 170, network.input_shape[0])
    tiles = map_tiles(network, picture, layer, module, (9, 11))
    whole = at_once(network, module, picture, layer)
    np.testing.assert_allclose(put_together(tiles), whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("tile", [None, (64, 320), (7, 320)])
def test_with_tiles_as_wide_as_the_picture_not_one_bit_differs(tile: tuple[int, int] | None) -> None:
    """torch sums in the same order, whatever the size, where channels come by sixteens."""
    sixteen = spec.Conv2d(out_channels=16, kernel_size=3, padding=1)
    network = NetworkSpec(input_shape=(3, 8, 8), layers=(sixteen, *PLAIN[1:3], sixteen, spec.ReLU()))
    module = fresh_module(network, 0).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    picture = noise(400, 640, 3)
    made = put_together(map_tiles(network, picture, None, module, tile))
    assert np.array_equal(made, at_once(network, module, picture, "relu2"))


def test_a_file_holds_what_feature_maps_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "_AIMS", (200_000,))
    network = NetworkSpec(input_shape=(1, 8, 8), layers=PLAIN)
    picture, told = noise(120, 333, 3), []
    for layer in ("pool1", "relu2"):
        shape = maps_to_file(network, picture, tmp_path / "maps.npy", layer, progress=told.append)
        found = np.load(tmp_path / "maps.npy")
        assert (found.shape, found.dtype) == (shape, np.float32)
        np.testing.assert_allclose(found, at_once(network, fresh_module(network, 0), picture, layer), atol=1e-6)
    assert told[-1] == 1 and len(told) > 20


def test_a_layer_in_a_block_and_one_that_is_switched_off(tmp_path: Path) -> None:
    wide = spec.Conv2d(out_channels=4, kernel_size=3, padding="same", padding_mode="circular")
    off = spec.MaxPool2d(kernel_size=2, disabled=True)
    network = NetworkSpec(
        input_shape=(1, 8, 8), layers=(wide, off, spec.Residual(body=(wide, spec.ReLU(), wide)), spec.Flatten())
    )
    module, picture = fresh_module(network, 0), noise(40, 50)
    for layer in ("pool1", "res1.body.relu1", "res1"):
        made = put_together(map_tiles(network, picture, layer, module, (7, 9)))
        np.testing.assert_allclose(made, at_once(network, module, picture, layer), atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (spec.AdaptiveAvgPool2d(output_size=1), r"pool2 \(AdaptiveAvgPool2d\) needs all .* those of relu2, before it"),
        (spec.GroupNorm(num_groups=1), r"norm1 \(GroupNorm\) needs all"),
        (spec.Softmax(dim=3), r"softmax1 \(Softmax\) needs all"),
        (spec.Flatten(), r"flatten1 \(Flatten\) needs all"),
        (spec.UnsharedConv2d(out_channels=1, kernel_size=3), r"has kernels for 30×46 places and .* 48×48; those of"),
        (spec.Linear(out_features=3, in_features=46), "linear1: .*"),
    ],
)
def test_what_needs_all_of_its_input_is_told(layer: spec.AnyLayer, words: str) -> None:
    network = NetworkSpec(input_shape=(3, 64, 96), layers=(*PLAIN, layer))
    with pytest.raises(SpecError, match=words) as caught:
        map_tiles(network, noise(100, 100, 3))
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_other_refusals(tmp_path: Path) -> None:
    network = NetworkSpec(input_shape=(3, 8, 8), layers=PLAIN)
    with pytest.raises(SpecError, match="no layer 'conv9'; it has conv1, "):
        map_tiles(network, noise(9, 9, 3), "conv9")
    with pytest.raises(SpecError, match="2 channels cannot enter a network of 3"):
        map_tiles(network, noise(9, 9, 2))
    with pytest.raises(SpecError, match="picture of 9 cannot enter"):
        map_tiles(network, noise(9))
    with pytest.raises(Cancelled):
        maps_to_file(network, noise(9, 9, 3), tmp_path / "a.npy", cancelled=lambda: True)
    with pytest.raises(BadFile, match="folder"):
        maps_to_file(network, noise(9, 9, 3), tmp_path / "b" / "a.npy")
    assert not list(tmp_path.iterdir())


def test_a_tile_that_takes_too_much_is_refused_with_the_number() -> None:
    """Fields as wide as this leave no small tile; the picture is told of, and never read."""
    wide = (spec.MaxPool2d(kernel_size=256, stride=1, dilation=64, padding=0),) * 3
    network = NetworkSpec(input_shape=(1, 8, 8), layers=wide)
    picture = np.broadcast_to(np.zeros(1, np.uint8), (65_000, 65_000))
    with pytest.raises(SpecError, match=r"A tile of pool3 takes [\d.,]+ GiB however small it is"):
        map_tiles(network, picture, module=torch.nn.ModuleDict({f"pool{n}": torch.nn.Identity() for n in (1, 2, 3)}))


def test_a_file_larger_than_the_disk_is_refused_with_the_number(tmp_path: Path) -> None:
    network = NetworkSpec(input_shape=(1, 8, 8), layers=(spec.Conv2d(out_channels=4096, kernel_size=1),))
    picture = np.broadcast_to(np.zeros(1, np.uint8), (65_000, 65_000))
    with pytest.raises(BadFile, match=r"a\.npy would have [\d.,]+ GiB and the disk of .* has .* free"):
        maps_to_file(network, picture, tmp_path / "a.npy")


def test_what_maps_in_work_take_is_bounded_for_any_picture() -> None:
    """The plan alone, at the cap on pixels: as wide as can be, as high as can be, and a square."""
    for height, width in ((1_953, 65_536), (65_536, 1_953), (11_313, 11_313)):
        network = preset("vgg-16")
        sized = NetworkSpec(input_shape=(3, height, width), layers=network.layers)
        with torch.device("meta"):
            module = fresh_module(network, 0)
        chain, shape = chain_to(sized, module, "conv13")
        tile = under_test._tile(chain, shape, "conv13")
        assert 4 * under_test._amounts(chain, shape, tile)[0] <= max(under_test._AIMS)
