"""In which order the maps of a layer are laid out, and which are left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.display.statistics import Statistics, of_maps
from engine.spec.view import Sort, ViewSpec

SECONDS = 1.0
"""Between two looks at the order: tiles that change places with every frame could not be watched."""
Maps = NDArray[np.float32]


class Ordering:
    """Keeps an order for a while, so that maps of a moving picture stay where they are."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key: Hashable = None
        self._at = 0.0
        self._order: tuple[int, ...] = ()

    def of(self, maps: Maps, view: ViewSpec, about: Hashable, found: Statistics | None = None) -> tuple[int, ...]:
        """The numbers of the maps [N, H, W] that are laid out; empty for all as they are counted.

        `about` is what they are maps of: another one gets an order of its own at once. `found` is what they hold, if
        that is known.
        """
        if view.sort == "index" and not view.hide_dead:
            self._key = None
            return ()
        key, now = (about, view.sort, view.hide_dead, len(maps)), self._clock()
        if key != self._key or now - self._at >= SECONDS:
            self._key, self._at, self._order = key, now, ordered(maps, view.sort, view.hide_dead, found)
        return self._order


def ordered(maps: Maps, sort: Sort, hide_dead: bool, found: Statistics | None = None) -> tuple[int, ...]:
    """The numbers of maps [N, H, W]: largest first, those that are alike as they are counted, NaN last.

    Maps that are zero everywhere are left out if asked for, unless all of them are.
    """
    found = of_maps(maps) if found is None else found
    order = np.argsort(-strengths(maps, sort, found), kind="stable") if sort != "index" else np.arange(len(maps))
    if hide_dead:
        living = ~dead(found)[order]
        order = order[living] if living.any() else order
    return tuple(order.tolist())


def dead(found: Statistics) -> NDArray[np.bool_]:
    """Which of the maps that were measured are zero in every cell."""
    return np.asarray((found.minimum == 0) & (found.maximum == 0) & (found.non_finite == 0))


def strengths(maps: Maps, sort: Sort, found: Statistics) -> NDArray[np.float64]:
    """What maps are sorted by; NaN and infinite cells do not count."""
    if sort == "maximum":
        return found.maximum
    if sort == "mean":
        return found.mean
    rows = maps.reshape(len(maps), -1)
    squares = cv2.reduce(rows * rows, 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F)[:, 0] / max(rows.shape[1], 1)
    return np.nan_to_num(squares - found.mean**2, nan=0.0, posinf=0.0)
