"""A kernel as a sum of columns times rows: whether one product is enough, and how near a few of them come."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import SpecError
from engine.kernels.algebra import numeric_rank
from engine.kernels.design.planes import Planes, Weights, kernel_of, plane_of


class LowRank(NamedTuple):
    """A kernel made of few products of a column and a row.

    `weights` [kH, kW] is `columns` [kH, r] times `rows` [r, kW], all float32. `error` is what it misses, as a share
    of the kernel's norm: √Σ(K − K_r)² / √ΣK², between 0 and 1; `largest_error` the most that one weight is off.
    `separable` says that the kernel itself is one product (rank 0 or 1), `rank` how many it takes.
    """

    weights: Weights
    columns: Weights
    rows: Weights
    error: float
    largest_error: float
    rank: int

    @property
    def separable(self) -> bool:
        """Whether the kernel itself is one column times one row."""
        return self.rank <= 1


def singular_values(weights: ArrayLike) -> NDArray[np.float64]:
    """How much each product of a column and a row adds to a kernel, largest first; float64 [min(kH, kW)].

    Example:
        >>> singular_values([[3, 0], [0, 4]]).tolist()
        [4.0, 3.0]
    """
    return np.asarray(np.linalg.svd(plane_of(weights), compute_uv=False))


def low_rank(weights: ArrayLike, rank: int = 1) -> LowRank:
    """The kernel nearest to this one among the sums of `rank` products of a column and a row.

    With rank 1 these are the separated vectors: applying the column and then the row costs kH + kW multiplications
    a pixel instead of kH·kW. Each product's singular value σ is shared equally, √σ in the column and √σ in the row;
    of the two possible signs the one is taken that makes the column's largest weight positive.

    Args:
        weights: [kH, kW].
        rank: 1 to min(kH, kW).

    Raises:
        SpecError: for what is no plane, or no such rank.

    Source: Eckart and Young, The approximation of one matrix by another of lower rank, Psychometrika 1 (1936),
        211–218: the first terms of the singular value decomposition are the best.

    Example:
        >>> found = low_rank([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
        >>> found.separable, round(found.error, 6)
        (True, 0.0)
        >>> round(low_rank([[0, 1, 0], [1, -4, 1], [0, 1, 0]]).error, 3)
        0.101
    """
    plane = plane_of(weights)
    most = min(plane.shape)
    if not (isinstance(rank, (int, np.integer)) and 1 <= rank <= most):
        raise SpecError(f"A kernel of {plane.shape[0]}×{plane.shape[1]} has ranks from 1 to {most}; {rank} is none.")
    left, values, right = np.linalg.svd(plane, full_matrices=False)
    columns, rows = _shared_out(left[:, :rank], values[:rank], right[:rank])
    near = columns @ rows
    norm = float(np.sqrt((values**2).sum()))
    return LowRank(
        weights=kernel_of(near),
        columns=kernel_of(columns),
        rows=kernel_of(rows),
        error=float(np.sqrt((values[rank:] ** 2).sum())) / norm if norm else 0.0,
        largest_error=float(np.abs(plane - near).max()),
        rank=numeric_rank(values, plane.shape),
    )


def _shared_out(left: Planes, values: Planes, right: Planes) -> tuple[Planes, Planes]:
    """√σ to each side of every product, and the sign that makes the column's largest weight positive."""
    halves = np.sqrt(values)
    largest = np.take_along_axis(left, np.abs(left).argmax(axis=0)[np.newaxis], axis=0)[0]
    factors = np.where(largest < 0, -halves, halves)
    return left * factors, right * factors[:, np.newaxis]


def ranks_of(planes: Planes) -> tuple[int, ...]:
    """The rank of each plane of [kH, kW] or [kH, kW, C]."""
    stack = np.moveaxis(np.atleast_3d(planes), -1, 0)
    return tuple(numeric_rank(np.linalg.svd(plane, compute_uv=False), plane.shape) for plane in stack)
