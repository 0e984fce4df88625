"""Axes whose ends are round, hold everything, and stay where they are while a curve grows."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.training.plot import Plot, Shown
from app.training.ranges import snapped, spanned
from app.training.series import Series
from engine.protocol import Points
from tests.app.training.conftest import Stage

numbers = st.floats(-1e12, 1e12, allow_subnormal=False)


@given(numbers, numbers)
def test_everything_lies_inside_and_little_else(first: float, second: float) -> None:
    low, high = sorted((first, second))
    start, end = snapped(low, high)
    assert start <= low <= high <= end
    assert math.isfinite(end - start)
    if high - low > 1e-6 * max(abs(low), abs(high), 1e-3):
        assert end - start <= 1.7 * (high - low)


@given(st.floats(0.1, 10), st.integers(1, 8))
def test_a_growing_curve_changes_its_range_seldom(step: float, seed: int) -> None:
    grown = np.cumsum(np.random.default_rng(seed).random(2000) * step)
    assert len({snapped(0.0, float(value), margin=0.0) for value in grown[1000:]}) <= 9


def test_nothing_spans_nothing() -> None:
    assert spanned() is None
    assert spanned(np.array([]), np.array([2.0])) == (2.0, 2.0)


def test_the_plot_shows_all_of_every_line_in_either_scale(stage: Stage) -> None:
    curves = stage.page.curves
    stage.hear(Points(steps=(10, 400), losses=(2.5, 0.03), accuracies=(0.1, 1.0)))
    stage.epoch(1, 400, accuracy=0.98)
    stage.until(lambda: curves.draws == 1)
    for pressed in (False, True):
        if pressed:
            stage.click(curves.tools.log)
        (left, right), (low, high) = curves.loss_plot.getPlotItem().viewRange()
        values = np.log10([0.03, 2.5]) if pressed else np.array([0.03, 2.5])
        assert left == 0 <= 400 <= right < 700
        assert low < values[0] < values[1] < high
    assert curves.lower_plot.getPlotItem().viewRange()[1][1] > 100


def test_axes_are_painted_anew_only_when_their_range_changes(qtbot) -> None:  # type: ignore[no-untyped-def]
    """Their text takes longer than all the rest of the plot."""
    plot = Plot("Loss", "A tip.", "loss", steps=True)
    qtbot.addWidget(plot)
    changes = []
    plot.getPlotItem().getViewBox().sigRangeChanged.connect(lambda *_: changes.append(1))
    learning, tests = Series(), Series()
    for step in range(1000, 1200, 10):
        learning.append([step], [1.0 + 0.1 * math.sin(step)])
        plot.draw(Shown(learning, tests))
    assert 1 <= len(changes) <= 4
