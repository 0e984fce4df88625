"""Signals as lines that can be drawn, however long they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.protocol.kinds import Line

MOST = 8192
"""Samples that are told one by one; no window is wider."""


def line_of(values: NDArray[np.float32]) -> Line:
    """A signal to be drawn.

    Args:
        values: float32 [n].

    Example:
        >>> line_of(np.zeros(20_000, np.float32)).every
        5
    """
    count = len(values)
    every = -(-count // (MOST // 2))
    if count <= MOST:
        return Line(values=np.ascontiguousarray(values, np.float32).tobytes(), count=count)
    filled = np.pad(values, (0, -count % every), mode="edge").reshape(-1, every)
    ends = np.stack([filled.min(axis=1), filled.max(axis=1)], axis=1).astype(np.float32)
    return Line(values=ends.tobytes(), count=count, every=every)
