"""Large kernels as products of Fourier transforms, block by block with overlap; two blocks share a complex transform.

A real kernel keeps the real and the imaginary part of what it filters apart, so one block travels as the real part and
the next as the imaginary part of the same array.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.filtering.border import gather, zones
from engine.filtering.box import LOUDEST, NotFinite
from engine.filtering.direct import planes
from engine.filtering.geometry import Geometry
from engine.filtering.scratch import scratch

Array = NDArray[np.float32]
Start = tuple[int, int, int]
"""(dilation phase, row, column number) of a block of the dense map."""
Spectrum = NDArray[np.complexfloating[Any, Any]]
LENGTHS = (32, 48, 64, 80, 96, 112, 128, 144, 160, 192, 224, 240, 288, 320, 384, 448, 640, 960, 1280, 1920, 2560)
"""Transforms cv2 does quickly. Powers of two from 256 on are left out: their columns fall on the same cache lines."""
LARGEST_BLOCK = 50_000
"""Numbers in a block; larger ones leave the second-level cache."""
BLOCK_COST = 4_000.0
"""What a block costs beside its numbers, in numbers."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The shape of the blocks and how many numbers go through transforms in all."""

    shape: tuple[int, int]
    fresh: tuple[int, int]
    numbers: float


@lru_cache(maxsize=64)
def choose_blocks(rows: int, columns: int, kernel_rows: int, kernel_columns: int, lanes: int) -> Blocks | None:
    """The cheapest block shape for a dense map of rows × columns numbers, or None if the kernel is too large.

    Args:
        rows: of the map, in one dilation phase.
        columns: of the map, in numbers: pixels times lanes.
        kernel_rows: the kernel's height.
        kernel_columns: the numbers that the kernel spans.
        lanes: blocks start at whole pixels.
    """
    best: Blocks | None = None
    for height, width in product(LENGTHS, LENGTHS):
        fresh_rows = min(height - kernel_rows + 1, rows)
        fresh_columns = min((width - kernel_columns + 1) // lanes * lanes, columns)
        if fresh_rows < 1 or fresh_columns < 1 or (height * width > LARGEST_BLOCK and best is not None):
            continue
        count = -(-rows // fresh_rows) * -(-columns // fresh_columns)
        numbers = 2 * -(-count // 2) * (height * width * (0.88 if 128 in (height, width) else 1.0) + BLOCK_COST)
        if best is None or numbers < best.numbers:
            best = Blocks((height, width), (fresh_rows, fresh_columns), numbers)
    return best


@lru_cache(maxsize=12)
def spectrum(weights: bytes, kernel_size: tuple[int, int], gap: int, shape: tuple[int, int], double: bool) -> Spectrum:
    """The conjugate transform of a kernel whose columns are `gap` numbers apart, divided by the block's size."""
    kernel = np.frombuffer(weights, np.float64).reshape(kernel_size)
    spread = np.zeros((*shape, 2))
    spread[: kernel_size[0], : (kernel_size[1] - 1) * gap + 1 : gap, 0] = kernel
    transformed = cv2.dft(spread).view(np.complex128).reshape(-1)
    found = np.conj(transformed) / transformed.size
    return np.asarray(found, np.complex128 if double else np.complex64)


def peak(weights: NDArray[np.float64]) -> float:
    """How much a kernel can amplify one frequency, as a share of Σ|K|: what float32 transforms lose grows with it."""
    side = 1 << (2 * max(weights.shape) - 1).bit_length()
    gains = np.abs(np.fft.rfft2(weights, (side, side)))
    return float(gains.max() / np.abs(weights).sum())


@dataclass(frozen=True, slots=True)
class FourierWork:
    """Everything that the blocks of one filtering share."""

    geometry: Geometry
    blocks: Blocks
    spectra: tuple[Spectrum, ...]
    double: bool

    @property
    def starts(self) -> list[Start]:
        """Every block of the dense map."""
        rows, columns = self.geometry.dense
        gap, (high, wide) = self.geometry.dilation[0], self.blocks.fresh
        return [
            (phase, row, column)
            for phase in range(min(gap, rows))
            for row in range(0, -(-(rows - phase) // gap), high)
            for column in range(0, columns * self.geometry.lanes, wide)
        ]


def fourier_pair(image: Array, out: Array, work: FourierWork, pair: Sequence[Start]) -> list[Array]:
    """Filter one or two blocks and write the cells that are theirs; returns these parts of `out`.

    Raises:
        NotFinite: if a block has a number that is not finite.
    """
    shape = (*work.blocks.shape, 2)
    real = np.float64 if work.double else np.float32
    total, other = scratch("block", shape, real), scratch("other", shape, real)
    for number, (plane, kernel) in enumerate(zip(planes(image, work.geometry), work.spectra, strict=True)):
        target = total if number == 0 else other
        if len(pair) == 1:
            target[..., 1] = 0
        for part, start in enumerate(pair):
            _fetch(target[..., part], plane, work, start)
        cv2.dft(target, target)
        if not cv2.norm(target, cv2.NORM_L2) < LOUDEST:
            raise NotFinite
        flat = target.reshape(-1).view(kernel.dtype)
        np.multiply(flat, kernel, out=flat)
        if number > 0:
            np.add(total, other, out=total)
    cv2.dft(total, total, cv2.DFT_INVERSE)
    return [_store(out, total[..., part], work, start) for part, start in enumerate(pair)]


def _fetch(target: NDArray[Any], plane: Array, work: FourierWork, start: Start) -> None:
    phase, row, column = start
    g, (height, width) = work.geometry, work.blocks.shape
    gap, lanes = g.dilation[0], g.lanes
    rows = zones(phase + row * gap, height, g.height, g.rows, g.mode, step=gap)
    columns = zones(column, width, g.width, g.columns, g.mode, lanes=lanes)
    source = plane.reshape(plane.shape[0], -1) if lanes > 1 else plane[:, :, 0]
    gather(target, source, rows, columns)


def _store(out: Array, block: NDArray[Any], work: FourierWork, start: Start) -> Array:
    """Write the cells of the map that begin in this block; a stride leaves some of the block's numbers out."""
    phase, row, column = start
    (fresh_rows, fresh_columns), g = work.blocks.fresh, work.geometry
    (sy, sx), gap, first = g.stride, g.dilation[0], column // g.lanes
    down, down_from = _kept(row, fresh_rows, sy, g.size[0], phase, gap)
    across, across_from = _kept(first, fresh_columns // g.lanes, sx, g.size[1])
    cells = block[:fresh_rows, :fresh_columns].reshape(fresh_rows, -1, g.lanes)
    target = out[down, across]
    np.copyto(target, cells[down_from::sy, across_from::sx][: target.shape[0], : target.shape[1]], casting="same_kind")
    return target


def _kept(first: int, count: int, stride: int, size: int, phase: int = 0, gap: int = 1) -> tuple[slice, int]:
    """The cells of the map that dense positions `first` to `first + count` hold, and the first such position."""
    if gap > 1:
        return slice(phase + first * gap, phase + (first + count) * gap, gap), 0
    low, high = -(-first // stride), -(-(first + count) // stride)
    return slice(low, min(high, size)), low * stride - first
