"""The layers of a network as a list to choose from."""

from __future__ import annotations

from engine.spec.layers import shape_text
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary


def layer_options(network: NetworkSpec) -> list[tuple[object, str]]:
    """(path, path and output shape) of every layer that computes something.

    Example:
        >>> from engine.spec.layers import Conv2d
        >>> layer_options(NetworkSpec(layers=(Conv2d(out_channels=6, kernel_size=5),)))
        [('conv1', 'conv1  6×24×24')]
    """
    rows = [row for row in summary(network).rows if not row.disabled]
    return [(row.id, f"{row.id}  {shape_text(row.output_shape)}" if row.output_shape else row.id) for row in rows]


def default_layer(network: NetworkSpec) -> str:
    """The first Conv2d; else the first layer; the input if there is none."""
    rows = [row for row in summary(network).rows if not row.disabled]
    convolutions = [row.id for row in rows if row.type == "Conv2d"]
    return next(iter([*convolutions, *(row.id for row in rows)]), "")
