"""Cameras and streams: what goes wrong with them is noticed, said, and got over."""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest

from engine.frames.capture import supervisor
from engine.frames.capture.source import CaptureSource
from engine.frames.source import FrameSource
from engine.spec.source import Camera, Source, Stream
from tests.support import fake_camera
from tests.support.mjpeg import MjpegServer
from tests.support.watching import Watched


def open_fake(spec: Source, wake: Callable[[], None]) -> FrameSource:
    assert isinstance(spec, Camera)
    source = CaptureSource(spec, wake, target=fake_camera.main)
    source.start()
    return source


def fake(kind: int) -> Watched:
    return Watched(Camera(index=kind), open_fake)


@pytest.fixture(autouse=True)
def memory_of_fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fake_camera.FOLDER, str(tmp_path))


def capture_pid(watched: Watched) -> int:
    return cast(CaptureSource, watched.source).pid


def test_no_camera_is_one_sentence() -> None:
    with Watched(Camera(index=63)) as watched:
        status = watched.state("failed")
        assert status.message.startswith("Camera 63 cannot be opened: ")
        assert status.message.endswith("connect one or choose another number.")
        assert "\n" not in status.message
        assert watched.frames == []


def test_frames_of_a_camera_are_rgb_rising_and_counted() -> None:
    with fake(fake_camera.NORMAL) as watched:
        frames = watched.more(12)
        status = watched.status
        assert status.state == "playing"
        assert (status.height, status.width, status.channels) == (48, 64, 3)
        for before, after in itertools.pairwise(frames):
            assert after.number > before.number
            assert after.stamp > before.stamp
        # blue is the last channel of RGB and tells the number of the picture
        assert [int(frame.pixels[0, 0, 2]) for frame in frames] == [21 + frame.number for frame in frames]
        assert {int(frame.pixels[0, 0, 0]) for frame in frames} == {40}
        assert all(frame.pixels.flags.c_contiguous and not frame.pixels.flags.writeable for frame in frames)
        assert status.captured == len(frames) + status.dropped
        first = frames[0].pixels.copy()
        watched.more(8)
        assert (frames[0].pixels == first).all(), "a frame that is held must stay as it is"


def test_the_rate_is_measured() -> None:
    with fake(fake_camera.SLOW) as watched:
        watched.more(13)
        assert watched.status.fps == pytest.approx(7.3, rel=0.1)


def test_cameras_that_give_out_are_lost_within_two_seconds_and_come_back() -> None:
    kinds = (
        fake_camera.HANGS,
        fake_camera.CRASHES,
        fake_camera.REFUSES,
        fake_camera.FREEZES,
        fake_camera.SPINS,
    )
    with ExitStack() as stack:
        cameras = {kind: stack.enter_context(fake(kind)) for kind in kinds}
        for kind, watched in cameras.items():
            watched.until(lambda watched=watched: any(status.state == "lost" for _, status in watched.history))  # type: ignore[misc]
            lost = watched.when("lost")
            status = next(status for at, status in watched.history if at == lost)
            last = max(at for at, status in watched.history if status.state == "playing" and at < lost)
            assert lost - last < 2.0, kind
            assert status.message.startswith(f"Camera {kind} ")
            assert status.message.endswith("; check its cable, and it goes on as soon as it is back.")
            watched.until(lambda watched=watched, lost=lost: any(frame.stamp > lost for frame in watched.frames))  # type: ignore[misc]
            assert (watched.status.state, watched.status.message) == ("playing", "")
            assert watched.frames[-1].number >= status.captured


def test_odd_frames_are_dropped_grey_and_four_channels_are_not() -> None:
    with fake(fake_camera.ODD) as watched:
        frames = watched.more(6)
        assert frames[0].number == 6, "six of the first eight are no pictures"
        assert watched.status.dropped >= 6
        assert (frames[0].pixels == 77).all()
        assert frames[1].pixels[0, 0].tolist() == [40, 40, 21]
        assert any("It sends " in status.note for _, status in watched.history)
        assert watched.status.note == "", "it is over"


def test_a_camera_that_shows_one_still_picture_is_kept_after_all() -> None:
    with fake(fake_camera.STILL) as watched:
        watched.state("lost")
        watched.state("playing")
        watched.more(36)  # more than a second of the same
        assert sum(status.state == "lost" for _, status in watched.history) == 1


def test_a_black_picture_is_remarked_on() -> None:
    with fake(fake_camera.BLACK) as watched:
        watched.until(lambda: watched.status.note.startswith("all black"))


