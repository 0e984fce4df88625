"""The maps of one layer for a picture of any size, tile by tile to a file.

A tile asks the layer before for the cells it is made of, and so on down to the picture. Cells where tiles meet are
worked out twice.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import BadFile, SpecError
from engine.files import atomic_write
from engine.filtering.bands import Cancelled
from engine.forward.frame import GREY
from engine.forward.tiles_cells import Area, rectangle, runs
from engine.forward.tiles_chain import Chain, chain_to
from engine.nn import evaluating, fresh_module, layout_for
from engine.nn.room import keep_freed_memory
from engine.spec.layers import Shape, shape_text
from engine.spec.memory import bytes_text
from engine.spec.network import NetworkSpec

_BYTES = 4
_AIMS = (32 * 2**20, 96 * 2**20, 320 * 2**20)
"""About what the maps in work may take. Smaller tiles stay in the processor's caches; larger ones overlap less."""
_PAYS = 1.25
"""Larger tiles are taken if the smaller ones make so many times as many numbers."""
_MOST = 640 * 2**20
"""More than this is refused. Convolutions take some memory of their own besides."""
_BLOCK = 64
"""Tiles narrower than the picture are so many columns wide, or a multiple: what vector units take at one time."""
_WORTH = 1.15
"""Tiles as wide as the picture are taken unless narrower ones save more than this: they write files at one go."""


@dataclass(frozen=True)
class Tiles:
    """The maps of a layer, not made yet; `shape` is (channels, height, width), `tile` (rows, columns)."""

    chain: Chain
    module: nn.Module
    picture: NDArray[Any]
    channels: int
    shape: Shape
    tile: tuple[int, int]

    def __iter__(self) -> Iterator[tuple[range, range, NDArray[np.float32]]]:
        """(rows, columns, float32 [C, rows, columns]) of each tile, row by row."""
        (_, height, width), (down, across) = self.shape, self.tile
        for top in range(0, height, down):
            for left in range(0, width, across):
                rows, columns = range(top, min(top + down, height)), range(left, min(left + across, width))
                yield rows, columns, self.made(rows, columns)

    def made(self, rows: range, columns: range) -> NDArray[np.float32]:
        """One tile, float32 [C, rows, columns]."""
        wanted = rectangle(rows, columns)
        areas = self.chain.areas(wanted)
        with evaluating(self.module), torch.inference_mode():
            cells = picture_input(_part(self.picture, areas[0]), self.channels)
            cells = cells.contiguous(memory_format=layout_for(self.module))
            made = self.chain.make(cells, wanted, areas)[0]
        found: NDArray[np.float32] = made.contiguous().numpy()
        return found


def picture_input(picture: NDArray[Any], channels: int) -> Tensor:
    """A picture, or a part of one, as a network's input at its own size.

    Args:
        picture: uint8 [H, W] or [H, W, 3], red first; or any numbers [H, W] or [H, W, C], taken as they are.
        channels: those of the network. Colours become grey (ITU-R BT.601) for one, grey becomes equal channels.

    Returns:
        float32 [1, C, H, W], uint8 brought to [0, 1].
    """
    values = picture.astype(np.float32)
    values = values / np.float32(255) if picture.dtype == np.uint8 else values
    planes = values[..., None] if values.ndim == 2 else values
    if planes.shape[2] == 3 and channels == 1:
        red, green, blue = (planes[..., place] * GREY[0, place] for place in range(3))
        planes = (red + green + blue)[..., None]
    if planes.shape[2] == 1:
        planes = np.broadcast_to(planes, (*planes.shape[:2], channels))
    if planes.shape[2] != channels:
        raise SpecError(
            f"A picture of {planes.shape[2]} channels cannot enter a network of {channels}; one of {channels}, or a "
            f"grey one, would do."
        )
    return torch.from_numpy(np.ascontiguousarray(planes)).permute(2, 0, 1)[None]


def _part(picture: NDArray[Any], area: Area) -> NDArray[Any]:
    for axis, cells in enumerate(area):
        (run, *others) = runs(cells)
        picture = np.take(picture, cells, axis) if others else picture[(slice(None),) * axis + (slice(*_ends(run)),)]
    return picture


def _ends(run: range) -> tuple[int, int]:
    return run.start, run.stop


def map_tiles(
    network: NetworkSpec,
    picture: NDArray[Any],
    layer: str | None = None,
    module: nn.Module | None = None,
    tile: tuple[int, int] | None = None,
) -> Tiles:
    """The maps of one layer for a picture at its own size, to be made tile by tile.

    Args:
        network: its layers; the size of its input does not matter.
        picture: [H, W] or [H, W, C]; uint8 counts from 0 to 1, other numbers are taken as they are.
        layer: the layer's path; the last one if left out.
        module: from `engine.build` or a run; fresh weights of seed 0 if left out.
        tile: (rows, columns) of a tile; chosen by what the maps in work take if left out.

    Raises:
        SpecError: if there is no such layer, one on the way needs all of its input at once, or a tile would take too
            much memory.
    """
    if len(network.input_shape) != 3 or picture.ndim not in (2, 3) or not picture.size:
        raise SpecError(
            f"A picture of {shape_text(picture.shape)} cannot enter a network of {shape_text(network.input_shape)}; "
            f"a picture and a network of channels, height and width would do."
        )
    channels = network.input_shape[0]
    picture_input(picture[:1, :1], channels)
    wanted = layer or (network.layers[-1].id if network.layers else "")
    module = fresh_module(network, 0) if module is None else module
    sized = msgspec.structs.replace(network, input_shape=(channels, *picture.shape[:2]))
    chain, shape = chain_to(sized, module, wanted)
    return Tiles(chain, module, picture, channels, shape, tile or _tile(chain, shape, wanted))


