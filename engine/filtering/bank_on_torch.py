"""A bank on a graphics card: only what the screen shows of the maps comes back from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.bands import Cancelled
from engine.filtering.detectors import PAIRED
from engine.filtering.geometry import Geometry
from engine.filtering.on_torch import MODES, exact
from engine.filtering.picture import GREY, check_turned, filter_moves, kernel_stack
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec

Tensor = torch.Tensor
AT_ONCE = 1 << 28
"""Numbers of maps that are worked on at a time: a gigabyte."""


@dataclass(frozen=True, eq=False)
class Tiles:
    """The maps of a bank as a screen shows them.

    `maps` are float32 [N, ⌈H′ / factor⌉, ⌈W′ / factor⌉], reduced as `engine.display.reduce` does; `size` is (H′, W′).
    `minimum`, `maximum` and `mean` are of all finite cells of the whole maps, and `non_finite` counts the others.
    """

    maps: NDArray[np.float32]
    size: tuple[int, int]
    minimum: float
    maximum: float
    mean: float
    count: int
    non_finite: int


def bank_tiles(
    frame: NDArray[Any],
    specs: Sequence[FilterSpec],
    device: torch.device,
    factor: int = 1,
    cancelled: Callable[[], bool] | None = None,
) -> Tiles:
    """Filter a frame by every filter of a bank on a device.

    Args:
        frame: uint8 [H, W, 3], red first; or float32 [H, W, 3] or [H, W], taken as it is.
        specs: at least one; they differ in their kernels alone, make maps of one size, and see grey values or sum
            over the channels.
        device: where the work is done.
        factor: cells to a side of the blocks that are shown as one.
        cancelled: asked between some kernels and the next.

    Raises:
        SpecError: if there is no filter, or one cannot be applied.
        Cancelled: once `cancelled()` is true.

    Example:
        >>> bank_tiles(np.zeros((8, 10, 3), np.uint8), [FilterSpec()], torch.device("cpu"), 2).maps.shape
        (1, 4, 5)
    """
    if not specs or specs[0].channels == "each":
        raise SpecError("A bank on a graphics card has at least one filter, and each gives one map.")
    with torch.inference_mode():
        batch = _planes(frame, specs[0].channels, device)
        found = _Found(len(specs), factor, specs[0].detector.kind == "direction")
        for places in _alike(specs, batch.shape[2] * batch.shape[3]):
            if cancelled is not None and cancelled():
                raise Cancelled
            found.put(places, _maps(batch, [specs[place] for place in places]))
        return found.tiles()


def _alike(specs: Sequence[FilterSpec], cells: int) -> list[list[int]]:
    """Places of filters whose kernels have one size, so many at once as there is memory for."""
    sizes = defaultdict(list)
    for place, spec in enumerate(specs):
        sizes[spec.kernel.size].append(place)
    most = max(AT_ONCE // cells, 1)
    return [places[low : low + most] for places in sizes.values() for low in range(0, len(places), most)]


def _planes(frame: NDArray[Any], channels: str, device: torch.device) -> Tensor:
    """[1, C, H, W] as the kernels see it."""
    cells = torch.from_numpy(np.ascontiguousarray(frame)).to(device).to(torch.float32)
    if cells.ndim == 2:
        return cells[None, None]
    planes = cells.permute(2, 0, 1)[None]
    if channels == "grey":
        planes = (planes * torch.from_numpy(GREY).to(device).view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
    return planes / 255 if frame.dtype == np.uint8 else planes


def _maps(batch: Tensor, specs: list[FilterSpec]) -> Tensor:
    """[n, H′, W′] of filters whose kernels have one size."""
    one = specs[0]
    shape = (batch.shape[2], batch.shape[3], *((3,) if one.channels == "sum" else ()))
    places = filter_moves(shape, one)
    maps = _correlated(batch, [kernel_stack(s.kernel.weights, s.operation, False) for s in specs], places, one.bias)
    if one.detector.kind in PAIRED:
        turned = filter_moves(shape, one, turned=True)
        check_turned(places.size, turned.size, one)
        stacks = [kernel_stack(s.kernel.weights, s.operation, True) for s in specs]
        down = _correlated(batch, stacks, turned, one.bias)
        # adding 0 turns −0 into 0, as everywhere: where nothing changes, the direction is 0
        maps = torch.hypot(maps, down) if one.detector.kind == "magnitude" else torch.atan2(down, maps + 0.0)
    else:
        maps = _detected(maps, one.detector)
    return _pooled(maps, one.pooling)


def _correlated(batch: Tensor, stacks: list[NDArray[np.float64]], places: Geometry, bias: float) -> Tensor:
    kernels = torch.from_numpy(np.stack(stacks).astype(np.float32)).to(batch.device)
    padded = F.pad(batch, (*places.columns, *places.rows), mode=MODES[places.mode])
    with exact(batch.device):
        found = F.conv2d(padded, kernels, stride=places.stride, dilation=places.dilation)
    return found[0] + bias if bias else found[0]


def _detected(maps: Tensor, detector: DetectorSpec) -> Tensor:
    kind = detector.kind
    if kind == "leaky_relu":
        # not F.leaky_relu: a slope above 1 is a straight line through the larger of both, as everywhere here
        return torch.maximum(maps, maps * detector.negative_slope)
    if kind == "threshold":
        return (maps > detector.threshold).to(torch.float32)
    plain: dict[str, Callable[[Tensor], Tensor]] = {
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "abs": torch.abs,
    }
    return plain[kind](maps) if kind in plain else maps


def _pooled(maps: Tensor, pooling: PoolingSpec) -> Tensor:
    size, step, around = pooling.kernel_size, pooling.step, pooling.padding
    if pooling.kind == "none":
        return maps
    if pooling.kind == "max":
        return F.max_pool2d(maps[None], size, step, around)[0]
    values = maps.square() if pooling.kind == "l2" else maps
    means = F.avg_pool2d(values[None], size, step, around)[0]
    return (means * (size[0] * size[1])).sqrt() if pooling.kind == "l2" else means


def _reduced(maps: Tensor, factor: int, directions: bool) -> Tensor:
    """Of each block the value furthest from zero; of directions the first."""
    if factor == 1:
        return maps
    if directions:
        return maps[:, ::factor, ::factor]
    high = F.max_pool2d(maps[None], factor, ceil_mode=True)[0]
    low = -F.max_pool2d(-maps[None], factor, ceil_mode=True)[0]
    return torch.where((high > -low) | high.isnan(), high, low)


class _Found:
    """Collects the tiles, and what there is to say of all maps."""

    def __init__(self, count: int, factor: int, directions: bool) -> None:
        self._tiles: list[NDArray[np.float32] | None] = [None] * count
        self._factor = factor
        self._directions = directions
        self._size = (0, 0)
        self._ends: list[tuple[float, float]] = []
        self._sum, self._finite, self._cells = 0.0, 0, 0

    def put(self, places: list[int], maps: Tensor) -> None:
        """Maps [n, H′, W′] and where they stand in the bank."""
        size = (maps.shape[1], maps.shape[2])
        if self._ends and size != self._size:
            raise SpecError(
                "The kernels of this bank make maps of different sizes; padding 'same' would make them alike."
            )
        self._size = size
        for place, tile in zip(places, _reduced(maps, self._factor, self._directions).cpu().numpy(), strict=True):
            self._tiles[place] = tile
        good = maps.isfinite()
        held = torch.where(good, maps, maps.new_zeros(()))
        low = torch.where(good, maps, maps.new_tensor(torch.inf)).amin()
        high = torch.where(good, maps, maps.new_tensor(-torch.inf)).amax()
        # each row in float32, the rows in float64, which not every card has
        total = held.sum(dim=2).cpu().double().sum()
        self._ends.append((float(low), float(high)))
        self._sum += float(total)
        self._finite += int(good.sum())
        self._cells += maps.numel()

    def tiles(self) -> Tiles:
        """All of them."""
        lows, highs = zip(*self._ends, strict=True)
        there = self._finite > 0
        return Tiles(
            maps=np.stack([tile for tile in self._tiles if tile is not None]),
            size=self._size,
            minimum=min(lows) if there else 0.0,
            maximum=max(highs) if there else 0.0,
            mean=self._sum / max(self._finite, 1),
            count=self._finite,
            non_finite=self._cells - self._finite,
        )
