"""The order in which layers are seen and walked through, and the places between them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from engine.spec.layers import AnyLayer
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import find_layer, layers_in, remove

INPUT = ""
"""The path of what comes in, which is no layer."""


class Place(NamedTuple):
    """Where a layer can be put: in which list, before which of its layers."""

    inside: str
    before: int


class Row(NamedTuple):
    """One line of the list: the input, a layer, or the name of a list that a layer holds.

    Of a list, `path` is that of the list, such as `res1.body`, and `layer` the layer that holds it.
    """

    kind: Literal["input", "layer", "part"]
    path: str
    depth: int = 0
    layer: AnyLayer | None = None


def rows_of(network: NetworkSpec, closed: Collection[str] = ()) -> list[Row]:
    """Every line from the top; what the layers at the paths `closed` hold is left out."""
    return [Row("input", INPUT), *_rows(network.layers, "", 0, closed)]


def _rows(layers: tuple[AnyLayer, ...], inside: str, depth: int, closed: Collection[str]) -> Iterator[Row]:
    for layer in layers:
        path = f"{inside}{layer.id}"
        yield Row("layer", path, depth, layer)
        if path in closed:
            continue
        for name, part in layer.parts().items():
            yield Row("part", f"{path}.{name}", depth + 1, layer)
            yield from _rows(part, f"{path}.{name}.", depth + 1, closed)


def places_of(network: NetworkSpec, closed: Collection[str] = ()) -> list[Place]:
    """Every place from the top."""
    return list(_places(network.layers, "", closed))


def _places(layers: tuple[AnyLayer, ...], inside: str, closed: Collection[str]) -> Iterator[Place]:
    for index, layer in enumerate(layers):
        yield Place(inside, index)
        path = f"{inside}.{layer.id}" if inside else layer.id
        if path not in closed:
            for name, part in layer.parts().items():
                yield from _places(part, f"{path}.{name}", closed)
    yield Place(inside, len(layers))


def place_of(network: NetworkSpec, path: str) -> Place:
    """Where a layer is."""
    inside, _, layer_id = path.rpartition(".")
    return Place(inside, [layer.id for layer in layers_in(network, inside)].index(layer_id))


def neighbour(network: NetworkSpec, path: str, by: int, closed: Collection[str] = ()) -> Place | None:
    """The place before (`by` −1) or after (1) a layer's own, as `network_edit.move` counts it; None at the ends.

    The next place may lie in the block beside it, or after the block that it is in.

    Example:
        >>> from engine.spec.layers import ReLU, Residual
        >>> spec = NetworkSpec(layers=(Residual(body=(ReLU(),)), ReLU()))
        >>> neighbour(spec, "relu1", -1), neighbour(spec, "res1.body.relu1", -1), neighbour(spec, "relu1", 1)
        (Place(inside='res1.shortcut', before=0), Place(inside='', before=0), None)
    """
    now = place_of(network, path)
    places = places_of(remove(network, path), closed)
    at = places.index(now) + by
    if not 0 <= at < len(places):
        return None
    inside, index = places[at]
    return Place(inside, index + (inside == now.inside and index >= now.before))


def after(network: NetworkSpec, path: str) -> Place:
    """The place for a new layer: right after a layer, first of all after the input."""
    if path == INPUT:
        return Place("", 0)
    inside, index = place_of(network, path)
    return Place(inside, index + 1)


def exists(network: NetworkSpec, path: str) -> bool:
    """Whether there is such a layer, or the input is meant."""
    inside, _, layer_id = path.rpartition(".")
    above = inside.rpartition(".")
    if path == INPUT:
        return True
    if inside and (not exists(network, above[0]) or above[2] not in find_layer(network, above[0]).parts()):
        return False
    return any(layer.id == layer_id for layer in layers_in(network, inside))
