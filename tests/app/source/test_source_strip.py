"""Every control of every strip, in both directions; what is spec is undone, what is transport is sent."""

from __future__ import annotations

import gc
import weakref

import msgspec
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QSlider
from pytestqt.qtbot import QtBot

from app.source.camera_controls import CameraControls
from app.source.clip_controls import ClipControls
from app.source.controls import SourceControls
from app.source.drawing_controls import DrawingControls
from app.source.edits import with_source
from app.source.folder_controls import FolderControls
from app.source.page_controls import PageControls
from app.source.pattern_controls import PatternControls
from app.source.pen import Pen
from app.source.sample_controls import SampleControls
from app.source.stream_controls import StreamControls
from app.source.strip import SourceStrip
from app.widgets.fields import PairField, Slider
from app.widgets.number_field import NumberField
from engine.spec.fields import fields_of
from engine.spec.source import Camera, Clip, Drawing, Folder, Pattern, Picture, Sample, Source, Stream, Stroke

from .conftest import Bench, Row, click, enter

SOURCES: list[Source] = [
    Picture(path="/x/many.tiff"),
    Clip(path="/x/a.mp4"),
    Folder(path="/x/y"),
    Camera(),
    Stream(url="http://cam/1"),
    Drawing(),
    Pattern(),
    Sample(data="mnist", index=3),
]


def test_a_picture_alone_has_no_strip_and_one_of_many_has(row: Row) -> None:
    assert not row.strip.isVisible()
    row.bench.state("still", height=9, width=9, count=1)
    assert not row.strip.isVisible()
    row.use(SOURCES[0], state="still", height=9, width=9, count=12)
    assert row.strip.isVisible()
    row.bench.document.undo()
    assert not row.strip.isVisible()


@pytest.mark.parametrize("source", SOURCES[1:])
def test_every_other_source_has_its_own_strip(row: Row, source: Source) -> None:
    kinds = [
        ClipControls,
        FolderControls,
        CameraControls,
        StreamControls,
        DrawingControls,
        PatternControls,
        SampleControls,
    ]
    controls = row.use(source)
    assert isinstance(controls, kinds[SOURCES.index(source) - 1]) and controls.isVisible() and row.strip.isVisible()


def test_without_a_window_the_strip_does_not_come_up_as_one(bench: Bench, qtbot: QtBot) -> None:
    strip = SourceStrip(bench.document, bench.link, bench.notices, Pen())
    qtbot.addWidget(strip)
    bench.document.edit(with_source(bench.document.project, Camera()), "open")
    bench.state("playing")
    assert not strip.isVisible()


@pytest.mark.parametrize("source", SOURCES)
def test_controls_keep_to_the_field_table_and_are_named_and_explained(row: Row, source: Source) -> None:
    controls = row.use(source)
    described = fields_of(type(source)) | (fields_of(Stroke) if isinstance(source, Drawing) else {})
    for field in controls.findChildren(NumberField):
        name = field.accessibleName().partition(",")[0]
        known = [spec for spec in described.values() if spec.label == name]
        assert known, name
        if not isinstance(field.parent().parent(), PageControls | FolderControls | SampleControls):
            assert (field._minimum, field._maximum, field._unit or known[0].unit) == (
                known[0].minimum,
                known[0].maximum,
                known[0].unit,
            )
        if not isinstance(field.parent(), PairField):
            assert field.accessibleDescription() == known[0].help
    for kind in (QAbstractButton, QLineEdit, QSlider):
        for widget in controls.findChildren(kind):
            assert widget.accessibleName() and widget.toolTip(), widget
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget.parent(), Slider), widget


@pytest.mark.parametrize("width", [1208, 888])
@pytest.mark.parametrize("source", SOURCES)
def test_every_strip_fits(row: Row, source: Source, width: int) -> None:
    row.host.setFixedWidth(width)
    row.use(Camera())
    controls = row.use(source, state="playing", height=1080, width=1920, position=9_998, count=10_000)
    row.host.layout().activate()
    assert controls.minimumSizeHint().width() <= controls.width()


