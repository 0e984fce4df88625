"""Names for layers that were given none."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import TypeVar

import msgspec

from engine.errors import SpecError
from engine.spec.layers.base import Layer

L = TypeVar("L", bound=Layer)


def with_ids(layers: Iterable[L]) -> tuple[L, ...]:
    """The layers of one list, each with an id: `conv1`, `relu1`, … for those without, the same each time.

    Raises:
        SpecError: if two have the same.

    Example:
        >>> from engine.spec.layers import Flatten, ReLU
        >>> [layer.id for layer in with_ids((ReLU(), Flatten(id="relu2"), ReLU()))]
        ['relu1', 'relu2', 'relu3']
    """
    layers = tuple(layers)
    taken: set[str] = set()
    for layer in layers:
        if layer.id and layer.id in taken:
            raise SpecError(f"Two layers are called {layer.id!r}; each needs an id of its own.")
        taken.add(layer.id)
    return tuple(layer if layer.id else msgspec.structs.replace(layer, id=_free(layer, taken)) for layer in layers)


def _free(layer: Layer, taken: set[str]) -> str:
    found = next(name for number in count(1) if (name := f"{layer.prefix}{number}") not in taken)
    taken.add(found)
    return found
