"""What callers want of a running capture, gathered until its supervisor has time: newest wins, nobody waits."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections import deque
from multiprocessing import Pipe

import msgspec

from engine.frames.capture.messages import Control
from engine.frames.capture.ring import Ring
from engine.frames.source import Pixels


class Wishes:
    """Controls merged into one, slots to give back, and a bell that wakes the supervisor."""

    def __init__(self) -> None:
        self.bell, self._button = Pipe(duplex=False)
        self.stopped = False
        self._rung = False
        self._lock = threading.Lock()
        self._control = Control()
        self._returned: deque[tuple[Ring, int]] = deque()
        self._took: float | None = None

    def ring_bell(self) -> None:
        """Wake the supervisor. Takes no lock: the garbage collector may call it at any moment."""
        if not self._rung:
            self._rung = True
            with contextlib.suppress(OSError):
                self._button.send_bytes(b"")

    def hush(self) -> None:
        """Take note of the bell; look at what is wished only afterwards.

        The flag falls last: lowered first, a ring that came before the pipe was emptied would leave it up with nothing
        in the pipe, and no ring would be heard ever again.
        """
        while self.bell.poll():
            self.bell.recv_bytes()
        self._rung = False

    def stop(self) -> None:
        """Let the supervisor end."""
        self.stopped = True
        self.ring_bell()

    def want(self, wish: Control) -> None:
        """Merge a wish into those not yet told."""
        with self._lock:
            old = self._control
            changes = {
                "playing": old.playing if wish.playing is None else wish.playing,
                "position": old.position if wish.position is None else wish.position,
                "delta": wish.delta + (old.delta if wish.position is None else 0),
                "speed": old.speed if wish.speed is None else wish.speed,
                "loop": old.loop if wish.loop is None else wish.loop,
            }
            self._control = msgspec.structs.replace(old, **changes)
        self.ring_bell()

    def control(self) -> Control | None:
        """All wishes since the last time, or None."""
        with self._lock:
            wished, self._control = self._control, Control()
        return wished if wished != Control() else None

    def tell_taken(self, stamp: float) -> None:
        """The frame with this stamp is being worked on: a newer one is wanted."""
        with self._lock:
            self._took = stamp
        self.ring_bell()

    def taken(self) -> float | None:
        """The stamp of the newest frame that was taken since the last time, or None."""
        with self._lock:
            stamp, self._took = self._took, None
        return stamp

    def lend(self, ring: Ring, slot: int, height: int, width: int) -> Pixels:
        """The frame in a slot, which is given back by itself when nobody holds the array any more."""
        pixels = ring.slot(slot, height, width)
        weakref.finalize(pixels, self._give_back, ring, slot).atexit = False
        return pixels

    def returned(self, ring: Ring) -> list[int]:
        """The slots of `ring` that came back; those of older rings are forgotten."""
        slots = []
        while self._returned:
            owner, slot = self._returned.popleft()
            if owner is ring:
                slots.append(slot)
        return slots

    def close(self) -> None:
        """Close the bell."""
        self.bell.close()
        self._button.close()

    def _give_back(self, ring: Ring, slot: int) -> None:
        self._returned.append((ring, slot))
        self.ring_bell()
