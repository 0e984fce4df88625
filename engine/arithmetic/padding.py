"""How many cells each kind of padding adds, and whether a picture is large enough to fill them."""

from __future__ import annotations

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
