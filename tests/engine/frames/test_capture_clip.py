"""Clips: every frame at its place, at its own pace, and one sentence for what is no clip."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.frames import Frame
from engine.resources import resource
from engine.spec.source import Clip
from tests.support.watching import Watched

COUNT, RATE = 40, 25.0


def picture(index: int) -> NDArray[np.uint8]:
    """Frame `index` of the clip, RGB: red tells its number, left and right differ."""
    pixels = np.full((48, 64, 3), (index * 6, 128, 30), np.uint8)
    pixels[:, 32:, 1] = 60
    return pixels


def is_picture(frame: Frame) -> bool:
    difference = frame.pixels.astype(int) - picture(frame.position)
    # JPEG blurs the edge between left and right, nothing else
    return bool(np.abs(np.delete(difference, slice(28, 36), axis=1)).max() <= 3)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "known.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, (64, 48))
    assert writer.isOpened()
    for index in range(COUNT):
        writer.write(picture(index)[:, :, ::-1])
    writer.release()
    return path


def test_a_clip_plays_at_its_rate_and_begins_again(clip: Path) -> None:
    with Watched(Clip(path=str(clip))) as watched:
        frames = watched.more(COUNT + 8)
        assert all(is_picture(frame) for frame in frames)
        places = [frame.position for frame in frames]
        assert places == [(places[0] + frame.number - frames[0].number) % COUNT for frame in frames]
        status = watched.status
        assert (status.state, status.count, status.height, status.width) == ("playing", COUNT, 48, 64)
        assert status.captured >= len(frames)
        assert status.fps == pytest.approx(RATE, rel=0.1)


def test_speed_is_changed_while_it_plays(clip: Path) -> None:
    spec = Clip(path=str(clip), speed=0.2)
    with Watched(spec) as watched:
        watched.more(3)
        assert watched.source.update(Clip(path=str(clip), speed=4.0))
        begun, first = time.monotonic(), watched.status.captured
        watched.until(lambda: watched.status.captured >= first + 80)
        assert 80 / (watched.frames[-1].stamp - begun) == pytest.approx(4 * RATE, rel=0.3)
        assert not watched.source.update(Clip(path="another.avi"))


def test_pause_seek_and_step_go_to_exact_frames(clip: Path) -> None:
    with Watched(Clip(path=str(clip))) as watched:
        watched.more(1)
        watched.source.pause()
        watched.state("paused")

        def after(places: int) -> Frame:
            watched.until(lambda: watched.frames[-1].position == places)
            return watched.frames[-1]

        for seek in (17, 0, COUNT - 1, 5, 1000, -4):
            watched.source.seek(seek)
            assert is_picture(after(min(max(seek, 0), COUNT - 1)))
        for delta, place in ((1, 1), (1, 2), (7, 9), (-1, 8), (-5, 3), (-100, 0), (100, COUNT - 1)):
            watched.source.step(delta)
            assert is_picture(after(place))
        assert watched.status.state == "paused"
        shown = watched.status.captured
        watched.source.play()
        watched.until(lambda: watched.status.captured > shown + 2)
        watched.source.step(1)
        assert is_picture(watched.more()[0])
        assert watched.state("paused").position == watched.frames[-1].position


def test_a_clip_that_does_not_loop_ends_holds_and_starts_over(clip: Path) -> None:
    with Watched(Clip(path=str(clip), loop=False, speed=8.0)) as watched:
        status = watched.state("ended")
        assert status.position >= COUNT - 4
        assert status.count == COUNT
        watched.source.play()
        watched.until(lambda: watched.status.state == "playing" and watched.frames[-1].position < COUNT - 4)
        watched.state("ended")
        watched.source.step(-1)
        assert watched.state("paused").position < COUNT


@pytest.mark.parametrize("name", ["webcam_digits_320x240.mp4", "webcam_scene_320x240.mp4"])
def test_shipped_clips_seek_to_the_frame_that_reading_gives(name: str) -> None:
    reader = cv2.VideoCapture(str(resource("clips", name)))
    expected = [reader.read()[1][:, :, ::-1] for _ in range(195)]
    with Watched(Clip(path=f"sample:{name}")) as watched:
        watched.more(1)
        watched.source.pause()
        watched.state("paused")
        assert watched.status.count in (195, 200)
        for place in (0, 100, 37, 190, 3):
            watched.source.seek(place)
            watched.until(lambda place=place: watched.frames[-1].position == place)  # type: ignore[misc]
            assert (watched.frames[-1].pixels == expected[place]).all()


def test_a_clip_cut_short_says_how_much_of_it_there_is(clip: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.avi"
    cut.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    with Watched(Clip(path=str(cut), speed=8.0)) as watched:
        watched.until(lambda: watched.status.note and watched.status.count < COUNT)
        assert watched.status.note == f"only {watched.status.count} of its {COUNT} frames can be read"
        assert 5 <= watched.status.count <= 30
        watched.more(30)


def test_what_is_no_clip_is_one_sentence(tmp_path: Path) -> None:
    garbage = np.random.default_rng(1).integers(0, 256, 20_000, np.uint8).tobytes()
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n"
    files = {
        "noise.mp4": garbage,
        "text.mp4": b"hello\n" * 300,
        "text.txt": b"hello\n" * 300,
        "list.m3u8": playlist.encode(),
        "still.png": resource("images", "page.png").read_bytes(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "empty.mp4").touch()
    endings = dict.fromkeys(files, "is no clip that can be played; MP4, MOV, AVI, MKV, WebM and GIF files can.")
    endings |= {
        "empty.mp4": "is empty (0 bytes); get another copy of it.",
        "none.mp4": "does not exist; check the name.",
    }
    for name, ending in endings.items():
        with Watched(Clip(path=str(tmp_path / name))) as watched:
            message = watched.state("failed").message
            assert name in message
            assert message.endswith(ending)
    with Watched(Clip(path=str(tmp_path))) as watched:
        assert watched.state("failed").message == f"{tmp_path} is a folder, not a clip; open it as a folder."
    with Watched(Clip(path="sample:none.mp4")) as watched:
        assert watched.state("failed").message.startswith("There is no sample 'none.mp4'; there are ")


def test_playing_again_opens_a_clip_that_was_put_right(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "later.avi"
    with Watched(Clip(path=str(path))) as watched:
        watched.state("failed")
        path.write_bytes(clip.read_bytes())
        watched.source.play()
        assert is_picture(watched.more()[0])
        assert watched.status.message == ""
