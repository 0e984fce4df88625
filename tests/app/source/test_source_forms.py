"""The strips that are forms: camera, stream, drawing and pattern. Typed, shown, undone; dimmed where of no use."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.source.camera_controls import size_text
from app.source.pattern_controls import is_used
from engine.frames.pattern import pattern_values
from engine.spec.fields import fields_of
from engine.spec.source import Camera, Drawing, Pattern, Stream, Stroke

from .conftest import Row, click, enter

STREAM = Stream(url="http://cam/1")


# Camera and stream.


def test_wishes_to_a_camera(row: Row) -> None:
    controls = row.use(Camera(index=1, height=100, width=200))
    assert controls.extent.currentText() == "100 × 200"
    controls.extent.activated.emit(controls.extent.findText(size_text((480, 640))))
    assert row.bench.source == Camera(index=1, height=480, width=640)
    enter(controls.rate, "15")
    enter(controls.index, "2")
    assert row.bench.source == Camera(index=2, height=480, width=640, fps=15)
    for _ in range(3):
        row.bench.document.undo()
    assert controls.extent.currentText() == "100 × 200" and controls.index.value() == 1


def test_a_stream_address_is_changed_in_place(row: Row) -> None:
    controls = row.use(STREAM, state="playing")
    enter(controls.address, " rtsp://cam/2 ")
    assert row.bench.source == Stream(url="rtsp://cam/2")
    enter(controls.address, "cam/3")
    assert row.bench.source == Stream(url="rtsp://cam/2") and "'cam/3'" in row.bench.heard.all[-1]
    row.bench.document.undo()
    assert row.bench.source == STREAM


def test_esc_puts_the_address_back(row: Row) -> None:
    controls = row.use(STREAM, state="playing")
    controls.address.setFocus()
    QtBot.keyClicks(controls.address, "x")
    QtBot.keyClick(controls.address, Qt.Key.Key_Escape)
    assert controls.address.text() == "http://cam/1" and row.bench.source == STREAM


# Drawing.


def test_the_pen_follows_its_controls_and_they_follow_it(row: Row) -> None:
    controls = row.use(Drawing())
    project = row.bench.document.project
    enter(controls.pen_width, "12")
    controls.ink._slider.setValue(5)
    assert (row.pen.width, row.pen.value) == (12, 0.25) and row.bench.document.project == project
    row.pen.set_width(3)
    row.pen.set_value(0.5)
    assert (controls.pen_width.value(), controls.ink.value()) == (3, 0.5)


def test_a_drag_of_the_paper_is_one_undo(row: Row) -> None:
    controls = row.use(Drawing())
    for place in range(1, 15):
        controls.paper._slider.setValue(place)
    assert row.bench.source == Drawing(background=0.7) and row.bench.document.undo_text == "change paper"
    row.bench.document.undo()
    assert row.bench.source == Drawing() and controls.paper.value() == 0.0


def test_clearing_takes_all_strokes_and_undo_brings_them_back(row: Row) -> None:
    drawn = Drawing(strokes=(Stroke(points=((1.0, 1.0),)),), background=0.5)
    controls = row.use(drawn)
    click(controls.clear)
    assert row.bench.source == Drawing(background=0.5) and not controls.clear.isEnabled()
    row.bench.document.undo()
    assert row.bench.source == drawn and controls.clear.isEnabled()


def test_the_size_is_height_before_width(row: Row) -> None:
    controls = row.use(Drawing())
    controls.extent.value_changed.emit((28, 40))
    assert row.bench.source == Drawing(height=28, width=40)
    row.bench.document.undo()
    assert controls.extent.value() == (128, 128)


# Pattern.


def test_every_setting_of_a_pattern_both_ways(row: Row) -> None:
    controls = row.use(Pattern(noise=0.1, speed=1.0))
    typed = {"period": "24", "angle": "-45", "contrast": "0.5", "noise": "0.25", "seed": "7", "speed": "2"}
    for name, text in typed.items():
        enter(controls.numbers[name], text)
    controls.kind.activated.emit(controls.kind.findText("step edge"))
    expected = Pattern(kind="step", period=24, angle=-45, contrast=0.5, noise=0.25, seed=7, speed=2)
    assert row.bench.source == expected
    for _ in range(7):
        row.bench.document.undo()
    assert row.bench.source == Pattern(noise=0.1, speed=1.0)
    assert controls.numbers["period"].value() == 16 and controls.kind.value() == "grating"


def test_what_cannot_be_is_answered_in_a_sentence_that_goes_when_it_is_put_right(row: Row) -> None:
    controls = row.use(Pattern())
    enter(controls.numbers["period"], "1")
    assert row.bench.heard.standing["source setting"].text == "Period must be between 2 and 1024 px; it is 1."
    enter(controls.numbers["period"], "wide")
    assert row.bench.heard.standing["source setting"].text == "Period must be a number; 'wide' is none."
    assert row.bench.source == Pattern()
    enter(controls.numbers["period"], "8")
    assert row.bench.source == Pattern(period=8) and not row.bench.heard.standing


def test_a_refused_whole_number_is_told_its_range(row: Row) -> None:
    controls = row.use(Drawing())
    enter(controls.pen_width, "1000")
    assert row.bench.heard.standing["source setting"].text == "Pen must be between 0.1 and 256 px; it is 1000."
    controls.extent.rejected.emit("0")
    assert row.bench.heard.standing["source setting"].text == "Size must be between 1 and 4096 px; it is 0."
    controls.extent.rejected.emit("2.5")
    assert "whole number" in row.bench.heard.standing["source setting"].text


OTHER = {"period": 31.0, "angle": 100.0, "contrast": 0.3, "noise": 0.3, "seed": 9}


@given(
    kind=st.sampled_from(fields_of(Pattern)["kind"].choices),
    noise=st.sampled_from([0.0, 0.1]),
    speed=st.sampled_from([0.0, 1.0]),
    name=st.sampled_from(sorted(OTHER)),
)
def test_a_setting_is_dimmed_exactly_when_it_makes_no_difference(
    kind: Any, noise: float, speed: float, name: str
) -> None:
    before = Pattern(kind=kind, noise=noise, speed=speed, height=40, width=50, angle=20.0)
    after = msgspec.structs.replace(before, **{name: OTHER[name]})
    times = (0.0, 0.21, 0.43, 0.7) if speed else (0.0,)
    differs = any(not np.array_equal(pattern_values(before, t), pattern_values(after, t)) for t in times)
    assert is_used(name, before) == differs


def test_dimmed_fields_come_back(row: Row) -> None:
    controls = row.use(Pattern())
    assert not controls.numbers["seed"].isEnabled() and not controls.play.isEnabled()
    row.use(Pattern(noise=0.5, speed=1.0))
    assert controls.numbers["seed"].isEnabled() and controls.play.isEnabled()
