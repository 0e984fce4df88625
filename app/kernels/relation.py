"""How the feature map lies on the input, for linked views and for what a cell looks at."""

from __future__ import annotations

from app.widgets.view_link import Affine
from engine.errors import SpecError
from engine.protocol import Box
from engine.spec.geometry import ChainGeometry, FilterGeometry

Geometry = FilterGeometry | ChainGeometry


def affines(geometry: Geometry) -> tuple[Affine, Affine]:
    """Map edges to input edges: cell o is centred on the middle of its receptive field and as wide as the jump."""
    first = geometry.field((0, 0))
    second = geometry.field((1, 1))
    made = []
    for here, there in zip(first, second, strict=True):
        jump = there.start - here.start
        centre = (here.start + here.stop) / 2
        made.append(Affine(float(jump), centre - jump / 2))
    return made[0], made[1]


def field_box(geometry: Geometry, row: int, column: int) -> Box:
    """What a cell of the map depends on: (top, left, height, width) in the input, padding included."""
    rows, columns = geometry.field((row, column))
    return rows.start, columns.start, len(rows), len(columns)


def reached_box(geometry: Geometry, row: int, column: int) -> Box | None:
    """The cells of the map that a pixel of the input has a part in; None where strides step over it."""
    rows, columns = geometry.reached((row, column))
    if not rows or not columns:
        return None
    return rows[0], columns[0], rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1


def fits(geometry: Geometry) -> bool:
    """Whether there is a map at all."""
    try:
        return min(geometry.map_size) > 0
    except SpecError:
        return False
