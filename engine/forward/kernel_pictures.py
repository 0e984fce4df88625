"""What a layer has learned, as pictures: kernels of every kind, and the rows of a matrix in the shape of the maps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.nn.local import FixedKernels, TableConv2d, TiledConv2d, UnsharedConv2d
from engine.spec.layers import Flatten, Shape
from engine.spec.network import NetworkSpec
from engine.spec.shapes import Step, walk

Pictures = NDArray[np.float32]
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_PLAIN = (nn.Conv1d, nn.Conv2d, nn.Conv3d, FixedKernels)


def kernel_pictures(
    layer: nn.Module, place: tuple[int, int] | None = None, maps: Shape | None = None
) -> Pictures | None:
    """A layer's kernels; None if it has none, or none that could be seen.

    Args:
        layer: a module of `engine.build`.
        place: (row, column) of the output whose kernels are wanted where each place has its own; the middle if None.
        maps: the shape of the maps that a matrix gets in one row; None if it gets none.

    Returns:
        float32 [out, in, kH, kW]: the kernels of a signal have one row, those of a volume a picture for each slice of
        each input channel. Of tiled kernels [tH, tW, out, in, kH, kW].
    """
    if isinstance(layer, _PLAIN):
        return _flat(layer.weight)
    if isinstance(layer, _TRANSPOSED):
        return _flat(_turned(layer.weight, layer.groups))
    if isinstance(layer, UnsharedConv2d):
        return _flat(layer.weight[_within(place, layer.weight.shape[:2])])
    if isinstance(layer, TiledConv2d):
        return _numbers(layer.weight)
    if isinstance(layer, TableConv2d):
        return _of_table(layer)
    if isinstance(layer, nn.Linear) and maps is not None and len(maps) > 1:
        return _flat(layer.weight.reshape(len(layer.weight), *maps))
    return None


def maps_before(network: NetworkSpec, path: str) -> Shape | None:
    """The shape of the maps whose values arrive in one row at a layer: those before the Flatten that wrote the row.

    Example:
        >>> from engine.spec.layers import Dropout, Linear
        >>> layers = (Flatten(), Dropout(), Linear(out_features=2), Linear(out_features=2))
        >>> [maps_before(NetworkSpec(input_shape=(3, 4, 5), layers=layers), path) for path in ("linear1", "linear2")]
        [(3, 4, 5), None]
    """
    inside = path.rpartition(".")[0]
    before: list[Step] = []
    for step in walk(network):
        if step.path == path:
            break
        if step.path.rpartition(".")[0] == inside:
            before.append(step)
    for step in reversed(before):
        if step.entering is None:
            return None
        if isinstance(step.layer, Flatten) and not step.layer.disabled:
            return step.entering.shape
        if not step.layer.disabled and (step.layer.parts() or step.layer.view(step.entering.shape) != "own"):
            return None
    return None


def _within(place: tuple[int, int] | None, sizes: tuple[int, ...]) -> tuple[int, int]:
    """A place that is there: an edit may have made the maps smaller."""
    row, column = (size // 2 for size in sizes) if place is None else place
    return min(max(row, 0), sizes[0] - 1), min(max(column, 0), sizes[1] - 1)


def _turned(weight: Tensor, groups: int) -> Tensor:
    """[C, O / groups, …] as [O, C / groups, …]."""
    parts = weight.reshape(groups, -1, *weight.shape[1:]).transpose(1, 2)  # [groups, O / groups, C / groups, …]
    turned: Tensor = parts.flatten(0, 1)
    return turned


def _of_table(layer: TableConv2d) -> Pictures:
    """[maps, channels, kH, kW], zeros where the table has no connection."""
    channels = 1 + max(max(row) for row in layer.connections)
    held = _numbers(layer.weight)
    made = np.zeros((len(layer.connections), channels, *held.shape[1:]), np.float32)
    number = 0
    for place, row in enumerate(layer.connections):
        for channel in row:
            made[place, channel] = held[number]
            number += 1
    return made


def _flat(weight: Tensor) -> Pictures:
    """Each kernel as pictures: a signal's is one row, a volume's has slices."""
    held = _numbers(weight)
    height, width = (1, held.shape[-1]) if held.ndim == 3 else held.shape[-2:]
    return held.reshape(len(held), -1, height, width)


def _numbers(weight: Any) -> Pictures:
    found: Pictures = weight.detach().numpy()
    return found
