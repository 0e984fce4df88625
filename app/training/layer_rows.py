"""Figures of a network's layers as rows: one for each layer that has weights."""

from __future__ import annotations

import math
from typing import NamedTuple

from app.training.series import Series
from app.widgets.number_text import shown
from engine.protocol import Layers
from engine.spec.events import Histogram

COLUMNS = ("weights", "activations", "gradients")
GOOD = (3e-4, 3e-3)
"""The usual ratio of a step to the weights that it moves: about 0.001.

Source: Stanford CS231n, notes on "Neural Networks Part 3: Learning and Evaluation", ratio of weights and updates
"""
TOP, BOTTOM = 1e-1, 1e-6
"""Of the axis of ratios."""


class LayerRow(NamedTuple):
    """A layer: histograms by column, its newest ratio and those before, and the share of its outputs that are dead."""

    name: str
    histograms: tuple[Histogram | None, ...]
    ratio: float
    history: Series
    dead: float


def rows_of(told: Layers, ratios: dict[str, Series]) -> list[LayerRow]:
    """The layers with weights. Their outputs are dead where the layers behind them, such as a ReLU, make only zeros."""
    rows: list[LayerRow] = []
    for each in told.layers:
        if each.weights is not None:
            histograms = (each.weights, each.made, each.gradients)
            history = ratios.get(each.layer, Series())
            rows.append(LayerRow(each.layer, histograms, each.update_ratio, history, each.still))
        elif rows:
            rows[-1] = rows[-1]._replace(dead=max(rows[-1].dead, each.still))
    return rows


def bin_words(row: LayerRow, column: int, place: int | None) -> str:
    """What a histogram says: the whole of it, or one of its bins."""
    found = row.histograms[column]
    if found is None:
        return f"{row.name}, {COLUMNS[column]}: none, since it is frozen"
    total = max(sum(found.counts), 1)
    odd = f"; {found.odd:,} are not finite" if found.odd else ""
    if place is None:
        return f"{row.name}, {COLUMNS[column]}: {shown(found.low, 3)} to {shown(found.high, 3)}{odd}"
    step = (found.high - found.low) / len(found.counts)
    low, high = found.low + place * step, found.low + (place + 1) * step
    share = 100 * found.counts[place] / total
    words = f"{found.counts[place]:,} of {total:,} ({share:.2g} %)"
    return f"{row.name}, {COLUMNS[column]} from {shown(low, 3)} to {shown(high, 3)}: {words}{odd}"


def ratio_words(row: LayerRow) -> str:
    """How far a step moves the weights, and whether that is usual."""
    if not row.ratio:
        return f"{row.name}: its weights do not move"
    usual = "as usual" if GOOD[0] <= row.ratio <= GOOD[1] else "small" if row.ratio < GOOD[0] else "large"
    return f"{row.name}: a step is {shown(row.ratio, 2)} of its weights' length, {usual} (about 0.001 is)"


def dead_words(row: LayerRow) -> str:
    """How many outputs say nothing."""
    return f"{row.name}: {100 * row.dead:.3g} % of its outputs are zero for the whole batch"


def height_of(ratio: float) -> float:
    """Where a ratio lies on the axis, 0 at its foot and 1 at its top.

    Example:
        >>> height_of(1e-6), round(height_of(1e-3), 3), height_of(7.0)
        (0.0, 0.6, 1.0)
    """
    whole = math.log10(TOP / BOTTOM)
    return min(max(math.log10(max(ratio, BOTTOM) / BOTTOM) / whole, 0.0), 1.0)
