"""Pictures and folders of pictures as sources."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pil

from engine.frames import FrameSource, open_source
from engine.frames.folder import list_pictures
from engine.frames.image import load_image
from engine.spec.source import Camera, Clip, Drawing, Folder, Pattern, Picture, Source, Stream
from tests.support.watching import Watched


def save(path: Path, level: int, size: tuple[int, int] = (6, 9)) -> None:
    Pil.fromarray(np.full((*size, 3), level, np.uint8)).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures p1, p2, p10 (levels 10, 20, 100), two that are broken, and much that is none."""
    for number in (1, 2, 10):
        save(tmp_path / f"p{number}.png", number * 10)
    (tmp_path / "p3.png").write_bytes((tmp_path / "p2.png").read_bytes()[:-30])
    (tmp_path / "P4.JPG").touch()
    (tmp_path / ".hidden.png").touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "dangling.png").symlink_to(tmp_path / "nowhere.png")
    return tmp_path


def test_a_picture_is_one_frame() -> None:
    with Watched(Picture(path="sample:coins.jpg")) as watched:
        frame = watched.more(1)[0]
        assert np.array_equal(frame.pixels, load_image("sample:coins.jpg").pixels)
        assert not frame.pixels.flags.writeable
        status = watched.status
        assert (status.state, status.height, status.width, status.channels) == ("still", 303, 384, 1)
        assert (status.captured, status.dropped, status.count) == (1, 0, 1)
        assert watched.source.take() is None


def test_a_bad_picture_fails_in_one_sentence_and_can_be_put_right(tmp_path: Path) -> None:
    path = tmp_path / "wrong.png"
    path.write_text("no picture")
    with Watched(Picture(path=str(path))) as watched:
        assert watched.state("failed").message.startswith("wrong.png is no picture that can be read; ")
        assert watched.source.take() is None
        save(path, 50)
        watched.source.play()
        assert watched.more(1)[0].pixels[0, 0, 0] == 50
        assert (watched.status.state, watched.status.message) == ("still", "")


def test_the_pages_of_a_picture_are_turned(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    pages = [Pil.new("RGB", (4, 3), (level, 0, 0)) for level in (0, 50, 100)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    spec = Picture(path=str(path), page=1)
    with Watched(spec) as watched:
        assert watched.more(1)[0].pixels[0, 0, 0] == 50
        assert watched.status.note == "picture 2 of 3"
        watched.source.step(1)
        assert watched.more(1)[0].pixels[0, 0, 0] == 100
        watched.source.seek(-7)
        assert watched.more(1)[0].position == 0
        assert watched.source.update(spec)
        assert watched.more(1)[0].pixels[0, 0, 0] == 50
        assert not watched.source.update(Picture(path="sample:coins.jpg"))


def test_only_pictures_are_listed_in_the_order_of_their_numbers(folder: Path) -> None:
    assert [path.name for path in list_pictures(folder)] == ["p1.png", "p2.png", "p3.png", "P4.JPG", "p10.png"]


def test_a_folder_is_stepped_through_and_broken_pictures_are_skipped_and_named(folder: Path) -> None:
    with Watched(Folder(path=str(folder))) as watched:
        assert watched.more(1)[0].pixels[0, 0, 0] == 10
        watched.state("paused")
        for step, level, place in ((1, 20, 1), (1, 100, 4), (-1, 20, 1), (-1, 10, 0)):
            watched.source.step(step)
            frame = watched.more(1)[0]
            assert (int(frame.pixels[0, 0, 0]), frame.position) == (level, place)
        assert watched.status.note == "p1.png, 2 that cannot be read skipped: p3.png, P4.JPG"
        assert (watched.status.state, watched.status.count) == ("paused", 5)
        watched.source.seek(3)
        assert watched.more(1)[0].position == 4
        assert watched.source.update(Folder(path=str(folder), index=1))
        assert watched.more(1)[0].position == 1


def test_a_folder_plays_round_and_round_at_its_rate(folder: Path) -> None:
    with Watched(Folder(path=str(folder), fps=20.0)) as watched:
        watched.more(1)
        watched.source.play()
        levels = [int(frame.pixels[0, 0, 0]) for frame in watched.more(14)]
        assert levels == ([20, 100, 10] * 5)[:14]
        assert watched.status.state == "playing"
        assert watched.status.fps == pytest.approx(20, rel=0.2)
        watched.source.pause()
        watched.state("paused")


def test_a_picture_that_vanishes_is_skipped(folder: Path) -> None:
    with Watched(Folder(path=str(folder))) as watched:
        watched.more(1)
        watched.state("paused")
        (folder / "p10.png").unlink()
        watched.source.seek(4)
        assert watched.more(1)[0].position == 0
        assert "p10.png" in watched.status.note


def test_folders_that_cannot_be_shown(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    for number in range(5):
        (tmp_path / "broken" / f"{number}.png").write_text("x")
    (tmp_path / "file.png").touch()
    expected = {
        "empty": "holds no pictures; put PNG, JPEG, WebP, TIFF, BMP and GIF files in it or choose another.",
        "broken": "can be read: 0.png, 1.png, 2.png and 2 more; choose another.",
        "file.png": "is a file, not a folder; open it as a picture.",
        "none": "does not exist; choose another.",
    }
    for name, ending in expected.items():
        with Watched(Folder(path=str(tmp_path / name))) as watched:
            message = watched.state("failed").message
            assert message.endswith(ending)
            assert name in message
            if name == "empty":
                save(tmp_path / name / "late.png", 9)
                watched.source.play()
                watched.more(1)


def close_at_once(spec: Source) -> FrameSource:
    source = open_source(spec, lambda: None)
    source.close()
    return source


@pytest.mark.parametrize(
    "spec",
    [
        Picture(path="sample:coins.jpg"),
        Folder(path="."),
        Clip(path="sample:webcam_scene_320x240.mp4"),
        Camera(index=5),
        Stream(url="http://127.0.0.1:9/none"),
        Drawing(),
        Pattern(speed=1.0),
    ],
    ids=lambda spec: type(spec).__name__,
)
def test_every_source_can_be_closed_at_any_time_and_stays_closed(spec: Source) -> None:
    threads = set(threading.enumerate())
    source = close_at_once(spec)
    for act in (source.play, source.pause, source.close, lambda: source.seek(3), lambda: source.step(1)):
        act()
    assert source.update(spec) in (True, False)
    assert source.take() is None
    assert source.status().state in ("opening", "failed", "still", "paused", "playing")
    for thread in set(threading.enumerate()) - threads:
        thread.join(5)
        assert not thread.is_alive()


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    script = """
import sys
from engine.frames import open_source, FrameSource, Frame, SourceStatus
import engine.frames.capture.supervisor, engine.frames.capture.source
print([name for name in ("cv2", "PIL", "torch") if name in sys.modules])
"""
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"
