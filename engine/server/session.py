"""One person's work: the open source, the newest `Show`, and the loop's single step."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.buffers import PictureBuffers, View
from engine.errors import EngineError
from engine.filtering.run import Cancelled
from engine.frames import Frame
from engine.protocol import (
    Event,
    Explain,
    Patch,
    Ping,
    Plane,
    Pong,
    Probe,
    Problem,
    Quit,
    Release,
    Request,
    Save,
    Show,
    Taken,
    Transport,
)
from engine.server.bank_task import ASPECT, BankTask
from engine.server.hurry import Hurry
from engine.server.kernel_task import KernelTask
from engine.server.mailbox import Mailbox, Question
from engine.server.paint import Painter
from engine.server.resolution import asks, screen_reduction
from engine.server.save import save_map
from engine.server.slots import SlotPool
from engine.server.sourcing import Sourcing
from engine.server.studies import STUDIES, Studies
from engine.server.task import Job, Task

if TYPE_CHECKING:
    from engine.server.network import Studio

log = logging.getLogger(__name__)

GIVE_UP_AFTER = 0.15
"""A stale computation is dropped only if the screen is no older than this: a storm of edits must not blank it."""


class Session:
    """Takes requests from one thread, does the work in another; says what came of it by `emit`.

    `apart` has trainings take their steps in a process of their own.
    """

    def __init__(
        self,
        buffers: PictureBuffers,
        emit: Callable[[Event], None],
        wake: Callable[[], None],
        held: dict[View, int] | None = None,
        apart: bool = False,
    ) -> None:
        self._emit = emit
        self._wake = wake
        self._apart = apart
        self._mail = Mailbox()
        self._slots = SlotPool(held or {})
        painter = self._painter = Painter(buffers, self._slots)
        self._sourcing = Sourcing(emit, wake)
        self._kernel = KernelTask(painter, self._slots)
        self._bank = BankTask(painter)
        self._studies = Studies(painter)
        self._studio: Studio | None = None
        self._show: Show | None = None
        self._frame: Frame | None = None
        self._frames = 0
        self._processed = 0
        self._pending = False
        self._frame_pending = False
        self._coarse = False
        self._hurry = Hurry()
        self._questions: dict[type, Question] = {}
        self._starved = False
        self._shown_at = 0.0
        self._complained = (-1, "")

    def handle(self, request: Request) -> bool:
        """Take a request; quick, from any thread. Returns whether there is something for `step` to do."""
        if isinstance(request, Release):
            self._slots.release(request.view, request.slot)
            return self._starved
        if isinstance(request, Ping):
            self._emit(Pong(id=request.id))
        elif not isinstance(request, Quit):
            if isinstance(request, (Show, Probe, Explain)):
                self._emit(Taken(id=request.id))
            self._mail.put(request)
        return True

    @property
    def patience(self) -> float:
        """Seconds to wait for something new before the next `step`."""
        busy = self._studio is not None and self._studio.busy
        counts = self._show is not None and self._kernel.counts_soon(self._show)
        return 0.03 if busy or counts or self._kernel.waiting else 0.2

    def step(self) -> bool:
        """Do the most urgent piece of work; False if there was none."""
        try:
            return self._step()
        except EngineError as error:
            self._complain(error.code, str(error))
        except MemoryError:
            self._complain("memory", "There is not enough memory for this; a smaller picture or kernel would do.")
        except Exception as error:
            log.exception("the engine's step failed")
            # What failed would fail again and again: it waits for the next edit or frame.
            self._pending = False
            self._complain("bug", f"The engine met an error of its own ({type(error).__name__}: {error}).")
        return True

    def close(self) -> None:
        """Close the source and whatever runs."""
        self._sourcing.close()
        if self._studio is not None:
            self._studio.close()

    def _step(self) -> bool:
        self._take_show()
        if self._studio is not None and self._studio.tick() and self._task in (self._studio.task, self._studio.inspect):
            self._pending = True
        # First the flag, then the look: whatever is released from now on either is seen or wakes us.
        self._starved = True
        self._starved = not self._room(new_frame=True)
        frame = self._sourcing.take(room=not self._starved)
        if frame is not None:
            self._frame, self._frames = frame, self._frames + 1
            self._pending = self._frame_pending = True
            if self._studio is not None:
                self._studio.take(frame)
        if self._coarse and self._reduction() == 1:
            # It stands still now, or somebody looks closely: the same frame again, at its own resolution.
            self._pending = self._frame_pending = True
        if self._pending and self._show is not None and self._frame is not None and self._room():
            self._compute(self._show, self._frame)
            # Frames may come faster than they are worked on: who waits for a free moment may wait for ever.
            self._do_job()
            self._take_question()
            return True
        told = self._do_job() or self._take_question() or self._tell_counts() or self._be_idle()
        return told or frame is not None

    @property
    def _task(self) -> Task:
        page = self._show.page if self._show else "kernel"
        if page == "kernel":
            return self._kernel
        if page in STUDIES:
            return self._studies.get(page)
        if page == "bank":
            return self._bank
        return self._get_studio().inspect if page == "inspect" else self._get_studio().task

    def _get_studio(self) -> Studio:
        if self._studio is None:
            # torch takes two seconds to import; the first picture does not wait for it.
            from engine.server.network import Studio

            self._studio = Studio(self._emit, self._wake, self._painter, self._slots, self._apart)
        return self._studio

    def _take_show(self) -> None:
        show = self._mail.take_show()
        if show is None:
            return
        before, self._show = self._show, show
        self._pending = True
        if self._studio is not None and show.page != "inspect":
            self._studio.inspect.leave()
        if before is not None and (before.dark, before.sight) != (show.dark, show.sight):
            self._frame_pending = True
        if self._sourcing.want(show):
            # A picture of the old source under the new settings would be neither here nor there.
            self._frame = None
            self._kernel.forget()
            self._bank.forget()
            self._studies.forget()
            if self._studio is not None:
                self._studio.inspect.forget()
            self._hurry.forget()

    def _room(self, new_frame: bool = False) -> bool:
        ready = all(self._slots.available(view) for view in self._task.views)
        return ready and (not (new_frame or self._frame_pending) or self._slots.available("input"))

    def _reduction(self, ahead: bool = False) -> int:
        """By how much the newest frame is made smaller before it is worked on, or `ahead` of that."""
        show, frame = self._show, self._frame
        if show is None or frame is None or any(map(asks, self._questions.values())):
            return 1
        if self._sourcing.is_moving == ahead or (ahead and (show.page != "kernel" or not self._hurry.wants(show.id))):
            return 1
        return screen_reduction(show, frame.pixels.shape[0], frame.pixels.shape[1], ASPECT)

    def _stale(self) -> bool:
        if not self._mail.has_show:
            return False
        ahead = self._show is not None and self._hurry.is_ahead(self._show.id)
        return ahead or time.monotonic() - self._shown_at < GIVE_UP_AFTER

    def _compute(self, show: Show, frame: Frame) -> None:
        self._pending = False
        ahead, reduction = self._reduction(ahead=True), self._reduction()
        small = self._hurry.smaller(frame, self._frames, max(ahead, reduction))
        planes = self._frame_planes(show, frame, small if reduction > 1 else None)
        # A picture that is not painted anew is as coarse as it was.
        self._coarse = reduction > 1 or (self._coarse and not planes)
        stale = self._stale if ahead == 1 else _never
        job = Job(show, frame, self._frames, planes, stale, max(ahead, reduction), small)
        begun = time.monotonic()
        try:
            event = self._task.compute(job)
            preview = self._hurry.ahead(show.id, event) if ahead > 1 else None
            self._emit(preview or event)
            self._pending = preview is not None
            self._shown_at = time.monotonic()
            if preview is None:
                self._hurry.whole(self._shown_at - begun, self._mail.has_show)
        except Cancelled:
            self._hurry.gave_up()
            if planes:
                self._emit(self._task.without(job))
        except EngineError as error:
            self._emit(self._task.without(job))
            self._complain(error.code, str(error))
        else:
            for question in self._questions.values():
                self._answer(question)
            # Here as well, since one who has always something to compute is never idle.
            self._tell_counts()

    def _frame_planes(self, show: Show, frame: Frame, small: Frame | None) -> tuple[Plane, ...]:
        """The frame's own picture, if it has not been sent yet."""
        if not self._frame_pending:
            return ()
        painter = self._painter
        plane = painter.frame(frame.pixels, show.sight) if small is None else painter.moving(frame, small)
        self._frame_pending = False
        # Shown anew in other colours, it is still the same frame.
        self._sourcing.processed += self._frames != self._processed
        self._processed = self._frames
        return (plane,)

    def _complain(self, code: str, message: str) -> None:
        show_id = self._show.id if self._show else 0
        # A clip would repeat the same sentence with every frame.
        if self._complained != (show_id, message):
            self._emit(Problem(id=show_id, code=code, message=message))
        self._complained = (show_id, message)

    def _do_job(self) -> bool:
        job = self._mail.take_job()
        if isinstance(job, Transport):
            self._sourcing.move(job)
        elif isinstance(job, Save):
            self._emit(save_map(job, self._kernel.values, self._show))
        elif isinstance(job, Patch):
            self._emit(self._get_studio().task.patch(job) if job.layer else self._kernel.patch(job))
        elif job is not None:
            self._pending |= self._get_studio().handle(job, self._frame)
        return job is not None

    def _take_question(self) -> bool:
        question = self._mail.take_question()
        if question is None:
            return False
        self._questions[type(question)] = question
        self._answer(question)
        return True

    def _answer(self, question: Question) -> None:
        answer = self._task.read(question, self._show) if self._show is not None else None
        if answer is not None:
            self._emit(answer)

    def _tell_counts(self) -> bool:
        if self._show is None or self._task is not self._kernel:
            return False
        counts = self._kernel.count(self._show, self._is_superseded)
        if counts is not None:
            self._emit(counts)
        return counts is not None

    def _is_superseded(self) -> bool:
        return self._mail.has_show

    def _be_idle(self) -> bool:
        if self._show is None or self._frame is None:
            return False
        task = self._task
        event, again = task.idle(self._show, self._frame, self._frames)
        self._pending |= again
        if event is not None:
            self._emit(event)
        return event is not None or (task is self._kernel and self._kernel.busy)


def _never() -> bool:
    """What goes ahead of the whole is small, and worked out to its end."""
    return False
