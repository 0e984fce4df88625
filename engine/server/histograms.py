"""Histograms of the input and of the feature map: only when asked, a few times a second, after the picture itself."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from numpy.typing import NDArray

from engine.display.histogram import BINS, Counts, count_bytes, count_values
from engine.filtering.picture import FilterResult, input_planes
from engine.frames import Frame
from engine.protocol import Histogram, Histograms, Range, Show

EVERY_SECONDS = 0.1
SHARE = 10
"""Counting takes at most a tenth of the time: a picture that takes long to count is counted less often."""


class Counting:
    """Knows what was computed last, and counts it once when it is due."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._result: FilterResult | None = None
        self._range: Range | None = None
        self._due = 0.0

    def take(self, frame: Frame, result: FilterResult, shown: Range) -> None:
        """There is something new to count."""
        self._frame, self._result, self._range = frame, result, shown

    def forget(self) -> None:
        """What was computed last is no longer about anything."""
        self._frame = self._result = self._range = None

    def waits(self, show: Show) -> bool:
        """Whether `make` will soon have something."""
        return show.histogram and self._result is not None

    def make(self, show: Show, stale: Callable[[], bool]) -> Histograms | None:
        """The histograms; None if nobody asked, if they were told already, or a moment ago, or once `stale()`."""
        frame, result, shown = self._frame, self._result, self._range
        begun = monotonic()
        if not show.histogram or frame is None or result is None or shown is None or begun < self._due:
            return None
        counts = count_values(result.map, shown.minimum, shown.maximum, BINS, stale)
        seen = None if counts is None else _seen(frame.pixels, result, show, stale)
        if counts is None or seen is None:
            return None
        self.forget()
        now = monotonic()
        self._due = now + max(EVERY_SECONDS, SHARE * (now - begun))
        return Histograms(id=show.id, input=_told(seen), map=_told(counts))


def _seen(pixels: NDArray[Any], result: FilterResult, show: Show, stale: Callable[[], bool]) -> Counts | None:
    """What the first step sees of the frame: its colours, or grey values."""
    project = show.project
    channels = project.steps[0].channels
    if channels != "grey":
        return count_bytes(pixels)
    grey = input_planes(pixels, channels) if project.before else result.input
    return count_values(grey, 0.0, 1.0, BINS, stale)


def _told(counts: Counts) -> Histogram:
    return Histogram(low=counts.low, high=counts.high, channels=counts.channels, bad_cells=counts.bad_cells)
