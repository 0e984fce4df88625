"""A chain over a picture whose maps would not fit into memory: one band of rows after the other, to a file.

A band of the last map asks the step before for the rows it needs, and so on down to the picture. Rows where two bands
meet are worked out twice; with bands of many more rows than the kernels have, that costs a few per cent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.files import atomic_write
from engine.filtering.bands import Cancelled
from engine.filtering.border import origins
from engine.filtering.detectors import PAIRED, join_pair
from engine.filtering.geometry import Geometry
from engine.filtering.picture import check_turned, filter_moves, finisher, input_planes, kernel_stack, squeezed
from engine.filtering.plan import make_plan
from engine.filtering.pooling import pool
from engine.filtering.run import correlate
from engine.spec.filter import FilterSpec
from engine.spec.geometry import FilterGeometry, blamed

Array = NDArray[np.float32]
Rows = Callable[[int, int], Array]
"""Gives rows `low` to `high` of a picture or a map."""
BAND_BYTES = 6_000_000
"""About what one step's part of a band takes."""


class Stage:
    """One step of the chain; it gives any rows of its map, asking for those it needs."""

    def __init__(self, spec: FilterSpec, shape: tuple[int, ...], before: Rows) -> None:
        self._spec = spec
        self._before = before
        self._shape = shape
        self._moves = filter_moves(shape, spec)
        self._paired = spec.detector.kind in PAIRED
        self._finish = finisher(spec, detect=not self._paired)
        if self._paired:
            self._turned = filter_moves(shape, spec, turned=True)
            check_turned(self._moves.size, self._turned.size, spec)
        size = FilterGeometry(spec, (shape[0], shape[1])).map_size
        apart = spec.channels == "each" and len(shape) == 3
        self.shape: tuple[int, ...] = (*size, 3) if apart else size

    def rows(self, low: int, high: int) -> Array:
        """Rows `low` to `high` of the step's map."""
        pooling = self._spec.pooling
        if pooling.kind == "none":
            return self._detected(low, high)
        (height, _), (step, _), (side, across) = pooling.kernel_size, pooling.step, pooling.padding
        first, last = low * step - side, (high - 1) * step - side + height
        top, bottom = max(first, 0), min(last, self._moves.size[0])
        band = self._detected(top, bottom)
        beyond = [(top - first, last - bottom), (0, 0), (0, 0)][: band.ndim]
        if beyond[0] != (0, 0):
            band = np.pad(band, beyond, constant_values=-np.inf if pooling.kind == "max" else 0.0)
        return pool(band, pooling.kind, pooling.kernel_size, pooling.step, (0, across))

    def _detected(self, low: int, high: int) -> Array:
        found = self._convolved(self._moves, low, high, turned=False)
        if not self._paired:
            return found
        return join_pair(found, self._convolved(self._turned, low, high, turned=True), self._spec.detector.kind)

    def _convolved(self, moves: Geometry, low: int, high: int, turned: bool) -> Array:
        """Rows of the convolution, as that of a picture that is just as high as it must be, without padding."""
        first = low * moves.stride[0] - moves.rows[0]
        last = (high - 1) * moves.stride[0] - moves.rows[0] + moves.span[0]
        seen = self._padded(first, last)
        cells = seen if seen.ndim == 3 else seen[:, :, np.newaxis]
        band = replace(moves, height=last - first, rows=(0, 0), size=(high - low, moves.size[1]))
        plan = make_plan(kernel_stack(self._spec.kernel.weights, self._spec.operation, turned), band)
        return squeezed(correlate(np.ascontiguousarray(cells), plan, self._finish), seen, self._spec)

    def _padded(self, first: int, last: int) -> Array:
        """Rows `first` to `last` of what the step sees; those beyond it hold what the padding mode says."""
        height = self._shape[0]
        if first >= 0 and last <= height:
            return self._before(first, last)
        places = origins(np.arange(first, last), height, self._spec.padding_mode)
        wanted = np.unique(places[places >= 0])
        if not wanted.size:
            return np.zeros((last - first, *self._shape[1:]), np.float32)
        runs = np.split(wanted, np.flatnonzero(np.diff(wanted) > 1) + 1)
        parts = [self._before(int(run[0]), int(run[-1]) + 1) for run in runs]
        there = parts[0] if len(parts) == 1 else np.concatenate(parts)
        band: Array = np.take(there, np.searchsorted(wanted, places).clip(0, len(wanted) - 1), axis=0)
        band[places < 0] = 0
        return band


