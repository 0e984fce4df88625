"""The mailbox of length one that every source is built on: a newer frame takes the place of one not yet taken."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.errors import EngineError
from engine.frames.source import Frame, Pixels, SourceStatus, State

CLOSING = 0.5
_log = logging.getLogger(__name__)


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
        self._stamps: deque[tuple[float, int]] = deque()  # and how many frames had arrived by then
        self._total = 0

    def add(self, stamp: float, frames: int = 1) -> None:
        """Count frames, the last of which arrived at `stamp` seconds."""
        self._total += frames
        self._stamps.append((stamp, self._total))
        while len(self._stamps) > 2 and stamp - self._stamps[0][0] > self.SPAN:
            self._stamps.popleft()

    def reset(self) -> None:
        """Forget what was counted: a pause is no slow frame."""
        self._stamps.clear()

    @property
    def rate(self) -> float:
        """Frames a second, 0 before two frames."""
        if len(self._stamps) < 2:
            return 0.0
        (first, before), (last, after) = self._stamps[0], self._stamps[-1]
        return (after - before) / (last - first) if last > first else 0.0


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

    def publish(
        self, pixels: Pixels, position: int = 0, stamp: float | None = None, skipped: int = 0, **changes: Any
    ) -> None:
        """Make `pixels` (uint8 [H, W, 3]) the newest frame and change the status with it.

        The source gives the array away: nobody may write into it afterwards. `skipped` frames came and were
        dropped before it.
        """
        pixels.flags.writeable = False
        arrived = time.monotonic() if stamp is None else stamp
        with self._lock:
            if self._closed:
                return
            lost = skipped + (1 if self._newest is not None else 0)
            number = self._status.captured + skipped
            self._newest = Frame(pixels, number, arrived, position)
            self._set(
                height=pixels.shape[0],
                width=pixels.shape[1],
                captured=number + 1,
                dropped=self._status.dropped + lost,
                position=position,
                **{"message": "", **changes},
            )
            self._meter.add(arrived, skipped + 1)
        self._wake()

    def report(self, **changes: Any) -> None:
        """Change the status; tells the owner only if that changes anything."""
        with self._lock:
            if self._closed or not self._set(**changes):
                return
        self._wake()

    def _set(self, **changes: Any) -> bool:
        """Change the status, the lock being held; whether that changed anything."""
        old, self._status = self._status, replace(self._status, **changes)
        if old.state != self._status.state:
            self._meter.reset()
        return old != self._status

    def seal(self) -> bool:
        """Take no more frames; True the first time."""
        with self._lock:
            first, self._closed = not self._closed, True
            self._newest = None
            return first


class ThreadedSource(LatestSource):
    """A source whose frames are made by one thread, which is told of changes by a condition."""

    def __init__(self, wake: Callable[[], None]) -> None:
        super().__init__(wake)
        self._changed = threading.Condition()
        self._poked = False
        self._thread = threading.Thread(target=self._keep_running, name=type(self).__name__, daemon=True)

    def start(self) -> None:
        """Begin to make frames."""
        self._thread.start()

    def close(self) -> None:
        """See `FrameSource.close`."""
        if not self.seal():
            return
        with self._changed:
            self._changed.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(CLOSING)  # a decoder in mid-picture is left to finish alone

    def poke(self) -> None:
        """Tell the thread that something changed, `_changed` being held; a failed source tries again."""
        self._poked = True
        if self.status().state == "failed":
            # Else the failure of what was wanted before would be told of what is wanted now.
            self.report(state="opening", message="")
        self._changed.notify_all()

    def _keep_running(self) -> None:
        while not self._closed:
            problem = self._problem()
            with self._changed:
                self._poked = False
            if problem:
                self.report(state="failed", message=problem)
            with self._changed:
                self._changed.wait_for(lambda: self._poked or self._closed)

    def _problem(self) -> str:
        """Run until closed or until it fails, and say why in a sentence."""
        try:
            self._run()
        except EngineError as error:
            return str(error)
        except MemoryError:
            return "There is not enough memory for this picture; choose a smaller one."
        except Exception as error:
            _log.exception("%s ended", type(self).__name__)
            return f"The picture could not be made ({error}); choose another source."
        return ""

    def _run(self) -> None:
        """Make frames until closed."""
        raise NotImplementedError
