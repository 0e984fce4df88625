"""Where one number of a feature map came from: the patch, the kernel laid on it, and the sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.border import origins
from engine.filtering.picture import filter_plan
from engine.spec.filter import FilterSpec

Cells = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CellExplanation:
    """One cell of the map before detector and pooling: `value` = Σ `products` + `bias`.

    Attributes:
        rows: picture row that each kernel row lies on, int [kH]; below 0 or beyond the height in the padding.
        columns: picture column that each kernel column lies on, int [kW].
        inside: bool [kH, kW], False where the weight lies on padding.
        patch: what lies under each weight, padding included, [kH, kW] or [kH, kW, 3].
        kernel: the weights as they are laid down, turned by 180° for a convolution, [kH, kW] or [kH, kW, 3].
        products: patch times kernel, [kH, kW] or [kH, kW, 3].
        total: Σ products: a number, or [3] where each channel is filtered on its own.
        bias: what is added.
        value: total + bias; a number, or [3].
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    inside: NDArray[np.bool_]
    patch: Cells
    kernel: Cells
    products: Cells
    total: Any
    bias: float
    value: Any


def explain_cell(seen: NDArray[np.float32], spec: FilterSpec, row: int, column: int) -> CellExplanation:
    """Work out one cell of the convolved map again, in double precision, with all that went into it.

    Args:
        seen: `FilterResult.input`: [H, W] or [H, W, 3].
        spec: the specification that made the map.
        row: of the cell, counted from 0, before pooling.
        column: of the cell.

    Raises:
        SpecError: if the map has no such cell.

    Example:
        >>> found = explain_cell(np.eye(3, dtype=np.float32), FilterSpec(), 0, 0)
        >>> found.patch.tolist(), found.value
        ([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], 1.0)
    """
    plan = filter_plan(seen.shape, spec)
    g = plan.geometry
    if not (0 <= row < g.size[0] and 0 <= column < g.size[1]):
        raise SpecError(f"The map has {g.size[0]}×{g.size[1]} cells; there is none at row {row}, column {column}.")
    rows = row * g.stride[0] - g.rows[0] + g.dilation[0] * np.arange(g.kernel_size[0])
    columns = column * g.stride[1] - g.columns[0] + g.dilation[1] * np.arange(g.kernel_size[1])
    inside = np.outer((rows >= 0) & (rows < g.height), (columns >= 0) & (columns < g.width))
    patch = seen[np.ix_(origins(rows, g.height, g.mode), origins(columns, g.width, g.mode))].astype(np.float64)
    if g.mode == "zeros":
        patch[~inside] = 0
    return _summed(spec, rows, columns, inside, patch, plan.weights)


def _summed(
    spec: FilterSpec,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    inside: NDArray[np.bool_],
    patch: Cells,
    weights: Cells,
) -> CellExplanation:
    kernel = np.moveaxis(weights, 0, -1) if spec.channels == "sum" else weights[0]
    apart = spec.channels == "each" and patch.ndim == 3
    products = patch * (kernel[:, :, np.newaxis] if apart else kernel)
    total = products.sum(axis=(0, 1)) if apart else float(products.sum())
    return CellExplanation(rows, columns, inside, patch, kernel, products, total, spec.bias, total + spec.bias)