def test_a_strip_that_is_deleted_is_gone(bench: Bench, qtbot: QtBot) -> None:
    row = Row(bench, qtbot)
    parts = [weakref.ref(row.use(source)) for source in SOURCES]
    parts.append(weakref.ref(row.strip))
    row.host.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del row
    gc.collect()
    assert [part() for part in parts] == [None] * len(parts)
    bench.document.edit(with_source(bench.document.project, Pattern(period=9)), "open")
    bench.state("still", height=9, width=9)


# Picture of a file that holds several.


def test_pages_are_turned_in_the_project_and_turned_back_by_undo(row: Row) -> None:
    controls = row.use(SOURCES[0], state="still", height=9, width=9, count=3)
    assert isinstance(controls, PageControls) and not controls.back.isEnabled()
    click(controls.forward)
    click(controls.forward)
    assert row.bench.source == Picture(path="/x/many.tiff", page=2) and not controls.forward.isEnabled()
    enter(controls.place.focusProxy(), "2")
    assert row.bench.source == Picture(path="/x/many.tiff", page=1)
    row.bench.document.undo()
    assert row.bench.source == SOURCES[0] and controls.place.focusProxy().text() == "1"


def test_a_page_that_was_left_by_a_key_is_gone_back_to(row: Row) -> None:
    controls = row.use(SOURCES[0], state="still", height=9, width=9, count=3)
    row.bench.state("still", height=9, width=9, position=1, count=3)
    click(controls.back)
    assert row.bench.source == SOURCES[0] and row.bench.engine.moves == [("seek", 0)]


# Clip.


def test_a_clip_plays_pauses_and_steps_without_touching_the_project(row: Row) -> None:
    controls = row.use(SOURCES[1], state="playing", position=4, count=100)
    project = row.bench.document.project
    click(controls.play)
    row.bench.state("paused", position=4, count=100)
    for button in (controls.play, controls.back, controls.forward):
        click(button)
    assert row.bench.engine.moves == [("pause", 0), ("play", 0), ("step", -1), ("step", 1)]
    assert row.bench.document.project == project


def test_the_play_button_says_what_it_would_do(row: Row) -> None:
    controls = row.use(SOURCES[1], state="paused", position=4, count=100)
    assert controls.play.accessibleName() == "Play"
    row.bench.state("playing", position=4, count=100)
    assert controls.play.accessibleName() == "Pause"
    row.bench.state("ended", position=99, count=100)
    assert controls.play.accessibleName() == "Play"
    row.bench.state("opening")
    assert controls.play.accessibleName() == "Play"
    row.bench.state("playing", position=0, count=100)
    row.bench.state("lost", position=0, count=100)
    assert controls.play.accessibleName() == "Pause"


def test_the_place_is_counted_from_one(row: Row) -> None:
    controls = row.use(SOURCES[1], state="playing", position=76, count=195)
    assert controls.place.text() == " 77 / 195" and controls.scrubber.value() == 76
    assert not row.bench.engine.moves


def test_a_drag_seeks_to_where_it_ends_and_is_not_disturbed_by_the_clip(row: Row, qtbot: QtBot) -> None:
    controls = row.use(SOURCES[1], state="playing", position=4, count=100)
    controls.scrubber.setSliderDown(True)
    for place in range(10, 60):
        controls.scrubber.setSliderPosition(place)
        row.bench.state("playing", position=5, count=100)
    assert controls.place.text() == " 60 / 100" and controls.scrubber.value() == 59
    qtbot.waitUntil(lambda: bool(row.bench.engine.moves) and row.bench.engine.moves[-1] == ("seek", 59))
    assert len(row.bench.engine.moves) < 50
    controls.scrubber.setSliderDown(False)
    row.bench.state("playing", position=61, count=100)
    assert controls.scrubber.value() == 61


def test_loop_and_speed_are_the_projects(row: Row) -> None:
    controls = row.use(SOURCES[1], state="playing", position=4, count=100)
    assert controls.loop.value()
    click(controls.loop)
    enter(controls.speed, "2.5")
    assert row.bench.source == Clip(path="/x/a.mp4", loop=False, speed=2.5)
    row.bench.document.undo()
    assert controls.speed.value() == 1.0 and not controls.loop.value()
    row.bench.document.undo()
    assert controls.loop.value() and row.bench.source == SOURCES[1]


