"""The Inspect page on a real document and link; the engine is a fake that says what a test tells it to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSlider
from pytestqt.qtbot import QtBot

from app.inspect.page import InspectPage
from app.inspect.words import curve_words, stage_words
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from engine.protocol import Guess, Inspect, Inspected, SanityTold
from engine.spec.attribution import METHODS, Target
from engine.spec.inspect import InspectSpec
from tests.app.training.conftest import FakeEngine

NOW = (Guess(index=3, probability=0.9, name="espresso"), Guess(index=5, probability=0.1, name="cup"))
CALM = (Guess(index=3, probability=0.7, name="espresso"), Guess(index=5, probability=0.3, name="cup"))
SANE = SanityTold(
    shares=(0, 0.5, 1),
    deletion=(0.9, 0.1, 0),
    insertion=(0, 0.8, 0.9),
    deletion_area=0.2,
    insertion_area=0.6,
    alike=0.1,
)


class Room:
    """The page with all that it needs."""

    def __init__(self, qtbot: QtBot) -> None:
        self.engine, self.document, self.notices = FakeEngine(), Document(), Notices()
        self.link = EngineLink(self.engine, self.document, self.notices)  # type: ignore[arg-type]
        self.page = InspectPage(self.document, self.link, self.notices)
        qtbot.addWidget(self.page)
        self.page.resize(1208, 684)
        self.page.show()
        self.page.shown()

    def say(self, **what: Any) -> None:
        base = {"id": 1, "frame": 1, "arrived": 0.0, "asked": 0.0, "planes": ()}
        self.engine.events.append(Inspected(**{**base, **what}))
        self.link.pull()

    @property
    def spec(self) -> InspectSpec:
        return self.document.project.inspect


@pytest.fixture
def room(qtbot: QtBot) -> Iterator[Room]:
    made = Room(qtbot)
    yield made
    made.link.close()


def test_a_bar_chooses_its_class_and_the_button_follows_the_likeliest(room: Room, qtbot: QtBot) -> None:
    assert room.engine.offered[-1].page == "inspect"
    room.say(guesses=NOW, calm=CALM)
    bars = room.page.prediction.bars
    assert bars.guesses() == CALM
    assert bars.now == {3: 0.9, 5: 0.1}
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(40, 36))
    assert room.spec.chosen == 5
    assert room.page.target.said.text() == "Always cup. Follow the likeliest again above."
    assert not room.page.prediction.follow.isChecked()
    qtbot.mouseClick(room.page.prediction.follow, Qt.MouseButton.LeftButton)
    assert room.spec.chosen is None
    room.document.undo()
    assert room.spec.chosen == 5
    room.document.undo()
    bars.setFocus()
    qtbot.keyClick(bars, Qt.Key.Key_Up)
    qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert room.spec.chosen == 3


def test_each_method_says_what_it_means_and_only_grad_cam_asks_for_a_layer(room: Room) -> None:
    panel = room.page.method
    for name, method in METHODS.items():
        panel.method.value_changed.emit(name)
        assert room.spec.method == name
        assert panel.meaning.text() == method.meaning
        assert panel.layer.isVisible() == method.needs_layer
    panel.layer.value_changed.emit("pool1")
    assert room.spec.layer == "pool1"
    room.document.undo()
    assert room.spec.layer == ""


def test_a_unit_is_chosen_by_layer_map_and_cell(room: Room) -> None:
    target = room.page.target
    target.kind.value_changed.emit("unit")
    assert room.spec.unit == Target(layer="conv1")
    target.layer.value_changed.emit("conv2")
    target.map.value_changed.emit(7)
    assert room.spec.unit == Target(layer="conv2", map=7)
    assert target.said.text() == "Map 7 of conv2."
    target.whole.value_changed.emit("cell")
    assert room.spec.unit == Target(layer="conv2", map=7, cell=(5, 5))
    target.cell[0].value_changed.emit(5)
    assert [field.isVisible() for field in target.cell] == [True, True, False]
    target.kind.value_changed.emit("class")
    assert room.spec.unit is None
    room.document.undo()
    assert room.spec.unit is not None


def test_failures_stand_in_the_place_of_the_explanation_and_bars_go_on(room: Room) -> None:
    room.say(guesses=NOW, calm=CALM, problem="Layer conv9 is gone.", stage="failed")
    assert room.page.heat.view._placeholder == "Layer conv9 is gone."
    assert room.page.prediction.bars.guesses() == CALM
    assert not room.page.sanity.button.isEnabled()


def test_slow_work_is_begun_stopped_and_told(room: Room, qtbot: QtBot) -> None:
    change = msgspec.structs.replace(room.spec, method="occlusion")
    room.document.edit(msgspec.structs.replace(room.document.project, inspect=change), "occlusion")
    room.say(stage="working", progress=(3, 30), again=True)
    assert room.page.method.stage.text() == "Run 3 of 30"
    qtbot.mouseClick(room.page.method.stop, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(room.page.method.explain, Qt.MouseButton.LeftButton)
    asked = [request.action for request in room.engine.sent if isinstance(request, Inspect)]
    assert asked == ["stop", "explain"]
    room.say(stage="waiting")
    assert "pause it" in room.page.method.stage.text()


def test_sanity_is_said_in_words(room: Room) -> None:
    room.say(sanity=SANE, stage="shown")
    assert room.page.sanity.curves.told == SANE
    assert room.page.sanity.curves.isVisible()
    assert "area 0.20" in room.page.sanity.said.text()
    room.say(stage="shown")
    assert not room.page.sanity.curves.isVisible()
    like = msgspec.structs.replace(SANE, alike=0.9, deletion_area=0.6, insertion_area=0.1)
    words = " ".join(curve_words(like))
    assert "rather than what was learned" in words
    assert "not enough" in words
    assert stage_words(Inspected(id=1, frame=1, arrived=0, asked=0, planes=(), stage="stopped"), room.spec)


def test_every_control_has_a_name_and_teaches(room: Room) -> None:
    room.document.edit(
        msgspec.structs.replace(
            room.document.project, inspect=InspectSpec(unit=Target(layer="conv1", cell=(1, 1)), method="grad-cam")
        ),
        "all rows",
    )
    for kind in (QAbstractButton, QComboBox, QLineEdit, QSlider):
        for control in room.page.findChildren(kind):
            if control.isVisible():
                assert control.accessibleName(), control
                assert control.toolTip(), control.accessibleName()
