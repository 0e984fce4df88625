"""A clip keeps its pace whatever its pictures cost, and no picture is converted that nobody will look at."""

from __future__ import annotations

from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.figures import percentile
from benchmarks.clips import at_rate, write_clip
from engine.frames.capture import clip, outbox, supervisor
from engine.frames.capture.clip import ClipReader
from engine.frames.capture.demand import YOUNG, Demand
from engine.frames.capture.messages import SLOTS, Arrived, Open, Release, Took, receive_report, send
from engine.frames.capture.outbox import Outbox
from engine.frames.capture.ring import Ring, make_arena
from tests.support.watching import Watched

SECONDS = 5.0
PICTURE = np.zeros((4, 6, 3), np.uint8)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


class Over(Exception):
    """The clip has been watched long enough."""


class Pictures:
    """A clip without end whose pictures cost `grab` seconds to reach and `retrieve` seconds to convert."""

    hiccup = 0.0
    """Seconds that every fiftieth takes longer."""

    def __init__(self, clock: Clock, rate: float, grab: float, retrieve: float) -> None:
        self.clock, self.rate, self.costs = clock, rate, (grab, retrieve)
        self.grabbed = 0

    def get(self, what: int) -> float:
        return self.rate if what == clip.cv2.CAP_PROP_FPS else 1e6

    def set(self, what: int, value: float) -> bool:
        return True

    def grab(self) -> bool:
        self.grabbed += 1
        self.clock.now += self.costs[0] + (self.hiccup if self.grabbed % 50 == 0 else 0.0)
        return True

    def retrieve(self, buffer: object) -> tuple[bool, np.ndarray]:
        self.clock.now += self.costs[1]
        return True, PICTURE

    def release(self) -> None: ...


class Taker:
    """Stands for the way to the engine: full for ever, or never."""

    def __init__(self, clock: Clock, wanted: bool = True) -> None:
        self.clock, self.full = clock, False
        self._wanted = wanted
        self.until = clock.now + SECONDS
        self.shown: list[float] = []
        self.skipped = 0

    def receive(self, timeout: float | None) -> None:
        self.clock.now += max(timeout or 0.0, 1e-6)
        if self.clock.now >= self.until:
            raise Over

    def wants(self) -> bool:
        return self._wanted

    def publish(self, *given: Any) -> bool:
        self.shown.append(self.clock.now)
        return True

    def skip(self) -> None:
        self.skipped += 1

    def alive(self, playing: bool) -> None: ...


def _play(
    monkeypatch: pytest.MonkeyPatch, rate: float, grab: float, retrieve: float, wanted: bool = True
) -> tuple[Pictures, Taker]:
    clock = Clock()
    monkeypatch.setattr(clip, "time", clock)
    pictures, taker = Pictures(clock, rate, grab, retrieve), Taker(clock, wanted)
    with pytest.raises(Over):
        ClipReader(pictures, taker, Open("clip", "any.avi")).run()  # type: ignore[arg-type]
    assert pictures.grabbed == len(taker.shown) + taker.skipped
    return pictures, taker


def test_every_frame_is_shown_where_there_is_time_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, taker = _play(monkeypatch, rate=240, grab=0.002, retrieve=0.002)
    assert taker.skipped == 0
    assert pictures.grabbed == pytest.approx(240 * SECONDS, rel=0.02)


def test_a_moments_delay_costs_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pictures, "hiccup", 0.05)
    pictures, taker = _play(monkeypatch, rate=240, grab=0.001, retrieve=0.001)
    assert taker.skipped == 0
    assert pictures.grabbed == pytest.approx(240 * SECONDS, rel=0.05)


def test_the_pace_is_kept_before_frames_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, taker = _play(monkeypatch, rate=240, grab=0.003, retrieve=0.003)
    assert pictures.grabbed == pytest.approx(240 * SECONDS, rel=0.05)
    affordable = (1 - 240 * 0.003) / 0.003
    assert len(taker.shown) / SECONDS == pytest.approx(affordable, rel=0.15)


