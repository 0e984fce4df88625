"""Pen strokes as grey values, drawn a segment at a time so that a growing stroke costs only what is new."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.spec.source import Drawing, Point, Stroke

_Plane = NDArray[np.float32]
_A_DOT = 1e-12  # squared length below which a segment is a dot; its direction would be lost in float32
_FAR = 1e6  # beyond it, or NaN, is no place: the sum of two squares must fit in float32


def coverage(rows: _Plane, columns: _Plane, start: Point, end: Point, width: float) -> _Plane:
    """How much of each pixel a round pen covers on its way from `start` to `end`.

    With d the distance of the pixel's centre from the segment and h half the pen's width, it is the length that
    the intervals [d - ½, d + ½] and [-h, h] share: a pixel looked at as a strip across the line. Pixel (i, j)
    has its centre at (i + ½, j + ½).

    Args:
        rows, columns: centres of the pixels, [h, 1] and [1, w].
        start, end: (row, column); the same point twice is a dot.
        width: of the pen, in pixels.

    Returns:
        float32 [h, w] in [0, 1].
    """
    away, along = end[0] - start[0], end[1] - start[1]
    length = away * away + along * along
    from_row, from_column = rows - np.float32(start[0]), columns - np.float32(start[1])
    if length > _A_DOT:
        share = np.clip((from_row * np.float32(away) + from_column * np.float32(along)) / np.float32(length), 0, 1)
        from_row, from_column = from_row - share * np.float32(away), from_column - share * np.float32(along)
    distance = np.hypot(from_row, from_column)
    half = np.float32(width / 2)
    covered = np.minimum(distance + np.float32(0.5), half) - np.maximum(distance - np.float32(0.5), -half)
    return np.asarray(np.clip(covered, 0, 1))


class Canvas:
    """A drawing as grey values. Within one stroke the pen never covers a pixel twice, however often it crosses it."""

    def __init__(self, spec: Drawing) -> None:
        self._drawn = Drawing(height=spec.height, width=spec.width, background=spec.background)
        self.values: _Plane = np.full((spec.height, spec.width), spec.background, np.float32)
        self._below = self.values.copy()  # without the newest stroke
        self._covered = np.zeros_like(self.values)  # by the newest stroke
        self.draw(spec)

    def extends_to(self, spec: Drawing) -> bool:
        """Whether `spec` is what is drawn already with something added at its end."""
        old, new = self._drawn, spec
        if (old.height, old.width, old.background) != (new.height, new.width, new.background):
            return False
        if not old.strokes:
            return True
        last = len(old.strokes) - 1
        if len(new.strokes) <= last or old.strokes[:last] != new.strokes[:last]:
            return False
        a, b = old.strokes[last], new.strokes[last]
        return (a.width, a.value) == (b.width, b.value) and a.points == b.points[: len(a.points)]

    def draw(self, spec: Drawing) -> None:
        """Add what `spec` has beyond what is drawn; it must extend it."""
        done = max(len(self._drawn.strokes) - 1, 0)
        for index in range(done, len(spec.strokes)):
            stroke = spec.strokes[index]
            begun = index < len(self._drawn.strokes)
            if not begun:
                self._below[...] = self.values
                self._covered[...] = 0
            self._continue(stroke, len(self._drawn.strokes[index].points) if begun else 0)
        self._drawn = spec

    def _continue(self, stroke: Stroke, first: int) -> None:
        """Draw the segments of a stroke that end in its points from number `first` on."""
        for index in range(first, len(stroke.points)):
            start, end = stroke.points[max(index - 1, 0)], stroke.points[index]
            if all(abs(number) <= _FAR for number in (*start, *end)):
                self._segment(start, end, stroke)

    def _segment(self, start: Point, end: Point, stroke: Stroke) -> None:
        reach = stroke.width / 2 + 1
        rows = _span(start[0], end[0], reach, self.values.shape[0])
        columns = _span(start[1], end[1], reach, self.values.shape[1])
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + np.float32(0.5)
        x = np.arange(columns.start, columns.stop, dtype=np.float32)[None, :] + np.float32(0.5)
        covered, below = self._covered[rows, columns], self._below[rows, columns]
        np.maximum(covered, coverage(y, x, start, end, stroke.width), out=covered)
        self.values[rows, columns] = below + covered * (np.float32(stroke.value) - below)


def _span(a: float, b: float, reach: float, size: int) -> slice:
    """The pixels of one axis that a segment from a to b can touch."""
    low, high = min(a, b) - reach, max(a, b) + reach
    return slice(int(min(max(math.floor(low), 0), size)), int(min(max(math.ceil(high), 0), size)))
