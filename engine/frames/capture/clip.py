"""Playing a clip at its own rate."""

from __future__ import annotations

import math
import time

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import SourceError
from engine.frames.capture.devices import Capture, open_capture
from engine.frames.capture.messages import Alive, Control, Ended, Open
from engine.frames.capture.outbox import QUIET, Outbox

_USUAL_RATE = 25.0
_LOST_PACE = 0.5  # seconds behind after which the clock is set anew
_LATE = 0.1  # seconds behind from which frames are only grabbed, to catch up
_AT_LEAST = 1 / 60  # seconds: show a frame this often even then
_WALK = 50  # frames: up to here stepping forward reads, beyond it seeks


class ClipReader:
    """Shows the frames of a clip when they are due, and sleeps on the pipe in between."""

    def __init__(self, capture: Capture, outbox: Outbox, job: Open) -> None:
        self._capture = capture
        self._outbox = outbox
        self._job = job
        self._loop = job.loop
        self._playing = job.playing
        self._rate = _sensible_rate(capture.get(cv2.CAP_PROP_FPS))
        self._period = 1 / (self._rate * job.speed)
        self._count = _sensible_count(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self._at = -1  # the frame grabbed last
        self._ended = False
        self._waiting = False  # the grabbed frame must be shown as soon as a slot is free
        self._due = self._shown = 0.0
        self._buffer: NDArray[np.uint8] | None = None

    def run(self) -> None:
        """Play and obey for ever.

        Raises:
            SourceError: when there is not one frame in the clip.
        """
        self._go_to(self._job.position)
        while True:
            control = self._outbox.receive(self._patience())
            if isinstance(control, Control):
                self._obey(control)
            if self._waiting:
                self._show()
            elif self._playing and time.monotonic() >= self._due:
                self._advance()
            elif self._playing:
                self._outbox.alive(self._playing)

    def _patience(self) -> float | None:
        """How long to sleep: for ever when paused, or when a frame waits for a slot."""
        if self._waiting:
            return None if self._outbox.full else 0.0
        return min(max(self._due - time.monotonic(), 0.0), QUIET) if self._playing else None

    def _obey(self, control: Control) -> None:
        if control.loop is not None:
            self._loop = control.loop
        if control.speed is not None:
            self._period = 1 / (self._rate * control.speed)
        if control.playing is not None:
            self._playing, self._due = control.playing, time.monotonic()
        if control.position is not None:
            self._go_to(control.position)
        if control.delta:
            self._walk(control.delta)
        elif control.playing and self._ended and control.position is None:
            self._go_to(0)
        self._outbox.send(Ended(self._count) if self._ended else Alive(self._playing))

    def _walk(self, delta: int) -> None:
        goal = self._at + delta
        if not 0 < delta <= _WALK:
            self._go_to(goal)
            return
        while self._at < goal and self._capture.grab():
            self._at += 1
        self._waiting, self._ended = True, False

    def _go_to(self, index: int) -> None:
        """Grab frame `index` (or the nearest end) and show it whatever happens."""
        index = max(0, min(index, self._count - 1) if self._count else index)
        if not (self._seek(index) or self._seek(0) or self._reopen()):
            raise SourceError(f"{self._job.address} has no picture that can be read; choose another clip.")
        self._waiting, self._ended = True, False
        self._due = time.monotonic() + self._period

    def _seek(self, index: int) -> bool:
        if index != self._at + 1:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, index)
        if not self._capture.grab():
            return False
        self._at = index
        return True

    def _reopen(self) -> bool:
        """Begin again with a clip that cannot be wound back."""
        self._capture.release()
        self._capture = open_capture(self._job)
        self._at = -1
        return self._seek(0)

    def _advance(self) -> None:
        """Grab the frame that is due; show it if somebody wants it and there is time to."""
        if not self._capture.grab():
            self._finish()
            return
        self._at += 1
        now = time.monotonic()
        if now - self._due > _LOST_PACE:
            self._due = now
        self._due += self._period
        hurry = now - self._due > _LATE and now - self._shown < _AT_LEAST
        if hurry or not self._outbox.wants():
            self._outbox.skip()
        else:
            self._show()

    def _finish(self) -> None:
        """Begin again at the end, or hold the last frame. The number of frames is known for sure now."""
        found = self._at + 1
        if self._count * 0.9 > found:
            self._outbox.remark(f"only {found} of its {self._count} frames can be read")
        self._count = found
        if self._loop and found > 1:
            due = self._due
            self._go_to(0)
            self._due = max(due, time.monotonic() - self._period) + self._period
            return
        self._playing, self._ended = False, True
        self._outbox.send(Ended(found))

    def _show(self) -> None:
        if self._outbox.full:
            return
        stamp = time.monotonic()
        there, self._buffer = self._capture.retrieve(self._buffer)
        self._waiting = False
        if not there:
            self._outbox.skip()
            return
        self._outbox.publish(self._buffer, stamp, self._at, self._playing, self._count)
        self._shown = stamp


def _sensible_rate(told: float) -> float:
    """The rate a clip tells, if it can be true: some tell 0, or 180,000."""
    return told if math.isfinite(told) and 0.1 <= told <= 1000 else _USUAL_RATE


def _sensible_count(told: float) -> int:
    return int(told) if math.isfinite(told) and 0 < told < 1e9 else 0
