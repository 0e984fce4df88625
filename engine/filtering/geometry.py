"""Where a kernel moves over a picture: every size, offset and step of one filtering, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.arithmetic import check_padding_mode, padding_per_side, pair, size_formula
from engine.errors import SpecError

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Geometry:
    """One kernel over one picture of `height` × `width` pixels with `channels` numbers each.

    `summed` is True where the kernel is as deep as the picture and the results are added up; otherwise each channel
    is filtered on its own. `rows` is the padding (top, bottom), `columns` (left, right), `size` the map's
    (height, width); every other pair is (vertical, horizontal).
    """

    height: int
    width: int
    channels: int
    summed: bool
    kernel_size: Pair
    stride: Pair
    dilation: Pair
    rows: Pair
    columns: Pair
    mode: str
    size: Pair

    @property
    def span(self) -> Pair:
        """Rows and columns that the kernel spans: d(k − 1) + 1 each."""
        (kh, kw), (dy, dx) = self.kernel_size, self.dilation
        return dy * (kh - 1) + 1, dx * (kw - 1) + 1

    @property
    def lanes(self) -> int:
        """Numbers that lie side by side for each pixel while a kernel passes: 1 where channels are summed."""
        return 1 if self.summed else self.channels

    @property
    def padded(self) -> Pair:
        """Height and width of the padded picture."""
        return self.height + sum(self.rows), self.width + sum(self.columns)

    @property
    def dense(self) -> Pair:
        """The map's size if the stride were 1."""
        return self.padded[0] - self.span[0] + 1, self.padded[1] - self.span[1] + 1


def geometry(
    shape: tuple[int, ...],
    kernel_shape: tuple[int, ...],
    padding: Any = "valid",
    padding_mode: str = "zeros",
    stride: Any = 1,
    dilation: Any = 1,
) -> Geometry:
    """Work out how a kernel of `kernel_shape` moves over a picture of `shape`.

    Args:
        shape: [H, W] or [H, W, C].
        kernel_shape: [kH, kW], or [kH, kW, C] to sum over the channels.
        padding: "valid", "same", "full", one number or (vertical, horizontal).
        padding_mode: "zeros", "reflect", "replicate" or "circular".
        stride: one number or (vertical, horizontal).
        dilation: one number or (vertical, horizontal).

    Raises:
        SpecError: if a setting is out of its range or the kernel does not fit.

    Example:
        >>> geometry((480, 640), (3, 3), padding="same", stride=2).size
        (240, 320)
    """
    step, gap = pair(stride, "Stride", 1), pair(dilation, "Dilation", 1)
    amount = padding if isinstance(padding, str) else pair(padding, "Padding", 0)
    return _geometry(shape, kernel_shape, amount, padding_mode, step, gap)


@lru_cache(maxsize=256)
def _geometry(
    shape: tuple[int, ...], kernel_shape: tuple[int, ...], padding: str | Pair, mode: str, stride: Pair, dilation: Pair
) -> Geometry:
    if len(kernel_shape) == 3 and (len(shape) != 3 or shape[2] != kernel_shape[2]):
        raise SpecError(
            f"A kernel {kernel_shape[2]} planes deep needs a picture with as many channels, [H, W, {kernel_shape[2]}]; "
            f"this one has the shape {list(shape)}."
        )
    kernel_size = kernel_shape[0], kernel_shape[1]
    sides = padding_per_side(padding, kernel_size, dilation)
    amounts = (padding, padding) if isinstance(padding, str) else padding
    size = []
    for axis, name in enumerate(("height", "width")):
        check_padding_mode(mode, shape[axis], *sides[axis], axis=name)
        formula = size_formula(shape[axis], kernel_size[axis], stride[axis], amounts[axis], dilation[axis])
        size.append(formula.result)
    return Geometry(
        height=shape[0],
        width=shape[1],
        channels=shape[2] if len(shape) == 3 else 1,
        summed=len(kernel_shape) == 3,
        kernel_size=kernel_size,
        stride=stride,
        dilation=dilation,
        rows=sides[0],
        columns=sides[1],
        mode=mode,
        size=(size[0], size[1]),
    )