def test_a_clip_that_is_too_much_is_still_seen_to_move(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, taker = _play(monkeypatch, rate=240, grab=0.006, retrieve=0.004)
    assert pictures.grabbed < 200 * SECONDS
    assert len(taker.shown) / SECONDS > 40
    assert np.diff(taker.shown).max() < 0.05


def test_what_nobody_wants_is_not_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, taker = _play(monkeypatch, rate=240, grab=0.0005, retrieve=1.0, wanted=False)
    assert len(taker.shown) == 1, "only the one that is to be seen whatever happens"
    assert pictures.grabbed == pytest.approx(240 * SECONDS, rel=0.25)


def test_a_frame_that_waits_is_replaced_only_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = Pipe()
    clock = Clock()
    monkeypatch.setattr(outbox, "time", SimpleNamespace(monotonic=clock.monotonic))
    box = Outbox(theirs, Ring(make_arena(PICTURE.nbytes)))

    def publish() -> tuple[int, float]:
        clock.now += 1e-6
        assert box.publish(PICTURE, clock.now, 0, True)
        arrived = receive_report(ours)
        assert isinstance(arrived, Arrived)
        return arrived.slot, arrived.stamp

    def say(command: Release | Took) -> None:
        send(ours, command)
        assert box.receive(0.0) is None

    assert box.wants()
    slot, stamp = publish()
    assert not box.wants(), "it waits"
    say(Took(stamp))
    assert box.wants(), "it is looked at, none waits"
    _, older = publish()
    clock.now += 1.01 * YOUNG
    assert box.wants(), "something newer after all"
    publish()
    say(Took(older))
    assert not box.wants(), "the newer one waits all the same"
    for _ in range(SLOTS - 3):
        clock.now += 1.01 * YOUNG
        assert box.wants()
        publish()
    clock.now += 1.01 * YOUNG
    assert box.full
    assert not box.wants()
    say(Release(slot))
    assert box.wants()
    for end in (ours, theirs):
        end.close()


def test_hardly_anything_is_converted_for_an_owner_that_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived: list[Arrived] = []

    def heard(pipe: Connection) -> object:
        report = receive_report(pipe)
        arrived.extend([report] if isinstance(report, Arrived) else [])
        return report

    monkeypatch.setattr(supervisor, "receive_report", heard)
    write_clip(tmp_path / "noise.avi", 48, 64, codec="I420", frames=20)
    with Watched(at_rate(tmp_path / "noise.avi", 600), take=False) as watched:
        frames = []
        while len(frames) < 20:
            watched.until(lambda: (frame := watched.source.take()) and not frames.append(frame.number))
            upto = watched.status.captured + 24
            watched.until(lambda upto=upto: watched.status.captured >= upto)  # type: ignore[misc]
        assert watched.status.captured >= 480
        assert len(arrived) < 0.5 * watched.status.captured


class Owner:
    """Takes the newest frame as soon as it has worked on the one before; a queue of length one."""

    def __init__(self, rate: float, work: float) -> None:
        self.demand = Demand()
        self.interval, self.work = 1 / rate, work
        self.waits: float | None = None
        self.busy_until = 0.0
        self.taken: list[float] = []
        """How old each was."""
        self.converted = 0

    def run(self, begin: float, seconds: float) -> None:
        """Frames come, each at its time; what happens between two of them happens first."""
        for number in range(round(seconds / self.interval)):
            now = begin + number * self.interval
            self._take_until(now)
            if self.demand.arrive(now):
                self.converted += 1
                self.waits = now
                self.demand.hand_over(now, now)

    def _take_until(self, now: float) -> None:
        if self.waits is None or (moment := max(self.busy_until, self.waits)) >= now:
            return
        self.taken.append(moment - self.waits)
        self.demand.take(self.waits, moment)
        self.busy_until, self.waits = moment + self.work, None


@given(st.floats(20, 1000), st.floats(0.001, 0.1))
def test_frames_are_handed_over_when_they_are_needed_and_hardly_any_in_vain(rate: float, work: float) -> None:
    owner = Owner(rate, work)
    owner.run(100.0, 1.0)
    owner.taken, owner.converted = [], 0
    owner.run(101.0, 4.0)
    possible = min(rate, 1 / work)
    assert len(owner.taken) / 4 >= 0.45 * possible
    assert len(owner.taken) / 4 >= 0.85 / (work + 1 / rate), "as often as waiting for the next frame would do"
    assert owner.converted <= 1.6 * len(owner.taken) + 4 / YOUNG * (rate < 1.1 / YOUNG)
    assert percentile(owner.taken, 0.95) <= min(work, 2 / rate + YOUNG) + 0.002


def test_an_owner_that_gets_faster_is_followed_within_a_few_frames() -> None:
    owner = Owner(500, 0.08)
    owner.run(100.0, 4.0)
    assert owner.demand.delay > 0.04
    owner.work, owner.taken = 0.004, []
    owner.run(104.0, 0.5)
    assert len(owner.taken) > 60
