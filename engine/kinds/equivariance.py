"""Whether a filter's result moves as its picture does: yes when it is shifted, no when it is turned or scaled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.errors import SpecError
from engine.kinds.bench import Array, Bench, Meter, gain
from engine.kinds.resample import Affine, reach, resampled, rotation, scaling


def shift(bench: Bench) -> Meter:
    fits = all(cells % step == 0 for cells, step in zip(bench.shift, bench.stride, strict=True))
    sides = (_rolled if bench.circular else _slid)(bench)
    steps = "whole pixels" if bench.stride == (1, 1) else "multiples of the stride"
    why = (
        f"Moving the picture by {steps} moves the result: every place is treated alike."
        if fits
        else "With a stride, only shifts by multiples of it move the result; others let the kernel land between, and "
        "the nearest result differs."
    )
    return bench.meter("shift", "f(shift(x)) = shift(f(x))", sides, gain(bench.kernel), fits, why)


def _slid(bench: Bench) -> tuple[Array, Array]:
    """Two views of the picture, one moved against the other, filtered: the parts that show the same."""
    size = bench.image.shape
    views = [_overlap(n, cells) for n, cells in zip(size, bench.shift, strict=True)]
    if any(first.stop - first.start < k for (first, _), k in zip(views, bench.kernel.shape, strict=True)):
        raise SpecError(
            f"A shift by {bench.shift} leaves less of the picture than the kernel needs; a smaller one would do."
        )
    moved, still = (
        bench.apply(np.ascontiguousarray(bench.image[views[0][which], views[1][which]]), bench.kernel, bench.stride)
        for which in (0, 1)
    )
    pairs = []
    for steps in _nearest(bench):
        parts = [_overlap(n, -cells) for n, cells in zip(moved.shape, steps, strict=True)]
        if all(first.stop > first.start for first, _ in parts):
            pairs.append((moved[parts[0][0], parts[1][0]], still[parts[0][1], parts[1][1]]))
    if not pairs:
        raise SpecError(f"A shift by {bench.shift} leaves nothing to compare; a smaller one would do.")
    return min(pairs, key=_apart)


def _overlap(n: int, cells: int) -> tuple[slice, slice]:
    """The parts of an axis that a picture moved by so many cells and the picture itself are read from."""
    if cells >= 0:
        return slice(0, max(n - cells, 0)), slice(cells, max(n, cells))
    return slice(-cells, max(n, -cells)), slice(0, max(n + cells, 0))


def _rolled(bench: Bench) -> tuple[Array, Array]:
    """The picture rolled and filtered, and filtered and rolled; cut so that the stride divides it."""
    high, wide = (max(n // s, 1) * s if n >= s else n for n, s in zip(bench.image.shape, bench.stride, strict=True))
    image = np.ascontiguousarray(bench.image[:high, :wide])
    moved = bench.apply(np.roll(image, bench.shift, (0, 1)), bench.kernel, bench.stride)
    still = bench.apply(image, bench.kernel, bench.stride)
    return min(((moved, np.roll(still, steps, (0, 1))) for steps in _nearest(bench)), key=_apart)


def _nearest(bench: Bench) -> list[tuple[int, int]]:
    """The shifts of the result that come nearest to the picture's."""
    both = [sorted({cells // s, -(-cells // s)}) for cells, s in zip(bench.shift, bench.stride, strict=True)]
    return [(down, right) for down in both[0] for right in both[1]]


def _apart(sides: tuple[Array, Array]) -> float:
    return float(np.abs(sides[0] - sides[1]).max())


def rotated(bench: Bench) -> Meter | None:
    quarters, rest = divmod(bench.angle, 90)
    turned = np.rot90(bench.kernel, int(quarters))
    same = rest == 0 and turned.shape == bench.kernel.shape and np.allclose(turned, bench.kernel)
    why = (
        "The kernel is the same after this turn, so it is the exception: the result turns with the picture."
        if same
        else "A kernel that looks one way finds other things in a turned picture; and a turn that is no quarter "
        "resamples the picture, which costs a little by itself."
    )
    return _moved(bench, "rotation", "f(turn(x)) = turn(f(x))", rotation(bench.angle), bool(same), why)


def scaled(bench: Bench) -> Meter | None:
    why = "The kernel keeps its size when the picture does not, so it finds things of another size."
    same = bench.scale == 1
    return _moved(bench, "scale", "f(scale(x)) = scale(f(x))", scaling(bench.scale), same, why)


def _moved(bench: Bench, name: str, statement: str, affine: Affine, holds: bool, why: str) -> Meter | None:
    """Filter the moved picture and move the filtered one; compare what lies inside of both."""
    side = min(bench.image.shape)
    image = _centre(bench.image, side, side)
    if side <= max(bench.kernel.shape) + 2:
        return None
    inside = replace(bench, circular=False)
    left = inside.apply(resampled(image, affine), bench.kernel)
    right = resampled(inside.apply(image, bench.kernel), affine)
    # what is compared must come from inside the picture: shrink by the corners' reach and by the kernel
    within = int(side / max(reach(affine), 1)) - max(bench.kernel.shape) - 2
    if within < 1:
        return None
    sides = _centre(left, within, within), _centre(right, within, within)
    return bench.meter(name, statement, sides, gain(bench.kernel), holds, why)


def _centre(plane: Array, height: int, width: int) -> Array:
    top, left = ((n - cells) // 2 for n, cells in zip(plane.shape, (height, width), strict=True))
    return np.ascontiguousarray(plane[top : top + height, left : left + width])
