"""Where the cells of a grid of numbers lie, and how their numbers are written."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtGui import QFontMetricsF

from app.widgets.fonts import number_font
from app.widgets.kernel_layout import KernelLayout
from app.widgets.number_text import MINUS, compact

LARGEST = (56, 76)  # height and width of a cell
_GAPS = ((26, 3), (14, 2), (5, 1))
_WIDE = 40  # pixels of a cell in which a number need not reach to the edges
_FONTS = (15, 14, 13, 12, 11, 10, 9)
_ROOMS = ((6, False), (5, True), (4, True))
"""Characters that a number is given, and whether the zero before the point goes."""


class Writing(NamedTuple):
    """How numbers are written into cells of one size: `room` characters in a font of `pixels`."""

    pixels: int
    room: int
    bare: bool


@lru_cache(maxsize=256)
def lay_out(rows: int, columns: int, width: int, height: int) -> KernelLayout:
    """Cells that fill `width` × `height` pixels as well as numbers want it, at the left and in the middle."""
    margin = 4  # for the ring around the outermost cells
    across, down = max(width - 2 * margin, 1), max(height - 2 * margin, 1)
    pitch = min(across / columns, down / rows)
    best = next((gap for least, gap in _GAPS if pitch >= least), 0)
    for gap in (best, 1):
        tall = max(min((down + gap) // rows - gap, LARGEST[0]), 1)
        wide = max(min((across + gap) // columns - gap, LARGEST[1], max(2 * tall, tall + 16)), 1)
        if _writing(wide, tall) is not None:
            break
    else:  # squares without lines between them: a picture
        gap, tall = 0, max(min(across // columns, down // rows), 1)
        wide = tall
    left = max((width - columns * (wide + gap) + gap) // 2, 0)
    top = max((height - rows * (tall + gap) + gap) // 2, 0)
    return KernelLayout(rows, columns, wide, tall, gap, left, top)


def writing_for(layout: KernelLayout) -> Writing | None:
    """The best way to write any number into cells of this size; it does not depend on the numbers, which change.

    None if cells are too small for numbers.
    """
    return _writing(layout.width, layout.height)


@lru_cache(maxsize=256)
def _writing(width: int, height: int) -> Writing | None:
    for room, bare in _ROOMS:
        for pixels in _FONTS:
            metrics = QFontMetricsF(number_font(pixels))
            wide = room * metrics.horizontalAdvance("0") + (6 if width > _WIDE else 2) <= width
            if wide and metrics.capHeight() + 5 <= height:
                return Writing(pixels, room, bare)
    return None


def cell_text(value: float, writing: Writing, padding: bool = False) -> str | None:
    """A number as it stands in a cell: with three digits if there is room, in brackets on padding; None without room.

    Example:
        >>> cell_text(-0.25, Writing(11, 5, True)), cell_text(0.0, Writing(11, 5, True), padding=True)
        ('−.25', '[0]')
    """
    room = writing.room - 2 * padding
    for bare, least in ((writing.bare, 3), (True, 3), (True, 2)):
        text = compact(value, room, bare, digits=3, least=least)
        if text is not None:
            break
    else:
        text = _rounded(value, room)
    return f"[{text}]" if padding and text is not None else text


def _rounded(value: float, room: int) -> str | None:
    """A number below 1 with as many decimals as there is room for: .000 is very small, 0 is nothing.

    Example:
        >>> _rounded(0.00043, 4), _rounded(-0.0123, 4), _rounded(12345.0, 4)
        ('.000', '−.01', None)
    """
    sign = MINUS if value < 0 else ""
    decimals = room - 1 - len(sign)
    text = f"{abs(value):.{max(decimals, 0)}f}"
    return f"{sign}{text[1:]}" if decimals >= 2 and text.startswith("0.") else None