def _stages(frame: NDArray[Any], steps: Sequence[FilterSpec]) -> list[Stage]:
    """The chain, checked: every refusal comes before the first band."""
    if not steps:
        raise SpecError("A chain has at least one step; give a filter.")
    channels = steps[0].channels
    shape = input_planes(frame[:1], channels).shape
    stages: list[Stage] = []
    before: Rows = lambda low, high: input_planes(frame[low:high], channels)  # noqa: E731
    shape = (len(frame), *shape[1:])
    for place, step in enumerate(steps):
        with blamed(place, len(steps)):
            if place:
                before, shape = _converted(stages[-1], step.channels)
            stages.append(Stage(step, shape, before))
    return stages


def _converted(stage: Stage, channels: str) -> tuple[Rows, tuple[int, ...]]:
    """A step's map as the next step sees it."""
    probe = input_planes(np.zeros((1, *stage.shape[1:]), np.float32), channels)
    return (lambda low, high: input_planes(stage.rows(low, high), channels)), (stage.shape[0], *probe.shape[1:])


def filter_bands(
    frame: NDArray[Any], steps: Sequence[FilterSpec], cancelled: Callable[[], bool] | None = None
) -> Iterator[Array]:
    """The rows of a chain's feature map from top to bottom, so many at a time.

    Args:
        frame: uint8 [H, W, 3], red first; or float32 [H, W, 3] or [H, W]. Only the rows in work are converted.
        steps: at least one.
        cancelled: asked before each band.

    Raises:
        SpecError: before the first band, if a step does not fit what it is given.
        Cancelled: once `cancelled()` is true.
    """
    return _bands(_stages(frame, steps), cancelled)


def _bands(stages: list[Stage], cancelled: Callable[[], bool] | None) -> Iterator[Array]:
    rows, count = stages[-1].shape[0], _rows_at_once(stages)
    for low in range(0, rows, count):
        if cancelled is not None and cancelled():
            raise Cancelled
        yield stages[-1].rows(low, min(low + count, rows))


def _rows_at_once(stages: list[Stage]) -> int:
    """So many rows of the last map that no step's part of a band takes more than `BAND_BYTES`."""
    rows = stages[-1].shape[0]
    each = max(4 * int(np.prod(stage.shape[1:])) * stage.shape[0] / rows for stage in stages)
    return max(int(BAND_BYTES / each), 1)


def filter_to_file(
    frame: NDArray[Any],
    steps: Sequence[FilterSpec],
    path: str | Path,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[int, ...]:
    """Write a chain's feature map to a .npy file band by band; never more than a band of each step is in memory.

    Args:
        frame: uint8 [H, W, 3], red first; or float32 [H, W, 3] or [H, W].
        steps: at least one; the second is applied to the first one's feature map, and so on.
        path: of the file, which appears when it is complete.
        progress: told the share that is done, 0 to 1, after each band.
        cancelled: asked before each band; the file then does not appear.

    Returns:
        The map's shape, [H', W'] or [H', W', 3]. Its numbers are those of `apply_chain` to float32 rounding.

    Raises:
        SpecError: if a step does not fit what it is given.
        BadFile: if the file cannot be written.
        Cancelled: once `cancelled()` is true.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "map.npy"
        >>> filter_to_file(np.zeros((64, 48, 3), np.uint8), [FilterSpec(), FilterSpec(stride=(2, 2))], path)
        (32, 24)
        >>> np.load(path).shape
        (32, 24)
    """
    stages = _stages(frame, steps)
    atomic_write(path, partial(_write, stages, progress or _tell_nobody, cancelled))
    return stages[-1].shape


def _tell_nobody(share: float) -> None:
    pass


def _write(
    stages: list[Stage], progress: Callable[[float], None], cancelled: Callable[[], bool] | None, handle: BinaryIO
) -> None:
    shape, done = stages[-1].shape, 0
    np.lib.format.write_array_header_1_0(handle, {"descr": "<f4", "fortran_order": False, "shape": shape})
    for band in _bands(stages, cancelled):
        handle.write(np.ascontiguousarray(band, "<f4").data)
        done += len(band)
        progress(done / shape[0])
