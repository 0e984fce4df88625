"""One frame from any source, for scripts."""

from __future__ import annotations

import threading
import time

import numpy as np
from numpy.typing import NDArray

from engine.errors import SourceError
from engine.sources import open_source
from engine.spec.source import Source

PATIENCE = 10.0


def grab(spec: Source, seconds: float = PATIENCE) -> NDArray[np.float32]:
    """The first frame of a source.

    Args:
        spec: a picture, folder, clip, camera, stream, drawing, pattern, or sample of a data set.
        seconds: how long to wait for it.

    Returns:
        float32 [H, W, 3], RGB, in [0, 1].

    Raises:
        SourceError: if the source cannot be opened or no frame comes in time.

    Example:
        >>> from engine.spec.source import Pattern
        >>> grab(Pattern(kind="impulse", height=3, width=3))[:, :, 0].tolist()
        [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    arrived = threading.Event()
    source = open_source(spec, arrived.set)
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            frame = source.take()
            if frame is not None:
                return frame.pixels.astype(np.float32) / np.float32(255)
            status = source.status()
            if status.state == "failed":
                raise SourceError(status.message)
            arrived.wait(0.05)
            arrived.clear()
        raise SourceError(f"No frame came within {seconds:g} seconds; try again, or choose another source.")
    finally:
        source.close()
