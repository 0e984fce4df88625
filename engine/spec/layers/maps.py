"""What layers that slide a window over maps have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.arithmetic import check_padding_mode, extent, padding_amounts
from engine.arithmetic.sizes import SizeFormula
from engine.errors import SpecError
from engine.spec.layers.base import Amount, AxisWindow, Layer, Shape, per_axis, shape_text
from engine.spec.layers.misfit import Doubt, Fix, Misfit

AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_NEEDS = {
    1: "signals, channels×length",
    2: "maps, channels×height×width",
    3: "volumes, channels×depth×height×width",
}
_NO_REPEAT = "reflect"

Sides = tuple[tuple[int, int], ...]


class Move(NamedTuple):
    """A kernel on its way over maps: for each axis its cells, its step, what is added at each side, and its gaps."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    sides: Sides
    dilation: tuple[int, ...]
    mode: str = "zeros"

    @property
    def axes(self) -> int:
        """How many axes there are."""
        return len(self.kernel)

    @property
    def extents(self) -> tuple[int, ...]:
        """The cells that the kernel spans."""
        return tuple(map(extent, self.kernel, self.dilation))

    def windows(self) -> tuple[AxisWindow, ...]:
        """What a cell of the output looks at."""
        before = (sides[0] for sides in self.sides)
        return tuple(map(AxisWindow, self.extents, self.stride, before))

    def padded(self, shape: Shape) -> tuple[int, ...]:
        """The cells of each axis, those added included."""
        return tuple(n + sum(sides) for n, sides in zip(shape[1:], self.sides, strict=True))

    def formulas(self, shape: Shape) -> tuple[SizeFormula, ...]:
        """The size formula of each axis.

        Raises:
            SpecError: if the kernel does not fit.
        """
        before, after = zip(*self.sides, strict=True)
        return tuple(map(SizeFormula, shape[1:], self.kernel, self.stride, before, after, self.dilation))


def sides_of(padding: str | Amount, kernel: Sequence[int], dilation: Sequence[int]) -> Sides:
    """(before, after) of each axis: the cells that a padding adds."""
    amounts = (padding,) * len(kernel) if isinstance(padding, str) else per_axis(padding, len(kernel))
    return tuple(map(padding_amounts, amounts, kernel, dilation))


def check_maps(layer: Layer, shape: Shape) -> None:
    """Raise a Misfit unless maps with the layer's number of axes come in."""
    axes = layer.axes or 2
    if len(shape) != axes + 1:
        raise Misfit(f"{layer.type} needs {_NEEDS[axes]}, and {shape_text(shape)} comes in.")


def check_added(move: Move, shape: Shape) -> None:
    """Raise a Misfit if the maps are too small to fill their padding."""
    try:
        for name, n, (before, after) in zip(AXIS_NAMES[move.axes], shape[1:], move.sides, strict=True):
            check_padding_mode(move.mode, n, before, after, name)
    except SpecError as error:
        less = move.mode == _NO_REPEAT
        most = tuple(min(max(sides), n - less) for n, sides in zip(shape[1:], move.sides, strict=True))
        fixes = [
            Fix("padding mode replicate", {"padding_mode": "replicate"}),
            Fix("padding mode zeros", {"padding_mode": "zeros"}),
            Fix(f"padding {amount_text(most)}", {"padding": most}),
        ]
        raise Misfit(str(error), fixes) from None


def sizes_after(move: Move, shape: Shape, resizable: bool = True) -> tuple[int, ...]:
    """The cells of each axis that come out.

    Raises:
        Misfit: if the kernel is larger than the padded maps; `resizable` tells whether a smaller one is a way out.
    """
    if any(spans > room for spans, room in zip(move.extents, move.padded(shape), strict=True)):
        raise Misfit(_too_large(move, shape), _smaller(move, shape, resizable))
    return tuple(formula.result for formula in move.formulas(shape))


def _too_large(move: Move, shape: Shape) -> str:
    spans = f", spread to {shape_text(move.extents)}," if max(move.dilation) > 1 else ""
    padded = move.padded(shape)
    room = f"{shape_text(shape[1:])} input" + (f" padded to {shape_text(padded)}" if padded != shape[1:] else "")
    return f"A kernel of {shape_text(move.kernel)}{spans} is larger than its {room}."


def _smaller(move: Move, shape: Shape, resizable: bool) -> list[Fix]:
    room = move.padded(shape)
    fits = tuple(min(k, (n - 1) // gap + 1) for k, n, gap in zip(move.kernel, room, move.dilation, strict=True))
    fixes = [Fix("padding same", {"padding": "same"})]
    fixes += [Fix(f"kernel {amount_text(fits)}", {"kernel_size": fits})] if resizable else []
    return fixes + ([Fix("dilation 1", {"dilation": 1})] if max(move.dilation) > 1 else [])


def amount_text(amount: Sequence[int]) -> str:
    """An amount for each axis as people write it.

    Example:
        >>> amount_text((3, 3)), amount_text((3, 5))
        ('3', '3×5')
    """
    return str(amount[0]) if len(set(amount)) == 1 else shape_text(tuple(amount))


def skipping(extents: Sequence[int], stride: Sequence[int]) -> list[Doubt]:
    """A doubt if windows stand so far apart that cells between them are never read. One cell is a choice of cells."""
    if all(step <= cells or cells == 1 for step, cells in zip(stride, extents, strict=True)):
        return []
    fits = tuple(map(min, stride, extents))
    return [
        Doubt(
            f"Stride {amount_text(stride)} steps over cells that no window of {shape_text(tuple(extents))} reads.",
            (Fix(f"stride {amount_text(fits)}", {"stride": fits}),),
        )
    ]
