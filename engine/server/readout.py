"""The values under the cursor, and the sum that a cell of the map is."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.filtering.detectors import PAIRED, apply_detector
from engine.filtering.explain import CellExplanation, explain_cell
from engine.filtering.picture import FilterResult, input_planes
from engine.protocol import Patch, PatchOf, Probe, Readout, Term
from engine.spec.edit import rotate
from engine.spec.filter import FilterSpec
from engine.spec.geometry import FilterGeometry

MAX_TERMS = 225
MAX_POOL_CELLS = 25
MAX_PATCH = 128
Cell = tuple[int, int]


def read_cell(result: FilterResult, spec: FilterSpec, probe: Probe) -> Readout | None:
    """What is at the probed cell; None if the picture has no such cell (any more)."""
    picture = result.map if probe.view == "map" else result.input
    cell = (probe.row, probe.column)
    if probe.view is None or not (0 <= cell[0] < picture.shape[0] and 0 <= cell[1] < picture.shape[1]):
        return None
    readout = Readout(view=probe.view, row=cell[0], column=cell[1], values=_numbers(picture[cell]))
    return readout if probe.view == "input" else _explained(readout, result, spec, cell)


def read_pixel(frame: NDArray[np.uint8], channels: str, probe: Probe) -> Readout | None:
    """What a kernel sees at a pixel of the source; None if the picture has no such pixel (any more)."""
    row, column = probe.row, probe.column
    if probe.view is None or not (0 <= row < frame.shape[0] and 0 <= column < frame.shape[1]):
        return None
    seen = input_planes(frame[row : row + 1, column : column + 1], channels)
    return Readout(view=probe.view, row=row, column=column, values=_numbers(seen[0, 0]))


def read_patch(seen: NDArray[np.float32] | None, question: Patch) -> PatchOf:
    """The numbers of `seen`, [H, W] or [H, W, planes], in a rectangle; none unless it lies inside and is small."""
    top, left, height, width = place = question.top, question.left, question.height, question.width
    answer = PatchOf(id=question.id, top=top, left=left, height=height, width=width)
    if seen is None or min(place) < 0 or not (1 <= height <= MAX_PATCH and 1 <= width <= MAX_PATCH):
        return answer
    cells = np.ascontiguousarray(seen[top : top + height, left : left + width], dtype=np.float32)
    if cells.shape[:2] != (height, width):
        return answer
    planes = 1 if cells.ndim == 2 else cells.shape[2]
    return msgspec.structs.replace(answer, planes=planes, values=cells.tobytes())


def read_kernel(weights: NDArray[np.float32] | None, question: Patch) -> PatchOf:
    """The kernel of `weights`, [out, in, kH, kW], between two maps; none if there is no such."""
    number, source = question.top, question.left
    answer = PatchOf(id=question.id, top=number, left=source, height=0, width=0)
    if weights is None or not (0 <= number < weights.shape[0] and 0 <= source < weights.shape[1]):
        return answer
    kernel = np.ascontiguousarray(weights[number, source], dtype=np.float32)
    height, width = kernel.shape
    return msgspec.structs.replace(answer, height=height, width=width, planes=1, values=kernel.tobytes())


def _explained(readout: Readout, result: FilterResult, spec: FilterSpec, cell: Cell) -> Readout:
    origin = _origin(result, spec, cell)
    if origin is None:
        return readout
    found = explain_cell(result.input, spec, *origin)
    before = [*_numbers(found.value)]
    if spec.detector.kind in PAIRED and spec.channels != "each":
        before += _numbers(explain_cell(result.input, rotate(spec), *origin).value)
    products = found.products
    flat = products.ndim == 2 and products.size <= MAX_TERMS
    return msgspec.structs.replace(
        readout,
        terms=_terms(found) if flat else (),
        sums=_numbers(products.sum(axis=(0, 1))) if products.ndim == 3 else (),
        bias=spec.bias,
        before=tuple(before),
    )


def _origin(result: FilterResult, spec: FilterSpec, cell: Cell) -> Cell | None:
    """The convolution's cell that a cell of the map comes from; None if there are several."""
    window = FilterGeometry(spec, (result.input.shape[0], result.input.shape[1])).pooling_window
    if window is None:
        return cell
    height, width = window.kernel_size
    if spec.pooling.kind != "max" or result.input.ndim == 3 or height * width > MAX_POOL_CELLS:
        return None
    return _winner(result, spec, cell)


def _winner(result: FilterResult, spec: FilterSpec, cell: Cell) -> Cell | None:
    """The cell that max pooling chose, found by working its window out again."""
    geometry = FilterGeometry(spec, (result.input.shape[0], result.input.shape[1]))
    window, size = geometry.pooling_window, geometry.convolved_size
    assert window is not None
    if spec.detector.kind in PAIRED:
        return None
    tops, lefts = (
        range(max(first, 0), min(first + window.kernel_size[axis], size[axis]))
        for axis, first in enumerate(c * s - p for c, s, p in zip(cell, window.stride, window.padding, strict=True))
    )
    cells = [(row, column) for row in tops for column in lefts]
    values = np.array([[explain_cell(result.input, spec, *each).value for each in cells]], np.float32)
    return cells[int(np.argmax(apply_detector(values, spec.detector)))]


def _terms(found: CellExplanation) -> tuple[Term, ...]:
    return tuple(
        Term(weight=float(weight), value=float(value), padded=not inside)
        for weight, value, inside in zip(found.kernel.ravel(), found.patch.ravel(), found.inside.ravel(), strict=True)
    )


def _numbers(value: NDArray[np.floating] | float) -> tuple[float, ...]:
    return tuple(float(number) for number in np.atleast_1d(value))
