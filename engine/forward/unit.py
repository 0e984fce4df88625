"""One number of a network, and the terms that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Cell = tuple[int, ...]
Floats = NDArray[np.float64]
Rule = Literal["input", "sum", "largest", "function"]


@dataclass(frozen=True, eq=False)
class Terms:
    """What goes into a number: n values of the layers before, each with the product that it adds.

    `source` [n] says which of the layers before a value comes from, and `places` [n, axes] its cell there, channel
    first (−1 in the places of a layer that has fewer axes than another); both lie in the padding where `inside` is
    false. `shape` are the sizes of a block that the terms fill in order, such as (channels, height, width) of a kernel.
    """

    values: Floats
    weights: Floats
    places: NDArray[np.int64]
    inside: NDArray[np.bool_]
    source: NDArray[np.int64]
    shape: tuple[int, ...]

    @property
    def products(self) -> Floats:
        """What each value adds."""
        return np.asarray(self.values * self.weights)

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, eq=False)
class Unit:
    """One number of a layer: `function`(Σ products + `bias`), worked out in double precision.

    `value` is what the layer's map holds and `made` what the terms come to. `rule` says how they do: by a "sum", as
    the "largest" of them (whose weight is 1, and that of all others 0), or by a "function" of the one that there is.
    A number of the "input" has no terms. `sources` are the paths of the layers before, "" for the network's input.
    """

    path: str
    cell: Cell
    type: str
    rule: Rule
    value: float
    made: float
    bias: float = 0.0
    terms: Terms | None = None
    sources: tuple[str, ...] = ()

    @property
    def before(self) -> float:
        """Σ products + bias."""
        return self.bias + (float(self.terms.products.sum()) if self.terms is not None else self.value)

    @property
    def single(self) -> tuple[str, Cell] | None:
        """The one number that this one follows from; None where there are several, or none."""
        if self.terms is None or len(self.terms) != 1 or not self.terms.inside[0]:
            return None
        return self.number(0)

    def number(self, term: int) -> tuple[str, Cell]:
        """(path, cell) of the number that a term takes its value from."""
        assert self.terms is not None
        places = tuple(int(place) for place in self.terms.places[term] if place >= 0)
        return self.sources[int(self.terms.source[term])], places


@dataclass(frozen=True, eq=False)
class Tree:
    """A number, and below it those of its terms that count most: {number of the term: tree}."""

    unit: Unit
    below: dict[int, Tree]


def block(values: Any, weights: Any, places: Any, inside: Any | None = None, source: int = 0) -> Terms:
    """Terms from one layer that fill a block: `values` and `weights` of one shape, `places` [*shape, axes]."""
    numbers = np.asarray(values, np.float64)
    count = numbers.size
    there = np.ones(count, np.bool_) if inside is None else np.asarray(inside, np.bool_).ravel()
    return Terms(
        numbers.ravel(),
        np.asarray(weights, np.float64).ravel(),
        np.asarray(places, np.int64).reshape(count, -1),
        there,
        np.full(count, source, np.int64),
        numbers.shape,
    )


def joined(parts: list[Terms]) -> Terms:
    """The terms of several layers in a row."""
    axes = max(part.places.shape[1] for part in parts)
    widened = [np.pad(part.places, ((0, 0), (0, axes - part.places.shape[1])), constant_values=-1) for part in parts]
    return Terms(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.weights for part in parts]),
        np.concatenate(widened),
        np.concatenate([part.inside for part in parts]),
        np.concatenate([part.source for part in parts]),
        (sum(map(len, parts)),),
    )
