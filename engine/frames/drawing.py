"""The drawing pad as a source."""

from __future__ import annotations

from collections.abc import Callable

from engine.frames.grey import grey_to_rgb
from engine.frames.latest import ThreadedSource
from engine.frames.raster import Canvas
from engine.spec.source import Drawing, Source


class DrawingSource(ThreadedSource):
    """Draws the newest description it was given; a description that only adds strokes costs only these."""

    def __init__(self, spec: Drawing, wake: Callable[[], None]) -> None:
        super().__init__(wake)
        self._spec = spec
        self._stale = True

    def update(self, spec: Source) -> bool:
        """See `FrameSource.update`: any other drawing."""
        if not isinstance(spec, Drawing):
            return False
        with self._changed:
            self._spec, self._stale = spec, True
            self.poke()
        return True

    def play(self) -> None:
        """A drawing stands still."""

    def pause(self) -> None:
        """A drawing stands still."""

    def seek(self, index: int) -> None:
        """A drawing is one picture."""

    def step(self, delta: int) -> None:
        """A drawing is one picture."""

    def _run(self) -> None:
        canvas: Canvas | None = None
        self._stale = True
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stale or self._closed)
                spec, self._stale = self._spec, False
            if self._closed:
                return
            if canvas is not None and canvas.extends_to(spec):
                canvas.draw(spec)
            else:
                canvas = Canvas(spec)
            self.publish(grey_to_rgb(canvas.values), state="still", channels=1, count=1)
