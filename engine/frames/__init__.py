"""Where frames come from: pictures, folders, clips, cameras, streams, drawings and patterns, all behind one interface.

Importing this loads neither Pillow nor cv2; opening a source loads what that source needs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.frames.source import Frame, FrameSource, SourceStatus, State

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.spec.source import FrameSpec

__all__ = ["Frame", "FrameSource", "SourceStatus", "State", "open_source", "read_image"]


def open_source(spec: FrameSpec, wake: Callable[[], None]) -> FrameSource:
    """Open what `spec` describes.

    Args:
        spec: any source but the sample of a data set, which `engine.sources` knows; one that cannot be opened gets
            the status "failed" with a sentence.
        wake: called, from any thread, whenever `take()` or `status()` has something new.

    Returns:
        the source, at once; its first frame comes when it comes.

    Example:
        >>> import threading
        >>> from engine.spec.source import Pattern
        >>> arrived = threading.Event()
        >>> source = open_source(Pattern(height=4, width=6), arrived.set)
        >>> arrived.wait(10), source.take().pixels.shape
        (True, (4, 6, 3))
        >>> source.close()
    """
    from engine.frames.opening import open_any

    return open_any(spec, wake)


def read_image(path: str | Path) -> NDArray[np.float32]:
    """Read a picture file (or `sample:NAME`) as float32 [H, W, 3], RGB, in [0, 1]; see `engine.frames.image`.

    Raises:
        BadFile: when it is no picture that can be read.
    """
    from engine.frames.image import read_image as read

    return read(path)
