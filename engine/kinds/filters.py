"""A filter of the Kernel page as a layer, so that its links, its matrix and its letters can be asked for."""

from __future__ import annotations

from engine.kinds.spec import KindSpec
from engine.spec.fields import Pair
from engine.spec.filter import FilterSpec


def filter_kind(spec: FilterSpec, size: Pair) -> KindSpec:
    """The convolution of a filter on a picture of (height, width), before detector and pooling.

    A kernel that filters each colour on its own is described for one of them: all are treated alike.

    Example:
        >>> filter_kind(FilterSpec(padding="same", stride=(2, 2)), (480, 640)).kernel_size
        (3, 3)
    """
    return KindSpec(
        in_channels=3 if spec.channels == "sum" else 1,
        size=size,
        kernel_size=spec.kernel.size,
        stride=spec.stride,
        padding=spec.padding,
        padding_mode=spec.padding_mode,
        dilation=spec.dilation,
        bias=spec.bias != 0,
        operation=spec.operation,
    )
