"""What a kernel is as a matrix: its sum, its rank, whether it separates, what a turn makes of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kernels.convert import check_weights

Vector = tuple[float, ...]

_LARGEST_WHOLE = 100


class KernelFacts(NamedTuple):
    """Read-outs of one kernel plane.

    `sum` is the answer to a flat picture of ones, `gain` (Σ|K|) the largest answer to pixels within ±1, and `norm`
    (√ΣK²) how much it multiplies the spread of white noise. A kernel of rank 1 is `column` times `row`, which are None
    for others. Where `turns_to_itself`, convolution and cross-correlation are the same.
    """

    sum: float
    gain: float
    norm: float
    rank: int
    column: Vector | None
    row: Vector | None
    turns_to_itself: bool


def describe(weights: NDArray[Any]) -> KernelFacts:
    """The facts of one kernel plane.

    Args:
        weights: [kH, kW], finite.

    Raises:
        SpecError: for what is no kernel plane.

    Source: rank by singular values, Golub and Van Loan, Matrix Computations, 4th ed. (2013), section 5.4.1.

    Example:
        >>> facts = describe(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]))
        >>> facts.sum, facts.gain, facts.rank, facts.column, facts.row
        (0.0, 8.0, 1, (1.0, 2.0, 1.0), (-1.0, 0.0, 1.0))
    """
    if weights.ndim != 2:
        raise SpecError(f"One plane is described at a time, [height, width], not an array of {weights.shape}.")
    check_weights(weights)
    plane = np.asarray(weights, dtype=np.float64)
    rank = numeric_rank(np.linalg.svd(plane, compute_uv=False), plane.shape)
    column, row = _factors(plane) if rank == 1 else (None, None)
    return KernelFacts(
        sum=float(plane.sum()),
        gain=float(np.abs(plane).sum()),
        norm=float(np.sqrt((plane**2).sum())),
        rank=rank,
        column=column,
        row=row,
        turns_to_itself=bool((plane == plane[::-1, ::-1]).all()),
    )


def numeric_rank(values: NDArray[np.floating[Any]], shape: tuple[int, ...]) -> int:
    """How many of a plane's singular values, largest first, are more than the rounding of its float32 weights.

    Example:
        >>> numeric_rank(np.array([4.0, 1e-7, 0.0]), (3, 3))
        1
    """
    return int((values > values[0] * max(shape) * np.finfo(np.float32).eps).sum()) if values[0] > 0 else 0


def _factors(plane: NDArray[np.float64]) -> tuple[Vector, Vector]:
    """Column and row whose product is a rank-1 plane; the column in whole numbers where it has a common measure."""
    top, left = np.unravel_index(np.abs(plane).argmax(), plane.shape)
    column, row = plane[:, left] / plane[top, left], plane[top]
    for whole in range(1, _LARGEST_WHOLE + 1):
        if np.allclose(column * whole, np.rint(column * whole), rtol=1e-5, atol=0):
            column, row = np.rint(column * whole), row / whole
            break
    if row.sum() < 0 and column.sum() <= 0:
        column, row = -column, -row
    # Adding 0 makes the zeros plain ones: -0.0 would be shown with its sign.
    return tuple((column + 0.0).tolist()), tuple((row + 0.0).tolist())


def quarter_turn(weights: NDArray[Any]) -> NDArray[Any]:
    """The kernel turned clockwise by 90°: the partner with which it measures a gradient's size and direction.

    Args:
        weights: [kH, kW] or [kH, kW, C].

    Returns:
        [kW, kH] or [kW, kH, C].

    Example:
        >>> quarter_turn(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])).tolist()
        [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    """
    return np.ascontiguousarray(np.rot90(weights, -1))
