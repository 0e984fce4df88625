"""Which class opens which source."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

from engine.frames.source import FrameSource
from engine.spec.source import Camera, Clip, Drawing, Folder, FrameSpec, Pattern, Picture, Stream

if TYPE_CHECKING:
    from engine.frames.capture.source import CaptureSource
    from engine.frames.drawing import DrawingSource
    from engine.frames.folder import FolderSource
    from engine.frames.pattern import PatternSource
    from engine.frames.picture import PictureSource

    _Threaded = DrawingSource | FolderSource | PatternSource | PictureSource


def open_any(spec: FrameSpec, wake: Callable[[], None]) -> FrameSource:
    """See `engine.frames.open_source`; each kind of source loads only what it needs."""
    source = _make(spec, wake)
    source.start()
    return source


def _make(spec: FrameSpec, wake: Callable[[], None]) -> CaptureSource | _Threaded:
    if isinstance(spec, Camera | Clip | Stream):
        from engine.frames.capture.source import CaptureSource

        return CaptureSource(spec, wake)
    if isinstance(spec, Picture):
        from engine.frames.picture import PictureSource

        return PictureSource(spec, wake)
    if isinstance(spec, Folder):
        from engine.frames.folder import FolderSource

        return FolderSource(spec, wake)
    if isinstance(spec, Drawing):
        from engine.frames.drawing import DrawingSource

        return DrawingSource(spec, wake)
    if isinstance(spec, Pattern):
        from engine.frames.pattern import PatternSource

        return PatternSource(spec, wake)
    assert_never(spec)
