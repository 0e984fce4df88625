"""Large kernels as products of Fourier transforms, block by block with overlap; two blocks share a complex transform.

A real kernel keeps the real and the imaginary part of what it filters apart, so one block travels as the real part and
the next as the imaginary part of the same array.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.filtering.border import Zone, gather, zones
from engine.filtering.geometry import Geometry
from engine.filtering.scratch import scratch

Array = NDArray[np.float32]
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


class Step(NamedTuple):
    """One block: what it reads of the padded picture, which cells of the map are its own, and where it holds them."""

    rows: tuple[Zone, ...]
    columns: tuple[Zone, ...]
    cells: tuple[slice, slice]
    held: tuple[slice, slice]


@dataclass(frozen=True, slots=True)
class FourierWork:
    """Everything that the blocks of one filtering share; `steps` are the blocks in their order."""

    lanes: int
    summed: bool
    blocks: Blocks
    spectra: tuple[Spectrum, ...]
    double: bool
    steps: tuple[Step, ...]

    @property
    def real(self) -> type[np.floating[Any]]:
        """The precision of the transforms."""
        return np.float64 if self.double else np.float32

    @property
    def key(self) -> tuple[Blocks, bool]:
        """Equal for kernels that see the same transformed blocks."""
        return self.blocks, self.double


def fourier_work(geometry: Geometry, blocks: Blocks, spectra: tuple[Spectrum, ...], double: bool) -> FourierWork:
    """Lay the blocks over the map; a vertical dilation takes its phases apart."""
    columns, gap, (high, wide) = geometry.dense[1] * geometry.lanes, geometry.dilation[0], blocks.fresh
    steps = tuple(
        _step(geometry, blocks, phase, row, column)
        for phase in range(min(gap, geometry.dense[0]))
        for row in range(0, -(-(geometry.dense[0] - phase) // gap), high)
        for column in range(0, columns, wide)
    )
    return FourierWork(geometry.lanes, geometry.summed, blocks, spectra, double, steps)


def _step(g: Geometry, blocks: Blocks, phase: int, row: int, column: int) -> Step:
    """The block whose first number is (row, column) of the dense map, counted within its dilation phase."""
    (height, width), (fresh_rows, fresh_columns), gap = blocks.shape, blocks.fresh, g.dilation[0]
    down = _kept(phase + row * gap, fresh_rows, gap, g.stride[0], g.size[0])
    across = _kept(column // g.lanes, fresh_columns // g.lanes, 1, g.stride[1], g.size[1])
    return Step(
        zones(phase + row * gap, height, g.height, g.rows, g.mode, step=gap),
        zones(column, width, g.width, g.columns, g.mode, lanes=g.lanes),
        (down[0], across[0]),
        (down[1], across[1]),
    )


def _kept(first: int, count: int, gap: int, stride: int, size: int) -> tuple[slice, slice]:
    """Cells of the map among `count` dense positions from `first` on, `gap` apart, and their places in the block.

    Either the gap or the stride is 1.
    """
    if gap > 1:
        places = range(first, size, gap)[:count]
        return slice(first, first + gap * len(places), gap), slice(0, len(places))
    low = -(-first // stride)
    high = min(-(-(first + count) // stride), size)
    start = low * stride - first
    return slice(low, high), slice(start, start + max(high - low, 0) * stride, stride)


def fourier_pair(image: Array, out: Array, work: FourierWork, pair: Sequence[Step]) -> list[Array]:
    """Filter one or two blocks and write the cells that are theirs; returns these parts of `out`."""
    total, other = (scratch(name, (*work.blocks.shape, 2), work.real) for name in ("block", "other"))
    for number, kernel in enumerate(work.spectra):
        target = total if number == 0 else other
        _transform(image, target, work, pair, number)
        flat = target.reshape(-1).view(kernel.dtype)
        np.multiply(flat, kernel, out=flat)
        if number > 0:
            np.add(total, other, out=total)
    cv2.dft(total, total, cv2.DFT_INVERSE)
    return [_store(out, total[..., part], work, step) for part, step in enumerate(pair)]


def fourier_blocks(
    image: Array, outs: Sequence[Array], works: Sequence[FourierWork], pair: Sequence[Step]
) -> Iterator[Array]:
    """The same for several kernels of one size: the blocks are transformed once. Yields the parts as they are done."""
    first = works[0]
    shape = (*first.blocks.shape, 2)
    total, other = scratch("block", shape, first.real), scratch("other", shape, first.real)
    transformed = []
    for number in range(len(first.spectra)):
        target = scratch(f"plane {number}", shape, first.real)
        _transform(image, target, first, pair, number)
        transformed.append(target.reshape(-1).view(first.spectra[0].dtype))
    sums, products = (cells.reshape(-1).view(first.spectra[0].dtype) for cells in (total, other))
    for out, work in zip(outs, works, strict=True):
        np.multiply(transformed[0], work.spectra[0], out=sums)
        for plane, kernel in zip(transformed[1:], work.spectra[1:], strict=True):
            np.add(sums, np.multiply(plane, kernel, out=products), out=sums)
        cv2.dft(total, total, cv2.DFT_INVERSE)
        for part, step in enumerate(pair):
            yield _store(out, total[..., part], work, step)


def _transform(image: Array, target: NDArray[Any], work: FourierWork, pair: Sequence[Step], number: int) -> None:
    """The transform of plane `number` of one or two blocks, into `target`."""
    plane = image[:, :, number] if work.summed else image.reshape(len(image), -1)
    if len(pair) == 1:
        target[..., 1] = 0
    for part, step in enumerate(pair):
        gather(target[..., part], plane, step.rows, step.columns)
    cv2.dft(target, target)


def _store(out: Array, block: NDArray[Any], work: FourierWork, step: Step) -> Array:
    """Write the cells of the map that begin in this block; a stride leaves some of the block's numbers out."""
    rows, columns = work.blocks.fresh
    target = out[step.cells]
    np.copyto(target, block[:rows, :columns].reshape(rows, -1, work.lanes)[step.held], casting="same_kind")
    return target
