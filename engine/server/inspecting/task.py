"""The Inspect page's work: the network on every frame at once, and beside it the explanation of one after another."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from torch import nn

from engine.buffers import View
from engine.forward import LiveNetwork, Seen
from engine.frames import Frame
from engine.protocol import Event, Explain, HeatTold, Inspect, Inspected, Plane, Probe, SanityTold, Show
from engine.protocol.inspect import Stage
from engine.server.inspecting.calm import Calm, Rate, guesses_of
from engine.server.inspecting.overlay import paint_heat
from engine.server.inspecting.work import Explained, Question, checked, explained, looks_everywhere
from engine.server.inspecting.worker import Worker
from engine.server.network_task import NetworkTask
from engine.server.paint import Painter
from engine.server.slots import SlotPool
from engine.server.task import Job

STILL = 0.3
"""Seconds without a new frame or edit after which a slow method begins by itself."""
TOLD_EVERY = 0.1
"""Seconds between two words on how far it is."""


class InspectTask:
    """Predictions come with every frame; explanations whenever one is ready, each over the frame it was made from."""

    views: tuple[View, ...] = ("maps",)

    def __init__(
        self,
        painter: Painter,
        slots: SlotPool,
        network: LiveNetwork,
        teller: NetworkTask,
        wake: Callable[[], None],
    ) -> None:
        self._painter = painter
        self._slots = slots
        self._network = network
        self._teller = teller
        self._worker = Worker(wake)
        self._calm, self._rate, self._heats = Calm(), Rate(), Rate()
        self._copy: tuple[tuple[int, int], nn.Module] | None = None
        self._job: Job | None = None
        self._key: object = None
        self._look: object = None
        self._likeliest: int | None = None
        self._changed = self._told = 0.0
        self._shown: Explained | None = None
        self._sanity: SanityTold | None = None
        self._ordered = self._checking = self._stopped = False
        self._asked: tuple[Any, ...] | None = None
        self._moves = False
        self._problem = ""

    @property
    def waiting(self) -> bool:
        """Whether an explanation is on its way, or soon will be."""
        return self._worker.busy or self._is_due_later

    @property
    def _is_due_later(self) -> bool:
        return self._job is not None and not self._stopped and self._asked != self._wanted

    def forget(self) -> None:
        """The source has changed."""
        self._job = None
        self._calm.forget()
        self.leave()

    def leave(self) -> None:
        """Nobody looks any more."""
        self._worker.give_up()
        self._ordered = self._checking = False
        self._asked = self._look = None

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def handle(self, request: Inspect) -> bool:
        """Explain now, stop, or check; whether the frame is to be looked at again."""
        if request.action == "stop":
            self._worker.give_up()
            self._ordered = self._checking = False
            self._stopped = True
        elif request.action == "explain":
            self._worker.give_up()
            self._ordered, self._stopped, self._checking = True, False, False
            self._asked = None
        elif self._shown is not None and not self._checking:
            self._worker.give_up()
            self._checking = True
        return True

    # With every frame.

    def compute(self, job: Job) -> Event:
        """Run the network on the frame, and paint the explanation that has become ready meanwhile."""
        began = time.perf_counter()
        show, project = job.show, job.show.project
        self._network.update(project.network, project.planted, project.train.seed, project.pretrained)
        self._follow(job)
        layers = project.network.layers
        seen = self._network.see(job.frame.pixels, layers[-1].id if layers else "", guess=True, stale=job.stale)
        self._rate.count()
        chances = _chances(seen)
        names = self._teller.class_names(project)
        calm = self._calm.of(chances, job.number, project.inspect.smoothing) if chances is not None else None
        self._likeliest = int(np.argmax(calm)) if calm is not None and np.isfinite(calm).all() else None
        self._job = job
        self._take()
        heat, planes = self._painted(show)
        self._begin(job)
        return self._answer(
            job,
            planes=(*job.planes, *planes),
            heat=heat,
            guesses=guesses_of(chances, names) if chances is not None else (),
            calm=guesses_of(calm, names) if calm is not None else (),
            rate=self._rate.value,
            note=seen.note,
            window=seen.window,
            weights=self._teller.weights(),
            everywhere=looks_everywhere(project.network),
            seconds=time.perf_counter() - began,
        )

    def without(self, job: Job) -> Event:
        """Only the frame's own picture."""
        self._job = None
        self.leave()
        return self._answer(job, planes=job.planes, again=True)

    @property
    def _stage(self) -> Stage:
        if self._worker.busy:
            return "working"
        if self._problem or self._stopped:
            return "failed" if self._problem else "stopped"
        there = self._shown is not None and self._job is not None and self._asked == self._wanted
        return "shown" if there else "waiting"

    def _answer(self, job: Job, **more: Any) -> Inspected:
        working = self._worker.busy
        self._told = time.monotonic()
        return Inspected(
            id=job.show.id,
            frame=job.number,
            arrived=job.frame.stamp,
            asked=job.show.asked,
            stage=self._stage,
            progress=self._worker.progress if working else (0, 0),
            checking=self._checking,
            sanity=self._sanity,
            problem=self._problem,
            **more,
        )

    def _follow(self, job: Job) -> None:
        """Give up what an edit or a new frame has made useless."""
        project = job.show.project
        spec = project.inspect
        key = (project.network, project.pretrained, project.planted, spec.method, spec.layer, spec.chosen, spec.unit)
        frame_is_new = self._job is not None and self._job.number != job.number
        if key != self._key:
            self._key, self._shown, self._sanity, self._problem = key, None, None, ""
            self._ordered = self._checking = self._stopped = False
            self._worker.give_up()
            self._changed = time.monotonic()
        elif frame_is_new or self._job is None:
            self._changed = time.monotonic()
            self._stopped = self._stopped and spec.is_live
            if not (spec.is_live or self._ordered or self._checking):
                self._worker.give_up()

    # Explanations.

    @property
    def _wanted(self) -> tuple[Any, ...]:
        """What the explanation that is shown should be of."""
        assert self._job is not None
        spec = self._job.show.project.inspect
        follows = spec.unit is None and spec.chosen is None
        return (self._key, self._job.number, self._network.version, self._likeliest if follows else None)

    def _begin(self, job: Job) -> None:
        """Set the worker to what is wanted, if it has time and this is the moment."""
        if self._worker.busy:
            return
        if self._checking and self._shown is not None:
            self._worker.begin(partial(checked, self._shown))
            return
        spec = job.show.project.inspect
        moment = spec.is_live or self._ordered or time.monotonic() - self._changed >= STILL
        if self._stopped or not moment or self._asked == self._wanted:
            return
        self._asked = self._wanted
        question = Question(
            network=job.show.project.network,
            module=self._own_module(),
            frame=_kept(job.frame),
            number=job.number,
            spec=spec,
            likeliest=self._likeliest,
            classes=len(self._teller.class_names(job.show.project)),
        )
        self._worker.begin(partial(explained, question))

    def _own_module(self) -> nn.Module:
        """A copy of the network, since methods hang hooks on its layers while it runs on the next frame."""
        state = (id(self._network.module), self._network.version)
        if self._copy is None or self._copy[0] != state:
            self._copy = (state, copy.deepcopy(self._network.module))
        return self._copy[1]

    def _take(self) -> bool:
        """Take what the worker has done; whether there was anything."""
        outcome = self._worker.taken()
        if outcome is None:
            return False
        self._problem, self._ordered, self._checking = outcome.problem, False, False
        if isinstance(outcome.made, SanityTold):
            self._sanity = outcome.made
        elif isinstance(outcome.made, Explained):
            before, self._shown, self._look = self._shown, outcome.made, None
            self._moves = before is not None and before.question.number != outcome.made.question.number
            self._heats.count()
        return True

    def _painted(self, show: Show) -> tuple[HeatTold | None, tuple[Plane, ...]]:
        """The explanation's picture, if it is a new one or to have other colours."""
        answer, spec = self._shown, show.project.inspect
        look = (spec.opacity, spec.colours, show.dark)
        if answer is None or look == self._look:
            return None, ()
        self._look = look
        plane, scale = paint_heat(self._painter, answer, spec, show.dark)
        told = HeatTold(
            method=answer.question.spec.method,
            target=answer.target,
            score=answer.score,
            range=scale,
            layer=answer.layer,
            frame=answer.question.number,
            seconds=answer.seconds,
            rate=self._heats.value if self._moves else 0.0,
        )
        return told, (plane,)

    # Between two frames.

    def idle(self, show: Show, frame: Frame, number: int) -> tuple[Event | None, bool]:
        """The explanation as soon as it is ready, and how far a slow one is."""
        job = self._job
        if job is None or (job.show.id, job.number) != (show.id, number) or not self._slots.available("maps"):
            return None, False
        news, was_busy = self._take(), self._worker.busy
        heat, planes = self._painted(show)
        self._begin(job)
        begun = self._worker.busy and not was_busy
        late = self._worker.busy and time.monotonic() - self._told >= TOLD_EVERY
        if not (news or heat is not None or begun or late):
            return None, False
        return self._answer(job, planes=planes, heat=heat, again=True), False

    def read(self, question: Probe | Explain, show: Show) -> Event | None:
        """Nobody asks for single cells here."""
        return None


def _kept(frame: Frame) -> Frame:
    """The frame as it will still be when its explanation is painted."""
    return replace(frame, pixels=frame.pixels.copy()) if frame.pixels.flags.writeable else frame


def _chances(seen: Seen) -> Any:
    """Probabilities of the classes; where scores lie over the picture, those of their means."""
    if seen.probabilities is not None or len(seen.shape) < 2 or seen.shape[0] < 2:
        return seen.probabilities
    means = seen.maps.reshape(seen.shape[0], -1).mean(axis=1)
    likely = np.exp(means - means.max())
    return likely / likely.sum()
