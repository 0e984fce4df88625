"""What the capture process does: open what it is told to, read it until it gives out, and wait to be told again."""

from __future__ import annotations

from multiprocessing.connection import Connection
from multiprocessing.heap import Arena

import cv2

from engine.errors import SourceError
from engine.frames.capture.clip import ClipReader
from engine.frames.capture.devices import open_capture
from engine.frames.capture.live import FrozenPicture, LiveReader
from engine.frames.capture.messages import Alive, Failed, Open, TooSmall
from engine.frames.capture.outbox import FrameTooLarge, Outbox
from engine.frames.capture.ring import Ring


def serve(pipe: Connection, arena: Arena) -> None:
    """Obey the owner at the other end of the pipe.

    Raises:
        EOFError, OSError: when the owner is gone.
    """
    cv2.setNumThreads(1)  # the cores belong to the engine
    outbox = Outbox(pipe, Ring(arena))
    while True:
        job = outbox.receive(None)
        if not isinstance(job, Open):
            continue  # meant for a source that has given out
        outbox.send(Alive(job.playing))
        try:
            _read(job, outbox)
        except FrameTooLarge as large:
            outbox.send(TooSmall(large.bytes))
            return
        except SourceError as error:
            outbox.send(Failed(str(error), frozen=isinstance(error, FrozenPicture)))
        except cv2.error as error:
            outbox.send(Failed(f"The reader gave up ({error.err}); choose another source."))


def _read(job: Open, outbox: Outbox) -> None:
    capture = open_capture(job)
    try:
        if job.kind == "clip":
            ClipReader(capture, outbox, job).run()
        else:
            LiveReader(capture, outbox, job).run()
    finally:
        capture.release()
