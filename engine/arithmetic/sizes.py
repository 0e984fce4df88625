"""How large a feature map becomes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from engine.arithmetic.checks import whole
from engine.arithmetic.padding import extent, padding_amounts
from engine.errors import SpecError


@dataclass(frozen=True, slots=True)
class SizeFormula:
    """⌊(n − e + p_before + p_after) / s⌋ + 1 along one axis, with its numbers.

    One whose kernel does not fit cannot be made: SpecError.

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), relationships 6 and 15.
    """

    size: int
    kernel_size: int
    stride: int
    before: int
    after: int
    dilation: int

    def __post_init__(self) -> None:
        if self.numerator < 0:
            raise SpecError(_does_not_fit(self))

    @property
    def extent(self) -> int:
        """e, the cells that the kernel spans."""
        return self.dilation * (self.kernel_size - 1) + 1

    @property
    def numerator(self) -> int:
        """How many cells the kernel can move, from its first place to the far end."""
        return self.size - self.extent + self.before + self.after

    @property
    def quotient(self) -> Fraction:
        """How many steps that would be if steps could be parts of one; exact."""
        return Fraction(self.numerator, self.stride)

    @property
    def floor(self) -> int:
        """How many whole steps there are."""
        return self.numerator // self.stride

    @property
    def result(self) -> int:
        """The size of the output: one cell for each step and one for the start."""
        return self.floor + 1

    @property
    def unread(self) -> int:
        """How many cells at the far end, padding included, the floor leaves without any visit."""
        return self.numerator % self.stride

    @property
    def unread_pixels(self) -> int:
        """How many of the unread cells are pixels of the input and no padding."""
        return max(0, self.unread - self.after)

    @property
    def text(self) -> str:
        """The formula with its numbers in place.

        Example:
            >>> size_formula(512, 3, stride=2, padding=1).text
            '⌊(512 − 3 + 2·1) / 2⌋ + 1 = 256'
            >>> size_formula(7, 4, padding="same", dilation=2).text
            'e = 2·(4 − 1) + 1 = 7; ⌊(7 − 7 + 2·3) / 1⌋ + 1 = 7'
            >>> size_formula(7, 4, padding="same").text
            '⌊(7 − 4 + 1 + 2) / 1⌋ + 1 = 7'
        """
        e = self.extent
        spans = f"e = {self.dilation}·({self.kernel_size} − 1) + 1 = {e}; " if self.dilation > 1 else ""
        added = f"2·{self.before}" if self.before == self.after else f"{self.before} + {self.after}"
        return f"{spans}⌊({self.size} − {e} + {added}) / {self.stride}⌋ + 1 = {self.result}"

    @property
    def steps(self) -> str:
        """The same worked out, so that what the floor takes away can be seen.

        Example:
            >>> size_formula(512, 3, stride=2, padding=1).steps
            '⌊511 / 2⌋ + 1 = ⌊255.5⌋ + 1 = 255 + 1 = 256'
        """
        exact = f"⌊{float(self.quotient):.6g}⌋ + 1 = " if self.unread else ""
        return f"⌊{self.numerator} / {self.stride}⌋ + 1 = {exact}{self.floor} + 1 = {self.result}"


def size_formula(
    size: int, kernel_size: int, stride: int = 1, padding: int | str = 0, dilation: int = 1
) -> SizeFormula:
    """The output-size formula of one axis with every number in it; see `output_size` for the arguments."""
    before, after = padding_amounts(padding, kernel_size, dilation)
    return SizeFormula(
        size=whole(size, "Input size", 1),
        kernel_size=whole(kernel_size, "Kernel size", 1),
        stride=whole(stride, "Stride", 1),
        before=before,
        after=after,
        dilation=whole(dilation, "Dilation", 1),
    )


def _does_not_fit(formula: SizeFormula) -> str:
    padded = formula.size + formula.before + formula.after
    room = f"{formula.size} cells" if padded == formula.size else f"{formula.size} cells padded to {padded}"
    dilated = f" (size {formula.kernel_size}, dilation {formula.dilation})" if formula.dilation > 1 else ""
    return (
        f"A kernel that spans {formula.extent} cells{dilated} does not fit into {room}; "
        f"a smaller one, or {formula.extent - padded} more cell(s) of input or padding, would do."
    )


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int | str = 0, dilation: int = 1) -> int:
    """How many cells the output has along one axis: ⌊(n − e + 2p) / s⌋ + 1, where e = d(k − 1) + 1.

    Args:
        size: n, the input's cells along this axis, at least 1.
        kernel_size: k, the kernel's cells.
        stride: s, how far the kernel moves each time.
        padding: p, cells added at each end; or "valid", "same", "full".
        dilation: d, the distance between neighbouring weights.

    Raises:
        SpecError: if the kernel does not fit even once, or an argument is no whole number in its range.

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), relationship 15.

    Example:
        >>> output_size(28, kernel_size=5), output_size(28, kernel_size=5, padding="same", stride=2)
        (24, 14)
    """
    return size_formula(size, kernel_size, stride, padding, dilation).result


def pooled_size(
    size: int,
    kernel_size: int,
    stride: int | None = None,
    padding: int = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """How many cells pooling leaves along one axis, by torch's rule.

    Args:
        size: the map's cells along this axis.
        kernel_size: the pooling window's cells.
        stride: how far the window moves; its own size if None.
        padding: cells added at each end, at most half the window's cells.
        dilation: the distance between neighbouring cells of the window.
        ceil_mode: round up instead of down, but start no window beyond the map and its first padding.

    Raises:
        SpecError: if the window does not fit or the padding is too large.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html (shape), and its note on `ceil_mode`.

    Example:
        >>> pooled_size(28, 2), pooled_size(7, 2), pooled_size(7, 2, ceil_mode=True)
        (14, 3, 4)
    """
    spans, before = extent(kernel_size, dilation), whole(padding, "Pool padding", 0)
    step = whole(kernel_size if stride is None else stride, "Pool stride", 1)
    if before > kernel_size // 2:
        raise SpecError(
            f"Pool padding {before} is more than half the pool size {kernel_size}; {kernel_size // 2} would do."
        )
    if not ceil_mode:
        return size_formula(size, kernel_size, step, before, dilation).result
    cells = -(-(whole(size, "Input size", 1) + 2 * before - spans) // step) + 1
    cells -= (cells - 1) * step >= size + before
    if cells < 1:
        raise SpecError(f"A pooling window of {spans} cells does not fit into {size}; a smaller one would do.")
    return cells
