"""The mailbox of length one that every source is built on: a newer frame takes the place of one not yet taken."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from engine.frames.source import Frame, Pixels, SourceStatus, State


class RateMeter:
    """Frames a second over the last two seconds, from time stamps.

    Example:
        >>> meter = RateMeter()
        >>> for stamp in (10.0, 10.1, 10.2, 10.3):
        ...     meter.add(stamp)
        >>> round(meter.rate, 6)
        10.0
    """

    SPAN = 2.0

    def __init__(self) -> None:
        self._stamps: deque[float] = deque()

    def add(self, stamp: float) -> None:
        """Count a frame that arrived at `stamp` seconds."""
        self._stamps.append(stamp)
        while len(self._stamps) > 2 and stamp - self._stamps[0] > self.SPAN:
            self._stamps.popleft()

    def reset(self) -> None:
        """Forget what was counted: a pause is no slow frame."""
        self._stamps.clear()

    @property
    def rate(self) -> float:
        """Frames a second, 0 before two frames."""
        span = self._stamps[-1] - self._stamps[0] if len(self._stamps) > 1 else 0.0
        return (len(self._stamps) - 1) / span if span > 0 else 0.0


class LatestSource:
    """Keeps the newest frame and the status for a source that fills them from a thread of its own."""

    def __init__(self, wake: Callable[[], None], state: State = "opening") -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._newest: Frame | None = None
        self._meter = RateMeter()
        self._status = SourceStatus(state=state)
        self._closed = False

    def take(self) -> Frame | None:
        """See `FrameSource.take`."""
        with self._lock:
            frame, self._newest = self._newest, None
            return frame

    def status(self) -> SourceStatus:
        """See `FrameSource.status`."""
        with self._lock:
            rate = self._meter.rate if self._status.state == "playing" else 0.0
            return replace(self._status, fps=rate)

    def publish(self, pixels: Pixels, position: int = 0, stamp: float | None = None, **changes: Any) -> None:
        """Make `pixels` (uint8 [H, W, 3]) the newest frame and change the status with it.

        The source gives the array away: nobody may write into it afterwards.
        """
        pixels.flags.writeable = False
        arrived = time.monotonic() if stamp is None else stamp
        with self._lock:
            if self._closed:
                return
            old, lost = self._status, 1 if self._newest is not None else 0
            self._newest = Frame(pixels, old.captured, arrived, position)
            self._meter.add(arrived)
            changes.setdefault("channels", 3)
            self._status = replace(
                old,
                height=pixels.shape[0],
                width=pixels.shape[1],
                captured=old.captured + 1,
                dropped=old.dropped + lost,
                position=position,
                **changes,
            )
        self._wake()

    def report(self, **changes: Any) -> None:
        """Change the status; tells the owner only if that changes anything."""
        with self._lock:
            changed = replace(self._status, **changes)
            if self._closed or changed == self._status:
                return
            if changed.state != self._status.state:
                self._meter.reset()
            self._status = changed
        self._wake()

    def seal(self) -> bool:
        """Take no more frames; True the first time."""
        with self._lock:
            first, self._closed = not self._closed, True
            self._newest = None
            return first


def grey_to_rgb(grey: np.ndarray[Any, np.dtype[Any]]) -> Pixels:
    """Values in [0, 1], [H, W], as a grey picture: uint8 [H, W, 3], to the nearest level."""
    levels = np.rint(np.clip(grey, 0.0, 1.0) * 255.0).astype(np.uint8)
    return np.repeat(levels[:, :, None], 3, axis=2)
