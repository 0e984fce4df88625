"""What a drawing is made of: rectangles, lines and words, with colours by their names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Point = tuple[float, float]
"""(x, y) in pixels: to the right, and down."""
NONE = ""
"""The colour of what is not drawn."""


class Rect(NamedTuple):
    """A rectangle; with a radius of half its side, a circle."""

    left: float
    top: float
    width: float
    height: float
    fill: str = NONE
    line: str = NONE
    radius: float = 0.0
    dashed: bool = False


class Line(NamedTuple):
    """A line from point to point; one that is closed has an inside to fill."""

    points: tuple[Point, ...]
    line: str = NONE
    fill: str = NONE
    closed: bool = False
    dashed: bool = False
    thick: float = 1.0


class Words(NamedTuple):
    """A line of text; `x`, `y` is where its anchor stands on its base line."""

    x: float
    y: float
    text: str
    pixels: int
    colour: str
    anchor: Literal["start", "middle", "end"] = "middle"
    is_number: bool = False
    bold: bool = False


Mark = Rect | Line | Words


class Area(NamedTuple):
    """The place of one layer, by its path, and one sentence about it."""

    path: str
    left: float
    top: float
    width: float
    height: float
    told: str

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.left <= x <= self.left + self.width and self.top <= y <= self.top + self.height


class Drawing(NamedTuple):
    """Marks in the order of painting. Areas of layers within others come after those."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    areas: tuple[Area, ...]

    def at(self, x: float, y: float) -> Area | None:
        """The innermost layer at a point."""
        return next((area for area in reversed(self.areas) if area.holds(x, y)), None)

    def area_of(self, path: str) -> Area | None:
        """Where a layer is."""
        return next((area for area in self.areas if area.path == path), None)


class Piece(NamedTuple):
    """A part of a drawing before it has its place.

    Its axis is y = 0: the way into it is at x = `enter`, the way on at `leave`. It reaches `up` above its axis and
    `down` below it.
    """

    width: float
    up: float
    down: float
    enter: float
    leave: float
    marks: tuple[Mark, ...] = ()
    areas: tuple[Area, ...] = ()

    def at(self, x: float, y: float) -> tuple[tuple[Mark, ...], tuple[Area, ...]]:
        """Its marks and areas, put somewhere."""
        areas = (area._replace(left=area.left + x, top=area.top + y) for area in self.areas)
        return tuple(moved(self.marks, x, y)), tuple(areas)


def moved(marks: Iterable[Mark], x: float, y: float) -> Iterable[Mark]:
    """The marks, further to the right and down."""
    for mark in marks:
        if isinstance(mark, Rect):
            yield mark._replace(left=mark.left + x, top=mark.top + y)
        elif isinstance(mark, Words):
            yield mark._replace(x=mark.x + x, y=mark.y + y)
        else:
            yield mark._replace(points=tuple((across + x, down + y) for across, down in mark.points))


def text_width(text: str, pixels: int, is_number: bool = False) -> float:
    """About how wide a text is, on the safe side: no type face is at hand here.

    Example:
        >>> text_width("6×28×28", 10, is_number=True)
        42.0
    """
    return len(text) * pixels * (0.6 if is_number else 0.56)
