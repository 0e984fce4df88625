"""One output cell as the sum it is, in lines short enough to stand in a panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.widgets.number_text import shown
from engine.protocol import Readout, Term

LINES = 3
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


def sum_of(terms: Sequence[Term], columns: int, room: int) -> Sum:
    """The sum laid out as the kernel is: its rows below each other, its columns in line; the middle of a large one.

    Args:
        terms: row by row.
        columns: of the kernel.
        room: characters that a line may have.
    """
    grid = [list(terms[start : start + columns]) for start in range(0, len(terms), columns)]
    rows, all_columns = _middle(len(grid), LINES), range(columns)
    for digits in (3, 2):
        lines = _lines(grid, rows, all_columns, digits)
        if _width(lines) <= room:
            return Sum(_joined(lines), len(rows) == len(grid))
    lines = _lines(grid, rows, _middle(columns, 1), 2)
    for count in range(2, columns):
        more = _lines(grid, rows, _middle(columns, count), 2)
        if _width(more) > room:
            break
        lines = more
    return Sum(_joined(lines), whole=False)


def _middle(count: int, most: int) -> range:
    """The places of the `most` middle ones of `count`."""
    first = max(count - most, 0) // 2
    return range(first, first + min(count, most))


def _lines(grid: list[list[Term]], rows: range, columns: range, digits: int) -> list[str]:
    texts = [[term_text(grid[row][column], digits) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    before = f"{_MORE} " if columns.start else ""
    after = f" {_MORE}" if columns.stop < len(grid[0]) else ""
    aligned = [[text.rjust(width) for text, width in zip(line, widths, strict=True)] for line in texts]
    return [f"{before}{_JOINT.join(line)}{after}" for line in aligned]


def _joined(lines: list[str]) -> str:
    return " +\n".join(lines)


def _width(lines: list[str]) -> int:
    return max(map(len, _joined(lines).split("\n")))


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
