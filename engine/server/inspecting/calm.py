"""What the network says of each frame, and the same calmed down, so that it can be read while the picture moves."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.protocol import Guess

MOST = 10
RATE_OVER = 2.0
"""Seconds over which frames are counted for a rate."""
Chances = NDArray[np.float32]


class Calm:
    """Probabilities that follow those of the frames, the longer ago the less."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: NDArray[np.float64] | None = None
        self._frame = -1
        self._at = 0.0

    def forget(self) -> None:
        """Something else is looked at."""
        self._held = None

    def of(self, chances: Chances, frame: int, seconds: float) -> NDArray[np.float64]:
        """These probabilities smoothed over so many seconds; the same frame again is taken as it is."""
        now, held = self._clock(), self._held
        new = chances.astype(np.float64)
        if held is not None and held.shape == new.shape and frame != self._frame and seconds > 0:
            share = 1 - math.exp(-(now - self._at) / seconds)
            new = held + share * (new - held) if np.isfinite(new).all() and np.isfinite(held).all() else new
        self._held, self._frame, self._at = new, frame, now
        return new


class Rate:
    """How many of something come in a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: list[float] = []

    def count(self) -> None:
        """One more."""
        now = self._clock()
        self._times = [at for at in self._times if now - at < RATE_OVER] + [now]

    @property
    def value(self) -> float:
        """In a second; 0 while too few have come."""
        return (len(self._times) - 1) / (self._times[-1] - self._times[0]) if len(self._times) > 2 else 0.0


def guesses_of(chances: NDArray[np.floating], names: tuple[str, ...]) -> tuple[Guess, ...]:
    """The likeliest classes, likeliest first. A network with fewer outputs than there are names cannot mean them.

    Example:
        >>> [(each.index, each.name) for each in guesses_of(np.array([0.2, 0.8]), ("cat", "dog"))]
        [(1, 'dog'), (0, 'cat')]
    """
    known = names if len(names) <= len(chances) else ()
    order = [int(index) for index in np.argsort(-chances, kind="stable")[:MOST]]
    return tuple(
        Guess(index=index, probability=float(chances[index]), name=known[index] if index < len(known) else "")
        for index in order
    )
