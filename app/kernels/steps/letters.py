"""A cell's sum in letters, as figure 9.1 of Deep Learning writes it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from app.kernels.steps.told import Told
from engine.kinds.links import reads
from engine.kinds.spec import KindSpec
from engine.kinds.symbols import symbolic_terms
from engine.spec.filter import FilterSpec

ALPHABET = 26
Names = list[list[str]]


class Letters(NamedTuple):
    """The names of the patch's cells and of the weights on them, each [kH][kW], and whether they hold for all cells.

    In a large picture only the cells of the patch are named, anew at each place.
    """

    patch: Names
    kernel: Names
    lasting: bool

    def products(self) -> Names:
        """`a·w` for each cell."""
        pairs = (zip(*rows, strict=True) for rows in zip(self.patch, self.kernel, strict=True))
        return [[f"{value}·{weight}" for value, weight in pair] for pair in pairs]


def letters_of(told: Told, spec: FilterSpec) -> Letters:
    """Names for everything in the sum; a zero of the padding is written as 0, a copy by the name of what it repeats."""
    event, shape = told.event, (len(told.event.rows), len(told.event.columns))
    whole = told.planes == 1 and event.size[0] * event.size[1] + told.count <= ALPHABET
    kind = (
        _whole(spec, event.size, shape) if whole else KindSpec(size=shape, kernel_size=shape, operation=spec.operation)
    )
    terms = _terms(kind, event.at if whole else (0, 0))
    values, weights = (np.array([term[part] for term in terms], object).reshape(shape) for part in (0, 1))
    if not whole:
        _repeat(values, told)
    return Letters(values.tolist(), weights.tolist(), whole)


@lru_cache(maxsize=64)
def _terms(kind: KindSpec, at: tuple[int, int]) -> list[tuple[str, str]]:
    return symbolic_terms(kind, reads(kind, (0, *at)))


def _whole(spec: FilterSpec, size: tuple[int, int], kernel_size: tuple[int, int]) -> KindSpec:
    return KindSpec(
        size=size,
        kernel_size=kernel_size,
        stride=spec.stride,
        padding=spec.padding,
        padding_mode=spec.padding_mode,
        dilation=spec.dilation,
        operation=spec.operation,
    )


def _repeat(values: np.ndarray, told: Told) -> None:
    """Give the patch's cells on padding the names of what they hold; a copy of a cell beyond keeps its own."""
    event = told.event
    at = [
        {place: index for index, place in reversed(list(enumerate(places)))} for places in (event.rows, event.columns)
    ]
    for row, column in np.argwhere(told.padding):
        held = at[0].get(event.held_rows[row]), at[1].get(event.held_columns[column])
        if told.zero[row, column]:
            values[row, column] = "0"
        elif held[0] is not None and held[1] is not None:
            values[row, column] = values[held]
