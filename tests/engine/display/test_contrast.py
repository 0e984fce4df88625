"""A few strong cells do not leave the others pale, and what lies beyond the range is still counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.display.contrast import STRONGEST, tightened
from engine.display.levels import measure

maps = hnp.arrays(np.float32, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.floats(-9, 9, width=32))


@given(maps, st.floats(0, 10))
def test_at_most_that_share_lies_beyond_and_zero_stays_where_it_is(values: np.ndarray, percent: float) -> None:
    levels = measure(values)
    tight = tightened(levels, values, percent)
    reach = max(abs(tight.low), abs(tight.high))
    beyond = (np.abs(values) > reach * (1 + 1e-6)).mean()
    assert beyond <= percent / 100 + 1 / values.size
    assert levels.high / STRONGEST <= tight.high * (1 + 1e-6)
    assert tight.high <= levels.high
    assert tight.low * levels.high == pytest.approx(levels.low * tight.high)
    assert (tight.minimum, tight.maximum) == (levels.minimum, levels.maximum)


def test_a_single_hot_cell_keeps_its_full_range() -> None:
    values = np.zeros((50, 50), np.float32)
    values[20, 30] = 7.0
    assert tightened(measure(values), values, 0.5).high == 7.0


def test_none_at_all_and_directions_stay_as_they_are() -> None:
    values = np.linspace(-1, 3, 999, dtype=np.float32)
    assert tightened(measure(values), values, 0.0) == measure(values)
    turning = measure(values, direction=True)
    assert tightened(turning, values, 5.0) == turning


def test_cells_without_a_number_do_not_count() -> None:
    values = np.array([np.nan, np.inf, 1.0, -2.0], np.float32)
    assert tightened(measure(values), values, 0.5).high == 2.0
    nothing = np.full((3, 3), np.nan, np.float32)
    assert tightened(measure(nothing), nothing, 0.5) == measure(nothing)
