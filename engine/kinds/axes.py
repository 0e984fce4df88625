"""Which input and output cells a kernel brings together along one axis; a layer's links are the crossings of all axes.

Along an axis the steps s, gaps d and padding p tie cells together by one equation: place = anchor · s − p + tap · d.
The anchor is the output cell and the place lies on the padded input; a transposed convolution has them the other way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.kinds.sizes import formulas
from engine.kinds.spec import KindSpec

Cells = NDArray[np.int64]


class Rows(NamedTuple):
    """Links of one axis, one in each row of four int64 arrays [n].

    `place` is where the weight lies, counted from the first input cell: below 0 or beyond the end in the padding.
    `input` is the cell whose value is there; −1 for a zero of the padding.
    """

    output: Cells
    place: Cells
    input: Cells
    tap: Cells

    def where(self, kept: NDArray[np.bool_]) -> Rows:
        """Some of the rows."""
        return Rows(*(column[kept] for column in self))


@dataclass(frozen=True)
class AxisLinks:
    """One axis of a layer."""

    kind: str
    inputs: int
    outputs: int
    kernel_size: int
    stride: int
    before: int
    after: int
    dilation: int
    mode: str
    flipped: bool

    @property
    def anchors(self) -> int:
        """How many cells there are on the side that the stride steps along."""
        return self.inputs if self.kind == "transposed" else self.outputs

    def all(self) -> Rows:
        """Every link, padding included."""
        return self._from_anchors(np.arange(self.anchors))

    def of_output(self, output: int) -> Rows:
        """What one output cell reads, in the order of the places."""
        if self.kind != "transposed":
            return self._from_anchors(np.array([output]))
        anchor, tap = self._to_place(np.array([output]), self.inputs)
        order = np.argsort(anchor, kind="stable")
        anchor, tap = anchor[order], tap[order]
        return self._rows(np.full(len(anchor), output), anchor, anchor, tap)

    def of_input(self, cell: int) -> Rows:
        """What one input cell reaches, also through its copies in the padding, in the order of the outputs."""
        if self.kind == "dense":
            return self.all().where(np.tile(np.arange(self.inputs) == cell, self.outputs))
        if self.kind == "transposed":
            return self._from_anchors(np.array([cell]))
        held = np.arange(-self.before, self.inputs + self.after) if self.mode != "zeros" else np.array([cell])
        places = held[origins(held, self.inputs, self.mode) == cell]
        found = [(place, *self._to_place(np.array([place]), self.outputs)) for place in places]
        output = np.concatenate([anchor for _, anchor, _ in found])
        place = np.concatenate([np.full(len(anchor), place) for place, anchor, _ in found])
        tap = np.concatenate([taps for _, _, taps in found])
        order = np.argsort(output, kind="stable")
        return self._rows(output[order], place[order], np.full(len(output), cell), tap[order])

    def of_tap(self, tap: int, first: int = 0, step: int = 1) -> Rows:
        """Where one weight is used, in output cells `first`, `first + step`, … ."""
        steps = self.kernel_size - 1 - tap if self.flipped else tap
        anchors = np.arange(self.inputs) if self.kind == "transposed" else np.arange(first, self.outputs, step)
        return self._from_anchors(anchors, np.array([steps]))

    def count(self) -> int:
        """How many links there are, zeros of the padding left out; found without listing them."""
        if self.kind == "dense":
            return self.inputs * self.outputs
        if self.kind != "transposed" and self.mode != "zeros":
            return self.outputs * self.kernel_size
        cells, limit = self.outputs, self.inputs
        if self.kind == "transposed":
            cells, limit = limit, cells
        spans = (self._within(tap, cells, limit) for tap in range(self.kernel_size))
        return sum(high - low for low, high in spans)

    def input_counts(self) -> Cells:
        """How many links each input cell has, those of its copies in the padding included; int64 [inputs]."""
        if self.kind == "dense":
            return np.full(self.inputs, self.outputs)
        if self.kind == "transposed":
            return self._anchor_counts(self.inputs, self.outputs)
        counts = np.zeros(self.before + self.inputs + self.after, np.int64)
        for tap in range(0, self.dilation * self.kernel_size, self.dilation):
            counts[tap : tap + (self.outputs - 1) * self.stride + 1 : self.stride] += 1
        if self.mode == "zeros":
            return counts[self.before : self.before + self.inputs]
        places = np.arange(-self.before, self.inputs + self.after)
        folded = np.zeros(self.inputs, np.int64)
        np.add.at(folded, origins(places, self.inputs, self.mode), counts)
        return folded

    def output_counts(self) -> Cells:
        """How many links each output cell has, those with a zero of the padding left out; int64 [outputs]."""
        if self.kind == "dense":
            return np.full(self.outputs, self.inputs)
        if self.kind != "transposed":
            full = self.mode != "zeros"
            return np.full(self.outputs, self.kernel_size) if full else self._anchor_counts(self.outputs, self.inputs)
        counts = np.zeros(self.outputs, np.int64)
        for tap in range(self.kernel_size):
            low, high = self._within(tap, self.inputs, self.outputs)
            first = low * self.stride - self.before + tap * self.dilation
            counts[first : first + max(0, (high - low) * self.stride - self.stride + 1) : self.stride] += 1
        return counts

    def _anchor_counts(self, anchors: int, limit: int) -> Cells:
        counts = np.zeros(anchors, np.int64)
        for tap in range(self.kernel_size):
            counts[slice(*self._within(tap, anchors, limit))] += 1
        return counts

    def _within(self, tap: int, anchors: int, limit: int) -> tuple[int, int]:
        """The first anchor that puts this tap on one of `limit` cells, and the one after the last."""
        offset = tap * self.dilation - self.before
        low = min(max(0, -(offset // self.stride)), anchors)
        return low, max(low, min(anchors, (limit - 1 - offset) // self.stride + 1))

    def _from_anchors(self, anchors: Cells, taps: Cells | None = None) -> Rows:
        if self.kind == "dense":
            output, place = (each.ravel() for each in np.meshgrid(anchors, np.arange(self.inputs), indexing="ij"))
            return Rows(output, place, place, np.zeros_like(place))
        chosen = np.arange(self.kernel_size) if taps is None else taps
        anchor, tap = (each.ravel() for each in np.meshgrid(anchors, chosen, indexing="ij"))
        place = anchor * self.stride - self.before + tap * self.dilation
        if self.kind != "transposed":
            return self._rows(anchor, place, origins(place, self.inputs, self.mode), tap)
        rows = self._rows(place, anchor, anchor, tap)
        return rows.where((place >= 0) & (place < self.outputs))

    def _to_place(self, places: Cells, anchors: int) -> tuple[Cells, Cells]:
        """(anchors, taps) that lead to the places."""
        taps = np.arange(self.kernel_size)
        reach = (places[:, None] + self.before - taps * self.dilation).ravel()
        tap = np.tile(taps, len(places))
        kept = (reach % self.stride == 0) & (reach >= 0) & (reach // self.stride < anchors)
        return reach[kept] // self.stride, tap[kept]

    def _rows(self, output: Cells, place: Cells, cell: Cells, tap: Cells) -> Rows:
        return Rows(output, place, cell, self.kernel_size - 1 - tap if self.flipped else tap)


def axis_links(spec: KindSpec, axis: int) -> AxisLinks:
    """The links along one axis of a layer.

    Raises:
        SpecError: if there is no output.

    Example:
        >>> axis_links(KindSpec(size=(5,), padding="same"), 0).count()
        13
    """
    before, after = spec.sides[axis]
    return AxisLinks(
        kind=spec.kind,
        inputs=spec.size[axis],
        outputs=formulas(spec)[axis].result,
        kernel_size=spec.kernel_size[axis],
        stride=spec.stride[axis],
        before=before,
        after=after,
        dilation=spec.dilation[axis],
        mode=spec.padding_mode,
        flipped=spec.operation == "convolution",
    )


def origins(places: Cells, n: int, mode: str) -> Cells:
    """Which of n cells each place, counted from the first cell, repeats; −1 for a zero.

    Example:
        >>> origins(np.arange(-2, 5), 3, "circular").tolist()
        [1, 2, 0, 1, 2, 0, 1]
    """
    if mode == "replicate":
        return np.clip(places, 0, n - 1)
    if mode == "circular":
        return np.mod(places, n)
    if mode == "reflect":
        return np.asarray((n - 1) - np.abs((n - 1) - np.abs(places)), np.int64)
    return np.where((places >= 0) & (places < n), places, -1)
