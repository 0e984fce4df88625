"""Every change a person can make to a filter, as functions from one spec to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from engine.errors import SpecError
from engine.spec.filter import Channels, FilterSpec, KernelSpec, Plane

Cell = tuple[int, int, float]
CUSTOM = "custom"


def with_weights(spec: FilterSpec, weights: tuple[Plane, ...]) -> FilterSpec:
    """The filter with a kernel of the person's own."""
    return msgspec.structs.replace(spec, kernel=KernelSpec(name=CUSTOM, weights=weights))


def with_kernel(spec: FilterSpec, kernel: KernelSpec) -> FilterSpec:
    """The filter with another kernel, made as deep as the channels ask for."""
    planes = (
        kernel.weights if len(kernel.weights) == _depth(spec.channels) else kernel.weights[:1] * _depth(spec.channels)
    )
    return msgspec.structs.replace(spec, kernel=msgspec.structs.replace(kernel, weights=planes))


def with_channels(spec: FilterSpec, channels: Channels) -> FilterSpec:
    """See the picture otherwise: a kernel summed over colours has three planes, all equal at first."""
    planes = spec.kernel.weights
    if len(planes) != _depth(channels):
        planes = planes[:1] * _depth(channels)
    kernel = msgspec.structs.replace(spec.kernel, weights=planes)
    return msgspec.structs.replace(spec, channels=channels, kernel=kernel)


def _depth(channels: Channels) -> int:
    return 3 if channels == "sum" else 1


def set_cells(spec: FilterSpec, plane: int, cells: Iterable[Cell]) -> FilterSpec:
    """Write some weights of one plane.

    Args:
        plane: 0, or 0 to 2 (red, green, blue) for a kernel summed over colours.
        cells: (row, column, weight) for each.

    Raises:
        SpecError: for a weight that cannot stand in a kernel.
    """
    rows = [list(row) for row in spec.kernel.weights[plane]]
    for row, column, weight in cells:
        rows[row][column] = float(weight)
    planes = list(spec.kernel.weights)
    planes[plane] = tuple(tuple(row) for row in rows)
    return with_weights(spec, tuple(planes))


def _each_plane(spec: FilterSpec, change: Callable[[Plane], Plane]) -> FilterSpec:
    return with_weights(spec, tuple(change(plane) for plane in spec.kernel.weights))


def rotate(spec: FilterSpec) -> FilterSpec:
    """Turn the kernel by 90° clockwise."""
    return _each_plane(spec, lambda plane: tuple(zip(*plane[::-1], strict=True)))


def mirror(spec: FilterSpec) -> FilterSpec:
    """Swap left and right."""
    return _each_plane(spec, lambda plane: tuple(row[::-1] for row in plane))


def negate(spec: FilterSpec) -> FilterSpec:
    """Change every weight's sign."""
    return _each_plane(spec, lambda plane: tuple(tuple(-w if w else 0.0 for w in row) for row in plane))


def zero_mean(spec: FilterSpec) -> FilterSpec:
    """Subtract each plane's mean, so that a flat picture gives zero."""

    def change(plane: Plane) -> Plane:
        mean = _sum(plane) / (len(plane) * len(plane[0]))
        return tuple(tuple(w - mean for w in row) for row in plane)

    return _each_plane(spec, change)


def unit_sum(spec: FilterSpec) -> FilterSpec:
    """Divide each plane by its sum, so that a flat picture keeps its brightness.

    Raises:
        SpecError: if the weights sum to zero, as those of an edge detector do.
    """

    def change(plane: Plane) -> Plane:
        total = _sum(plane)
        if abs(total) < 1e-9:
            raise SpecError("The weights sum to 0, and no factor makes that 1; change a weight first.")
        return tuple(tuple(w / total for w in row) for row in plane)

    return _each_plane(spec, change)


def _sum(plane: Plane) -> float:
    return sum(w for row in plane for w in row)


def resize(spec: FilterSpec, height: int, width: int) -> FilterSpec:
    """Another grid, the content kept about its centre: cut at the edges, or zeros added."""

    def change(plane: Plane) -> Plane:
        above = (height - len(plane)) // 2
        left = (width - len(plane[0])) // 2

        def cell(row: int, column: int) -> float:
            r, c = row - above, column - left
            return plane[r][c] if 0 <= r < len(plane) and 0 <= c < len(plane[0]) else 0.0

        return tuple(tuple(cell(r, c) for c in range(width)) for r in range(height))

    return _each_plane(spec, change)


def flipped(plane: Plane) -> Plane:
    """The plane turned by 180°: what a true convolution lays on the picture."""
    return tuple(row[::-1] for row in plane[::-1])
