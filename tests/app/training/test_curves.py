"""Every point is kept, few are painted, peaks are not lost, and a new run begins with an empty plot."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from app.training.plot import MOST_POINTS
from app.training.series import Series
from engine.protocol import Points
from tests.app.training.conftest import Stage

values = st.lists(st.floats(-1e3, 1e3), min_size=0, max_size=300)


def filled(numbers: list[float], chunk: int) -> Series:
    series = Series()
    for start in range(0, len(numbers), chunk):
        part = numbers[start : start + chunk]
        series.append(range(start, start + len(part)), part)
    return series


@given(values, st.integers(1, 50), st.integers(4, 60))
def test_a_bounded_number_of_points_with_every_peak(numbers: list[float], chunk: int, most: int) -> None:
    drawn = filled(numbers, chunk).drawn(most)
    assert len(drawn.x) == len(drawn.y) <= max(most, 2)
    assert np.all(np.diff(drawn.x) >= 0)
    if numbers:
        assert (drawn.y.min(), drawn.y.max()) == (min(numbers), max(numbers))


@given(values, st.integers(1, 50), st.sampled_from([0.0, 0.5, 0.9, 0.99]))
def test_the_exponential_mean_is_that_of_a_plain_loop_however_the_points_came(
    numbers: list[float], chunk: int, factor: float
) -> None:
    series, mean, plain = Series(), 0.0, []
    for count, number in enumerate(numbers, 1):
        mean = factor * mean + (1 - factor) * number
        plain.append(mean / (1 - factor**count))
    for start in range(0, len(numbers), chunk):
        part = numbers[start : start + chunk]
        series.append(range(start, start + len(part)), part)
        series.smooth(factor, 1000)
    assert_allclose(series.smooth(factor, 1000).y, plain, atol=1e-7)
    assert_allclose(series.smooth(0.0, 1000).y, numbers, atol=1e-9)


def test_what_is_no_number_is_left_out() -> None:
    series = Series()
    series.append([1, 2, 3], [0.5, float("nan"), float("inf")])
    assert (len(series), series.last) == (1, (1.0, 0.5))


def test_many_points_grow_the_memory_and_stay_right() -> None:
    series = filled([float(number % 7) for number in range(100_000)], 997)
    assert len(series) == 100_000
    assert series.last == (99_999.0, 99_999 % 7)
    assert len(series.drawn(1200).x) <= 1200
    assert_allclose(series.smooth(0.999, 50).y[-1], 3.0, atol=0.01)


def test_a_single_peak_among_many_points_is_painted() -> None:
    numbers = [0.0] * 10_000
    numbers[5_003] = 9.0
    drawn = filled(numbers, 500).drawn(200)
    assert drawn.y.max() == 9.0
    assert len(drawn.y) <= 200


def test_points_reach_the_screen_at_a_bounded_rate_and_number(stage: Stage) -> None:
    curves = stage.page.curves
    for start in range(0, 20_000, 500):
        stage.points(start, 500)
    assert curves.draws == 0, "all of them within one tick of the clock"
    stage.until(lambda: curves.draws == 1)
    assert len(curves.now) == 20_000
    assert 0 < curves.loss_plot.points_on_screen() <= 2 * MOST_POINTS


def test_an_epoch_and_the_words_for_those_who_cannot_see(stage: Stage) -> None:
    curves = stage.page.curves
    assert curves.loss_plot.accessibleDescription().startswith("No loss yet.")
    stage.hear(Points(steps=(40,), losses=(0.25,), accuracies=(0.5,)))
    stage.epoch(1, 40, accuracy=0.91)
    stage.until(lambda: curves.draws == 1)
    told = curves.loss_plot.accessibleDescription()
    assert told.startswith("Learning loss 0.25 at step 40; test loss 0.4 after epoch 1.")
    told = curves.lower_plot.accessibleDescription()
    assert told.startswith("Learning accuracy 50 % at step 40; test accuracy 91 % after epoch 1.")
    assert curves.values.text() == "test: loss 0.4, 91 % right"


def test_a_run_that_begins_anew_clears_the_curves(stage: Stage) -> None:
    stage.points(0, 50)
    stage.epoch(1, 50)
    stage.points(0, 3, again=True)
    curves = stage.page.curves
    assert (len(curves.now), len(curves.now.lines["accuracy"]), len(curves.now.tests["loss"])) == (3, 3, 0)
    stage.hear(Points(steps=(), losses=(), again=True))
    stage.until(lambda: curves.loss_plot.points_on_screen() == 0)


def test_the_logarithmic_axis_takes_zero_and_far_too_much(stage: Stage) -> None:
    curves = stage.page.curves
    stage.hear(Points(steps=(1, 2, 3), losses=(0.0, 1e300, 0.1), accuracies=(0.0, 0.0, 1.0)))
    stage.until(lambda: curves.draws == 1)
    stage.click(curves.tools.log)
    low, high = curves.loss_plot.getPlotItem().viewRange()[1]
    assert np.isfinite([low, high]).all()
    assert low < -8 < 11 < high


def test_nothing_is_painted_behind_another_page(stage: Stage) -> None:
    curves = stage.page.curves
    stage.page.hide()
    stage.points(0, 50)
    assert not curves._timer.isActive()
    stage.page.show()
    assert curves.draws == 1
    assert curves.loss_plot.points_on_screen() > 0
