"""What layers that slide a window over maps have in common."""

from __future__ import annotations

from engine.spec.fields import Pair
from engine.spec.layers.base import Layer, Shape, shape_text
from engine.spec.layers.misfit import Doubt, Fix, Misfit


def check_maps(layer: Layer, shape: Shape) -> None:
    """Raise a Misfit unless maps come in: (channels, height, width)."""
    if len(shape) != 3:
        raise Misfit(f"{layer.type} needs maps, channels×height×width, and {shape_text(shape)} comes in.")


def amount_text(amount: Pair) -> str:
    """A pair as people write it.

    Example:
        >>> amount_text((3, 3)), amount_text((3, 5))
        ('3', '3×5')
    """
    return str(amount[0]) if amount[0] == amount[1] else shape_text(amount)


def skipping(layer: Layer, extents: Pair, stride: Pair) -> list[Doubt]:
    """A doubt if windows stand so far apart that cells between them are never read. One cell is a choice of cells."""
    if all(step <= cells or cells == 1 for step, cells in zip(stride, extents, strict=True)):
        return []
    fits = (min(stride[0], extents[0]), min(stride[1], extents[1]))
    return [
        Doubt(
            f"Stride {amount_text(stride)} steps over cells that no window of {shape_text(extents)} reads.",
            (Fix(f"stride {amount_text(fits)}", {"stride": fits}),),
        )
    ]
