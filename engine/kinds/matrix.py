"""A layer as the matrix it is: one row for each output cell, one column for each input cell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kinds.facts import bias_shape, weight_shape
from engine.kinds.links import all_links
from engine.kinds.sizes import output_shape
from engine.kinds.spec import KindSpec

MAX_ENTRIES = 4_000_000
COMPARED = ("dense", "unshared", "tiled", "shared")


@dataclass(frozen=True, eq=False)
class LayerMatrix:
    """M and b of map = M·vec(input) + b, where vec counts cells as `ravel` does: channels first, then in rows.

    Attributes:
        index: int32 [cells out, cells in]: which weight stands in each entry, counted as the weights' `ravel` does;
            −1 where none does, the structural zeros. Where copies in the padding bring several weights onto one
            entry it is the first of them.
        entries: float32 of the same shape: the sum of the entry's weights; None if no weights were given.
        offset: float32 [cells out]: the bias of each output cell; None likewise.
        nonzeros: how many entries have a weight.
        distinct: how many different weights stand in the matrix.
        crowded: how many entries are the sum of several weights.
    """

    spec: KindSpec
    index: NDArray[np.int32]
    entries: NDArray[np.float32] | None
    offset: NDArray[np.float32] | None
    nonzeros: int
    distinct: int
    crowded: int


def layer_matrix(spec: KindSpec, weight: Any = None, bias: Any = None) -> LayerMatrix:
    """The matrix of a layer.

    Args:
        spec: the layer.
        weight: numbers in the shape that `engine.kinds.facts.weight_shape` gives; left out, only the index is made.
        bias: likewise, by `bias_shape`; zero if left out.

    Returns:
        A matrix of [∏ output shape, ∏ input shape]. That of a shared 1-D convolution is a Toeplitz matrix; that of a
        transposed one is the transpose of the matrix of the convolution whose input and output it swaps.

    Raises:
        SpecError: if the layer has no output, the matrix is too large, or the weights have another shape.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.1 on the Toeplitz matrix, 9.5 on its
        transpose.

    Example:
        >>> layer_matrix(KindSpec(size=(4,), kernel_size=2)).index.tolist()
        [[0, 1, -1, -1], [-1, 0, 1, -1], [-1, -1, 0, 1]]
    """
    rows, columns = _size(spec)
    at, which = _flat(spec)
    index = np.full(rows * columns, -1, np.int32)
    index[at[::-1]] = which[::-1]  # the first of several is written last
    met = np.bincount(at, minlength=1)
    return LayerMatrix(
        spec=spec,
        index=index.reshape(rows, columns),
        entries=None if weight is None else _entries(spec, weight, at, which, (rows, columns)),
        offset=None if weight is None else _offset(spec, bias),
        nonzeros=int(np.count_nonzero(met)),
        distinct=len(np.unique(which)),
        crowded=int(np.count_nonzero(met > 1)),
    )


def _size(spec: KindSpec) -> tuple[int, int]:
    rows, columns = math.prod(output_shape(spec)), math.prod(spec.input_shape)
    if rows * columns > MAX_ENTRIES:
        raise SpecError(
            f"The matrix would have {rows:,} × {columns:,} entries, and {MAX_ENTRIES:,} in all can be shown; a smaller "
            f"input or fewer channels would do."
        )
    return rows, columns


def compared(spec: KindSpec) -> tuple[KindSpec, ...]:
    """The same setting as a dense, an unshared, a tiled and a shared layer, to be seen side by side.

    Example:
        >>> [layer_matrix(each).distinct for each in compared(KindSpec(size=(5,)))]
        [15, 9, 6, 3]
    """
    return tuple(msgspec.structs.replace(spec, kind=kind) for kind in COMPARED)


def checked_array(given: Any, shape: tuple[int, ...], name: str) -> NDArray[np.float32]:
    """Numbers as float32 in the shape they must have.

    Raises:
        SpecError: if they have another shape, or are no real numbers.
    """
    found = np.asarray(given)
    if found.dtype.kind not in "biuf":
        raise SpecError(f"The {name} takes real numbers; this one holds {found.dtype}.")
    if found.shape != shape:
        raise SpecError(f"The {name} has the shape {found.shape}; this layer takes {shape}.")
    return np.ascontiguousarray(found, np.float32)


def _flat(spec: KindSpec) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Entry and weight of each link, counted through; links with a zero of the padding are left out."""
    if spec.kind == "dense":
        every = np.arange(math.prod(weight_shape(spec)))
        return every, every
    links = all_links(spec)
    kept = (links.inputs >= 0).all(axis=1)
    cells = np.concatenate([links.outputs, links.inputs], axis=1)[kept]
    at = np.ravel_multi_index(tuple(cells.T), (*output_shape(spec), *spec.input_shape))
    return at, np.ravel_multi_index(tuple(links.weights[kept].T), weight_shape(spec))


def _entries(
    spec: KindSpec, weight: Any, at: NDArray[np.int64], which: NDArray[np.int64], shape: tuple[int, int]
) -> NDArray[np.float32]:
    weights = checked_array(weight, weight_shape(spec), "weight").ravel()
    summed = np.bincount(at, weights[which], minlength=shape[0] * shape[1])
    return summed.astype(np.float32).reshape(shape)


def _offset(spec: KindSpec, bias: Any) -> NDArray[np.float32]:
    made, shape = output_shape(spec), bias_shape(spec)
    if bias is None or shape is None:
        return np.zeros(math.prod(made), np.float32)
    values = checked_array(bias, shape, "bias")
    if spec.kind == "dense":
        return values
    return np.ascontiguousarray(bias_map(spec, values, made)).ravel()


def bias_map(spec: KindSpec, bias: NDArray[np.float32], made: tuple[int, ...]) -> NDArray[np.float32]:
    """The bias of each output cell, [out, *size], for every kind but the dense one."""
    places = np.ix_(*(np.arange(n) for n in made[1:]))
    if spec.kind == "unshared":
        return np.moveaxis(bias, -1, 0)
    if spec.kind == "tiled":
        chosen = tuple(place % tile for place, tile in zip(places, spec.tile, strict=True))
        return np.moveaxis(bias[chosen], -1, 0)
    return np.broadcast_to(bias.reshape(-1, *(1,) * spec.dimensions), made)
