"""Symmetries of a kernel: which it has, how to give it one, and which cells one stroke of the pen paints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import SpecError
from engine.kernels.design.planes import Planes, Weights, checked_size, kernel_of, one_of, planes_of

Pair = tuple[int, int]
Symmetry = Literal[
    "left-right", "up-down", "both-mirrors", "diagonal", "anti-diagonal", "half-turn", "quarter-turn", "eight-fold"
]

SYMMETRIES: tuple[Symmetry, ...] = get_args(Symmetry)


class Image(NamedTuple):
    """One way to lay a grid on itself: as it acts on an array, on a cell of a grid of h×w, and its sign if odd."""

    array: Callable[[NDArray[Any]], NDArray[Any]]
    cell: Callable[[int, int, int, int], Pair]
    sign: int = 1

    def odd(self) -> Image:
        """The same, with the sign turned where the kernel is odd."""
        return self._replace(sign=-1)


_SAME = Image(lambda a: a, lambda i, j, h, w: (i, j))
_LEFT_RIGHT = Image(lambda a: a[:, ::-1], lambda i, j, h, w: (i, w - 1 - j))
_UP_DOWN = Image(lambda a: a[::-1], lambda i, j, h, w: (h - 1 - i, j))
_HALF = Image(lambda a: a[::-1, ::-1], lambda i, j, h, w: (h - 1 - i, w - 1 - j))
_DIAGONAL = Image(lambda a: a.swapaxes(0, 1), lambda i, j, h, w: (j, i))
_ANTI = Image(lambda a: a[::-1, ::-1].swapaxes(0, 1), lambda i, j, h, w: (w - 1 - j, h - 1 - i))
_QUARTER = Image(lambda a: np.rot90(a, -1), lambda i, j, h, w: (j, h - 1 - i))
_THREE_QUARTERS = Image(lambda a: np.rot90(a), lambda i, j, h, w: (w - 1 - j, i))

_IMAGES: dict[Symmetry, tuple[Image, ...]] = {
    "left-right": (_SAME, _LEFT_RIGHT.odd()),
    "up-down": (_SAME, _UP_DOWN.odd()),
    "both-mirrors": (_SAME, _LEFT_RIGHT.odd(), _UP_DOWN.odd(), _HALF),
    "diagonal": (_SAME, _DIAGONAL.odd()),
    "anti-diagonal": (_SAME, _ANTI.odd()),
    "half-turn": (_SAME, _HALF.odd()),
    "quarter-turn": (_SAME, _QUARTER.odd(), _HALF, _THREE_QUARTERS.odd()),
    "eight-fold": (
        *(_SAME, _QUARTER, _HALF, _THREE_QUARTERS),
        *(image.odd() for image in (_LEFT_RIGHT, _UP_DOWN, _DIAGONAL, _ANTI)),
    ),
}
_NEED_A_SQUARE: tuple[Symmetry, ...] = ("diagonal", "anti-diagonal", "quarter-turn", "eight-fold")


def symmetrise(weights: ArrayLike, symmetry: Symmetry, odd: bool = False) -> Weights:
    """The kernel with this symmetry that is nearest to the one given: the mean over its mirror images or turns.

    Args:
        weights: [kH, kW] or [kH, kW, C]; square for "diagonal", "anti-diagonal", "quarter-turn" and "eight-fold".
        symmetry: "left-right" and "up-down" are mirrors, "both-mirrors" is both (4-fold), "diagonal" runs from the
            upper left, "anti-diagonal" from the upper right; "half-turn" and "quarter-turn" are rotations by 180° and
            90°; "eight-fold" is all of them.
        odd: the images change sign, as an edge kernel's do: each mirror and each quarter turn turns the sign (for
            "half-turn" the half turn, for "eight-fold" the four mirrors).

    Raises:
        SpecError: for what is no kernel, another word, or a kernel that is not square where it must be.

    Example:
        >>> symmetrise([[1, 2, 5]], "left-right").tolist()
        [[3.0, 2.0, 3.0]]
        >>> symmetrise([[1, 2, 5]], "left-right", odd=True).tolist()
        [[-2.0, 0.0, 2.0]]
    """
    planes = planes_of(weights)
    images = _images((planes.shape[0], planes.shape[1]), symmetry)
    return kernel_of(_mean(planes, images, odd))


def _mean(planes: Planes, images: tuple[Image, ...], odd: bool) -> Planes:
    total = sum((image.sign if odd else 1) * image.array(planes) for image in images)
    return np.asarray(total / len(images))


def _images(size: Pair, symmetry: Symmetry) -> tuple[Image, ...]:
    one_of("Symmetry", symmetry, SYMMETRIES)
    if symmetry in _NEED_A_SQUARE and size[0] != size[1]:
        raise SpecError(f"Symmetry '{symmetry}' needs a square kernel; this one is {size[0]}×{size[1]}.")
    return _IMAGES[symmetry]


def symmetric_cells(cell: Pair, size: Pair, symmetry: Symmetry, odd: bool = False) -> tuple[tuple[int, int, int], ...]:
    """The cells that a stroke through one cell paints when the drawing is to have a symmetry.

    Args:
        cell: (row, column) under the pen.
        size: (height, width) of the grid.
        symmetry: as in `symmetrise`.
        odd: as in `symmetrise`.

    Returns:
        (row, column, sign) of every cell, the one under the pen first and none twice. The sign is what the painted
        value is multiplied by; it is 0 where an odd symmetry leaves a cell no other value than 0.

    Raises:
        SpecError: for a cell outside of the grid, another word, or a grid that is not square where it must be.

    Example:
        >>> symmetric_cells((0, 1), (3, 4), "left-right", odd=True)
        ((0, 1, 1), (0, 2, -1))
        >>> symmetric_cells((1, 1), (3, 3), "half-turn", odd=True)
        ((1, 1, 0),)
    """
    height, width = checked_size(size)
    row, column = cell
    if not (0 <= row < height and 0 <= column < width):
        raise SpecError(f"There is no cell ({row}, {column}) in a kernel of {height}×{width}.")
    signs: dict[Pair, set[int]] = {}
    for image in _images((height, width), symmetry):
        signs.setdefault(image.cell(row, column, height, width), set()).add(image.sign if odd else 1)
    return tuple((*place, min(found) if len(found) == 1 else 0) for place, found in signs.items())


class Symmetries(NamedTuple):
    """Which symmetries a kernel has: `even` ones keep its weights, `odd` ones turn their signs.

    With "half-turn" in `even`, convolution and cross-correlation are the same; with it in `odd` they differ in sign.
    """

    even: tuple[Symmetry, ...]
    odd: tuple[Symmetry, ...]


def symmetries(weights: ArrayLike, tolerance: float = 1e-6) -> Symmetries:
    """The symmetries of a kernel.

    Args:
        weights: [kH, kW] or [kH, kW, C]; with channels, those that every plane has.
        tolerance: how far a weight may be off, as a share of the largest one; 0 for exact.

    Raises:
        SpecError: for what is no kernel.

    Example:
        >>> symmetries([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
        Symmetries(even=('up-down',), odd=('left-right', 'half-turn'))
    """
    planes = planes_of(weights)
    slack = tolerance * float(np.abs(planes).max())
    square = planes.shape[0] == planes.shape[1]
    possible = [symmetry for symmetry in SYMMETRIES if square or symmetry not in _NEED_A_SQUARE]

    def those(odd: bool) -> tuple[Symmetry, ...]:
        return tuple(s for s in possible if (np.abs(planes - _mean(planes, _IMAGES[s], odd)) <= slack).all())

    return Symmetries(those(odd=False), those(odd=True) if planes.any() else ())
