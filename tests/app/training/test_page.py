"""The page as a whole: what the live network shows, who is asked for what, and that all of it can be reached."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QComboBox, QLayout, QLineEdit, QWidget

from app.training.layers import default_layer
from engine.presets import preset
from engine.protocol import Guess
from engine.spec.layers import Flatten, Linear
from engine.spec.network import NetworkSpec
from tests.app.training.conftest import Stage
from tests.app.widgets.conftest import Hand

SEVEN = (Guess(index=7, probability=0.93), Guess(index=1, probability=0.04))


def test_the_engine_works_for_the_page_that_is_shown(stage: Stage) -> None:
    assert (stage.engine.offered[-1].page, stage.engine.offered[-1].layer) == ("train", "conv1")
    stage.page.hidden()
    before = len(stage.engine.offered)
    stage.page.live.looked.emit()
    assert len(stage.engine.offered) == before


def test_the_input_and_the_guesses(stage: Stage) -> None:
    stage.samples()
    stage.maps(SEVEN, note="128×128 → 28×28, grey")
    live = stage.page.live
    assert live.bars.guesses() == SEVEN
    assert live.bars.accessibleName() == "Prediction: 7, 93.0 %"
    assert live.input_view.extent() == (96, 128)
    assert live.input.note() == "128×128 → 28×28, grey"
    assert live.mosaic.extent() == (57, 86)
    assert live.kernels.mosaic.extent() is not None


def test_another_layer_and_one_map_alone(stage: Stage) -> None:
    live = stage.page.live
    stage.maps()
    index = live.choice.findText("conv2  16×10×10")
    live.choice.setCurrentIndex(index)
    live.choice.activated.emit(index)
    assert stage.engine.offered[-1].layer == "conv2"
    stage.maps()
    live.mosaic.setFocus()
    Hand(stage.qtbot).key(live.mosaic, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return)
    assert stage.engine.offered[-1].only == 1
    live.mosaic.left.emit()
    assert stage.engine.offered[-1].only == -1


def test_a_layer_that_goes_gives_way_to_the_first_convolution(stage: Stage) -> None:
    live = stage.page.live
    live.layer = "linear3"
    stage.set(network=preset("mini-resnet"))
    assert live.layer == default_layer(preset("mini-resnet"))
    assert stage.engine.offered[-1].layer == live.layer
    assert default_layer(NetworkSpec(layers=(Flatten(), Linear(out_features=2)))) == "flatten1"
    assert default_layer(NetworkSpec()) == ""


def test_a_layer_without_kernels(stage: Stage) -> None:
    stage.maps()
    stage.maps(kernels=False)
    assert stage.page.live.kernels.mosaic.extent() is None


def test_a_network_with_a_problem_says_so_where_its_maps_would_be(stage: Stage) -> None:
    stage.maps(SEVEN)
    stage.problem("spec", "conv1: The kernel is larger than the picture.")
    assert stage.page.live.mosaic.extent() is None
    assert stage.page.live.bars.guesses() == ()


def test_maps_of_another_page_are_not_shown_here(stage: Stage) -> None:
    stage.maps(SEVEN)
    stage.page.hidden()
    assert stage.page.live.mosaic.extent() is None
    stage.maps(SEVEN)
    assert stage.page.live.mosaic.extent() is None


def test_nothing_waits_once_the_maps_are_painted(stage: Stage) -> None:
    stage.maps(SEVEN)
    stage.until(lambda: not stage.link.tally.waiting)


def test_fit_shows_the_whole_of_every_picture(stage: Stage) -> None:
    stage.samples()
    stage.maps(SEVEN)
    view = stage.page.live.mosaic
    whole = view.region()
    Hand(stage.qtbot).wheel(view, view.rect().center(), 360)
    assert view.region() != whole
    stage.page.fit()
    assert view.region() == whole


def test_every_control_has_a_name_and_can_be_reached(stage: Stage) -> None:
    stage.samples()
    stage.maps(SEVEN)
    controls = (QAbstractButton, QComboBox, QLineEdit, QAbstractScrollArea)
    nameless = [
        part
        for part in stage.page.findChildren(QWidget)
        if isinstance(part, controls) and part.focusPolicy() != Qt.FocusPolicy.NoFocus and part.isVisible()
        if not part.accessibleName()
    ]
    assert nameless == []


@pytest.mark.parametrize("width", [1208, 1848])
def test_everything_is_in_sight_without_scrolling(stage: Stage, width: int) -> None:
    stage.samples()
    stage.maps(SEVEN)
    stage.training("running", run="/a/" + "long/" * 60, epoch=3, epochs=5, step=900, steps=1875, seconds_left=90.0)
    stage.page.resize(width, stage.page.height())
    assert stage.page.minimumSizeHint().width() <= 1208
    for area in stage.page.findChildren(QAbstractScrollArea):
        if area.isVisible() and area.window() is stage.page:
            bars = (area.verticalScrollBar(), area.horizontalScrollBar())
            assert not any(bar.isVisible() for bar in bars), area.accessibleName()
    for part in (stage.page.confusion, stage.page.live.kernels, stage.page.settings):
        below = part.mapTo(stage.page, part.rect().bottomLeft()).y()
        assert below <= stage.page.height()


def test_the_smallest_page_has_room_for_everything(stage: Stage) -> None:
    stage.samples()
    stage.maps(SEVEN)
    stage.training("running", run="/a/" + "long/" * 60, epoch=3, epochs=5, step=900, steps=1875, seconds_left=90.0)
    page, controls = stage.page, stage.page.controls
    # In the window it is given so much and no more.
    page.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    page.setMinimumSize(0, 0)
    page.resize(960 - 72, 600 - 72)
    QApplication.processEvents()
    assert page.layout().minimumSize().width() <= page.width() == 960 - 72
    buttons = [button for button in controls.buttons if button.isVisible()]
    for button in buttons:
        assert button.text() == ""
        assert button.accessibleName()
        assert button.accessibleName() in button.toolTip()
        assert controls.rect().contains(button.geometry())
    assert [button.width() >= button.sizeHint().width() for button in buttons] == [True] * 6
    controls.pause.click()
    stage.training("paused")
    assert controls.pause.accessibleName() == "Resume"
    page.resize(1208, 684)
    QApplication.processEvents()
    assert [button.text() for button in controls.buttons][:3] == ["Start", "Resume", "Step"]