def test_frames_that_outgrow_the_memory_come_in_a_larger_one() -> None:
    with fake(fake_camera.GROWS) as watched:
        watched.until(lambda: watched.frames and watched.frames[-1].pixels.shape == (1200, 2000, 3))
        assert all(status.state != "lost" for _, status in watched.history)


def test_a_camera_that_never_opens_fails_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "OPENING", 1.0)
    began = time.monotonic()
    with fake(fake_camera.NEVER_OPENS) as watched:
        assert time.monotonic() - began < 0.5, "opening must not wait"
        status = watched.state("failed")
        assert status.message == "Camera 6 sends no pictures within 1 s; connect one or choose another number."
        watched.source.play()
        watched.state("opening")


def test_a_camera_is_closed_in_the_middle_of_a_read_that_hangs() -> None:
    with fake(fake_camera.HANGS) as watched:
        watched.more(fake_camera.BEFORE - 1)
        began = time.monotonic()
        watched.source.close()
        watched.source.close()
        assert time.monotonic() - began < 2.0
        assert watched.source.take() is None


def test_pause_holds_a_camera_and_play_goes_on() -> None:
    with fake(fake_camera.NORMAL) as watched:
        watched.more(3)
        watched.source.pause()
        watched.state("paused")
        captured = watched.status.captured
        watched.until(lambda: time.monotonic() > watched.when("paused") + 1.3)  # longer than the patience with it
        assert (watched.status.state, watched.status.captured) == ("paused", captured)
        watched.source.play()
        watched.more(3)
        assert watched.status.state == "playing"


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_capture_process_that_is_struck_down_is_replaced(blow: signal.Signals) -> None:
    with MjpegServer() as server, Watched(Stream(url=server.url)) as watched:
        watched.more(3)
        struck = capture_pid(watched)
        os.kill(struck, blow)
        at = time.monotonic()
        watched.state("lost")
        assert watched.when("lost") - at < (2.5 if blow == signal.SIGSTOP else 1.0)
        watched.more(3)
        assert capture_pid(watched) != struck


def test_frames_of_a_stream_are_those_that_were_sent() -> None:
    with MjpegServer() as server, Watched(Stream(url=server.url)) as watched:
        frames = watched.more(10)
        levels = [round(int(frame.pixels.mean()) / 8) for frame in frames]
        assert levels == [(levels[0] + frame.number - frames[0].number) % 32 for frame in frames]
        watched.more(30)
        assert watched.status.fps == pytest.approx(30, rel=0.25)


def test_a_stream_that_goes_away_is_lost_in_two_seconds_and_picked_up_when_it_returns() -> None:
    with MjpegServer() as server, Watched(Stream(url=server.url)) as watched:
        watched.more(5)
        server.stop()
        stopped = time.monotonic()
        status = watched.state("lost")
        assert watched.when("lost") - stopped < 2.0
        text = f"The stream {server.url} stopped sending pictures; it goes on as soon as it is back."
        assert status.message == text
        tries = len(watched.history)
        watched.until(lambda: time.monotonic() > stopped + 1.2)  # long enough for a try that fails
        assert watched.status.state == "lost"
        assert len(watched.history) == tries, "nothing new to be said while it is away"
        server.start()
        returned, before = time.monotonic(), watched.frames[-1].number
        watched.more(5)
        assert watched.when("playing", returned) - returned < 3.0
        assert watched.frames[-1].number > before


def test_a_stream_that_holds_its_breath_is_lost() -> None:
    with MjpegServer() as server, Watched(Stream(url=server.url)) as watched:
        watched.more(5)
        server.breathing.clear()
        watched.state("lost")
        assert 1.5 <= watched.when("lost") - watched.frames[-1].stamp < 2.5
        server.breathing.set()
        watched.more(3)


def test_the_newest_frame_wins_and_every_drop_is_counted() -> None:
    with MjpegServer(fps=60) as server, Watched(Stream(url=server.url), take=False) as watched:
        watched.until(lambda: watched.status.captured >= 60)
        frame = watched.source.take()
        status = watched.status
        assert frame is not None
        assert frame.number >= 58
        assert time.monotonic() - frame.stamp < 0.5
        assert status.dropped == status.captured - 1 or status.captured > frame.number + 1


def test_an_address_nobody_answers_is_one_sentence_without_the_password() -> None:
    with MjpegServer() as server:
        address = server.url
    secret = address.replace("://", "://anna:secret@")
    with Watched(Stream(url=secret)) as watched:
        status = watched.state("failed")
        expected = f"The stream {address} cannot be opened; check the address and that its server is running."
        assert status.message == expected
