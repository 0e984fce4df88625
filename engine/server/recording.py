"""Recording a data set from the source: frames go into class folders here, and never through the window."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.data.fit import fit_picture
from engine.data.recorder import Recorder
from engine.errors import EngineError, SpecError
from engine.frames import Frame
from engine.protocol import Event, Record, Recorded
from engine.server.data_tiles import laid_out, paint
from engine.server.paint import Painter
from engine.server.slots import SlotPool

SECONDS = 0.1
"""Between two frames that are kept while a key is held: more would be all but equal."""
LAST = 12
"""So many of the newest pictures are shown."""
SIDE = 64
WAITING = 8
"""More frames than this do not wait for the disk; newer ones are let go."""
Work = Callable[[], None]


class _Kept(NamedTuple):
    name: str
    picture: NDArray[np.uint8]


class _State(NamedTuple):
    """What there is to tell, as the thread that works left it."""

    folder: str
    counts: dict[str, int]
    last: tuple[_Kept, ...]
    message: str


class Recording:
    """Holds one recorder, which a thread works for, since a disk may be slow."""

    def __init__(
        self, emit: Callable[[Event], None], wake: Callable[[], None], painter: Painter, slots: SlotPool
    ) -> None:
        self._emit = emit
        self._wake = wake
        self._painter = painter
        self._slots = slots
        self._recorder: Recorder | None = None
        self._last: deque[_Kept] = deque(maxlen=LAST)
        self._holding = ""
        self._kept_at = 0.0
        self._request = 0
        self._state: _State | None = None
        self._work: queue.Queue[Work | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    def handle(self, request: Record, frame: Frame | None) -> None:
        """Do what is asked for; `frame` is the present one."""
        self._request = request.id
        if request.action == "open":
            self._do(partial(self._open, request))
        elif request.action == "undo":
            self._do(self._undo)
        elif request.action == "let go":
            self._holding = ""
        else:
            self._holding = request.name
            if frame is None:
                self._do(self._say_nothing_there)
            else:
                self._keep(frame)

    def take(self, frame: Frame) -> None:
        """A new frame has come: keep it if a key is held and it is time."""
        if self._holding and time.monotonic() - self._kept_at >= SECONDS and self._work.qsize() < WAITING:
            self._keep(frame)

    def tick(self) -> None:
        """Tell what was recorded since the last time."""
        if self._state is None or not self._slots.available("recorded"):
            return
        state, self._state = self._state, None
        labels = tuple(each.name for each in state.last)
        told = Recorded(
            id=self._request, folder=state.folder, counts=state.counts, labels=labels, message=state.message
        )
        if state.last:
            picture, boxes = laid_out(np.stack([each.picture for each in state.last]), len(state.last), True)
            told = msgspec.structs.replace(told, plane=paint(self._painter, "recorded", picture), tiles=boxes)
        self._emit(told)

    def close(self) -> None:
        """Write what waits, and end."""
        self._holding = ""
        if self._thread is not None:
            self._work.put(None)
            self._thread.join(2.0)

    def _keep(self, frame: Frame) -> None:
        self._kept_at = time.monotonic()
        self._do(partial(self._add, self._holding, frame.pixels))

    def _do(self, work: Work) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
            self._thread.start()
        self._work.put(work)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            message = ""
            try:
                work()
            except EngineError as error:
                # What failed would fail with every frame.
                message, self._holding = str(error), ""
            recorder = self._recorder
            folder, counts = ("", {}) if recorder is None else (str(recorder.folder), recorder.counts)
            self._state = _State(folder, counts, tuple(self._last), message)
            self._wake()

    def _open(self, request: Record) -> None:
        before = self._recorder
        self._recorder = Recorder(request.folder, request.size)
        if before is None or before.folder != self._recorder.folder:
            self._last.clear()

    def _add(self, name: str, pixels: NDArray[np.uint8]) -> None:
        if self._recorder is None:
            raise SpecError("No folder for the pictures is chosen.")
        self._recorder.add(name, pixels)
        shown = fit_picture(pixels, (3, SIDE, SIDE))
        self._last.appendleft(_Kept(name, np.ascontiguousarray(np.moveaxis(shown, 0, -1))))

    def _undo(self) -> None:
        if self._recorder is None or self._recorder.undo() is None:
            raise SpecError("There is nothing to take back.")
        if self._last:
            self._last.popleft()

    def _say_nothing_there(self) -> None:
        raise SpecError("The source has given no picture yet; open a picture, a clip, a camera or a drawing.")
