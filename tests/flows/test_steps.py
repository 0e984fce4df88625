"""Step through a strided, padded convolution and read the numbers: they are those of the map."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider, QWidget

from engine.resources import resolve
from tests.flows.conftest import Stage

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float64)
NUMBER = r"−?\d*\.?\d+(?:e−?\d+)?"
Key = Qt.Key


def _read(text: str) -> float:
    return float(text.strip("[]()").replace("−", "-"))


def _grey(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"), np.float64) / 255 @ [0.299, 0.587, 0.114]


def _said(stage: Stage, name: str) -> str:
    """What a screen reader says of a part of the panel."""
    return stage.named(QWidget, name).accessibleDescription()


def _written(stage: Stage) -> tuple[list[tuple[float, float, bool]], float, dict[str, float]]:
    """The products as (value, weight, padding), their sum as it is written, and the lines below by their words."""
    text = _said(stage, "Sum")
    products, _, total = text.replace("\n", " ").rpartition(" = ")
    terms = re.findall(rf"(\[?\(?{NUMBER}[\])]?)·(\(?{NUMBER}\)?)", products)
    lines = {}
    for line in _said(stage, "From the products to the map").split("; "):
        words, _, number = line.rpartition(" ")
        lines[words.partition(" (")[0]] = _read(number)
    return [(_read(value), _read(weight), value[0] == "[") for value, weight in terms], _read(total), lines


def _step_to(stage: Stage, *cell: int) -> None:
    look = stage.bench.page.looks.look
    stage.until(lambda: look.is_answered and look.walk.cell == cell)


def test_the_numbers_of_a_strided_padded_convolution(stage: Stage) -> None:
    page = stage.bench.page
    stage.type_into("Stride, vertical", "2")
    stage.choose("Padding", "full")
    stage.type_into("Bias", "0.5")
    stage.settle()
    stage.open_look("Steps")
    values, padded = stage.map_values(), np.pad(_grey(resolve("sample:astronaut.jpg")), 2)
    timeline = stage.named(QSlider, "Place in the map")
    walk = [(), (Key.Key_Right,), (Key.Key_Down,), (Key.Key_PageDown,), (Key.Key_End,), (Key.Key_Left,)]
    cells = [(0, 0), (0, 1), (1, 1), (11, 1), (256, 256), (256, 255)]
    for keys, cell in zip(walk, cells, strict=True):
        for key in keys:
            stage.qtbot.keyClick(timeline, key)
        _step_to(stage, *cell)
        terms, total, lines = _written(stage)
        patch = padded[2 * cell[0] : 2 * cell[0] + 3, 2 * cell[1] : 2 * cell[1] + 3]
        assert [weight for _, weight, _ in terms] == SOBEL.ravel().tolist()
        assert np.allclose([value for value, _, _ in terms], patch.ravel(), rtol=0.006, atol=1e-6)
        inside = np.pad(np.ones((512, 512), bool), 2)[2 * cell[0] : 2 * cell[0] + 3, 2 * cell[1] : 2 * cell[1] + 3]
        assert [padding for _, _, padding in terms] == (~inside).ravel().tolist()
        assert abs(total - (patch * SOBEL).sum()) <= 1e-4 * max(abs(total), 0.1)
        assert lines["+ bias"] == 0.5
        assert abs(lines["map"] - (lines["Σ of 9 products"] + 0.5)) <= 1e-4
        assert abs(lines["map"] - float(values[cell])) <= 1e-4 * max(abs(lines["map"]), 0.1)
        boxes = [tuple(box[:4]) for box in page.input.view.overlays() if box.style == "frame"]
        assert boxes == [(2 * cell[0] - 2, 2 * cell[1] - 2, 3, 3)]
        assert [tuple(box[:4]) for box in page.map.view.overlays()] == [(*cell, 1, 1)]

    stage.qtbot.keyClick(timeline, Key.Key_Home)
    stage.type_into("Speed", "60")
    began, look = time.monotonic(), page.looks.look
    shown: set[tuple[int, int]] = set()
    stage.bench.link.explained.connect(lambda told: shown.add((told.row, told.column)))
    timeline.setFocus()
    stage.qtbot.keyClick(timeline, Key.Key_Space)
    stage.until(lambda: look.walk.place >= 30)
    seconds = time.monotonic() - began
    stage.qtbot.keyClick(timeline, Key.Key_Space)
    assert seconds < 5, "sixty cells a second are half a second for these"
    _step_to(stage, *look.walk.cell)
    assert {(0, place) for place in range(1, 30)} <= shown, "no cell was left out"


def test_walking_through_a_clip_goes_on_after_the_engine_was_started_again(stage: Stage) -> None:
    from tests.flows.test_first_story import _drop

    page = stage.bench.page
    _drop(stage, resolve("sample:webcam_digits_320x240.mp4"))
    stage.until(lambda: page.input.view.extent() == (240, 320))
    stage.open_look("Steps")
    look = page.looks.look
    timeline = stage.named(QSlider, "Place in the map")
    stage.qtbot.keyClick(timeline, Key.Key_Space)
    stage.until(lambda: look.walk.place >= 3)
    frames: set[int] = set()
    stage.bench.link.explained.connect(lambda told: frames.add(told.frame))
    stage.until(lambda: len(frames) >= 5)
    stage.bench.link.restart()
    place = look.walk.place
    stage.until(lambda: look.walk.place >= place + 3)
    stage.qtbot.keyClick(timeline, Key.Key_Space)
    _step_to(stage, *look.walk.cell)
    stage.open_look("Map")
    assert page.input.view.overlays() == ()
