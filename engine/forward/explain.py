"""Explain this number: what a unit anywhere in a network was computed from, down to the input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import SpecError
from engine.forward.origins import INPUT, origins
from engine.forward.rules import terms_of
from engine.forward.unit import Cell, Tree, Unit
from engine.spec.layers import AnyLayer
from engine.spec.network import NetworkSpec, layers_with_paths

MAX_CHAIN = 64
Maps = Mapping[str, Tensor]
"""{path: [C, …]} of what every layer made of one input, without the batch; "" is the input itself."""


class Explainer:
    """Answers for one network and the maps it has made.

    Args:
        network: the spec.
        module: built from it, in evaluation mode.
        maps: tells what the layers of some paths made of the input, {path: [C, …]}.
    """

    def __init__(self, network: NetworkSpec, module: nn.Module, maps: Callable[[tuple[str, ...]], Maps]) -> None:
        self._module = module
        self._maps = maps
        self._origins = origins(network)
        self._layers: dict[str, AnyLayer] = dict(layers_with_paths(network.layers))

    def unit(self, path: str, cell: Cell) -> Unit:
        """One number of a layer with its terms; "" is the network's input.

        Raises:
            SpecError: if there is no such layer, or it has no such number.

        Example:
            >>> from engine.nn import build, feature_maps
            >>> from engine.presets import preset
            >>> network, picture = preset("lenet-5"), torch.rand(1, 1, 28, 28)
            >>> module = build(network).eval()
            >>> found = feature_maps(module, picture)
            >>> maps = {"": picture[0], **{path: made[0] for path, made in found.items()}}
            >>> explainer = Explainer(network, module, lambda paths: maps)
            >>> unit = explainer.unit("conv1", (3, 10, 12))
            >>> len(unit.terms), abs(unit.made - unit.value) < 1e-5
            (25, True)
        """
        if path != INPUT and path not in self._origins:
            raise SpecError(f"The network has no layer {path!r} that computes; choose one of its layers.")
        sources = self._origins.get(path, ())
        maps = self._maps((path, *sources))
        made = maps[path]
        _check(path, cell, tuple(made.shape))
        value = float(made[cell])
        if path == INPUT:
            return Unit(path, cell, "Input", "input", value, value)
        return self._told(path, cell, value, maps, sources)

    def _told(self, path: str, cell: Cell, value: float, maps: Maps, sources: tuple[str, ...]) -> Unit:
        layer, made = self._layers[path], maps[path]
        inputs = [maps[source] for source in sources]
        detector = layer.group == "Detector" and not layer.disabled
        told = terms_of(self._module.get_submodule(path), inputs, made, cell, _is_pointwise(layer, inputs[0]))
        terms = told.terms
        total = float(terms.products.sum()) + told.bias
        name = "Identity" if layer.disabled else layer.type
        if detector and len(terms) == 1:
            # What it makes of its number is no product: the number itself is the term.
            terms = type(terms)(terms.values, np.ones(1), terms.places, terms.inside, terms.source, terms.shape)
            return Unit(path, cell, name, "function", value, total, 0.0, terms, sources)
        rule = "largest" if told.largest else "sum"
        return Unit(path, cell, name, rule, value, total, told.bias, terms, sources)  # type: ignore[arg-type]

    def chain(self, path: str, cell: Cell) -> tuple[Unit, ...]:
        """A number, and before it those that it follows from alone, back to the first that is made of several."""
        found = [self.unit(path, cell)]
        while len(found) < MAX_CHAIN and (before := found[-1].single) is not None:
            found.append(self.unit(*before))
        return tuple(found)

    def tree(self, path: str, cell: Cell, depth: int = 3, most: int = 3) -> Tree:
        """A number with the `most` terms that add most to it, each explained in the same way, `depth` layers deep."""
        unit = self.unit(path, cell)
        terms = unit.terms
        if depth < 1 or terms is None:
            return Tree(unit, {})
        adding = np.flatnonzero(terms.inside & (terms.weights != 0))
        first = adding[np.argsort(-np.abs(terms.products[adding]), kind="stable")[:most]]
        return Tree(unit, {int(term): self.tree(*unit.number(int(term)), depth - 1, most) for term in first})


def explain(
    network: NetworkSpec, module: nn.Module, inputs: Tensor, path: str, cell: Cell, depth: int = 3, most: int = 3
) -> Tree:
    """What one number of a network was computed from, as a small tree.

    Args:
        network: the spec.
        module: built from it; it is run once, in evaluation mode.
        inputs: [1, *network.input_shape].
        path: the layer's; "" for the network's input.
        cell: (channel, …) of the number in the layer's output.
        depth: how many layers the tree goes down.
        most: how many terms of a sum are followed.

    Raises:
        SpecError: if there is no such number.

    Example:
        >>> from engine.nn import build
        >>> from engine.presets import preset
        >>> network = preset("lenet-5")
        >>> tree = explain(network, build(network), torch.rand(1, 1, 28, 28), "pool1", (0, 5, 5))
        >>> tree.unit.rule, len(tree.unit.terms), [below.unit.type for below in tree.below.values()]
        ('largest', 4, ['ReLU'])
    """
    from engine.nn import evaluating, feature_maps

    known = list(origins(network))
    found = feature_maps(module, inputs, known) if known else {}
    maps: dict[str, Tensor] = {INPUT: inputs[0], **{name: made[0] for name, made in found.items()}}

    def told(_: tuple[str, ...]) -> Maps:
        return maps

    with evaluating(module), torch.no_grad():
        return Explainer(network, module, told).tree(path, cell, depth, most)


def _is_pointwise(layer: AnyLayer, inputs: Tensor) -> bool:
    return layer.disabled or (not layer.parts() and layer.view(tuple(inputs.shape)) == "own")


def _check(path: str, cell: Any, shape: tuple[int, ...]) -> None:
    fits = len(cell) == len(shape) and all(0 <= at < size for at, size in zip(cell, shape, strict=True))
    if not fits:
        sizes = "×".join(map(str, shape))
        raise SpecError(f"{path or 'The input'} is {sizes} and has no number at {tuple(cell)}; choose one within.")
