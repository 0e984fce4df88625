"""Memory for results, taken back once nobody holds the result any more.

The system hands out large arrays as untouched pages, and touching them first costs more than a small filter. A result
is a view of a buffer that is kept here; when the buffer's reference count says that no view is left, the next result
of about that size gets it.
"""

from __future__ import annotations

import math
import sys
import threading

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
SMALLEST, LARGEST = 1 << 16, 1 << 25
"""Numbers in an array worth keeping: smaller ones are cheap, larger ones too much to keep."""
KEPT = 1 << 26
"""Numbers kept in all, 256 MiB; what is in use counts too."""


class Store:
    """Buffers, the one used last at the end."""

    def __init__(self) -> None:
        self._buffers: list[Array] = []
        self._lock = threading.Lock()
        probe = [np.empty(1, np.float32)]
        self._alone = self._holders(probe, 0)

    def take(self, cells: int) -> Array:
        """A buffer of at least that many numbers that nobody else has."""
        with self._lock:
            for place in range(len(self._buffers)):
                size = self._buffers[place].size
                if cells <= size <= cells + cells // 4 and self._holders(self._buffers, place) == self._alone:
                    buffer = self._buffers.pop(place)
                    break
            else:
                buffer = np.empty(cells, np.float32)
            self._buffers.append(buffer)
            while sum(kept.size for kept in self._buffers) > KEPT:
                del self._buffers[0]
        return buffer

    @staticmethod
    def _holders(buffers: list[Array], place: int) -> int:
        """References to a buffer; as many as the probe's where only the list holds it."""
        return sys.getrefcount(buffers[place])


_store = Store()


def result_array(shape: tuple[int, ...]) -> Array:
    """An uninitialised float32 array for a result."""
    cells = math.prod(shape)
    if not SMALLEST <= cells <= LARGEST:
        return np.empty(shape, np.float32)
    return _store.take(cells)[:cells].reshape(shape)