def test_another_clip_starts_with_an_unknown_place(row: Row) -> None:
    controls = row.use(SOURCES[1], state="playing", position=4, count=100)
    old = row.bench.engine.first_show_of(SOURCES[1])
    row.use(Clip(path="/x/b.mp4"))
    assert controls.place.text() == "1" and not controls.scrubber.isEnabled()
    row.bench.engine.events.append(msgspec.structs.replace(row.bench.link.last_source, show=old, position=50))
    row.bench.link.pull()
    assert controls.place.text() == "1"


# Folder.


def test_a_folder_is_stepped_and_played_without_touching_the_project(row: Row) -> None:
    controls = row.use(SOURCES[2], state="paused", height=9, width=9, position=3, count=12, note="p4.png")
    assert isinstance(controls, FolderControls) and controls.name.whole() == "p4.png"
    project = row.bench.document.project
    for button in (controls.back, controls.forward, controls.play):
        click(button)
    assert row.bench.engine.moves == [("step", -1), ("step", 1), ("play", 0)]
    assert row.bench.document.project == project


def test_a_picture_chosen_by_number_is_the_projects(row: Row) -> None:
    controls = row.use(SOURCES[2], state="paused", height=9, width=9, position=3, count=12)
    field = controls.place.focusProxy()
    assert field.text() == "4"
    enter(field, "9")
    assert row.bench.source == Folder(path="/x/y", index=8)
    enter(field, "13")
    assert row.bench.source == Folder(path="/x/y", index=8)
    enter(field, "2")
    row.bench.state("playing", height=9, width=9, position=6, count=12)
    enter(field, "2")
    assert row.bench.engine.moves == [("seek", 1)]
    row.bench.document.undo()
    assert row.bench.source == SOURCES[2]


def test_the_rate_of_a_folder(row: Row) -> None:
    controls = row.use(SOURCES[2])
    enter(controls.rate, "12,5")
    assert row.bench.source == Folder(path="/x/y", fps=12.5)
    row.bench.document.undo()
    assert controls.rate.value() == 2.0


# Of all of them.


@pytest.mark.parametrize("source", SOURCES)
def test_showing_a_source_changes_nothing(row: Row, source: Source) -> None:
    row.use(source, state="playing", height=9, width=9, position=3, count=12)
    row.use(Pattern(kind="rings", period=33.3))
    row.use(source, state="playing", height=9, width=9, position=4, count=12)
    assert row.bench.source == source and not row.bench.engine.moves and not row.bench.heard.all


def test_a_control_that_outlives_its_source_does_nothing(row: Row) -> None:
    controls: SourceControls = row.use(Pattern())
    row.use(Camera())
    assert isinstance(controls, PatternControls)
    controls.numbers["period"].value_changed.emit(99.0)
    assert row.bench.source == Camera()


def test_pictures_of_a_data_set_are_turned_over_and_tell_their_class(row: Row) -> None:
    sample = Sample(data="mnist", split="test", index=3)
    controls = row.use(sample, state="still", height=28, width=28, position=3, count=2000, label="0")
    assert isinstance(controls, SampleControls)
    assert controls.label.whole() == "Class: 0"
    click(controls.forward)
    assert row.bench.source == msgspec.structs.replace(sample, index=4)
    row.bench.state("still", height=28, width=28, position=4, count=2000, label="4")
    assert controls.label.whole() == "Class: 4"
    click(controls.back)
    click(controls.back)
    assert row.bench.source == msgspec.structs.replace(sample, index=2)
    enter(controls.place.focusProxy(), "2000")
    assert row.bench.source == msgspec.structs.replace(sample, index=1999)
    row.bench.state("still", height=28, width=28, position=1999, count=2000, label="9")
    assert controls.back.isEnabled() and not controls.forward.isEnabled()
    controls.part.setCurrentIndex(controls.part.findText("to learn from"))
    controls.part.activated.emit(controls.part.currentIndex())
    assert row.bench.source == Sample(data="mnist", split="train", index=0)
    row.bench.document.undo()
    assert row.bench.source == msgspec.structs.replace(sample, index=1999)
    assert controls.part.currentText() == "to test"


def test_a_data_set_that_is_still_read_has_no_class_and_no_next(row: Row) -> None:
    controls = row.use(Sample(data="/x/leaves"), state="opening", note="10 of 900 pictures read")
    assert controls.label.whole() == ""
    assert not controls.forward.isEnabled() and not controls.back.isEnabled()
