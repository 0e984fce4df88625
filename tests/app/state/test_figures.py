"""The figures of the status bar are what happened, no more."""

from __future__ import annotations

import pytest

from app.state.figures import WINDOW_SECONDS, Latency, Rate, percentile


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_a_rate_is_events_by_seconds_and_forgets() -> None:
    clock = Clock()
    rate = Rate(clock)
    assert rate.value == 0.0
    for _ in range(31):
        rate.tick()
        clock.now += 0.05
    assert rate.value == pytest.approx(20.0, rel=1e-6)
    clock.now += 2 * WINDOW_SECONDS
    assert rate.value == 0.0


def test_percentiles_of_latency_and_the_last_known_when_idle() -> None:
    clock = Clock()
    latency = Latency(clock)
    assert latency.percentiles() == (0.0, 0.0)
    for spent in range(1, 101):
        latency.add(clock.now - spent / 1000)
    p50, p95 = latency.percentiles()
    assert p50 == pytest.approx(0.051) and p95 == pytest.approx(0.096)
    clock.now += 2 * WINDOW_SECONDS
    assert latency.percentiles() == (pytest.approx(0.1), pytest.approx(0.1))


def test_a_percentile_of_nothing_is_zero() -> None:
    assert percentile([], 0.5) == 0.0
    assert percentile([3.0], 0.95) == 3.0
