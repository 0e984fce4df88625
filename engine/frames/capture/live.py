"""Reading a camera or a stream: as fast as frames come, the newest one wins."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from engine.errors import SourceError
from engine.frames.capture.devices import Capture
from engine.frames.capture.messages import Alive, Control, Open
from engine.frames.capture.outbox import Outbox

FROZEN = 0.9  # seconds: just under what the owner waits for a frame
BLACK = 0.6  # before it counts as frozen
_MISSES = 10  # reads that a camera may fail in a row
_AT_ONCE = 0.002
_BREATH = 0.005
_BLACK_NOTE = "all black: is the lens covered, or does another program use the camera?"


class FrozenPicture(SourceError):
    """The camera goes on sending, but always the same."""


class LiveReader:
    """Reads until the source gives out."""

    def __init__(self, capture: Capture, outbox: Outbox, job: Open) -> None:
        self._capture = capture
        self._outbox = outbox
        self._camera = job.kind == "camera"
        self._still_ok = job.still_ok
        self._playing = job.playing
        self._buffer: NDArray[np.uint8] | None = None
        self._look: int | None = None  # a hash of a sample of the newest picture
        self._misses = 0
        self._position = 0
        self._changed = self._lit = time.monotonic()

    def run(self) -> None:
        """Read for ever.

        Raises:
            SourceError: when the source gives out.
        """
        while True:
            control = self._outbox.receive(0.0)
            if isinstance(control, Control) and control.playing is not None:
                self._playing = control.playing
                self._changed = time.monotonic()
                self._outbox.send(Alive(self._playing))
            self._read()

    def _read(self) -> None:
        asked = time.monotonic()
        if not self._capture.grab():
            self._miss()
            return
        self._misses = 0
        stamp = time.monotonic()
        if not self._playing and self._position:
            # Read on, so that the next picture after the pause is a new one; a source that never waits would spin.
            self._outbox.alive(self._playing)
            self._breathe(asked, stamp)
        elif not self._outbox.wants():
            self._outbox.skip()
        else:
            self._hand_over(asked, stamp)

    def _miss(self) -> None:
        self._misses += 1
        if not self._camera or self._misses >= _MISSES:
            raise SourceError("It stopped sending pictures.")
        time.sleep(_BREATH)

    def _breathe(self, asked: float, got: float) -> bool:
        """Wait a moment if the read did not; whether it had to."""
        if got - asked < _AT_ONCE:
            time.sleep(_BREATH)
            return True
        return False

    def _hand_over(self, asked: float, stamp: float) -> None:
        there, self._buffer = self._capture.retrieve(self._buffer)
        if not there:
            self._outbox.skip()
        elif not (self._camera and self._is_stale(asked, stamp)):
            published = self._outbox.publish(self._buffer, stamp, self._position, self._playing)
            self._position += published
            if published and not self._camera:
                self._outbox.remark("")

    def _is_stale(self, asked: float, stamp: float) -> bool:
        """Whether a camera's picture is the one before it again: a lost camera may go on 'sending' its last one."""
        picture = self._buffer
        if picture is None or picture.ndim < 2:
            return False
        sample = np.ascontiguousarray(picture[::16, ::16])
        self._note_black(sample, stamp)
        look, before = hash((sample.shape, sample.tobytes())), self._look
        self._look = look
        if look != before:
            if before is not None:
                self._still_ok = False
            self._changed = stamp
            return False
        if not self._still_ok and stamp - self._changed > FROZEN:
            raise FrozenPicture("It sends the same picture again and again.")
        instant = self._breathe(asked, stamp)
        if self._still_ok:
            self._outbox.alive(self._playing)
        return instant or not self._still_ok

    def _note_black(self, sample: NDArray[np.uint8], stamp: float) -> None:
        if sample.size and int(sample[..., :3].max()) > 2:
            self._lit = stamp
            self._outbox.remark("")
        elif stamp - self._lit > BLACK:
            self._outbox.remark(_BLACK_NOTE)
