"""Memory for results, taken back once nobody holds the result any more.

The system hands out large arrays as untouched pages, and touching them first costs more than a small filter. A result
is a view of a buffer that is kept here; when the buffer's reference count says that no view is left, the next result
of that size gets it.
"""

from __future__ import annotations

import math
import sys
import threading
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
SMALLEST, LARGEST = 1 << 16, 1 << 25
"""Numbers in an array worth keeping: smaller ones are cheap, larger ones too much to keep."""
KEPT = 1 << 26
"""Numbers kept in all, 256 MiB; what is in use counts too."""

_buffers: defaultdict[int, list[Array]] = defaultdict(list)
_lock = threading.Lock()


def _free(buffers: list[Array], alone: int) -> Array | None:
    """The first buffer that nothing but the list refers to, or None."""
    for buffer in buffers:
        if sys.getrefcount(buffer) == alone:
            return buffer
    return None


def _references() -> int:
    """What `sys.getrefcount` says in `_free` of a buffer that only the list has; it depends on the interpreter."""
    probe = [np.empty(1, np.float32)]
    return next(count for count in range(1, 9) if _free(probe, count) is not None)


_ALONE = _references()


def result_array(shape: tuple[int, ...]) -> Array:
    """An uninitialised float32 array for a result."""
    cells = math.prod(shape)
    if not SMALLEST <= cells <= LARGEST:
        return np.empty(shape, np.float32)
    with _lock:
        buffer = _free(_buffers[cells], _ALONE)
        return (_kept(cells) if buffer is None else buffer).reshape(shape)


def _kept(cells: int) -> Array:
    """A new buffer; the sizes used longest ago are let go if there is too much."""
    mine = _buffers.pop(cells)
    while _buffers and sum(size * len(held) for size, held in _buffers.items()) + cells * (len(mine) + 1) > KEPT:
        del _buffers[next(iter(_buffers))]
    if cells * (len(mine) + 1) > KEPT:
        mine = mine[1:]
    mine.append(np.empty(cells, np.float32))
    _buffers[cells] = mine
    return mine[-1]
