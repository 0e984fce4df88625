"""What the theorem meters and the matrix view are asked for, beside the filter that they are about."""

from __future__ import annotations

from typing import Annotated, Literal

from engine.spec.fields import Pair, Spec, field
from engine.spec.filter import KernelSpec

MAX_SHIFT = 64
MAX_PATCH = 12
Border = Literal["inside", "circular"]

_BELOW = KernelSpec(name="sobel-horizontal", weights=(((-1.0, -2.0, -1.0), (0.0, 0.0, 0.0), (1.0, 2.0, 1.0)),))


class LawsSpec(Spec, frozen=True, kw_only=True):
    """How the theorems on convolution are measured; kernel, operation and stride are those of the filter."""

    other: KernelSpec = _BELOW
    """The second kernel, l."""
    border: Annotated[
        Border,
        field(
            "Border",
            "Left out: only cells are compared whose kernel lies inside the picture. Circular: the picture's opposite "
            "sides are joined, so that every cell has all its neighbours.",
            labels={"inside": "left out"},
        ),
    ] = "inside"
    shift: Annotated[
        Pair,
        field(
            "Shift",
            "How far the picture is moved, down and to the right, before or after it is filtered. With a stride, only "
            "multiples of it move the result by whole cells.",
            -MAX_SHIFT,
            MAX_SHIFT,
            "cells",
        ),
    ] = (1, 1)
    angle: Annotated[
        float,
        field("Angle", "How far the picture is turned, to the left, before or after it is filtered.", -180, 180, "°"),
    ] = 30.0
    scale: Annotated[
        float,
        field("Scale", "How many times as large the picture is made before or after it is filtered.", 0.25, 4.0, "×"),
    ] = 0.7


class MatrixSpec(Spec, frozen=True, kw_only=True):
    """Which part of the picture is multiplied by the matrix of the layer."""

    size: Annotated[
        Pair, field("Patch", "Height and width of the part of the picture that is filtered.", 1, MAX_PATCH, "cells")
    ] = (6, 6)
    place: Annotated[
        Pair | None,
        field("Place", "First row and column of the patch; the middle of the picture if left out.", 0, 1 << 24),
    ] = None
