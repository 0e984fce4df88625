"""Which layers there are to choose from."""

from __future__ import annotations

import math

from engine.spec.layers import Shape, shape_text
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary

Option = tuple[object, str]
LAYER_WIDTH = 196
"""Pixels of a list of layers: names in deep networks are longer than there is room."""


class Layers:
    """The shapes of a network's layers, worked out once for each network."""

    def __init__(self) -> None:
        self._network: NetworkSpec | None = None
        self.shapes: dict[str, Shape] = {}
        """{path: what comes out}; layers that compute nothing are left out."""

    def follow(self, network: NetworkSpec) -> bool:
        """Look at this network; whether it is another one."""
        if network is self._network:
            return False
        self._network = network
        rows = [row for row in summary(network).rows if not row.disabled]
        self.shapes = {row.id: row.output_shape for row in rows if row.output_shape is not None}
        return True

    def units(self) -> list[Option]:
        """Every layer, with its shape."""
        return [(path, f"{path}  {shape_text(shape)}") for path, shape in self.shapes.items()]

    def with_maps(self) -> list[Option]:
        """The layers that Grad-CAM can use: those whose maps have more than one cell."""
        found = [(path, label) for path, label in self.units() if math.prod(self.shapes[str(path)][1:]) > 1]
        return [("", "the last with maps"), *found]
