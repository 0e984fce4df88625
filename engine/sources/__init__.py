"""Opens every source that a project can name: those of `engine.frames`, and the samples of data sets.

Importing this loads neither torch nor cv2; opening a source loads what that source needs.
"""

from __future__ import annotations

from collections.abc import Callable

from engine import frames
from engine.frames import FrameSource
from engine.spec.source import Sample, Source

__all__ = ["open_source"]


def open_source(spec: Source, wake: Callable[[], None]) -> FrameSource:
    """Open what `spec` describes.

    Args:
        spec: any source; one that cannot be opened gets the status "failed" with a sentence.
        wake: called, from any thread, whenever `take()` or `status()` has something new.

    Returns:
        the source, at once; its first frame comes when it comes.

    Example:
        >>> import threading
        >>> arrived = threading.Event()
        >>> source = open_source(Sample(data="mnist", index=7), arrived.set)
        >>> arrived.wait(30), source.take().pixels.shape, source.status().label
        (True, (28, 28, 3), '3')
        >>> source.close()
    """
    if not isinstance(spec, Sample):
        return frames.open_source(spec, wake)
    from engine.sources.sample import SampleSource

    source = SampleSource(spec, wake)
    source.start()
    return source
