"""A kernel turned and mirrored."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import SpecError
from engine.kernels.design.planes import MOST_CELLS, Planes, Weights, kernel_of, one_of, planes_of

Interpolation = Literal["linear", "cubic"]
Mirror = Literal["left-right", "up-down", "both"]

INTERPOLATIONS: tuple[Interpolation, ...] = get_args(Interpolation)
MIRRORS: tuple[Mirror, ...] = get_args(Mirror)

# A rest of less than this many degrees moves no corner of the largest kernel by a millionth of a cell.
_NO_TURN = 1e-9


def rotate(weights: ArrayLike, angle: float, interpolation: Interpolation = "linear", grow: bool = False) -> Weights:
    """A kernel turned clockwise about the centre of its grid.

    Quarter turns only move weights: they are exact, and h×w becomes w×h. For the rest of the angle, at most 45°, the
    weights are read between the cells, with zeros around the kernel, which smooths a little and keeps the sum only
    roughly; `normalise` puts it right.

    Args:
        weights: [kH, kW] or [kH, kW, C].
        angle: degrees, clockwise as seen on the screen; any finite number.
        interpolation: "linear" between the 4 nearest cells, or "cubic" (Catmull-Rom) between 16, which is sharper
            and may overshoot.
        grow: False keeps the grid, and what turns out of it is cut off; True makes the grid as much larger on all
            sides as it takes to hold everything, so that odd sizes stay odd and even ones even.

    Raises:
        SpecError: for what is no kernel or no angle, or a grid that would grow beyond 151×151.

    Source: Keys, Cubic convolution interpolation for digital image processing, IEEE Trans. ASSP 29 (1981), 1153–1160,
        eq. 15, for "cubic".

    Example:
        >>> rotate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], 90).tolist()
        [[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]]
        >>> rotate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], 45, grow=True).shape
        (5, 5)
    """
    planes = planes_of(weights)
    one_of("Interpolation", interpolation, INTERPOLATIONS)
    if not math.isfinite(angle):
        raise SpecError(f"An angle is a finite number of degrees; it is {angle}.")
    once_round = math.remainder(angle, 360.0)
    rest = math.remainder(once_round, 90.0)
    turned = np.rot90(planes, -round((once_round - rest) / 90.0))
    if abs(rest) < _NO_TURN:
        return kernel_of(turned)
    size = (turned.shape[0], turned.shape[1])
    grown = _grown(size, math.radians(rest), interpolation) if grow else size
    return kernel_of(_between_cells(turned, grown, math.radians(rest), interpolation))


def _grown(size: tuple[int, int], turn: float, interpolation: Interpolation) -> tuple[int, int]:
    """The smallest grid of the same evenness with every cell in which anything can arrive."""
    reach = 1 if interpolation == "linear" else 2
    down, across = ((n - 1) / 2 + reach for n in size)
    cosine, sine = abs(math.cos(turn)), abs(math.sin(turn))
    ends = (down * cosine + across * sine, down * sine + across * cosine)
    # Cells at a distance of `end` from the centre get nothing: n' = n + 2·(cells beyond the old edge, short of `end`).
    grown = [n + 2 * max(0, math.ceil(end - (n - 1) / 2 - 1e-9) - 1) for n, end in zip(size, ends, strict=True)]
    if max(grown) > MOST_CELLS:
        raise SpecError(
            f"Turned, the kernel needs {grown[0]}×{grown[1]} cells, and {MOST_CELLS}×{MOST_CELLS} is the most; "
            "let it keep its size."
        )
    return grown[0], grown[1]


def _between_cells(planes: Planes, size: tuple[int, int], turn: float, interpolation: Interpolation) -> Planes:
    """Every cell of the new grid read where it lay before the turn."""
    down = np.arange(size[0])[:, np.newaxis] - (size[0] - 1) / 2
    across = np.arange(size[1]) - (size[1] - 1) / 2
    cosine, sine = math.cos(turn), math.sin(turn)
    rows = down * cosine - across * sine + (planes.shape[0] - 1) / 2
    columns = down * sine + across * cosine + (planes.shape[1] - 1) / 2
    taps = (0, 1) if interpolation == "linear" else (-1, 0, 1, 2)
    top, left = np.floor(rows), np.floor(columns)
    found = np.zeros((*size, *planes.shape[2:]))
    for i in taps:
        for j in taps:
            share = _share(rows - top - i, interpolation) * _share(columns - left - j, interpolation)
            cells = _cells(planes, top + i, left + j)
            found += cells * (share if planes.ndim == 2 else share[..., np.newaxis])
    return found


def _share(distance: NDArray[np.float64], interpolation: Interpolation) -> NDArray[np.float64]:
    """How much a cell at this distance, in cells, counts."""
    far = np.abs(distance)
    if interpolation == "linear":
        return np.asarray(1 - far)
    near = (1.5 * far - 2.5) * far**2 + 1
    return np.where(far <= 1, near, ((-0.5 * far + 2.5) * far - 4) * far + 2)


def _cells(planes: Planes, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> Planes:
    """The weights in these rows and columns, 0 outside of the grid."""
    height, width = planes.shape[:2]
    padded = np.pad(planes, ((1, 1), (1, 1), (0, 0))[: planes.ndim])
    inside = (np.clip(rows, -1, height).astype(int) + 1, np.clip(columns, -1, width).astype(int) + 1)
    return np.asarray(padded[inside])


def rotate_rings(weights: ArrayLike, eighths: int) -> Weights:
    """A square kernel turned clockwise in steps of 45° by moving each ring of cells on along itself.

    No weight changes, they only change places: this is how compass kernels are made. Two eighths are a quarter turn.

    Args:
        weights: [n, n] or [n, n, C], n odd.
        eighths: how many times 45°; may be negative.

    Raises:
        SpecError: unless the kernel is square with an odd size.

    Source: Robinson, Edge detection by compass gradient masks, Computer Graphics and Image Processing 6 (1977),
        492–501.

    Example:
        >>> rotate_rings([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], 1).tolist()
        [[-2.0, -1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 2.0]]
    """
    planes = planes_of(weights)
    size = planes.shape[0]
    if planes.shape[1] != size or size % 2 == 0:
        raise SpecError(f"Only a square kernel of odd size has rings; this one is {size}×{planes.shape[1]}.")
    turned = planes.copy()
    for radius in range(1, size // 2 + 1):
        ring = _ring(size // 2, radius)
        turned[ring] = np.roll(planes[ring], radius * eighths, axis=0)
    return kernel_of(turned)


def _ring(centre: int, radius: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(rows, columns) of the 8·radius cells at this distance from the centre, clockwise from the upper left."""
    rise, low, high = np.arange(-radius, radius), np.full(2 * radius, -radius), np.full(2 * radius, radius)
    rows = np.concatenate([low, rise, high, -rise])
    columns = np.concatenate([rise, high, -rise, low])
    return rows + centre, columns + centre


