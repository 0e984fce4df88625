"""Cameras that misbehave, run inside the real capture process in place of `cv2.VideoCapture`.

The camera's number says what it does. Things that happen once are noted in the folder that `FAKE_CAMERA` names, so
that the process that is started next knows.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.heap import Arena
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NORMAL, HANGS, CRASHES, REFUSES, FREEZES, ODD, NEVER_OPENS, BLACK, SLOW, STILL, GROWS, SPINS = range(12)
FOLDER = "FAKE_CAMERA"
BEFORE = 8  # good pictures before something happens
_never = threading.Event()


def main(pipe: Connection, arena: Arena, owner: int) -> None:
    """The capture process's main, with another camera."""
    from engine.frames.capture import child, session

    session.open_capture = open_fake  # type: ignore[assignment]
    child.main(pipe, arena, owner)


def open_fake(job: Any) -> FakeCamera:
    """Open the camera whose number the job names."""
    if int(job.address) == NEVER_OPENS:
        _never.wait()
    return FakeCamera(int(job.address))


def picture(number: int, height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    """A picture (BGR) that differs from the one before it everywhere; blue tells its number."""
    pixels = np.full((height, width, 3), 40, np.uint8)
    pixels[..., 0] = number % 200 + 20
    return pixels


class FakeCamera:
    """Thirty pictures a second, and then what its number says."""

    def __init__(self, kind: int) -> None:
        self.kind = kind
        self.number = 0
        self.opened = time.monotonic()
        self.first_time = self._first_time()

    def _first_time(self) -> bool:
        marker = Path(os.environ[FOLDER], f"opened-{self.kind}")
        first = not marker.exists()
        marker.touch()
        return first

    def grab(self) -> bool:
        """Wait for the next picture."""
        rate = 7.3 if self.kind == SLOW else 30.0
        self.number += 1
        if self.kind != SPINS or self.number <= BEFORE:
            # by a clock that does not run late, every other picture a third of the time too early
            due = self.opened + (self.number - 0.33 * (self.number % 2)) / rate
            _never.wait(max(due - time.monotonic(), 0.0))
        if self.number <= BEFORE or not self.first_time:
            return True
        return _ACTIONS.get(self.kind, lambda: True)()

    def retrieve(self, buffer: Any = None) -> tuple[bool, Any]:
        """The picture that was grabbed."""
        if self.kind == ODD and self.number <= len(_ODD):
            odd = _ODD[self.number - 1]
            return odd is not None, odd
        if self.kind == BLACK:
            return True, np.zeros((48, 64, 3), np.uint8)
        if self.kind == GROWS and self.number > BEFORE:
            return True, picture(self.number, 1200, 2000)
        stands_still = self.kind == STILL or (self.first_time and self.kind in (FREEZES, SPINS))
        return True, picture(min(self.number, 1 if self.kind == STILL else BEFORE) if stands_still else self.number)

    def release(self) -> None:
        """Let go."""


def _hang() -> bool:
    _never.wait()
    return False


def _crash() -> bool:
    os.kill(os.getpid(), signal.SIGSEGV)
    return False


_ACTIONS: dict[int, Callable[[], bool]] = {HANGS: _hang, CRASHES: _crash, REFUSES: lambda: False}
_ODD: tuple[Any, ...] = (
    None,
    np.zeros((48, 64, 3), np.float32),
    np.zeros((48, 64, 2), np.uint8),
    np.zeros((0, 64, 3), np.uint8),
    np.zeros((4, 5000, 3), np.uint8),
    np.zeros((2, 3, 4, 5), np.uint8),
    np.full((48, 64), 77, np.uint8),
    np.dstack([picture(1), np.full((48, 64), 9, np.uint8)]),
)
