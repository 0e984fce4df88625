"""Kernels as sums of a column times a row: 2k multiplications instead of k² for each such pair."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]
CLOSE = 1e-7
"""The factors may be off by this share of Σ|K|: what rounding them to float32 does."""
SPREAD = 2.0
"""Factors that cancel each other lose digits: Σ over all pairs of |column|·|row| stays below this times Σ|K|."""


class Pair(NamedTuple):
    """column [kH, 1] and row [1, kW], float32; their product is a part of the kernel."""

    column: NDArray[np.float32]
    row: NDArray[np.float32]


def factors(weights: Weights, most: int) -> tuple[Pair, ...] | None:
    """The fewest pairs whose products add up to the kernel, or None if that takes more than `most`.

    Args:
        weights: float64 [kH, kW].
        most: how many pairs are still worth it.

    Returns:
        Pairs that reproduce the kernel to float32 rounding, and exactly where a row and a column of the kernel do
        (the binomial and the lecture's kernels).

    Example:
        >>> pairs = factors(np.outer([1.0, 2, 1], [-1.0, 0, 1]), most=1)
        >>> (pairs[0].column * pairs[0].row).tolist()
        [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
    """
    total = float(np.abs(weights).sum())
    if most < 1 or total == 0:
        return None
    crossing = _crossing(weights)
    if np.array_equal(_product(crossing), weights):
        return (crossing,)
    left, singular, right = np.linalg.svd(weights)
    for rank in range(1, min(most, len(singular)) + 1):
        # each factor takes half of the magnitude, so that neither over- nor underflows float32
        scales = np.sqrt(singular[:rank])
        pairs = tuple(
            Pair((left[:, [i]] * scales[i]).astype(np.float32), (right[[i]] * scales[i]).astype(np.float32))
            for i in range(rank)
        )
        if np.abs(sum(map(_product, pairs)) - weights).sum() <= CLOSE * total:
            spread = sum(float(np.abs(_product(pair)).sum()) for pair in pairs)
            return pairs if spread <= SPREAD * total else None
    return None


def _product(pair: Pair) -> Weights:
    return pair.column.astype(np.float64) * pair.row


def _crossing(weights: Weights) -> Pair:
    """The row and the column through the largest weight, the column divided by it."""
    i, j = np.unravel_index(np.abs(weights).argmax(), weights.shape)
    return Pair((weights[:, [j]] / weights[i, j]).astype(np.float32), weights[[i]].astype(np.float32))
