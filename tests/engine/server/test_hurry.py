"""Edits that come faster than a picture is worked on: a smaller one goes ahead, the whole follows, exact."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import numpy as np
import pytest

from engine.buffers import PictureBuffers, View
from engine.display import paint
from engine.filtering import apply_filter
from engine.protocol import Event, Histograms, Plane, Probe, Readout, Release, Request, Result, Show
from engine.server import hurry, kernel_task
from engine.server.resolution import reduced_frame
from engine.server.session import Session
from engine.sources.grab import grab
from engine.spec.edit import set_cells
from engine.spec.filter import FilterSpec, PoolingSpec
from engine.spec.project import Project
from engine.spec.source import Pattern

NOISE = Pattern(kind="noise", height=512, width=640, seed=3)
REDUCTION = 4
POOLED = FilterSpec(pooling=PoolingSpec(kind="max", kernel_size=(2, 2), stride=(2, 2)))


class Storm:
    """A window whose edits come while the engine works."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.session = Session(PictureBuffers(), self._hear, lambda: None)
        self._shown: dict[View, Plane] = {}
        self.shows = 0

    def _hear(self, event: Event) -> None:
        self.heard.append(event)
        for plane in event.planes if isinstance(event, Result) else ():
            before = self._shown.get(plane.view)
            self._shown[plane.view] = plane
            if before is not None:
                self.say(Release(view=before.view, slot=before.slot))

    def say(self, request: Request) -> None:
        self.session.handle(request)

    def edit(self, spec: FilterSpec | None = None, value: float = 0.0, **more: Any) -> Project:
        """Ask for another kernel."""
        self.shows += 1
        project = Project(source=NOISE, filter=set_cells(spec or FilterSpec(), 0, [(1, 1, value)]))
        self.say(Show(id=self.shows, project=project, **{"reduction": REDUCTION, **more}))
        return project

    def settle(self) -> None:
        """Until the newest edit is answered."""
        deadline = time.monotonic() + 20.0
        while not any(each.id == self.shows and not each.preview for each in self.results):
            assert time.monotonic() < deadline, "the newest edit is never answered"
            self.session.step()

    @property
    def results(self) -> list[Result]:
        return [each for each in self.heard if isinstance(each, Result)]


@pytest.fixture
def storm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Storm]:
    monkeypatch.setattr(hurry, "SLOW", 0.0)
    storm = Storm()
    yield storm
    storm.session.close()


def _meanwhile(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, act: Callable[[], object]) -> None:
    """Have something happen once, just before the function is called next."""
    work, calls = getattr(where, name), count()

    def called(*given: Any, **more: Any) -> Any:
        if next(calls) == 0:
            act()
        return work(*given, **more)

    monkeypatch.setattr(where, name, called)


def _map_of(result: Result) -> Plane:
    return next(plane for plane in result.planes if plane.view == "map")


@pytest.mark.parametrize("spec", [FilterSpec(), POOLED], ids=["plain", "pooled"])
def test_an_overtaken_edit_is_shown_small_and_then_whole(
    storm: Storm, monkeypatch: pytest.MonkeyPatch, spec: FilterSpec
) -> None:
    storm.edit(spec)
    storm.settle()
    storm.edit(spec, 1.0)
    _meanwhile(monkeypatch, kernel_task, "apply_filter", lambda: storm.edit(spec, 2.0))
    storm.settle()
    first, preview, whole = storm.results
    assert [(each.id, each.preview) for each in (first, preview, whole)] == [(1, False), (3, True), (3, False)]
    pixels = grab(NOISE)
    project = storm.session._show.project  # type: ignore[union-attr]
    expected = apply_filter(pixels, project.filter).map
    np.testing.assert_allclose(storm.session._kernel.values, expected, rtol=0, atol=1e-5)
    small = apply_filter(reduced_frame(pixels, REDUCTION), project.filter).map
    plane = _map_of(preview)
    assert (plane.height, plane.width) == small.shape
    assert (plane.rows, plane.columns) == expected.shape == (_map_of(whole).rows, _map_of(whole).columns)
    assert plane.live
    assert plane.reduction == REDUCTION
    assert not _map_of(whole).live
    assert [plane.view for plane in preview.planes] == ["map"], "the input stays as it is"


def test_an_edit_that_nothing_overtakes_is_worked_out_at_once(storm: Storm) -> None:
    for value in range(4):
        storm.edit(value=value)
        storm.settle()
    assert not any(each.preview for each in storm.results)


@pytest.mark.parametrize("why", ["enlarged", "quick", "histogram", "pointed at"])
def test_nothing_goes_ahead_where_the_whole_is_looked_at(
    storm: Storm, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "quick":
        monkeypatch.setattr(hurry, "SLOW", 1e9)
    more: dict[str, Any] = {"reduction": 1} if why == "enlarged" else {"histogram": why == "histogram"}
    storm.edit(**more)
    storm.settle()
    if why == "pointed at":
        storm.say(Probe(view="map", row=1, column=1))
        while not any(isinstance(each, Readout) for each in storm.heard):
            storm.session.step()
    storm.edit(value=1.0, **more)
    _meanwhile(monkeypatch, kernel_task, "apply_filter", lambda: storm.edit(value=2.0, **more))
    storm.settle()
    assert not any(each.preview for each in storm.results)
    assert storm.results[-1].id == 3
    assert not (why == "histogram" and any(isinstance(e, Histograms) and e.id == 2 for e in storm.heard))


def test_what_is_given_up_while_it_is_painted_leaves_its_slot_free(
    storm: Storm, monkeypatch: pytest.MonkeyPatch
) -> None:
    storm.edit()
    storm.settle()
    for value in range(1, 9):
        storm.edit(value=value)
        with monkeypatch.context() as patch:
            _meanwhile(patch, paint, "over_rows", partial(storm.edit, value=value + 0.5))
            storm.settle()
        assert storm.session._slots.available("map")
    wholes = [each.id for each in storm.results if not each.preview]
    assert wholes == [1, *range(3, 18, 2)], "each edit gave way to the one that came while it was painted"
