"""One output cell as the sum it is, in lines short enough to stand in a panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.widgets.number_text import shown
from engine.protocol import Readout, Term

LINES = 3
ROOM = 42
"""Characters in a line."""
_JOINT = " + "
_MORE = "…"


class Sum(NamedTuple):
    """The products as text, and whether they are all there."""

    text: str
    whole: bool


def term_text(term: Term, digits: int = 3) -> str:
    """One product; a cell of the padding stands in brackets.

    Example:
        >>> term_text(Term(weight=-2.0, value=0.25, padded=False)), term_text(Term(weight=1.0, value=0.0, padded=True))
        ('−2·0.25', '1·[0]')
    """
    value = shown(term.value, digits)
    return f"{shown(term.weight, digits)}·{f'[{value}]' if term.padded else value}"


def sum_of(terms: Sequence[Term], columns: int) -> Sum:
    """The sum laid out as the kernel is: its rows below each other, its columns in line; the middle of a large one."""
    grid = [list(terms[start : start + columns]) for start in range(0, len(terms), columns)]
    rows = _middle(len(grid), LINES)
    for digits in (3, 2):
        if _width(grid, rows, range(columns), digits) <= ROOM:
            return Sum(_lines(grid, rows, range(columns), digits, "", ""), len(rows) == len(grid))
    shown_columns = _middle(columns, 1)
    for count in range(2, columns):
        wider = _middle(columns, count)
        if _width(grid, rows, wider, 2) + 2 * len(_JOINT + _MORE) > ROOM:
            break
        shown_columns = wider
    before = _MORE + _JOINT if shown_columns.start else ""
    after = _JOINT + _MORE if shown_columns.stop < columns else ""
    return Sum(_lines(grid, rows, shown_columns, 2, before, after), whole=False)


def _middle(count: int, most: int) -> range:
    """The places of the `most` middle ones of `count`."""
    first = max(count - most, 0) // 2
    return range(first, first + min(count, most))


def _texts(grid: list[list[Term]], rows: range, columns: range, digits: int) -> list[list[str]]:
    texts = [[term_text(grid[row][column], digits) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return [[text.rjust(width) for text, width in zip(line, widths, strict=True)] for line in texts]


def _width(grid: list[list[Term]], rows: range, columns: range, digits: int) -> int:
    return max(len(_JOINT.join(line)) for line in _texts(grid, rows, columns, digits)) + len(_JOINT) - 1


def _lines(grid: list[list[Term]], rows: range, columns: range, digits: int, before: str, after: str) -> str:
    lines = [before + _JOINT.join(line) + after for line in _texts(grid, rows, columns, digits)]
    return " +\n".join(lines)


def values_text(values: Sequence[float]) -> str:
    """One value, or those of red, green and blue.

    Example:
        >>> values_text((0.731,)), values_text((1.0, -0.5, 0.0))
        ('0.731', 'R 1  G −0.5  B 0')
    """
    if len(values) == 3:
        return "  ".join(f"{name} {shown(value, 3)}" for name, value in zip("RGB", values, strict=True))
    return "  ".join(shown(value, 3) for value in values)


def place_text(readout: Readout) -> str:
    """Which cell of which picture."""
    return f"{'Map' if readout.view == 'map' else 'Input'} ({readout.row}, {readout.column})"
