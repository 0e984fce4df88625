"""Where numbers stand, and what one of them is, in words."""

from __future__ import annotations

from collections.abc import Sequence

from app.kernels.steps.told import Cell, Told
from app.widgets.number_text import shown
from engine.spec.filter import FilterSpec


def turn_text(spec: FilterSpec, quarter: bool) -> str:
    angles = [angle for angle, on in (("90°", quarter), ("180°", spec.operation == "convolution")) if on]
    return f"turned by {' and '.join(angles)}" if angles else ""


def span_text(places: Sequence[int]) -> str:
    """Rows or columns that lie evenly apart.

    Example:
        >>> span_text([4, 5, 6]), span_text([-2, 0, 2]), span_text([7]), span_text(range(0, 50, 5))
        ('4–6', '−2, 0, 2', '7', '0–45 by 5')
    """
    step = places[1] - places[0] if len(places) > 1 else 1
    if len(places) == 1 or (step > 1 and len(places) <= 3):
        return ", ".join(shown(place) for place in places)
    joint = " to " if places[0] < 0 else "–"  # after a minus sign, a dash would be another one
    return f"{shown(places[0])}{joint}{shown(places[-1])}" + (f" by {step}" if step > 1 else "")


def places_texts(rows: Sequence[int], columns: Sequence[int]) -> tuple[str, ...]:
    """Where a rectangle of cells lies, in words and shorter and shorter.

    Example:
        >>> places_texts([4, 5], [0, 1, 2])
        ('rows 4–5 · columns 0–2', 'rows 4–5, cols 0–2', '4–5, 0–2')
    """
    down, across = span_text(rows), span_text(columns)
    names = ("row" if len(rows) == 1 else "rows", "column" if len(columns) == 1 else "columns")
    short = f"{names[0]} {down}, {names[1].replace('umn', '')} {across}"
    return f"{names[0]} {down} · {names[1]} {across}", short, f"{down}, {across}"


def product_text(told: Told, lane: int, cell: Cell) -> str:
    """One product with all its digits."""
    event = told.event
    row, column = event.rows[cell[0]], event.columns[cell[1]]
    value, weight, product = (shown(float(part[lane][cell])) for part in (told.patch, told.kernel, told.products))
    text = f"row {shown(row)}, column {shown(column)}: {value} · {weight} = {product}"
    if told.zero[cell]:
        return f"{text}   (a zero of the padding)"
    if told.padding[cell]:
        return f"{text}   (padding: a copy of row {event.held_rows[cell[0]]}, column {event.held_columns[cell[1]]})"
    return text


def pool_text(told: Told, lane: int, cell: Cell) -> str:
    """A cell of the pooling window."""
    pool = told.event.pool
    assert pool is not None
    assert told.pool is not None
    value = shown(float(told.pool[lane % len(told.pool)][cell]))
    return f"before pooling, row {pool.top + cell[0]}, column {pool.left + cell[1]}: {value}   (click to write it out)"
