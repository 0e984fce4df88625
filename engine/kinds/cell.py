"""Where one number of a layer's output came from: every product of its sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kinds.facts import weight_shape
from engine.kinds.links import Links, bias_index, reads
from engine.kinds.matrix import checked_array
from engine.kinds.spec import KindSpec

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class KindCell:
    """One output cell: `value` = Σ `products` + `bias`, in double precision.

    Attributes:
        links: which input cells and weights; a row for each product.
        values: the input's numbers, 0 for a zero of the padding, [n].
        factors: the weights' numbers, [n].
        products: values · factors, [n].
        channels: the input channels that have a part, [c], and `channel_sums` the sum of each one's products, [c].
        total: Σ products.
        bias: what is added.
        value: total + bias.
    """

    links: Links
    values: Numbers
    factors: Numbers
    products: Numbers
    channels: NDArray[np.int64]
    channel_sums: Numbers
    total: float
    bias: float
    value: float


def explain_kind(spec: KindSpec, input: Any, weight: Any, bias: Any, cell: Sequence[int]) -> KindCell:
    """Work one output cell of a layer out, with all that goes into it.

    Args:
        spec: the layer, of any kind.
        input: [C, *size].
        weight: in the shape of `engine.kinds.facts.weight_shape`.
        bias: in the shape of `bias_shape`, or None.
        cell: (channel, *place) of the output.

    Raises:
        SpecError: if the layer has no such cell or the numbers do not fit it.

    Example:
        >>> found = explain_kind(KindSpec(size=(3,), kernel_size=2), [[1, 2, 3]], [[[10, 1]]], None, (0, 1))
        >>> found.products.tolist(), found.value
        ([20.0, 3.0], 23.0)
    """
    links = reads(spec, cell)
    cells = checked_array(input, spec.input_shape, "input")
    weights = checked_array(weight, weight_shape(spec), "weight")
    there = (links.inputs >= 0).all(axis=1)
    values = np.where(there, cells[tuple(links.inputs.T)], 0).astype(np.float64)
    factors = weights[tuple(links.weights.T)].astype(np.float64)
    products = values * factors
    channels, which = np.unique(links.places[:, 0], return_inverse=True)
    added = _bias(spec, bias, cell)
    total = float(products.sum())
    return KindCell(
        links=links,
        values=values,
        factors=factors,
        products=products,
        channels=channels,
        channel_sums=np.bincount(which, products, minlength=len(channels)).astype(np.float64),
        total=total,
        bias=added,
        value=total + added,
    )


def _bias(spec: KindSpec, bias: Any, cell: Sequence[int]) -> float:
    at = bias_index(spec, cell)
    return 0.0 if bias is None or at is None else float(np.asarray(bias)[at])
