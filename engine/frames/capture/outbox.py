"""The capture process's side of the pipe: what it may write into, and what it says."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import SourceError
from engine.frames.capture.demand import Demand
from engine.frames.capture.messages import (
    MAX_SIDE,
    SLOTS,
    Alive,
    Arrived,
    Control,
    Open,
    Release,
    Remark,
    Report,
    Took,
    receive_command,
    send,
)
from engine.frames.capture.ring import Ring
from engine.frames.source import Pixels

QUIET = 0.25  # seconds without a word before saying that all is well
_TO_RGB = {1: cv2.COLOR_GRAY2RGB, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGB}


class FrameTooLarge(Exception):
    """The shared memory is too small for a frame of `bytes`."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.bytes = size


def check_frame(picture: NDArray[np.uint8] | None) -> int:
    """The number of channels of a frame as a reader gives it: [H, W] or [H, W, C], BGR order.

    Raises:
        SourceError: when it is nothing that can be shown.
    """
    if picture is None or picture.dtype != np.uint8 or picture.ndim not in (2, 3) or picture.size == 0:
        raise SourceError("It sends something that is no picture; choose another size or format.")
    height, width = picture.shape[:2]
    channels = picture.shape[2] if picture.ndim == 3 else 1
    if channels not in _TO_RGB:
        raise SourceError(f"It sends pictures of {channels} channels; 1, 3 and 4 can be shown.")
    if max(height, width) > MAX_SIDE:
        raise SourceError(f"It sends pictures of {height} × {width} pixels; up to {MAX_SIDE} each way can be shown.")
    return channels


def to_rgb(picture: NDArray[np.uint8], channels: int, out: Pixels) -> None:
    """Write a checked frame as RGB into `out`, uint8 [H, W, 3], without another copy."""
    if cv2.cvtColor(picture, _TO_RGB[channels], dst=out) is not out:
        raise SourceError("The frame could not be written where it belongs.")


class Outbox:
    """Publishes frames into free slots and reads what the owner wants."""

    def __init__(self, pipe: Connection, ring: Ring) -> None:
        self._pipe = pipe
        self._ring = ring
        self._free = list(range(SLOTS))
        self._demand = Demand()
        self._skipped = 0
        self._remark = ""
        self._spoken = time.monotonic()

    @property
    def full(self) -> bool:
        """Whether the owner has every slot."""
        return not self._free

    def wants(self) -> bool:
        """To be asked of every frame that comes: whether it is worth converting and handing over."""
        return self._demand.arrive(time.monotonic()) and not self.full

    def send(self, report: Report) -> None:
        """Say something."""
        send(self._pipe, report)
        self._spoken = time.monotonic()

    def receive(self, timeout: float | None) -> Open | Control | None:
        """The next wish, or None once nothing more comes within `timeout` seconds (None: wait for a message)."""
        while self._pipe.poll(timeout):
            command = receive_command(self._pipe)
            if isinstance(command, Release):
                self._free.append(command.slot)
            elif isinstance(command, Took):
                self._demand.take(command.stamp, time.monotonic())
            else:
                return command
            timeout = 0.0
        return None

    def skip(self) -> None:
        """Count a frame that is dropped here."""
        self._skipped += 1

    def alive(self, playing: bool) -> None:
        """Say that all is well, unless something was said a moment ago."""
        if time.monotonic() - self._spoken >= QUIET:
            self.send(Alive(playing))

    def remark(self, text: str) -> None:
        """Tell people something of the frames, once; empty takes it back."""
        if text != self._remark:
            self._remark = text
            self.send(Remark(text))

    def publish(
        self, picture: NDArray[np.uint8] | None, stamp: float, position: int, playing: bool, count: int = 0
    ) -> bool:
        """Hand a frame over; what is no picture is dropped with a remark, and False is the answer."""
        try:
            channels = check_frame(picture)
        except SourceError as error:
            self.skip()
            self.remark(str(error))
            return False
        assert picture is not None
        height, width = picture.shape[:2]
        if height * width * 3 > self._ring.frame_bytes:
            raise FrameTooLarge(height * width * 3)
        slot = self._free.pop()
        to_rgb(picture, channels, self._ring.slot(slot, height, width))
        self.send(Arrived(slot, height, width, channels, stamp, position, count, self._skipped, playing))
        self._skipped = 0
        self._demand.hand_over(stamp, time.monotonic())
        return True
