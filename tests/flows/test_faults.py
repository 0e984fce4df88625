"""What goes wrong is said in one sentence, and nothing is lost."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.spec.edit import set_cells
from engine.spec.source import Camera, Clip, Pattern, Picture, Sample, Source, Stream
from tests.flows.conftest import Stage
from tests.support.mjpeg import MjpegServer


def _open(stage: Stage, source: Source) -> None:
    import msgspec

    stage.bench.document.edit(msgspec.structs.replace(stage.bench.document.project, source=source), "open")


def test_the_engine_killed_while_a_clip_plays_is_started_again_and_goes_on(stage: Stage) -> None:
    bench = stage.bench
    _open(stage, Clip(path="sample:webcam_scene_320x240.mp4"))
    stage.until(lambda: bench.link.shown >= 5)
    before, pid = bench.document.project, stage.engine.pid
    os.kill(pid, signal.SIGKILL)
    killed = time.monotonic()
    stage.sentence("was started again")
    shown = bench.link.shown
    stage.until(lambda: bench.link.shown >= shown + 5)
    assert time.monotonic() - killed < 5.0
    assert stage.engine.pid != pid
    assert bench.document.project == before
    assert bench.document.undo_text


def _kill_and_wait(stage: Stage) -> None:
    pid = stage.engine.pid
    os.kill(pid, signal.SIGKILL)
    stage.until(lambda: stage.engine.pid != pid or any("not started again" in n.text for n in stage.said))


def test_an_engine_that_dies_again_and_again_is_not_started_for_ever(stage: Stage) -> None:
    for _ in range(3):
        _kill_and_wait(stage)
    stage.sentence("not started again")
    stage.bench.link.restart()
    stage.settle()


def test_a_stream_that_goes_away_is_said_to_and_picks_up_when_it_returns(stage: Stage) -> None:
    link = stage.bench.link
    with MjpegServer() as server:
        _open(stage, Stream(url=server.url))
        stage.until(lambda: link.last_source is not None and link.last_source.state == "playing" and link.shown >= 5)
        server.stop()
        gone = time.monotonic()
        stage.until(lambda: link.last_source is not None and link.last_source.state == "lost")
        assert time.monotonic() - gone < 4.0  # twice the goal: two shared cores
        server.start()
        shown = link.shown
        stage.until(lambda: link.shown >= shown + 5)
    assert isinstance(stage.bench.document.project.source, Stream)


def _bad_files(folder: Path) -> dict[str, Source]:
    (folder / "empty.png").write_bytes(b"")
    (folder / "words.jpg").write_text("no picture")
    (folder / "cut.png").write_bytes((_png(folder) / "whole.png").read_bytes()[:300])
    (folder / "words.mp4").write_text("no clip")
    return {
        "empty.png": Picture(path=str(folder / "empty.png")),
        "words.jpg": Picture(path=str(folder / "words.jpg")),
        "cut.png": Picture(path=str(folder / "cut.png")),
        "missing.png": Picture(path=str(folder / "missing.png")),
        "words.mp4": Clip(path=str(folder / "words.mp4")),
        "leaves": Sample(data=str(folder / "leaves")),
        "MNIST": Sample(data="mnist", index=2000),
    }


def _png(folder: Path) -> Path:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(folder / "whole.png")
    return folder


@pytest.mark.parametrize("name", ["empty.png", "words.jpg", "cut.png", "missing.png", "words.mp4", "leaves", "MNIST"])
def test_a_bad_file_is_named_and_the_open_one_stays(stage: Stage, tmp_path: Path, name: str) -> None:
    before = stage.bench.document.project
    _open(stage, _bad_files(tmp_path)[name])
    sentence = stage.sentence(name)
    assert "Traceback" not in sentence
    assert sentence.count("\n") == 0
    stage.settle()
    assert stage.bench.document.project == before
    assert len([n for n in stage.said if n.kind == "problem"]) == 1


def test_a_missing_camera_and_a_picture_too_large_are_one_sentence_each(stage: Stage, tmp_path: Path) -> None:
    before = stage.bench.document.project
    _open(stage, Camera(index=7))
    assert "7" in stage.sentence("amera")
    stage.until(lambda: stage.bench.document.project == before)
    huge = tmp_path / "huge.png"
    Image.new("1", (20_000, 20_000)).save(huge)
    _open(stage, Picture(path=str(huge)))
    stage.sentence("huge.png")
    stage.until(lambda: stage.bench.document.project == before)
    stage.settle()


def test_a_storm_of_edits_over_a_slow_picture_ends_with_the_last_one(stage: Stage) -> None:
    bench = stage.bench
    _open(stage, Pattern(kind="noise", height=1080, width=1920))
    stage.settle()
    gaps, last, value = [], time.monotonic(), 0.0
    end = last + 3.0
    import msgspec
    from PySide6.QtWidgets import QApplication

    while time.monotonic() < end:
        value += 1e-3
        spec = set_cells(bench.document.project.filter, 0, [(1, 1, value)])
        bench.document.edit(msgspec.structs.replace(bench.document.project, filter=spec), "cell", merge="storm")
        due = time.monotonic() + 1 / 500
        while time.monotonic() < due:
            QApplication.processEvents()
        now = time.monotonic()
        gaps.append(now - last)
        last = now
    stage.settle()
    assert bench.document.project.filter.kernel.weights[0][1][1] == pytest.approx(value)
    assert sorted(gaps)[int(0.99 * len(gaps))] <= 0.5  # ten times the goal
    bench.document.undo()
    assert bench.document.project.filter.kernel.name == "sobel-vertical"
