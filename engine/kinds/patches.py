"""The convolution of the Kernel page on a small part of its picture, with its weights shared in any way."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.kinds.facts import bias_shape
from engine.kinds.filters import filter_kind
from engine.kinds.spec import KindSpec
from engine.kinds.weights import repeated_weights
from engine.spec.fields import Pair
from engine.spec.filter import FilterSpec

Array = NDArray[np.float32]


def patch_kind(spec: FilterSpec, sharing: KindSpec, size: Pair) -> KindSpec:
    """A filter's convolution on one plane of a patch, with the weights shared as in another layer.

    Args:
        spec: operation, stride, padding, dilation, bias and the kernel's size come from it.
        sharing: who uses which weights, and in which tiles, comes from it, whatever its size is.
        size: (height, width) of the patch.

    Example:
        >>> found = patch_kind(FilterSpec(stride=(2, 2)), KindSpec(kind="tiled", size=(9,)), (6, 6))
        >>> found.kind, found.tile, found.stride, found.size
        ('tiled', (2, 2), (2, 2), (6, 6))
    """
    one = msgspec.structs.replace(filter_kind(spec, size), in_channels=1)
    return msgspec.structs.replace(one, kind=sharing.kind, tile=picture_tile(sharing))


def picture_tile(sharing: KindSpec) -> Pair:
    """The tile of a layer as one on a picture has it: (vertical, horizontal), whatever the layer itself looks at.

    Example:
        >>> picture_tile(KindSpec(size=(9,), tile=3)), picture_tile(KindSpec(size=(9, 9, 9), tile=(4, 2, 3)))
        ((3, 3), (2, 3))
    """
    along = (*sharing.tile, *sharing.tile)[-2:] if sharing.dimensions == 1 else sharing.tile[-2:]
    return along[0], along[1]


def patch_weights(layer: KindSpec, spec: FilterSpec) -> tuple[Array, Array | None]:
    """The weight and the bias of such a layer: the filter's kernel, its first plane, wherever a kernel is wanted.

    Raises:
        SpecError: if the layer cannot be.
    """
    shape = bias_shape(layer)
    bias = None if shape is None else np.full(shape, spec.bias, np.float32)
    return repeated_weights(layer, spec.kernel.weights[0]), bias


def patch_place(place: Pair | None, wanted: Pair, picture: Pair) -> tuple[Pair, Pair]:
    """Where a patch begins and how large it is, so that it lies in the picture.

    Args:
        place: (row, column) that it is to begin at; None for the middle.
        wanted: its height and width.
        picture: the picture's.

    Example:
        >>> patch_place(None, (6, 6), (10, 4)), patch_place((9, 0), (6, 6), (10, 10))
        (((2, 0), (6, 4)), ((4, 0), (6, 6)))
    """
    size = min(wanted[0], picture[0]), min(wanted[1], picture[1])
    rooms = picture[0] - size[0], picture[1] - size[1]
    if place is None:
        return (rooms[0] // 2, rooms[1] // 2), size
    return (min(place[0], rooms[0]), min(place[1], rooms[1])), size
