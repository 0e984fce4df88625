"""The live pipeline's honest figures: counted where they happen, over the last seconds."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 3.0


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the sorted values lie at or below; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Rate:
    """Events a second over the last seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: deque[float] = deque()

    def tick(self) -> None:
        """One more happened now."""
        self._times.append(self._clock())

    @property
    def value(self) -> float:
        """Events a second; 0 when there were fewer than two lately."""
        now = self._clock()
        while self._times and now - self._times[0] > WINDOW_SECONDS:
            self._times.popleft()
        if len(self._times) < 2:
            return 0.0
        return (len(self._times) - 1) / max(1e-6, self._times[-1] - self._times[0])


class Latency:
    """Seconds from an edit or a frame's arrival to the end of the paint that shows it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._samples: deque[tuple[float, float]] = deque(maxlen=1000)

    def add(self, since: float) -> None:
        """What came in at `since` (time.monotonic) is on the screen now."""
        now = self._clock()
        self._samples.append((now, now - since))

    def percentiles(self) -> tuple[float, float]:
        """(p50, p95) in seconds over the last seconds; what was last known when nothing happened lately."""
        now = self._clock()
        recent = [spent for at, spent in self._samples if now - at <= WINDOW_SECONDS]
        values = recent or [spent for _, spent in list(self._samples)[-1:]]
        return percentile(values, 0.5), percentile(values, 0.95)
