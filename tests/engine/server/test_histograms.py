"""Histograms of the engine: of the very numbers that are shown, when asked for, and not too often."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.filtering import apply_chain
from engine.filtering.picture import input_planes
from engine.kernels import kernel
from engine.protocol import Histogram, Histograms, Result, Show
from engine.server import histograms
from engine.sources.grab import grab
from engine.spec.edit import with_channels
from engine.spec.filter import DetectorSpec, FilterSpec
from engine.spec.project import Project
from engine.spec.source import Pattern
from tests.engine.server.test_studio import Talk

NOISE = Pattern(kind="noise", height=40, width=56, seed=4)
BLUR = FilterSpec(kernel=kernel("gaussian").spec(), channels="each")


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk()
    yield talk
    talk.engine.close()


def counted(talk: Talk, project: Project, number: int = 1) -> Histograms:
    talk.engine.offer(Show(id=number, project=project, histogram=True))
    talk.until(lambda: talk.last(Histograms) and talk.last(Histograms).id == number)  # type: ignore[union-attr]
    found = talk.last(Histograms)
    assert found is not None
    return found


def assert_counts(found: Histogram, values: NDArray[Any]) -> None:
    """Exactly what numpy counts, in every channel."""
    planes = values if values.ndim == 3 else values[..., np.newaxis]
    assert len(found.channels) == planes.shape[-1]
    for channel, counts in enumerate(found.channels):
        expected = np.histogram(planes[..., channel].astype(np.float64), len(counts), (found.low, found.high))[0]
        assert counts == tuple(expected.tolist())


@pytest.mark.parametrize("channels", ["grey", "each", "sum"])
@pytest.mark.parametrize("before", [(), (BLUR,)])
def test_they_count_the_picture_as_it_is_seen_and_the_map_as_it_is(
    talk: Talk, channels: Any, before: tuple[FilterSpec, ...]
) -> None:
    project = Project(source=NOISE, before=before, filter=with_channels(FilterSpec(), channels))
    found = counted(talk, project)
    feature_map = talk.engine._session._kernel.values
    assert feature_map is not None
    np.testing.assert_allclose(feature_map, apply_chain(grab(NOISE), project.steps).map, atol=1e-5)
    assert_counts(found.map, feature_map)
    assert (found.map.low, found.map.high) == (float(feature_map.min()), float(feature_map.max()))
    seen = input_planes(grab(NOISE), project.steps[0].channels)
    assert (found.input.low, found.input.high) == (0.0, 1.0)
    assert_counts(found.input, seen)


def test_what_is_no_number_is_counted_apart(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = histograms.count_values

    def with_holes(values: NDArray[Any], *rest: Any) -> Any:
        holed = values.copy()
        holed[0, :3] = np.nan, np.inf, -np.inf
        return real(holed, *rest)

    monkeypatch.setattr(histograms, "count_values", with_holes)
    found = counted(talk, Project(source=NOISE)).map
    assert found.bad_cells == 3
    assert sum(found.channels[0]) == 40 * 56 - 3


def test_nobody_is_told_who_did_not_ask(talk: Talk) -> None:
    talk.engine.offer(Show(id=1, project=Project(source=NOISE)))
    talk.until(lambda: talk.last(Result))
    talk.poll()
    assert talk.last(Histograms) is None
    counted(talk, Project(source=NOISE), 2)
    told = len([each for each in talk.heard if isinstance(each, Histograms)])
    for number in range(3, 6):
        talk.engine.offer(Show(id=number, project=Project(source=NOISE), page="bank", histogram=True))
        talk.poll()
    assert len([each for each in talk.heard if isinstance(each, Histograms)]) == told


def test_many_edits_have_few_histograms_and_the_last_has_its_own(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(histograms, "monotonic", lambda: clock[0])
    for number in range(1, 21):
        project = Project(source=NOISE, filter=FilterSpec(bias=float(number), detector=DetectorSpec(kind="relu")))
        talk.engine.offer(Show(id=number, project=project, histogram=True))
        talk.until(lambda number=number: talk.last(Result) and talk.last(Result).id == number)
        talk.poll()
        clock[0] += 0.03
    told = [each.id for each in talk.heard if isinstance(each, Histograms)]
    assert told == [1, 5, 9, 13, 17]
    clock[0] += 0.1
    talk.until(lambda: talk.last(Histograms).id == 20)  # type: ignore[union-attr]
    assert talk.last(Histograms).map.low >= 16.0  # type: ignore[union-attr]


def test_a_picture_that_takes_long_to_count_is_counted_less_often(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, real = [100.0], histograms.count_values

    def slow(*given: Any) -> Any:
        clock[0] += 0.5
        return real(*given)

    monkeypatch.setattr(histograms, "monotonic", lambda: clock[0])
    monkeypatch.setattr(histograms, "count_values", slow)
    counted(talk, Project(source=NOISE))
    clock[0] += 9.0
    talk.engine.offer(Show(id=2, project=Project(source=NOISE), histogram=True))
    talk.until(lambda: talk.last(Result) and talk.last(Result).id == 2)  # type: ignore[union-attr]
    talk.poll()
    assert talk.last(Histograms).id == 1  # type: ignore[union-attr]
    clock[0] += 1.5
    talk.until(lambda: talk.last(Histograms).id == 2)  # type: ignore[union-attr]


def test_a_newer_wish_does_not_wait_for_the_counting(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = histograms.count_values

    def interrupted(values: Any, low: float, high: float, bins: int, stale: Any) -> Any:
        if talk.last(Histograms) is None and not asked:
            asked.append(1)
            talk.engine.offer(Show(id=2, project=Project(source=NOISE), histogram=True))
            assert stale()
        return real(values, low, high, bins, stale)

    asked: list[int] = []
    monkeypatch.setattr(histograms, "count_values", interrupted)
    talk.engine.offer(Show(id=1, project=Project(source=NOISE), histogram=True))
    talk.until(lambda: talk.last(Histograms))
    assert [each.id for each in talk.heard if isinstance(each, Histograms)] == [2]
