"""The thread that minds a capture process: it hears what comes, notices when nothing comes, and begins again."""

from __future__ import annotations

import time
from collections import deque
from multiprocessing.connection import wait
from typing import Any, Protocol

import msgspec

from engine.errors import SourceError
from engine.frames.capture.messages import (
    Alive,
    Arrived,
    Command,
    Control,
    Ended,
    Failed,
    Release,
    Remark,
    Report,
    Took,
    TooSmall,
    receive_report,
    send,
)
from engine.frames.capture.process import CaptureProcess, Target, block_interrupts
from engine.frames.capture.subject import Captured, Subject, describe
from engine.frames.capture.wishes import Wishes
from engine.frames.source import Pixels

STARTING = 30.0  # seconds for the process to start, on a machine that has much else to do
OPENING = 5.0
SEEKING = 10.0
RETRIES = (0.5, 1.0, 2.0)
_WINDOW = 10.0
_USUAL_BYTES = 1920 * 1080 * 3
_AT_A_TIME = 64


class Listener(Protocol):
    """Whom the supervisor tells of frames and changes."""

    def publish(
        self, pixels: Pixels, position: int = 0, stamp: float | None = None, skipped: int = 0, **changes: Any
    ) -> None:
        """A frame came."""

    def report(self, **changes: Any) -> None:
        """The status changed."""


