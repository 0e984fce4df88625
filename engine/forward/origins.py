"""Which layers' maps go into a layer: the one before it, or those that its own lists of layers end in."""

from __future__ import annotations

from collections.abc import Iterable

from engine.spec.layers import AnyLayer
from engine.spec.network import NetworkSpec

INPUT = ""
"""The path that stands for the network's input."""


def origins(network: NetworkSpec) -> dict[str, tuple[str, ...]]:
    """{path of a layer: the paths whose outputs it works on}, in the order of computing; "" is the network's input.

    A block works on what each of its lists ends in; an empty list ends in what enters the block. Layers inside of a
    disabled block compute nothing, and are left out.

    Example:
        >>> from engine.spec.layers import Conv2d, ReLU, Residual
        >>> block = Residual(body=(Conv2d(out_channels=1, kernel_size=1),))
        >>> origins(NetworkSpec(input_shape=(1, 4, 4), layers=(ReLU(), block)))
        {'relu1': ('',), 'res1.body.conv1': ('relu1',), 'res1': ('res1.body.conv1', 'relu1')}
    """
    found: dict[str, tuple[str, ...]] = {}
    _through(network.layers, INPUT, "", found)
    return found


def _through(layers: Iterable[AnyLayer], entering: str, inside: str, found: dict[str, tuple[str, ...]]) -> str:
    """The path that a list of layers ends in."""
    for layer in layers:
        path = inside + layer.id
        parts = {} if layer.disabled else layer.parts()
        ends = tuple(_through(part, entering, f"{path}.{name}.", found) for name, part in parts.items())
        found[path] = ends or (entering,)
        entering = path
    return entering
