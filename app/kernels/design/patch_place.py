"""Where a patch lies: a rectangle of the picture, and the same on what the chosen step sees of it."""

from __future__ import annotations

from typing import NamedTuple

from app.kernels.relation import affines
from engine.spec.filter import MAX_KERNEL_SIZE, FilterSpec
from engine.spec.geometry import ChainGeometry

Size = tuple[int, int]
Cell = tuple[int, int]


class Rectangle(NamedTuple):
    """`height` × `width` pixels from (`top`, `left`) on."""

    top: int
    left: int
    height: int
    width: int

    def inside(self, size: Size) -> Rectangle:
        """As large as it can be in a picture of this size, moved inside."""
        height, width = min(self.height, size[0]), min(self.width, size[1])
        top, left = min(max(self.top, 0), size[0] - height), min(max(self.left, 0), size[1] - width)
        return Rectangle(top, left, height, width)


def between(start: Cell, end: Cell, most: Size) -> Rectangle:
    """From one cell to another, both included; where that is more than `most`, what lies at `start`.

    Example:
        >>> between((5, 5), (3, 40), (31, 31))
        Rectangle(top=3, left=5, height=3, width=31)
        >>> between((5, 50), (5, 3), (31, 31))
        Rectangle(top=5, left=20, height=1, width=31)
    """
    spans = []
    for one, other, limit in zip(start, end, most, strict=True):
        length = min(abs(other - one) + 1, limit)
        spans.append((one if other >= one else one - length + 1, length))
    return Rectangle(spans[0][0], spans[1][0], spans[0][1], spans[1][1])


def around(middle: Cell, size: Size) -> Rectangle:
    """A rectangle of this size with this cell in its middle: where a kernel lies, with padding "same"."""
    return Rectangle(middle[0] - (size[0] - 1) // 2, middle[1] - (size[1] - 1) // 2, *size)


class Seen(NamedTuple):
    """What the chosen step sees: of which size it is, and how many pixels of the picture a cell of it is high and wide.

    Raises:
        SpecError: on making one, if a step before does not fit.
    """

    size: Size
    scale: tuple[float, float]
    offset: tuple[float, float]

    @property
    def most(self) -> Size:
        """The largest rectangle of the picture that becomes a kernel."""
        return int(MAX_KERNEL_SIZE * self.scale[0]), int(MAX_KERNEL_SIZE * self.scale[1])

    def cells(self, place: Rectangle) -> Rectangle:
        """The rectangle on what the step sees."""
        starts = (place.top, place.left)
        top, left = (round((s - o) / k) for s, o, k in zip(starts, self.offset, self.scale, strict=True))
        height = min(max(round(place.height / self.scale[0]), 1), MAX_KERNEL_SIZE)
        width = min(max(round(place.width / self.scale[1]), 1), MAX_KERNEL_SIZE)
        return Rectangle(top, left, height, width).inside(self.size)


def seen_by(before: tuple[FilterSpec, ...], size: Size) -> Seen:
    """What a step sees of a picture of this size after these steps.

    Example:
        >>> seen_by((), (20, 30)).cells(Rectangle(3, 4, 5, 6))
        Rectangle(top=3, left=4, height=5, width=6)
        >>> seen_by((FilterSpec(stride=(2, 2)),), (20, 30)).cells(Rectangle(4, 8, 10, 6))
        Rectangle(top=2, left=4, height=5, width=3)
    """
    if not before:
        return Seen(size, (1.0, 1.0), (0.0, 0.0))
    geometry = ChainGeometry(before, size)
    vertical, horizontal = affines(geometry)
    return Seen(geometry.map_size, (vertical.scale, horizontal.scale), (vertical.offset, horizontal.offset))