class _Lost(Exception):
    """The capture gave out.

    `sentence` is the reader's own if it had one, `hangs` means that the process is of no more use, and `frozen`
    that the camera did send pictures, but always the same.
    """

    def __init__(self, reason: str, sentence: str = "", hangs: bool = True, frozen: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sentence = sentence
        self.hangs = hangs
        self.frozen = frozen


class _NeedsMemory(Exception):
    """The frames are larger than the shared memory was made for."""


class Supervisor:
    """Keeps one source captured until it is told to stop."""

    def __init__(self, spec: Captured, listener: Listener, wishes: Wishes, target: Target) -> None:
        self._spec = spec
        self._listener = listener
        self._wishes = wishes
        self._target = target
        self._process: CaptureProcess | None = None
        self._frame_bytes = _USUAL_BYTES
        self._subject: Subject | None = None
        self._position = 0
        self._playing = True
        self._pace: dict[str, Any] = {}  # a clip's speed and loop, where changed since it was opened
        self._still_ok = False
        self._running = False  # frames have come since it was opened last
        self._ever = False  # frames have come since the person asked for it
        self._tries = 0
        self._losses: deque[float] = deque()
        self._deadline: float | None = None

    @property
    def pid(self) -> int:
        """Id of the capture process, 0 while there is none."""
        process = self._process
        return 0 if process is None else process.pid

    def run(self) -> None:
        """Capture until `wishes` are stopped."""
        block_interrupts()
        try:
            while not self._wishes.stopped:
                try:
                    self._capture()
                except _NeedsMemory:
                    self._end_process()
                except _Lost as lost:
                    self._recover(lost)
                except SourceError as error:
                    self._give_up(str(error))
        finally:
            self._end_process()
            self._wishes.close()

    def _capture(self) -> None:
        subject = self._subject = describe(self._spec)
        if self._process is None:
            self._listener.report(note="")
            try:
                self._process = CaptureProcess(self._frame_bytes, self._target)
            except OSError as error:
                raise _Lost("cannot be read: no process could be started for it") from error
        changes = {"position": self._position, "playing": self._playing, "still_ok": self._still_ok, **self._pace}
        self._running = False
        self._send(msgspec.structs.replace(subject.order, **changes))
        self._expect(STARTING)
        while not self._wishes.stopped:
            self._listen(self._process)

    def _expect(self, seconds: float | None) -> None:
        """Say by when the process has to be heard of; None: whenever it likes."""
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def _listen(self, process: CaptureProcess) -> None:
        left = None if self._deadline is None else max(self._deadline - time.monotonic(), 0.0)
        ready = wait([self._wishes.bell, process.pipe, process.sentinel], left)
        if self._wishes.bell in ready:
            self._wishes.hush()
            self._tell(process)
        if process.pipe in ready:
            self._hear(process)
        elif process.sentinel in ready:
            raise _Lost("is not read any more: its reader ended unexpectedly")
        elif self._deadline is not None and time.monotonic() >= self._deadline:
            raise _Lost("sends no pictures any more" if self._running else f"sends no pictures within {OPENING:.0f} s")

    def _send(self, command: Command) -> None:
        assert self._process is not None
        try:
            send(self._process.pipe, command)
        except OSError as error:
            raise _Lost("is not read any more: its reader ended unexpectedly") from error

    def _tell(self, process: CaptureProcess) -> None:
        for slot in self._wishes.returned(process.ring):
            self._send(Release(slot))
        stamp = self._wishes.taken()
        if stamp is not None:
            self._send(Took(stamp))
        control = self._wishes.control()
        if control is not None:
            self._remember(control)
            self._send(control)
            if self._running:
                self._expect(SEEKING)

    def _remember(self, control: Control) -> None:
        """Keep what is wished for the next time it is opened."""
        if control.playing is not None:
            self._playing = control.playing
        if control.position is not None:
            self._position = control.position
        if control.speed is not None and control.loop is not None:
            self._pace = {"speed": control.speed, "loop": control.loop}

    def _hear(self, process: CaptureProcess) -> None:
        for _ in range(_AT_A_TIME):
            try:
                if not process.pipe.poll():
                    return
                report = receive_report(process.pipe)
            except (EOFError, OSError, msgspec.MsgspecError) as error:
                raise _Lost("is not read any more: its reader ended unexpectedly") from error
            self._take_in(report, process)

    def _take_in(self, report: Report, process: CaptureProcess) -> None:
        if isinstance(report, Arrived):
            self._arrived(report, process)
        elif isinstance(report, Alive):
            self._alive(report.playing)
        elif isinstance(report, Ended):
            self._playing = False
            self._listener.report(state="ended", count=report.count)
            self._expect(None)
        elif isinstance(report, Remark):
            self._listener.report(note=report.text)
        elif isinstance(report, Failed):
            raise _Lost("stopped sending pictures", report.sentence, hangs=False, frozen=report.frozen)
        elif isinstance(report, TooSmall):
            self._frame_bytes = report.bytes
            raise _NeedsMemory

    def _arrived(self, report: Arrived, process: CaptureProcess) -> None:
        self._running = self._ever = True
        self._tries, self._position = 0, report.position
        pixels = self._wishes.lend(process.ring, report.slot, report.height, report.width)
        self._listener.publish(
            pixels,
            report.position,
            report.stamp,
            report.skipped,
            state="playing" if report.playing else "paused",
            channels=report.channels,
            count=report.count,
        )
        self._expect_next(report.playing)

    def _alive(self, playing: bool) -> None:
        if not self._running:
            self._expect(OPENING)
            return
        self._listener.report(state="playing" if playing else "paused")
        self._expect_next(playing)

    def _expect_next(self, playing: bool) -> None:
        """A live source must go on sending; a clip only while it plays."""
        assert self._subject is not None
        self._expect(self._subject.patience if playing or self._subject.order.kind != "clip" else None)

    def _recover(self, lost: _Lost) -> None:
        if lost.hangs:
            self._end_process()
        subject, now = self._subject, time.monotonic()
        assert subject is not None
        self._still_ok = lost.frozen
        self._losses.append(now)
        while now - self._losses[0] > _WINDOW:
            self._losses.popleft()
        if not self._ever or (subject.attempts and len(self._losses) >= subject.attempts):
            self._give_up(lost.sentence or subject.failed(lost.reason))
            return
        reason = "sends the same picture again and again" if lost.frozen else lost.reason
        self._listener.report(state="lost", message=subject.lost(reason))
        self._rest(RETRIES[min(self._tries, len(RETRIES) - 1)])
        self._tries += 1

    def _rest(self, seconds: float) -> None:
        """Wait before the next try, gathering wishes meanwhile."""
        until = time.monotonic() + seconds
        while not self._wishes.stopped and time.monotonic() < until:
            self._await_wish(max(until - time.monotonic(), 0.0))

    def _give_up(self, sentence: str) -> None:
        """Fail, until the person presses play."""
        self._end_process()
        self._listener.report(state="failed", message=sentence)
        self._ever, self._tries = False, 0
        self._losses.clear()
        while not self._wishes.stopped:
            control = self._await_wish(None)
            if control is not None and control.playing:
                self._listener.report(state="opening", message="")
                return

    def _await_wish(self, seconds: float | None) -> Control | None:
        if not wait([self._wishes.bell], seconds):
            return None
        self._wishes.hush()
        control = self._wishes.control()
        if control is not None:
            self._remember(control)
        return control

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()
