"""What is said of a chain without computing it, against computing it."""

from __future__ import annotations

from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.filtering.chain import apply_chain
from engine.spec.chain_check import chain_states
from engine.spec.edit import with_channels
from engine.spec.filter import FilterSpec
from tests.engine.filtering.test_chain import chains, result_or_reason, sides
from tests.engine.filtering.test_picture import frame_of


def map_of(frame: NDArray[Any], steps: tuple[FilterSpec, ...]) -> NDArray[Any]:
    return apply_chain(frame, steps).map


@settings(max_examples=3 * settings().max_examples, suppress_health_check=list(HealthCheck))
@given(chains, sides, sides)
def test_the_first_step_that_cannot_be_is_the_one_that_is_refused(
    steps: tuple[FilterSpec, ...], height: int, width: int
) -> None:
    states = chain_states(steps, (height, width))
    assert len(states) == len(steps)
    frame = frame_of(height, width)
    for count in range(1, len(steps) + 1):
        found, _ = result_or_reason(partial(map_of, frame, steps[:count]))
        if found is None:
            assert states[count - 1].size is None
            assert states[count - 1].problem.endswith(".")
            assert states[count:] == ((None, ""),) * (len(steps) - count)
            break
        assert states[count - 1] == (found.shape[:2], "")


@given(st.sampled_from(["grey", "each", "sum"]), st.sampled_from(["grey", "each"]))
def test_a_sum_over_channels_needs_them(first: str, second: str) -> None:
    one, two = (with_channels(FilterSpec(), each) for each in (first, second))  # type: ignore[arg-type]
    last = with_channels(FilterSpec(), "sum")
    states = chain_states([one, two, last], (9, 9))
    assert bool(states[2].problem) == ((first, second) != ("each", "each"))
