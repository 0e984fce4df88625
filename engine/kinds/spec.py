"""The description of a layer, under the name by which this room knows it; it is kept with the project's other ones."""

from __future__ import annotations

from engine.spec.kind import (
    AXIS_NAMES,
    MAX_SIZE,
    PER_AXIS,
    Axes,
    KindSpec,
    Sharing,
    Sides,
    with_size,
)

__all__ = ["AXIS_NAMES", "MAX_SIZE", "PER_AXIS", "Axes", "KindSpec", "Sharing", "Sides", "with_size"]
