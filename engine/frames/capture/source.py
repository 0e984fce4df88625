"""A camera, stream or clip as a source."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable

from engine.frames.capture.child import main
from engine.frames.capture.messages import Control
from engine.frames.capture.process import Target
from engine.frames.capture.subject import Captured
from engine.frames.capture.supervisor import Supervisor
from engine.frames.capture.wishes import Wishes
from engine.frames.latest import LatestSource
from engine.frames.source import Frame, Pixels
from engine.spec.source import Clip, Source

_CLOSING = 1.9
_LENT = 2  # slots that may be out: one that is looked at, and the next one


class CaptureSource(LatestSource):
    """Frames out of a capture process, in the memory shared with it: taking one copies nothing."""

    def __init__(self, spec: Captured, wake: Callable[[], None], target: Target = main) -> None:
        super().__init__(wake)
        self._spec: Captured = spec
        self._wishes = Wishes()
        self._lent: list[weakref.ref[Pixels]] = []
        self._supervisor = Supervisor(spec, self, self._wishes, target)
        self._thread = threading.Thread(target=self._supervisor.run, name="capture supervisor", daemon=True)

    @property
    def pid(self) -> int:
        """Id of the capture process, 0 while there is none."""
        return self._supervisor.pid

    def start(self) -> None:
        """Begin to open it."""
        self._thread.start()

    def take(self) -> Frame | None:
        """See `FrameSource.take`. Whoever keeps more than two frames gets copies from then on."""
        frame = super().take()
        if frame is None:
            return None
        self._wishes.tell_taken(frame.stamp)
        self._lent = [lent for lent in self._lent if lent() is not None]
        if len(self._lent) < _LENT:
            self._lent.append(weakref.ref(frame.pixels))
            return frame
        pixels = frame.pixels.copy()
        pixels.flags.writeable = False
        return Frame(pixels, frame.number, frame.stamp, frame.position)

    def update(self, spec: Source) -> bool:
        """See `FrameSource.update`: the speed and the looping of a clip."""
        if isinstance(spec, Clip) and isinstance(self._spec, Clip) and spec.path == self._spec.path:
            self._wishes.want(Control(speed=spec.speed, loop=spec.loop))
            self._spec = spec
            return True
        return spec == self._spec

    def play(self) -> None:
        """See `FrameSource.play`."""
        self._wishes.want(Control(playing=True))

    def pause(self) -> None:
        """See `FrameSource.pause`."""
        self._wishes.want(Control(playing=False))

    def seek(self, index: int) -> None:
        """See `FrameSource.seek`; only a clip can."""
        if isinstance(self._spec, Clip):
            self._wishes.want(Control(position=max(0, index)))

    def step(self, delta: int) -> None:
        """See `FrameSource.step`; a live source only pauses."""
        self._wishes.want(Control(playing=False, delta=delta if isinstance(self._spec, Clip) else 0))

    def close(self) -> None:
        """See `FrameSource.close`."""
        if not self.seal():
            return
        self._wishes.stop()
        if threading.current_thread() is not self._thread:
            self._thread.join(_CLOSING)
