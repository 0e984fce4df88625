"""Layers that change the size of maps without weights: cells added around them, and maps made finer or coarser."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from engine.arithmetic import check_padding_mode
from engine.errors import SpecError
from engine.spec.fields import field
from engine.spec.filter import PaddingMode
from engine.spec.layers.base import AxisWindow, Layer, Shape, View, shape_text
from engine.spec.layers.maps import AXIS_NAMES
from engine.spec.layers.misfit import Fix, Misfit

MAX_SIZE = 65_536
_LINEAR = {"linear": 1, "bilinear": 2, "trilinear": 3, "bicubic": 2}
"""Interpolating modes, and the number of axes each is for."""
_CORNERS = "align_corners"
_TORCH = {"zeros": "Zero", "reflect": "Reflection", "replicate": "Replication", "circular": "Circular"}


class Pad(Layer, frozen=True, kw_only=True, tag=True):
    """Adds cells around each map, as many at each side as one likes.

    Amounts stand in torch's order, the last axis first: (left, right, top, bottom). One number is added at all four
    sides of maps.
    """

    prefix: ClassVar[str] = "pad"
    group: ClassVar[str] = "Shape"
    starting: ClassVar[dict[str, Any]] = {"padding": 1}

    padding: Annotated[
        int | tuple[int, ...],
        field("Padding", "Cells added left, right, at the top and at the bottom of each map.", 0, 512, "cells"),
    ]
    mode: Annotated[
        PaddingMode,
        field(
            "Padding mode",
            "What the added cells hold: zeros, or another value (zeros), the map mirrored without repeating its edge "
            "(reflect), its edge repeated (replicate), or its opposite side (circular).",
        ),
    ] = "zeros"
    value: Annotated[float, field("Value", "What the added cells hold in the mode zeros; 0 as a rule.", -1e6, 1e6)] = (
        0.0
    )

    def __post_init__(self) -> None:
        Layer.__post_init__(self)
        if isinstance(self.padding, tuple) and len(self.padding) not in (2, 4, 6):
            raise SpecError(
                f"Padding of Pad takes one number, or two for each axis: 2, 4 or 6 in all; there are "
                f"{len(self.padding)}."
            )
        if self.value and self.mode != "zeros":
            raise SpecError(f"Padding mode {self.mode} copies cells and takes no value; the mode zeros would do.")

    @property
    def amounts(self) -> tuple[int, ...]:
        """As torch takes them: (left, right, top, bottom)."""
        return (self.padding,) * 4 if isinstance(self.padding, int) else self.padding

    @property
    def sides(self) -> tuple[tuple[int, int], ...]:
        """((top, bottom), (left, right)): what is added to each axis."""
        pairs = list(zip(self.amounts[::2], self.amounts[1::2], strict=True))
        return tuple(reversed(pairs))

    @property
    def torch_name(self) -> str:
        """torch has one for each mode and number of axes."""
        kind = "Constant" if self.value else _TORCH[self.mode]
        return f"{kind}Pad{len(self.sides)}d"

    def arguments(self, shape: Shape | None) -> dict[str, Any]:
        """Those of torch's class."""
        return {"padding": self.amounts} | ({"value": self.value} if self.value else {})

    def output_shape(self, shape: Shape) -> Shape:
        """(C, top + H + bottom, left + W + right)."""
        if len(shape) != len(self.sides) + 1:
            raise Misfit(
                f"{len(self.amounts)} amounts pad {len(self.sides)} axes, and {shape_text(shape)} comes in.",
                [Fix("one cell at each side", {"padding": (1, 1) * (len(shape) - 1)})] if 1 < len(shape) < 5 else [],
            )
        try:
            for name, n, (before, after) in zip(AXIS_NAMES[len(self.sides)], shape[1:], self.sides, strict=True):
                check_padding_mode(self.mode, n, before, after, name)
        except SpecError as error:
            raise Misfit(str(error), [Fix("padding mode replicate", {"mode": "replicate"})]) from None
        return (shape[0], *(n + before + after for n, (before, after) in zip(shape[1:], self.sides, strict=True)))

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The size of each axis."""
        pairs = zip(shape[1:], self.sides, strict=True)
        return tuple(f"{before} + {n} + {after} = {before + n + after}" for n, (before, after) in pairs)

    def view(self, shape: Shape) -> View:
        """One cell, counted from where the padding begins."""
        return tuple(AxisWindow(1, 1, before) for before, _ in self.sides)


class Upsample(Layer, frozen=True, kw_only=True, tag=True):
    """Makes maps larger, or smaller, by repeating cells or by drawing lines between them."""

    prefix: ClassVar[str] = "resize"
    group: ClassVar[str] = "Shape"
    starting: ClassVar[dict[str, Any]] = {"scale_factor": 2.0}
    signature: ClassVar[tuple[str, ...]] = ("size", "scale_factor", "mode", "align_corners", "recompute_scale_factor")
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"recompute_scale_factor": (None, False)}

    size: Annotated[
        int | tuple[int, ...] | None,
        field("Size", "The size that comes out, one number for each axis or one for all.", 1, MAX_SIZE, "cells"),
    ] = None
    scale_factor: Annotated[
        float | None, field("Factor", "How many times as large the maps become, in place of a size.", 0.001, 256.0)
    ] = None
    mode: Annotated[
        Literal["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear"],
        field(
            "Mode",
            "Repeats the nearest cell, or draws lines (linear for signals, bilinear for maps, trilinear for volumes) "
            "or curves (bicubic, for maps) between cells.",
        ),
    ] = "nearest"
    align_corners: Annotated[
        bool, field("Align corners", "Whether the first and last cells of both sizes lie upon each other.")
    ] = False

    def arguments(self, shape: Shape | None) -> dict[str, Any]:
        """Those of torch's class; it wants to hear of corners only where there are lines."""
        given = Layer.arguments(self, shape)
        return given if self.align_corners else {name: value for name, value in given.items() if name != _CORNERS}

    def output_shape(self, shape: Shape) -> Shape:
        """(C, H', W'): the size that was set, or H' = ⌊H · factor⌋."""
        self._check(shape)
        made = self._sizes(shape)
        if min(made) < 1:
            raise Misfit(
                f"A factor of {self.scale_factor:g} leaves nothing of {shape_text(shape[1:])}.",
                [Fix("factor 1", {"scale_factor": 1.0})],
            )
        return (shape[0], *made)

    def _check(self, shape: Shape) -> None:
        axes = len(shape) - 1
        if axes < 1:
            raise Misfit(f"Upsample needs maps, channels×height×width, and {shape_text(shape)} comes in.")
        if (self.size is None) == (self.scale_factor is None):
            both = "both" if self.size is not None else "neither"
            raise Misfit(
                f"Upsample takes either a size or a factor, and has {both}.",
                [Fix("factor 2", {"size": None, "scale_factor": 2.0})],
            )
        if isinstance(self.size, tuple) and len(self.size) != axes:
            raise Misfit(
                f"Size has {len(self.size)} numbers for {axes} axes.",
                [Fix("factor 2", {"size": None, "scale_factor": 2.0})],
            )
        if _LINEAR.get(self.mode, axes) != axes:
            fits = next((mode for mode, count in _LINEAR.items() if count == axes), "nearest")
            fixes = [Fix(f"mode {mode}", {"mode": mode, **_plain(mode)}) for mode in dict.fromkeys((fits, "nearest"))]
            raise Misfit(f"Mode {self.mode} is for {_LINEAR[self.mode]} axes, and {shape_text(shape)} comes in.", fixes)
        if self.align_corners and self.mode not in _LINEAR:
            raise Misfit(f"Mode {self.mode} knows no aligned corners.", [Fix("corners not aligned", _plain("nearest"))])

    def _sizes(self, shape: Shape) -> tuple[int, ...]:
        if self.size is not None:
            return (self.size,) * (len(shape) - 1) if isinstance(self.size, int) else self.size
        factor = self.scale_factor or 1.0
        return tuple(int(n * factor) for n in shape[1:])

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The size of each axis."""
        if self.scale_factor is None:
            return tuple(str(n) for n in self._sizes(shape))
        made = self._sizes(shape)
        return tuple(f"⌊{n}·{self.scale_factor:g}⌋ = {cells}" for n, cells in zip(shape[1:], made, strict=True))

    def view(self, shape: Shape) -> View:
        """The cells that each is drawn from."""
        return tuple(map(self._window, shape[1:], self._sizes(shape)))

    def _window(self, n: int, made: int) -> AxisWindow:
        jump, exactly = Fraction(n, made), n / made
        if self.scale_factor is not None:
            jump, exactly = 1 / Fraction(self.scale_factor).limit_denominator(1 << 16), 1 / self.scale_factor
        if self.align_corners:
            jump = Fraction(n - 1, made - 1) if made > 1 else Fraction(0)
            exactly = float(jump)
        corner = self.align_corners or self.mode == "nearest"
        middle = Fraction(0) if corner else (jump - 1) / 2
        place = middle + Fraction(1, 2) if self.mode == "nearest-exact" else middle
        between = self.mode in _LINEAR
        if between and n == made:
            return AxisWindow(1, 1, 0)  # torch copies the cells then, whatever the factor
        if self.mode == "bicubic" or not _found(jump, place, made, exactly, between):
            # Between the cells below and above; a cell more where rounding could decide.
            around = 2 if self.mode == "bicubic" else 1
            return AxisWindow(2 * around + 1, jump, around - middle)
        # Places are whole numbers of such parts of a cell: the farthest from the cell below is just before the next.
        parts = math.lcm(jump.denominator, place.denominator)
        most = Fraction(parts - 1, parts)
        return AxisWindow(1 + (1 + between) * most, jump, most - place)


@lru_cache(maxsize=1024)
def _found(jump: Fraction, place: Fraction, made: int, step: float, between: bool) -> bool:
    """Whether torch's numbers find the cells that fractions find at the places o · jump + place.

    Args:
        jump: how far neighbouring places are apart.
        place: the first one.
        made: how many there are.
        step: `jump` as torch reckons with it.
        between: whether it also counts that a place lies upon a cell and not between two.
    """
    parts = math.lcm(jump.denominator, place.denominator)
    cells = np.arange(made, dtype=np.int64)
    below, rest = np.divmod(cells * int(jump * parts) + int(place * parts), parts)
    met = (rest == 0) & ((cells > 0) | (place != 0))
    if between and parts.bit_count() > 1 and met.any():
        return False  # a product and a sum may be rounded once or twice, as the processor likes
    for kind in ("float32", "float64"):
        half = np.array(0.5 if place else 0.0, kind)
        places = (cells.astype(kind) + half) * np.array(step, kind)
        places = places - half if between else places
        if not np.all((below < 0) | (np.floor(places) == below)):
            return False
    return True


def _plain(mode: str) -> dict[str, Any]:
    """What has to go with a mode."""
    return {} if mode in _LINEAR else {"align_corners": False}
