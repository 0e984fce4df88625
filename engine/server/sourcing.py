"""The open source of a session: changed when the spec names another, asked for its newest frame, reported on."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.frames import Frame, FrameSource
from engine.protocol import Event, Show, SourceState, Transport
from engine.sources import open_source
from engine.spec.source import Source

REPORT_SECONDS = 0.25


class Sourcing:
    """Holds one source open and says how it is doing."""

    def __init__(self, emit: Callable[[Event], None], wake: Callable[[], None]) -> None:
        self._emit = emit
        self._wake = wake
        self._spec: Source | None = None
        self._source: FrameSource | None = None
        self._show = 0
        self._last: SourceState | None = None
        self._reported = 0.0
        self.processed = 0

    @property
    def is_moving(self) -> bool:
        """Whether frame follows frame."""
        return self._source is not None and self._source.status().state == "playing"

    def want(self, show: Show) -> bool:
        """Open the source that the spec names, unless it is open; a drawing or pattern only follows its settings.

        Returns:
            Whether another source was opened.
        """
        spec = show.project.source
        if spec == self._spec:
            return False
        self._show, before, self._spec = show.id, self._spec, spec
        if self._source is not None and type(before) is type(spec) and self._source.update(spec):
            return False
        if self._source is not None:
            self._source.close()
        self._source = open_source(spec, self._wake)
        self.processed = 0
        self._report(self._source, force=True)
        return True

    def take(self, room: bool = True) -> Frame | None:
        """The newest frame that was not taken yet; never waits.

        Without room for what would be made of it, it stays where it is: a newer one may take its place, which is
        counted.
        """
        if self._source is None:
            return None
        frame = self._source.take() if room else None
        self._report(self._source, force=False)
        return frame

    def move(self, job: Transport) -> None:
        """Play, pause, step or seek."""
        if self._source is None:
            return
        if job.action == "play":
            self._source.play()
        elif job.action == "pause":
            self._source.pause()
        elif job.action == "step":
            self._source.step(job.position)
        else:
            self._source.seek(job.position)
        self._report(self._source, force=True)

    def close(self) -> None:
        """Close the source."""
        if self._source is not None:
            self._source.close()
            self._source = None

    def _report(self, source: FrameSource, force: bool) -> None:
        now = time.monotonic()
        status = source.status()
        state = SourceState(
            show=self._show,
            state=status.state,
            message=status.message,
            note=status.note,
            label=status.label,
            height=status.height,
            width=status.width,
            channels=status.channels,
            captured=status.captured,
            processed=self.processed,
            dropped=status.dropped,
            fps=status.fps,
            position=status.position,
            count=status.count,
        )
        changed = self._last is None or _words(state) != _words(self._last)
        if not (force or changed or now - self._reported >= REPORT_SECONDS):
            return
        if state != self._last:
            self._last = state
            self._emit(state)
        self._reported = now


def _words(state: SourceState) -> tuple[object, ...]:
    """What is told at once; figures that change with every frame wait for their turn."""
    still = state.position if state.state == "still" else 0
    return state.state, state.message, state.note, state.label, state.show, bool(state.processed), still
