"""Runs the layer that is looked at, shows one plane of its input and output, and explains its cells."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.buffers import View
from engine.errors import SpecError
from engine.frames import Frame
from engine.kinds.facts import kind_facts
from engine.kinds.run import run_kind
from engine.kinds.spec import KindSpec
from engine.protocol import Event, Explain, KindMaps, Probe, Show
from engine.protocol.kinds import ExplainKind
from engine.server.kinds.lines import line_of
from engine.server.kinds.numbers import Given, Inputs
from engine.server.kinds.planes import paint_input, paint_output
from engine.server.kinds.told import told
from engine.server.kinds.weights import Weighing
from engine.server.paint import Painter
from engine.server.task import Job

MOST_CELLS = 1 << 24
"""Of input and output, all channels together: a 4K picture in grey, or a minute and a half of sound."""
MOST_MACS = 2_000_000_000
"""About a second of work, on a slow machine."""
Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Made:
    """A layer's numbers, and the frame that they were made of."""

    show: int
    frame: int
    spec: KindSpec
    given: Given
    weight: Array
    bias: Array | None
    output: Array


class KindsTask:
    """The kind of convolution that the project describes."""

    views: tuple[View, ...] = ("layer", "maps")

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._inputs = Inputs()
        self._weighing = Weighing()
        self._made: Made | None = None

    @property
    def waiting(self) -> bool:
        """Whether pictures of a stack are still to be read."""
        return self._inputs.unfinished

    def forget(self) -> None:
        """Let go of the frames of the last source."""
        self._inputs.forget()
        self._made = None

    def compute(self, job: Job) -> Event:
        """Run the layer and show what goes in and what comes out."""
        began = time.perf_counter()
        self._made = made = self._run(job)
        answer = _answered(job, made, time.perf_counter() - began)
        if made.spec.dimensions == 1:
            return KindMaps(
                **answer,
                planes=job.planes,
                signal=line_of(made.given.values[answer["input_plane"]]),
                response=line_of(made.output[answer["plane"]]),
            )
        show = job.show
        entered, inputs = paint_input(self._painter, _planes(made.given.values)[answer["input_plane"]], show)
        left, outputs = paint_output(self._painter, _planes(made.output), answer["plane"], show)
        return KindMaps(**answer, planes=(*job.planes, entered, left), input_range=inputs, range=outputs)

    def without(self, job: Job) -> Event:
        """Only the frame's own picture."""
        self._made = None
        return KindMaps(
            id=job.show.id,
            frame=job.number,
            arrived=job.frame.stamp,
            asked=job.show.asked,
            planes=job.planes,
            layer=job.show.layer,
        )

    def read(self, question: Probe | Explain, show: Show) -> Event | None:
        """All that has to do with a cell of what was made last."""
        if not isinstance(question, ExplainKind) or question.row is None or self._made is None:
            return None
        return told(self._made, question)

    def idle(self, show: Show, frame: Frame, number: int) -> tuple[Event | None, bool]:
        """The next pictures of a stack."""
        return None, self._inputs.unfinished

    def _run(self, job: Job) -> Made:
        project, spec = job.show.project, job.show.project.kind
        check_page(spec)
        given = self._inputs.of(job)
        weight, bias = self._weighing.of(spec, project.trial, project.filter.kernel)
        made = self._made
        if made is not None and made.spec == spec and made.given.values is given.values and made.weight is weight:
            output = made.output  # only the plane that is shown is another one
        else:
            output = run_kind(spec, given.values, weight, bias)
        return Made(job.show.id, job.number, spec, given, weight, bias, output)


def check_page(spec: KindSpec) -> None:
    """Raise SpecError, before anything is allocated, if the layer cannot be, or is too much to be looked at."""
    facts = kind_facts(spec)
    if facts.problem is not None:
        raise SpecError(facts.problem)
    assert facts.output_shape is not None
    cells = max(math.prod(spec.input_shape), math.prod(facts.output_shape))
    if cells > MOST_CELLS:
        raise SpecError(
            f"A map of this layer would have {cells:,} cells, and {MOST_CELLS:,} can be looked at; a smaller input "
            f"or fewer channels would do."
        )
    if (facts.macs or 0) > MOST_MACS:
        raise SpecError(
            f"This layer would take {facts.macs:,} multiply-adds for each picture, and {MOST_MACS:,} are allowed here; "
            f"a smaller input or kernel, or fewer channels, would do."
        )


def _answered(job: Job, made: Made, seconds: float) -> dict[str, Any]:
    """What is said of every layer, whatever its axes."""
    show = job.show
    planes = [
        math.prod(shape[:-2]) if len(shape) > 2 else shape[0] for shape in (made.given.values.shape, made.output.shape)
    ]
    wanted = int(show.layer) if show.layer.isdigit() else 0, show.only
    entered, left = (min(max(place, 0), count - 1) for place, count in zip(wanted, planes, strict=True))
    return {
        "id": show.id,
        "frame": job.number,
        "arrived": job.frame.stamp,
        "asked": show.asked,
        "layer": show.layer,
        "shape": made.output.shape,
        "input_shape": made.given.values.shape,
        "input_plane": entered,
        "plane": left,
        "note": made.given.note,
        "method": made.spec.kind,
        "seconds": seconds,
    }


def _planes(values: Array) -> Array:
    """[planes, height, width], the slices of each channel in a row."""
    return values.reshape(-1, *values.shape[-2:])
