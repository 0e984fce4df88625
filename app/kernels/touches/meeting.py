"""Which cells of the picture, weights and cells of the map meet, along each axis; the whole is their crossings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.arithmetic.receptive import Window, reached_on_axis, read_on_axis
from engine.kinds.axes import Rows, axis_links
from engine.kinds.spec import KindSpec
from engine.spec.filter import FilterSpec
from engine.spec.geometry import ChainGeometry

Kind = Literal["input", "weight", "map"]
Places = tuple[int, ...]


class Subject(NamedTuple):
    """What is looked at: a cell of the picture, of the kernel as its grid shows it, or of the map."""

    kind: Kind
    row: int
    column: int


class AxisMeeting(NamedTuple):
    """What meets along one axis.

    `picture` are cells of the picture, `met` weights that meet a value and `zeros` those that meet only zeros of the
    padding, `map` cells of the map. `pairs` are (cell of the convolution, weight, whether it meets a value): one for
    each product; of a weight, none are listed.
    """

    picture: Places
    met: Places
    zeros: Places
    map: Places
    pairs: tuple[tuple[int, int, bool], ...] = ()


class Meeting(NamedTuple):
    """What a subject has to do with picture, kernel and map: rows crossed with columns."""

    subject: Subject
    rows: AxisMeeting
    columns: AxisMeeting

    @property
    def pixels(self) -> int:
        """How many cells of the picture."""
        return len(self.rows.picture) * len(self.columns.picture)

    @property
    def cells(self) -> int:
        """How many cells of the map."""
        return len(self.rows.map) * len(self.columns.map)

    @property
    def weights(self) -> set[tuple[int, int]]:
        """The weights that meet a value."""
        return {(row, column) for row in self.rows.met for column in self.columns.met}

    @property
    def weights_on_zeros(self) -> set[tuple[int, int]]:
        """The weights that meet a zero of the padding."""
        rows, columns = ({*axis.met, *axis.zeros} for axis in (self.rows, self.columns))
        return {(row, column) for row in rows for column in columns} - self.weights


class _Axis:
    """One axis of a chain of steps, of which the last one's weights are looked at."""

    def __init__(self, geometry: ChainGeometry, axis: int) -> None:
        last = geometry.each[-1]
        self._axis = axis
        self._links = axis_links(kind_of(last.spec, last.input_size), axis)
        self._size = geometry.input_size[axis]
        self._before: list[tuple[Window, int, int]] = []  # (window, cells that it reads, cells that it makes)
        for step in geometry.each[:-1]:
            self._before += self._windows(step.windows, [step.input_size, step.convolved_size, step.map_size])
        self._pool = self._windows(last.windows[1:], [last.convolved_size, last.map_size])
        self._made = last.map_size[axis]

    def _windows(self, windows: list[Window], sizes: list[tuple[int, int]]) -> list[tuple[Window, int, int]]:
        along = [size[self._axis] for size in sizes]
        return list(zip(windows, along, along[1:], strict=False))

    def meeting(self, kind: Kind, place: int) -> AxisMeeting:
        """What one place meets."""
        if kind == "map":
            cells = self._back({place}, self._pool)
            return self._made_of([self._links.of_output(cell) for cell in sorted(cells)], (place,))
        if kind == "weight":
            rows = self._links.of_tap(place)
            return AxisMeeting(self._seen(rows), (place,), (), tuple(range(self._made)))
        seen = self._forth({place}, self._before)
        rows = _joined([self._links.of_input(cell) for cell in sorted(seen)])
        return AxisMeeting(
            (place,), _unique(rows.tap), (), tuple(sorted(self._forth(_unique(rows.output), self._pool))), _pairs(rows)
        )

    def _made_of(self, found: list[Rows], places: Places) -> AxisMeeting:
        rows = _joined(found)
        met = _unique(rows.tap[rows.input >= 0])
        zeros = tuple(tap for tap in _unique(rows.tap) if tap not in met)
        return AxisMeeting(self._seen(rows), met, zeros, places, _pairs(rows))

    def _seen(self, rows: Rows) -> Places:
        """The cells of the picture behind what the last step reads."""
        return tuple(sorted(self._back(_unique(rows.input[rows.input >= 0]), self._before)))

    def _back(self, cells: Iterable[int], windows: list[tuple[Window, int, int]]) -> set[int]:
        found = set(cells)
        for window, read, _ in reversed(windows):
            found = read_on_axis(window, self._axis, found, read)
        return found

    def _forth(self, cells: Iterable[int], windows: list[tuple[Window, int, int]]) -> set[int]:
        found = set(cells)
        for window, _, made in windows:
            found = reached_on_axis(window, self._axis, found, made)
        return found


def meeting(geometry: ChainGeometry, subject: Subject) -> Meeting:
    """What a subject has to do with the other two.

    In a chain the weights are those of the last step, and the picture is what the first one sees; copies in the padding
    of the steps before are not followed.

    Raises:
        SpecError: if a step does not fit.

    Example:
        >>> from engine.spec.filter import FilterSpec
        >>> found = meeting(ChainGeometry((FilterSpec(),), (8, 8)), Subject("input", 0, 3))
        >>> found.rows.map, found.columns.map, len(found.weights)
        ((0, 1), (2, 3, 4), 6)
    """
    rows, columns = (
        _Axis(geometry, axis).meeting(subject.kind, place) for axis, place in enumerate((subject.row, subject.column))
    )
    return Meeting(subject, rows, columns)


def met_weights(found: Meeting, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weight between an input cell and each of the convolution's cells that it reaches, laid out as these.

    Where a cell meets several weights, because copies of it lie in the padding too, they are added.

    Args:
        found: of an input cell.
        weights: of one plane, as the grid shows them.
    """
    shares = []
    for axis, count in zip((found.rows, found.columns), weights.shape, strict=True):
        outputs = sorted({output for output, *_ in axis.pairs})
        share = np.zeros((len(outputs), count))
        for output, tap, _ in axis.pairs:
            share[outputs.index(output), tap] += 1
        shares.append(share)
    return np.asarray(shares[0] @ weights @ shares[1].T)


def kind_of(spec: FilterSpec, size: tuple[int, int]) -> KindSpec:
    """A filter's convolution as a layer."""
    return KindSpec(
        size=size,
        kernel_size=spec.kernel.size,
        stride=spec.stride,
        padding=spec.padding,
        padding_mode=spec.padding_mode,
        dilation=spec.dilation,
        operation=spec.operation,
    )


def _unique(places: NDArray[np.int64]) -> Places:
    return tuple(int(place) for place in np.unique(places))


def _pairs(rows: Rows) -> tuple[tuple[int, int, bool], ...]:
    return tuple(
        (int(output), int(tap), bool(cell >= 0))
        for output, tap, cell in zip(rows.output, rows.tap, rows.input, strict=True)
    )


def _joined(found: list[Rows]) -> Rows:
    none = np.zeros(0, np.int64)
    return (
        Rows(*(np.concatenate([none, *column]) for column in zip(*found, strict=True))) if found else Rows(*[none] * 4)
    )
