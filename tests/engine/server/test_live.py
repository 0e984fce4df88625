"""Frames that come faster than they can be shown: the newest is taken, all others are counted, nothing waits long."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from engine.display.thumbnails import make_gallery
from engine.frames.latest import LatestSource
from engine.inline import InlineEngine
from engine.kernels import kernel, kernel_names
from engine.protocol import Event, Plane, Release, Result, Show, SourceState, Thumbnails
from engine.server import gallery
from engine.spec.edit import with_kernel
from engine.spec.project import Project
from engine.spec.source import Pattern

PROJECT = Project(source=Pattern(kind="noise", height=30, width=40))


class Tap(LatestSource):
    """A source whose frames come when the test lets them."""

    def __init__(self) -> None:
        super().__init__(lambda: None)
        self.sent = 0

    def drip(self, count: int = 1) -> None:
        """So many frames, stamped 1, 2, 3 and so on."""
        for _ in range(count):
            self.sent += 1
            pixels = np.random.default_rng(self.sent).integers(0, 256, (30, 40, 3), np.uint8)
            self.publish(pixels, self.sent, stamp=float(self.sent), state="playing")

    def update(self, spec: object) -> bool:
        return True

    def close(self) -> None:
        self.seal()


class Desk:
    """An inline engine on a tap, and what it said."""

    def __init__(self, tap: Tap) -> None:
        self.tap = tap
        self.engine = InlineEngine()
        self.said: list[Event] = []

    def show(self, number: int, dark: bool = True, thumbnails: bool = False) -> None:
        self.engine.offer(Show(id=number, project=PROJECT, dark=dark, gallery=thumbnails))

    def poll(self) -> list[Event]:
        found = self.engine.poll()
        self.said += found
        return found

    @property
    def results(self) -> list[Result]:
        return [event for event in self.said if isinstance(event, Result)]

    def release(self, result: Result) -> None:
        for plane in result.planes:
            self.engine.send(Release(view=plane.view, slot=plane.slot))

    def counts(self) -> tuple[int, int, int]:
        """(captured, processed, dropped) as they are now."""
        self.engine._session._sourcing._reported = 0.0
        self.poll()
        state = next(event for event in reversed(self.said) if isinstance(event, SourceState))
        return state.captured, state.processed, state.dropped


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    tap = Tap()
    monkeypatch.setattr("engine.server.sourcing.open_source", lambda spec, wake: tap)
    made = Desk(tap)
    yield made
    made.engine.close()


def test_without_room_frames_wait_at_the_source_and_the_newest_is_taken(desk: Desk) -> None:
    desk.show(1)
    for _ in range(3):
        desk.tap.drip()
        desk.poll()
    assert [result.arrived for result in desk.results] == [1, 2, 3]
    desk.tap.drip(4)
    desk.poll()
    assert len(desk.results) == 3, "no slot was free"
    assert desk.counts() == (7, 3, 3)
    desk.release(desk.results[0])
    desk.poll()
    assert desk.results[-1].arrived == 7
    assert desk.counts() == (7, 4, 3)


def test_each_frame_is_processed_once_whatever_is_asked_of_it(desk: Desk) -> None:
    desk.show(1)
    desk.tap.drip()
    desk.poll()
    desk.release(desk.results[-1])
    desk.show(2, dark=False)
    desk.poll()
    last = desk.results[-1]
    assert {plane.view for plane in last.planes} == {"input", "map"}
    assert (last.id, last.frame) == (2, 1)
    assert desk.counts() == (1, 1, 0)


def test_a_slot_that_comes_back_wakes_the_engine_only_where_it_was_missed(desk: Desk) -> None:
    session = desk.engine._session
    desk.show(1)
    desk.tap.drip()
    desk.poll()
    first = desk.results[-1].planes[0]
    assert not session.handle(Release(view=first.view, slot=first.slot))
    for _ in range(4):
        desk.tap.drip()
        desk.poll()
    held = desk.results[-1].planes[0]
    assert session.handle(Release(view=held.view, slot=held.slot))


def _thumbnails(desk: Desk, between: Callable[[], None]) -> tuple[Thumbnails, int]:
    """The next thumbnails, and how many steps they took; `between` is called once, after the third step of them."""
    session, steps, called = desk.engine._session, 0, False
    while True:
        session.step()
        desk.said += desk.engine._events
        made = next((event for event in desk.engine._events if isinstance(event, Thumbnails)), None)
        desk.engine._events = []
        if made is not None:
            return made, steps
        steps += session._kernel.busy
        if steps == 3 and not called:
            called = True
            between()
        assert steps < 500


def test_a_new_frame_does_not_wait_for_thumbnails(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "SLICE_SECONDS", 0.0)
    desk.show(1, thumbnails=True)
    desk.tap.drip()
    made, steps = _thumbnails(desk, lambda: desk.tap.drip(1))
    assert steps >= len(kernel_names()), "they were made one by one"
    order = [type(event) for event in desk.said if isinstance(event, (Result, Thumbnails))]
    assert order == [Result, Result, Thumbnails]
    first = np.random.default_rng(1).integers(0, 256, (30, 40, 3), np.uint8)
    assert (_picture(desk, made.plane) == _expected(first)).all(), "all of one frame"


def test_thumbnails_are_begun_again_when_they_would_look_otherwise(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "SLICE_SECONDS", 0.0)
    desk.show(1, thumbnails=True)
    desk.tap.drip()
    made, _ = _thumbnails(desk, lambda: desk.show(2, dark=False, thumbnails=True))
    pixels = np.random.default_rng(1).integers(0, 256, (30, 40, 3), np.uint8)
    assert (_picture(desk, made.plane) == _expected(pixels, dark=False)).all()


def _picture(desk: Desk, plane: Plane) -> np.ndarray:
    memory = desk.engine.buffers.slot(plane.view, plane.slot, plane.height, plane.width)
    return np.frombuffer(memory, np.uint8).reshape(plane.height, plane.width, 4).copy()


def _expected(pixels: np.ndarray, dark: bool = True) -> np.ndarray:
    specs = [with_kernel(PROJECT.filter, kernel(name).spec()) for name in kernel_names()]
    made = make_gallery(pixels, specs, gallery.SIDE, PROJECT.view, dark)
    out = np.zeros((*made.mosaic.size, 4), np.uint8)
    made.paint(out)
    return out
