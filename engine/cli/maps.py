"""`maps`: every feature map that a network makes of a picture, as numbers and as pictures."""

from __future__ import annotations

import argparse
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.cli.answer import Answer
from engine.cli.networks import NETWORK_HELP, Loaded, add_seed, add_weights, loaded
from engine.errors import BadFile
from engine.files import atomic_write
from engine.npy import read_npy
from engine.spec.layers import shape_text

if TYPE_CHECKING:
    from torch import Tensor

_MOST_BYTES = 8 * 2**30
_SIDE = 512
"""Pixels that a mosaic of few cells is enlarged to."""
_MOST_TIMES = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, the picture and the folder."""
    parser.add_argument("network", metavar="PRESET|FILE|RUN", help=NETWORK_HELP)
    parser.add_argument(
        "image", metavar="IMAGE", help="a picture file, whose middle is brought to the input's size, or a .npy array"
    )
    parser.add_argument(
        "-o", dest="output", required=True, metavar="DIR", help="the folder for NAME.npy and NAME.png of each layer"
    )
    parser.add_argument(
        "--layer",
        default="",
        metavar="LAYER",
        help="only LAYER.npy, of the picture at its own size, tile by tile: also of one far too large for the memory",
    )
    add_seed(parser)
    add_weights(parser)


def run(arguments: argparse.Namespace) -> Answer:
    """Compute all maps first, then write them; or those of one layer tile by tile."""
    folder = checked_folder(arguments.output)
    found = loaded(arguments.network, arguments.seed, arguments.weights)
    if arguments.layer:
        return _at_own_size(folder, found, Path(arguments.image), arguments.layer)
    inputs, note = picture_input(Path(arguments.image), found)
    from engine.nn import feature_maps

    maps = {path: made[0].numpy() for path, made in feature_maps(found.module, inputs).items()}
    pictures = {path: mosaic_picture(values) for path, values in maps.items()}
    written = _write(folder, maps, pictures)
    lines = [f"{folder}: {len(maps)} layers, {note}, {found.weights}", *(_line(each) for each in written)]
    return Answer("\n".join(lines), {"output": str(folder), "input": note, "layers": written})


def _at_own_size(folder: Path, found: Loaded, image: Path, layer: str) -> Answer:
    """The maps of one layer, written while they are made."""
    from engine.forward import maps_to_file

    picture = _whole(image)
    made = not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
        npy = folder / f"{layer}.npy"
        shape = maps_to_file(found.network, picture, npy, layer, found.module)
    except BaseException:
        if made:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    note = f"{shape_text(picture.shape[:2])} at its own size"
    written = {"id": layer, "shape": list(shape), "npy": str(npy)}
    lines = [f"{folder}: {note}, {found.weights}", _line(written)]
    return Answer("\n".join(lines), {"output": str(folder), "input": note, "layers": [written]})


def _whole(image: Path) -> NDArray[Any]:
    """A picture's levels, or an array whose numbers are taken as they are."""
    if image.suffix.lower() == ".npy":
        array = read_npy(image, _MOST_BYTES)
        return array.astype(np.int16) if array.dtype == np.uint8 else array
    from engine.frames.image import load_image

    picture = load_image(image)
    return picture.pixels if picture.deep is None else picture.deep


def checked_folder(name: str) -> Path:
    """A folder that is there, or can be made."""
    folder = Path(name)
    if folder.exists() and not folder.is_dir():
        raise BadFile(f"{name!r} is a file; the name of a folder would do.")
    if not folder.parent.is_dir():
        raise BadFile(f"{name!r} cannot be made: the folder {folder.parent} does not exist.")
    return folder


def picture_input(path: Path, found: Loaded) -> tuple[Tensor, str]:
    """The picture as the network's input, and what was done to it."""
    shape = found.network.input_shape
    if path.suffix.lower() == ".npy":
        from engine.nn import as_input

        array = read_npy(path, _MOST_BYTES)
        return as_input(array, shape), f"array {shape_text(array.shape)} as it is"
    from engine.forward import frame_input
    from engine.frames import read_image

    picture = read_image(path)
    colours = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    return frame_input(np.rint(colours * 255).astype(np.uint8), shape)


def mosaic_picture(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """All maps of a layer in one picture.

    Args:
        values: [C, H, W], or [F] of a layer without places, each value then a tile of its own.

    Returns:
        uint8 [H, W, 3] red, green, blue, on a light ground; few cells are enlarged.
    """
    from engine.display.levels import measure_each
    from engine.display.mosaic import layout, paint_mosaic
    from engine.display.tables import palette

    tiles = values if values.ndim == 3 else values.reshape(-1, 1, 1)
    mosaic = layout(*tiles.shape)
    painted = np.empty((*mosaic.size, 4), np.uint8)
    paint_mosaic(tiles, measure_each(tiles).shared(), palette(dark=False), mosaic, painted)
    times = max(1, min(_MOST_TIMES, _SIDE // max(mosaic.size)))
    return painted[..., 2::-1].repeat(times, axis=0).repeat(times, axis=1)


def _write(
    folder: Path, maps: dict[str, NDArray[np.float32]], pictures: dict[str, NDArray[np.uint8]]
) -> list[dict[str, Any]]:
    """Write two files a layer; a folder made for them goes again if that fails."""
    from PIL import Image

    made = not folder.exists()
    written: list[dict[str, Any]] = []
    try:
        folder.mkdir(exist_ok=True)
        for path, values in maps.items():
            npy, png = folder / f"{path}.npy", folder / f"{path}.png"
            atomic_write(npy, partial(_save, values))
            atomic_write(png, partial(Image.fromarray(pictures[path]).save, format="PNG"))
            written.append({"id": path, "shape": list(values.shape), "npy": str(npy), "png": str(png)})
    except BaseException:
        if made:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return written


def _save(values: NDArray[np.float32], handle: BinaryIO) -> None:
    np.save(handle, values, allow_pickle=False)


def _line(written: dict[str, Any]) -> str:
    return f"{written['id']}: {shape_text(tuple(written['shape']))}"
