"""The theorems on convolution on every new frame: both sides of each, as numbers and as small pictures."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.buffers import View
from engine.display.contrast import tightened
from engine.display.levels import Levels, measure
from engine.display.paint import paint_map
from engine.display.reduce import reduce_frame
from engine.display.tables import Palette, palette
from engine.display.thumbnails import widest
from engine.errors import SpecError
from engine.filtering.picture import input_planes
from engine.kinds.bench import TOLERANCE, Meter
from engine.kinds.meters import NAMES, meters
from engine.protocol import Event, Law, Laws, Plane, Show
from engine.server.paint import Painter
from engine.server.task import AtOnce, Job
from engine.spec.filter import KernelSpec
from engine.spec.project import Project

Array = NDArray[np.float32]
WORKABLE = 192
"""Cells along the longer side of what is measured: few enough for all laws at thirty frames a second."""
GAP = 2
FAINTEST = 1e-3
"""A difference is coloured as if it were at least this share of the sides: rounding stays out of sight."""
TOO_SMALL = "What is left of the picture after this change has no cell to compare; a larger picture would do."


class LawsTask(AtOnce):
    """Measures; keeps nothing."""

    views: tuple[View, ...] = ("maps",)

    def __init__(self, painter: Painter) -> None:
        self._painter = painter

    def compute(self, job: Job) -> Event:
        """Measure every law on the frame."""
        began = time.perf_counter()
        project, frame = job.show.project, job.frame.pixels
        factor = math.ceil(max(frame.shape[:2]) / WORKABLE)
        picture = input_planes(reduce_frame(frame, factor), "grey")
        found = [_measured(name, picture, project) for name in NAMES]
        plane, laws = self._painted(found, job.show)
        return msgspec.structs.replace(
            _answer(job),
            planes=(*job.planes, plane),
            laws=laws,
            height=picture.shape[0],
            width=picture.shape[1],
            reduction=factor,
            tolerance=TOLERANCE,
            seconds=time.perf_counter() - began,
        )

    def without(self, job: Job) -> Event:
        """Only the input's picture."""
        return _answer(job)

    def _painted(self, found: list[_Measured], show: Show) -> tuple[Plane, tuple[Law, ...]]:
        """A row for each law: its left side, its right side, the difference."""
        shapes = [each.meter.left.shape if each.meter is not None else (0, 0) for each in found]
        high, wide = sum(h + GAP for h, _ in shapes), max(w + GAP for _, w in shapes)
        plane, out = self._painter.plane("maps", high, 3 * wide)
        tables = palette(show.project.view.colour_map, show.dark)
        out[...] = (*tables.background[::-1], 255)
        laws, top = [], 0
        for each, (height, _) in zip(found, shapes, strict=True):
            if each.meter is None:
                laws.append(Law(name=each.name, problem=each.problem))
            else:
                laws.append(_paint(each.meter, out, (top, wide), tables, show.project))
            top += height + GAP
        return plane, tuple(laws)


class _Measured(NamedTuple):
    """A law as it was measured, or why it could not be."""

    name: str
    meter: Meter | None
    problem: str = ""


def _answer(job: Job) -> Laws:
    show, frame = job.show, job.frame
    return Laws(id=show.id, frame=job.number, arrived=frame.stamp, asked=show.asked, planes=job.planes)


def _measured(name: str, picture: Array, project: Project) -> _Measured:
    """One law by itself, so that one that cannot be measured leaves the others alone."""
    laws, spec = project.laws, project.filter
    try:
        found = meters(
            picture,
            as_plane(spec.kernel),
            as_plane(laws.other),
            spec.operation,
            spec.stride,
            laws.border == "circular",
            laws.shift,
            laws.angle,
            laws.scale,
            (name,),
        )
    except SpecError as error:
        return _Measured(name, None, str(error))
    return _Measured(name, found[0]) if found else _Measured(name, None, TOO_SMALL)


def as_plane(kernel: KernelSpec) -> Array:
    """A kernel as one that sees grey has it: its planes summed, since all of them meet the same values."""
    summed: Array = np.asarray(kernel.weights, np.float32).sum(axis=0)
    return summed


def _paint(meter: Meter, out: NDArray[np.uint8], at: tuple[int, int], tables: Palette, project: Project) -> Law:
    """Paint both sides in one range of colours, and their difference in one of its own."""
    difference = np.asarray(meter.left, np.float32) - meter.right
    view = project.view
    each = [tightened(measure(side, view.colour_map), side, view.saturated) for side in (meter.left, meter.right)]
    sides = widest(each)
    apart, peak = (float(np.abs(values).max()) for values in (difference, np.stack([meter.left, meter.right])))
    full = max(apart, FAINTEST * peak) or 1.0
    signed = Levels(low=-full, high=full, kind="diverging")
    (top, wide), (height, width) = at, meter.left.shape
    tiles = []
    for place, (values, levels) in enumerate(((meter.left, sides), (meter.right, sides), (difference, signed))):
        left = place * wide
        painted = np.empty((height, width, 4), np.uint8)
        paint_map(np.ascontiguousarray(values), levels, tables.table(levels.kind), painted)
        out[top : top + height, left : left + width] = painted
        tiles.append((top, left, height, width))
    return Law(
        name=meter.name,
        statement=meter.statement,
        residual=meter.residual,
        holds=meter.holds,
        expected=meter.expected,
        sentence=meter.sentence,
        apart=apart,
        peak=peak,
        full=full,
        tiles=tuple(tiles),
    )
