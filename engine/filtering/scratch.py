"""Memory that a thread uses again and again: fresh pages cost more than most filters."""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class _Local(threading.local):
    def __init__(self) -> None:
        self.zeros = np.zeros(0, np.float32)
        self.buffers: dict[tuple[str, np.dtype[Any]], NDArray[Any]] = {}


_local = _Local()


def scratch(name: str, shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """This thread's own array of that name; what it holds is whatever was left in it."""
    key = name, np.dtype(dtype)
    cells = math.prod(shape)
    buffer = _local.buffers.get(key)
    if buffer is None or buffer.size < cells:
        buffer = _local.buffers[key] = np.empty(cells, key[1])
    return buffer[:cells].reshape(shape)


def zeros(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Zeros that cannot be written to: numpy compares two arrays three times faster than an array and a number."""
    cells = math.prod(shape)
    found = _local.zeros
    if found.size < cells:
        found = _local.zeros = np.zeros(cells, np.float32)
        found.flags.writeable = False
    return found[:cells].reshape(shape)