def _tile(chain: Chain, shape: Shape, layer: str) -> tuple[int, int]:
    """The smallest kind of tile that costs little more than the larger ones."""
    found = [tile for aim in _AIMS if (tile := _within(chain, shape, aim)) is not None]
    if not found:
        found = [(1, min(_BLOCK, shape[2]))]
        needed = _bytes(chain, shape, found[0])
        if needed > _MOST:
            raise SpecError(
                f"A tile of {layer} takes {bytes_text(needed)} however small it is, more than the {bytes_text(_MOST)} "
                f"that tiles may take; the maps of a layer before it would do."
            )
    costs = [_cost(chain, shape, tile) for tile in found]
    return next(tile for tile, cost in zip(found, costs, strict=True) if cost <= _PAYS * min(costs))


def _within(chain: Chain, shape: Shape, aim: int) -> tuple[int, int] | None:
    """The widest tile within so many bytes, of those that cost little more than the cheapest; None if none is."""
    found = []
    for across in _widths(shape[2]):
        down = next((rows for rows in _heights(shape[1]) if _bytes(chain, shape, (rows, across)) <= aim), 0)
        found += [(down, across)] if down else []
    costs = [_cost(chain, shape, tile) for tile in found]
    return next((tile for tile, cost in zip(found, costs, strict=True) if cost <= _WORTH * min(costs)), None)


def _cost(chain: Chain, shape: Shape, tile: tuple[int, int]) -> float:
    """How many numbers are made for each cell of the last map."""
    return _amounts(chain, shape, tile)[1] / math.prod(tile)


def _bytes(chain: Chain, shape: Shape, tile: tuple[int, int]) -> int:
    return _BYTES * _amounts(chain, shape, tile)[0]


def _amounts(chain: Chain, shape: Shape, tile: tuple[int, int]) -> tuple[int, int]:
    """What a tile in the middle takes, which has the most around it."""
    rows, columns = (
        range((size - cells) // 2, (size - cells) // 2 + cells) for size, cells in zip(shape[1:], tile, strict=True)
    )
    return chain.amounts(rectangle(rows, columns))


def _heights(height: int) -> Iterator[int]:
    """Powers of two, the largest first."""
    for power in range(min(height.bit_length(), 11), -1, -1):
        yield min(1 << power, height)


def _widths(width: int) -> Iterator[int]:
    """The whole width, and halves of it."""
    yield width
    while width > _BLOCK:
        width = -(-width // (2 * _BLOCK)) * _BLOCK
        yield width


def maps_to_file(
    network: NetworkSpec,
    picture: NDArray[Any],
    path: str | Path,
    layer: str | None = None,
    module: nn.Module | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Shape:
    """Write the maps of one layer for a picture of any size to a .npy file, float32 [C, H, W], tile by tile.

    The numbers are those of `feature_maps` on the whole picture to float32 rounding; bit for bit where torch sums in
    the same order whatever the size: channels by sixteens, innermost in memory, in tiles as wide as the picture.

    Args:
        network, picture, layer, module: as for `map_tiles`.
        path: of the file, which appears when it is complete.
        progress: told the share that is done, 0 to 1, after each tile.
        cancelled: asked before each tile; the file then does not appear.

    Returns:
        The shape of the maps.

    Raises:
        SpecError, BadFile, Cancelled: as for `map_tiles`, if the file cannot be written, once `cancelled()` is true.

    Example:
        >>> import tempfile
        >>> from engine.presets import preset
        >>> path = Path(tempfile.mkdtemp()) / "pool1.npy"
        >>> maps_to_file(preset("tiny-vgg"), np.zeros((300, 400, 3), np.uint8), path, "pool1")
        (10, 148, 198)
        >>> np.load(path, mmap_mode="r").shape
        (10, 148, 198)
    """
    tiles = map_tiles(network, picture, layer, module)
    _check_room(tiles.shape, Path(path))
    keep_freed_memory()
    atomic_write(path, partial(_write, tiles, progress, cancelled))
    return tiles.shape


def _check_room(shape: Shape, path: Path) -> None:
    if path.parent.is_dir():
        needed, free = _BYTES * math.prod(shape), shutil.disk_usage(path.parent).free
        if needed > free:
            raise BadFile(
                f"{path.name} would have {bytes_text(needed)} and the disk of {path.parent} has {bytes_text(free)} "
                f"free; free some space, or choose another folder or layer."
            )


def _write(
    tiles: Tiles, progress: Callable[[float], None] | None, cancelled: Callable[[], bool] | None, handle: BinaryIO
) -> None:
    channels, height, width = tiles.shape
    np.lib.format.write_array_header_1_0(handle, {"descr": "<f4", "fortran_order": False, "shape": tiles.shape})
    start, done = handle.tell(), 0
    handle.truncate(start + _BYTES * math.prod(tiles.shape))
    if cancelled is not None and cancelled():
        raise Cancelled
    for rows, columns, made in tiles:
        for channel in range(channels):
            if len(columns) == width:
                handle.seek(start + _BYTES * (channel * height + rows.start) * width)
                handle.write(made[channel].astype("<f4", copy=False).data)
                continue
            for row, values in zip(rows, made[channel].astype("<f4", copy=False), strict=True):
                handle.seek(start + _BYTES * ((channel * height + row) * width + columns.start))
                handle.write(values.data)
        done += len(rows) * len(columns)
        if progress is not None:
            progress(done / (height * width))
        if cancelled is not None and cancelled():
            raise Cancelled