def flip(weights: ArrayLike, mirror: Mirror = "both") -> Weights:
    """A kernel mirrored; "both" is the half turn that makes a convolution of a cross-correlation.

    Args:
        weights: [kH, kW] or [kH, kW, C].
        mirror: "left-right" swaps columns, "up-down" rows, "both" does both.

    Raises:
        SpecError: for what is no kernel, or another word.

    Example:
        >>> flip([[1, 2], [3, 4]], "left-right").tolist()
        [[2.0, 1.0], [4.0, 3.0]]
        >>> flip([[1, 2], [3, 4]]).tolist()
        [[4.0, 3.0], [2.0, 1.0]]
    """
    planes = planes_of(weights)
    one_of("Mirror", mirror, MIRRORS)
    down = -1 if mirror in ("up-down", "both") else 1
    across = -1 if mirror in ("left-right", "both") else 1
    return kernel_of(planes[::down, ::across])


def transpose(weights: ArrayLike) -> Weights:
    """A kernel with rows and columns swapped; of h×w it becomes w×h.

    Args:
        weights: [kH, kW] or [kH, kW, C].

    Example:
        >>> transpose([[1, 2, 3], [4, 5, 6]]).tolist()
        [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]
    """
    return kernel_of(np.swapaxes(planes_of(weights), 0, 1))
