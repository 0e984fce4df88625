"""`patches`: what of a data set excites each map of a layer most."""

from __future__ import annotations

import argparse
import json
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.cli.answer import Answer
from engine.cli.maps import checked_folder
from engine.cli.networks import NETWORK_HELP, add_seed, add_weights, loaded
from engine.cli.train import DATA_HELP
from engine.errors import SpecError
from engine.files import atomic_write

if TYPE_CHECKING:
    from engine.data.dataset import DataSet
    from engine.explain.patches import Strongest
    from engine.spec.network import NetworkSpec

_MOST_PATCHES = 100
_TILE = 48
"""Pixels that a patch of few cells is enlarged to."""
_GAP = 2
_GROUND = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, the layer and the data."""
    parser.add_argument("network", metavar="PRESET|FILE|RUN", help=NETWORK_HELP)
    parser.add_argument("--layer", required=True, metavar="LAYER", help="the layer whose maps are asked what they want")
    parser.add_argument("--data", required=True, metavar="NAME|PATH", help=DATA_HELP)
    parser.add_argument(
        "-o", dest="output", required=True, metavar="DIR", help="the folder for MAP.png of each map and patches.json"
    )
    parser.add_argument("--count", type=int, default=9, metavar="N", help="how many places of each map")
    parser.add_argument("--maps", type=int, nargs="+", metavar="MAP", help="only these maps, counted from 0")
    parser.add_argument("--most", type=int, metavar="N", help="look at no more examples than this; at all if left out")
    add_seed(parser)
    add_weights(parser)


def run(arguments: argparse.Namespace) -> Answer:
    """Look through the training examples, then write."""
    if not 1 <= arguments.count <= _MOST_PATCHES:
        raise SpecError(f"--count is 1 to {_MOST_PATCHES}; it is {arguments.count}.")
    if arguments.most is not None and arguments.most < 1:
        raise SpecError(f"--most is at least 1; it is {arguments.most}.")
    folder = checked_folder(arguments.output)
    found = loaded(arguments.network, arguments.seed, arguments.weights)
    from engine.data import load_data
    from engine.explain.patches import strongest

    data = load_data(arguments.data, found.network.input_shape)
    made = strongest(found.module, data.train, arguments.layer, arguments.count, most=arguments.most)
    maps = _chosen(arguments.maps, len(made.values), arguments.layer)
    told = [_told(made, number) for number in maps]
    pictures = {number: mosaic(found.network, data, made, number) for number in maps}
    _write(folder, pictures, told)
    lines = [f"{folder}: {len(maps)} maps of {arguments.layer}, {found.weights}", *(_line(each) for each in told)]
    return Answer("\n".join(lines), {"output": str(folder), "layer": arguments.layer, "maps": told})


def _chosen(wanted: list[int] | None, count: int, layer: str) -> list[int]:
    maps = list(range(count)) if wanted is None else list(dict.fromkeys(wanted))
    gone = [number for number in maps if not 0 <= number < count]
    if gone:
        raise SpecError(f"Layer {layer} has {count} maps, counted from 0; there is no map {gone[0]}.")
    return maps


def _told(made: Strongest, number: int) -> dict[str, Any]:
    places = zip(made.examples[number].tolist(), made.cells[number].tolist(), made.values[number].tolist(), strict=True)
    return {
        "map": number,
        "patches": [{"example": example, "cell": cell, "value": value} for example, cell, value in places],
    }


def mosaic(network: NetworkSpec, data: DataSet, made: Strongest, number: int) -> NDArray[np.uint8]:
    """The patches of one map side by side, the strongest first: uint8 [H, W, 3]."""
    from engine.explain.patches import crop, field_box

    tiles = []
    for example, cell in zip(made.examples[number].tolist(), made.cells[number].tolist(), strict=True):
        inputs = data.train.slice(example, example + 1)[0][0]
        values = inputs.float() / 255 if not inputs.dtype.is_floating_point else inputs.float()
        tiles.append(_tile(crop(values, field_box(network, made.layer, cell)).numpy()))
    high, wide = (max(tile.shape[axis] for tile in tiles) + _GAP for axis in (0, 1))
    columns = int(np.ceil(np.sqrt(len(tiles))))
    rows = -(-len(tiles) // columns)
    sheet = np.full((rows * high - _GAP, columns * wide - _GAP, 3), _GROUND, np.uint8)
    for place, tile in enumerate(tiles):
        top, left = place // columns * high, place % columns * wide
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return sheet


def _tile(patch: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A patch [C, *size] as a small picture: a signal as a band, a volume added up along its depth."""
    planes = patch if patch.shape[0] == 3 else patch.mean(axis=0, keepdims=True).repeat(3, axis=0)
    if planes.ndim != 3:
        planes = planes.mean(axis=1) if planes.ndim == 4 else planes.reshape(3, 1, -1)
    levels = np.rint(np.clip(planes, 0, 1) * 255).astype(np.uint8)
    times = max(1, _TILE // max(levels.shape[1:]))
    return np.moveaxis(levels, 0, -1).repeat(times, axis=0).repeat(times, axis=1)


def _write(folder: Path, pictures: dict[int, NDArray[np.uint8]], told: list[dict[str, Any]]) -> None:
    """Write a picture a map and one list; a folder made for them goes again if that fails."""
    from PIL import Image

    new = not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
        for number, picture in pictures.items():
            atomic_write(folder / f"{number}.png", partial(Image.fromarray(picture).save, format="PNG"))
        atomic_write(folder / "patches.json", partial(_save, told))
    except BaseException:
        if new:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _save(told: list[dict[str, Any]], handle: BinaryIO) -> None:
    handle.write(json.dumps(told, indent=1).encode())


def _line(told: dict[str, Any]) -> str:
    best = told["patches"][0]
    cell = f", cell {tuple(best['cell'])}" if best["cell"] else ""
    return f"map {told['map']}: {best['value']:.4g} in example {best['example']}{cell}"
