"""Frames in nameless shared memory: what is left of it after a crash is nothing."""

from __future__ import annotations

from multiprocessing.heap import Arena

import numpy as np

from engine.frames.capture.messages import SLOTS
from engine.frames.source import Pixels

_PAGE = 4096


def make_arena(frame_bytes: int) -> Arena:
    """Shared memory for `SLOTS` frames of so many bytes; pages never written take no memory."""
    return Arena(SLOTS * (-(-frame_bytes // _PAGE) * _PAGE))


class Ring:
    """The slots of an arena as arrays."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        self.frame_bytes = arena.size // SLOTS

    def slot(self, index: int, height: int, width: int) -> Pixels:
        """The frame in a slot, uint8 [H, W, 3], without a copy; the memory lives as long as the array."""
        offset = index * self.frame_bytes
        return np.ndarray((height, width, 3), np.uint8, self._arena.buffer, offset)
