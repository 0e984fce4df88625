"""How large a feature map becomes, and how many cells each kind of padding adds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.arithmetic.checks import pair, whole
from engine.errors import SpecError

PADDING_WORDS = ("valid", "same", "full")
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def extent(kernel_size: int, dilation: int = 1) -> int:
    """How many cells a kernel spans: e = d(k − 1) + 1; with dilation 1 that is its size.

    Example:
        >>> extent(3), extent(3, dilation=2)
        (3, 5)
    """
    return whole(dilation, "Dilation", 1) * (whole(kernel_size, "Kernel size", 1) - 1) + 1


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


def padding_amounts(padding: int | str, kernel_size: int, dilation: int = 1) -> tuple[int, int]:
    """How many cells a padding adds before and after the input along one axis.

    Args:
        padding: "valid" adds none; "same" adds what keeps the size (⌊(e − 1)/2⌋ before, the rest after); "full" adds
            e − 1 at each end, so that every pixel meets every weight; a number adds that many at each end.
        kernel_size: the kernel's cells along this axis.
        dilation: the distance between neighbouring weights; e = d(k − 1) + 1.

    Returns:
        (before, after).

    Raises:
        SpecError: for another word, or a number below 0.

    Example:
        >>> padding_amounts("same", 4), padding_amounts("full", 3, dilation=2), padding_amounts(2, 5)
        ((1, 2), (4, 4), (2, 2))
    """
    around = extent(kernel_size, dilation) - 1
    if isinstance(padding, str):
        if padding not in PADDING_WORDS:
            raise SpecError(f"Padding cannot be {padding!r}; it can be {', '.join(PADDING_WORDS)} or a number.")
        return {"valid": (0, 0), "same": (around // 2, around - around // 2), "full": (around, around)}[padding]
    cells = whole(padding, "Padding", 0)
    return cells, cells


def padding_per_side(
    padding: Any, kernel_size: tuple[int, int], dilation: Any = 1
) -> tuple[tuple[int, int], tuple[int, int]]:
    """((top, bottom), (left, right)) for a padding that is a word, a number or a (vertical, horizontal) pair.

    Example:
        >>> padding_per_side("same", (3, 4)), padding_per_side((0, 2), (3, 3))
        (((1, 1), (1, 2)), ((0, 0), (2, 2)))
    """
    vertical, horizontal = (padding, padding) if isinstance(padding, str) else pair(padding, "Padding", 0)
    down, across = pair(dilation, "Dilation", 1)
    return padding_amounts(vertical, kernel_size[0], down), padding_amounts(horizontal, kernel_size[1], across)


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


def check_padding_mode(mode: str, size: int, before: int, after: int, axis: str = "") -> None:
    """Raise SpecError if the input is too small to fill its padding this way.

    Reflect mirrors without repeating the edge, so it has n − 1 cells to give; circular has n.

    Args:
        mode: "zeros", "reflect", "replicate" or "circular".
        size: the input's cells along this axis.
        before: cells added before it.
        after: cells added after it.
        axis: "height" or "width", for the sentence.
    """
    if mode not in PADDING_MODES:
        raise SpecError(f"Padding mode cannot be {mode!r}; it can be {', '.join(PADDING_MODES)}.")
    most = {"reflect": size - 1, "circular": size}.get(mode)
    wanted = max(before, after)
    if most is not None and wanted > most:
        raise SpecError(
            f"Padding mode '{mode}' can add at most {most} cell(s) to a {axis or 'size'} of {size}, and {wanted} are "
            f"wanted; less padding, or mode 'zeros' or 'replicate', would do."
        )
