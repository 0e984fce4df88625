"""Where the chips of a row lie."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect

ARROW, LEAST, OPENER = 14, 26, 18
"""Pixels: between chips, of a chip that shows its number only, of the arrow that opens the menu of the chosen one."""
NARROW = 4
"""Between chips that are narrower than they wish to be."""


def fits(wanted: Sequence[int], room: int) -> bool:
    """Whether all chips are as wide as they wish to be, with arrows between them."""
    return sum(wanted) + ARROW * (len(wanted) - 1) <= room


def widths(wanted: Sequence[int], chosen: int, room: int) -> list[int]:
    """How wide each chip is in `room` pixels: all as wanted, or the others made narrower, down to their numbers.

    Example:
        >>> widths([90, 90, 90], 1, 400), widths([90, 90, 90], 1, 240), widths([90, 90, 90], 1, 60)
        ([90, 90, 90], [71, 90, 71], [26, 44, 26])
    """
    count = len(wanted)
    if fits(wanted, room):
        return list(wanted)
    rest = room - NARROW * (count - 1) - wanted[chosen]
    most = LEAST
    for cap in range(max(wanted), LEAST, -1):
        if sum(min(width, cap) for place, width in enumerate(wanted) if place != chosen) <= rest:
            most = cap
            break
    made = [min(width, most) for width in wanted]
    others = sum(made) - made[chosen]
    made[chosen] = max(min(wanted[chosen], room - NARROW * (count - 1) - others), LEAST + OPENER)
    return made


class ChipRow:
    """Chips of these widths, as far as there is room, beside each other; the chosen one is always in sight."""

    def __init__(self, wanted: Sequence[int], chosen: int, room: int, height: int) -> None:
        made = widths(wanted, chosen, room) if wanted else []
        gap = ARROW if fits(wanted, room) else NARROW
        lefts = [sum(made[:place]) + gap * place for place in range(len(made))]
        whole = lefts[-1] + made[-1] if made else 0
        middle = lefts[chosen] + made[chosen] // 2 if made else 0
        shift = min(max(middle - room // 2, 0), max(whole - room, 0))
        self._chosen = chosen
        self.has_arrows = gap == ARROW
        self.rectangles = [QRect(left - shift, 0, width, height) for left, width in zip(lefts, made, strict=True)]

    def at(self, point: QPoint) -> int | None:
        """The chip under a point."""
        return next((place for place, rect in enumerate(self.rectangles) if rect.contains(point)), None)

    @property
    def opener(self) -> QRect:
        """The end of the chosen chip, which opens its menu."""
        rect = self.rectangles[self._chosen]
        return QRect(rect.right() + 1 - OPENER, rect.top(), OPENER, rect.height())

    def gap(self, lifted: int, x: int) -> int:
        """The place that a chip would get if it were put down at `x`."""
        others = [rect for place, rect in enumerate(self.rectangles) if place != lifted]
        return sum(rect.center().x() < x for rect in others)

    def gap_x(self, lifted: int, gap: int) -> int:
        """Where the place between two chips lies."""
        others = [rect for place, rect in enumerate(self.rectangles) if place != lifted]
        return others[gap].left() - 2 if gap < len(others) else others[-1].right() + 3
