"""The capture process: what it shares, what it leaves behind, and that it never outlives its owner."""

from __future__ import annotations

import gc
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SourceError
from engine.frames.capture.messages import Control, public_address
from engine.frames.capture.outbox import check_frame, to_rgb
from engine.frames.capture.ring import Ring, make_arena
from engine.frames.capture.source import CaptureSource
from engine.frames.capture.wishes import Wishes
from engine.frames.latest import RateMeter
from engine.frames.source import Pixels
from engine.resources import resource
from engine.spec.source import Clip
from tests.support.watching import Watched

CLIP = Clip(path="sample:webcam_digits_320x240.mp4")

OWNER = """
import sys, threading
from engine.frames import open_source
from engine.spec.source import Clip
woken = threading.Event()
source = open_source(Clip(path=sys.argv[1]), woken.set)
while source.take() is None:
    woken.wait(1)
    woken.clear()
source.pause()
while source.status().state != "paused":
    woken.wait(1)
    woken.clear()
print(source.pid, flush=True)
if sys.argv[2] == "wait":
    threading.Event().wait()
"""


def start_owner(then: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", OWNER, str(resource("clips", "webcam_digits_320x240.mp4")), then]
    root = Path(__file__).resolve().parents[3]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root)


def ends_soon(pid: int) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 5.0)[0])
    finally:
        os.close(handle)


@pytest.fixture
def owner() -> Iterator[tuple[subprocess.Popen[str], int]]:
    process = start_owner("wait")
    assert process.stdout is not None
    yield process, int(process.stdout.readline())
    process.kill()
    process.communicate()


def test_it_ends_when_its_owner_is_killed(owner: tuple[subprocess.Popen[str], int]) -> None:
    process, capture = owner
    process.kill()
    assert ends_soon(capture)


def test_ctrl_c_is_the_owners_business(owner: tuple[subprocess.Popen[str], int]) -> None:
    process, capture = owner
    os.kill(capture, signal.SIGINT)
    handle = os.pidfd_open(capture)
    ended = select.select([handle], [], [], 0.5)[0]
    os.close(handle)
    assert not ended
    assert process.poll() is None


def test_a_script_that_forgets_to_close_still_ends() -> None:
    process = start_owner("leave")
    try:
        out, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert (process.returncode, errors) == (0, "")
    assert ends_soon(int(out))


def test_nothing_is_left_after_many_openings() -> None:
    def descriptors() -> int:
        gc.collect()  # the frames that were watched
        return len(os.listdir("/proc/self/fd"))

    def open_and_close() -> None:
        with Watched(CLIP) as watched:
            watched.more(1)

    open_and_close()  # the first one starts multiprocessing's resource tracker
    before = descriptors()
    for _ in range(4):
        open_and_close()
    assert descriptors() <= before


def test_whoever_keeps_many_frames_still_gets_new_ones_and_none_changes() -> None:
    with Watched(Clip(path=CLIP.path, speed=8.0)) as watched:
        kept: list[Pixels] = []
        for _ in range(12):
            kept.append(watched.more(1)[0].pixels.copy())
        assert all((frame.pixels == copy).all() for frame, copy in zip(watched.frames, kept, strict=False))
        assert watched.frames[-1].position > watched.frames[0].position
        assert all(status.state != "lost" for _, status in watched.history)


def test_the_clip_goes_on_where_its_dead_reader_was() -> None:
    with Watched(CLIP) as watched:
        watched.source.seek(100)
        watched.until(lambda: watched.frames and watched.frames[-1].position >= 100)
        os.kill(cast(CaptureSource, watched.source).pid, signal.SIGKILL)
        assert watched.state("lost").message.endswith("its reader ended unexpectedly; trying once more.")
        assert watched.more(1)[0].position >= 100


def test_the_shared_memory_has_no_name() -> None:
    with Watched(CLIP) as watched:
        frame = watched.more(1)[0]
        address = frame.pixels.ctypes.data
        maps = [line.split(maxsplit=5) for line in Path("/proc/self/maps").read_text().splitlines()]
        spans = [(*(int(end, 16) for end in line[0].split("-")), line[-1]) for line in maps]
        (name,) = [name for first, last, name in spans if first <= address < last]
        assert name.endswith("(deleted)")
        assert name.startswith("/dev/shm/")


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (np.array([[[1, 2, 3]]], np.uint8), [3, 2, 1]),
        (np.array([[[1, 2, 3, 99]]], np.uint8), [3, 2, 1]),
        (np.array([[[7]]], np.uint8), [7, 7, 7]),
        (np.array([[7]], np.uint8), [7, 7, 7]),
    ],
    ids=["BGR", "BGRA", "one channel", "grey"],
)
def test_frames_become_rgb_in_place(
    frame: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], expected: list[int]
) -> None:
    slot = Ring(make_arena(3)).slot(2, 1, 1)
    to_rgb(frame, check_frame(frame), slot)
    assert slot[0, 0].tolist() == expected


@given(st.integers(0, 5000), st.integers(0, 5000), st.sampled_from(["uint8", "uint16", "float32"]), st.integers(0, 5))
def test_only_what_can_be_shown_is_let_in(height: int, width: int, kind: str, channels: int) -> None:
    frame = np.lib.stride_tricks.as_strided(np.zeros(1, kind), (height, width, channels), (0, 0, 0))
    good = kind == "uint8" and channels in (1, 3, 4) and 0 < height <= 4096 and 0 < width <= 4096
    if good:
        assert check_frame(frame) == channels
    else:
        with pytest.raises(SourceError, match=r"^It sends .*\.$"):
            check_frame(frame)


def test_slots_do_not_overlap() -> None:
    ring = Ring(make_arena(5 * 7 * 3))
    slots = [ring.slot(index, 5, 7) for index in range(4)]
    for index, slot in enumerate(slots):
        slot[...] = index
    assert [set(slot.ravel().tolist()) for slot in slots] == [{0}, {1}, {2}, {3}]


def test_wishes_are_merged_and_the_newest_wins() -> None:
    wishes = Wishes()
    for wish in (
        Control(delta=3),
        Control(position=9),
        Control(playing=True),
        Control(delta=-1),
        Control(playing=False),
    ):
        wishes.want(wish)
    assert wishes.control() == Control(playing=False, position=9, delta=-1)
    assert wishes.control() is None
    wishes.close()


def test_a_slot_comes_back_by_itself_but_only_to_its_own_ring() -> None:
    wishes, ring, other = Wishes(), Ring(make_arena(12)), Ring(make_arena(12))
    part = wishes.lend(ring, 3, 1, 1)[0, 0]
    assert wishes.returned(ring) == [], "a view of a part keeps the whole"
    del part
    assert wishes.bell.poll()
    assert wishes.returned(ring) == [3]
    wishes.lend(other, 1, 1, 1)
    assert wishes.returned(ring) == []
    wishes.close()


@given(st.floats(0.5, 200), st.integers(2, 50), st.integers(1, 4))
def test_the_rate_counts_dropped_frames_too(rate: float, stamps: int, step: int) -> None:
    meter = RateMeter()
    for index in range(stamps):
        meter.add(5 + index * step / rate, step)
    assert meter.rate == pytest.approx(rate, rel=1e-6)


def test_passwords_are_not_shown() -> None:
    assert public_address("http://host:80/a@b") == "http://host:80/a@b"
    assert public_address("rtsp://me:pa@host/x") == "rtsp://host/x"
