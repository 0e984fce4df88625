"""The sliders of a named kernel, and the gallery that chooses one."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QSlider

from app.kernels.kernel_panel import KernelPanel
from app.widgets.fields import Choice, Slider
from app.widgets.number_field import NumberField
from engine.kernels import families, family, kernel
from engine.spec.edit import with_channels, with_kernel
from tests.app.kernels.conftest import Desk, Stage, named

WITH_PARAMETERS = [each.name for each in families() if each.parameters]


@pytest.fixture
def panel(desk: Desk) -> KernelPanel:
    made = KernelPanel(desk.document, desk.notices)
    desk.show(made)
    return made


def _use(desk: Desk, name: str, **parameters: float) -> None:
    desk.set_filter(with_kernel(desk.filter, kernel(name, **parameters).spec()))


def _sliders(panel: KernelPanel) -> list[Slider]:
    return [slider for slider in panel.parameters.findChildren(Slider) if slider.isVisible()]


@pytest.mark.parametrize("name", WITH_PARAMETERS)
def test_every_parameter_is_shown_and_changes_the_kernel_and_can_be_undone(
    desk: Desk, panel: KernelPanel, name: str
) -> None:
    _use(desk, name)
    for parameter in family(name).parameters:
        before = desk.document.project
        shown = desk.kernel.parameters[parameter.name]
        if parameter.labels or parameter.automatic:
            choice = named(panel.parameters, Choice, parameter.label)
            assert choice.value() == shown
            choice.setFocus()
            desk.hand.key(choice, Qt.Key.Key_Down if choice.currentIndex() == 0 else Qt.Key.Key_Up)
        else:
            field = named(panel.parameters, NumberField, parameter.label)
            assert field.value() == pytest.approx(shown)
            field.setFocus()
            desk.hand.key(field, Qt.Key.Key_Up if shown < parameter.maximum else Qt.Key.Key_Down)
        now = desk.kernel.parameters
        assert now[parameter.name] != shown
        assert np.array_equal(np.array(desk.kernel.weights[0], np.float32), kernel(name, **now).weights)
        assert panel.grid.weights() == desk.kernel.weights[0]
        assert desk.undone() == before
    assert not desk.heard.all


def test_a_slide_is_one_undo_and_moves_with_the_document(desk: Desk, panel: KernelPanel) -> None:
    _use(desk, "gaussian", sigma=1.0)
    before = desk.document.project
    handle = named(panel.parameters, QSlider, "Sigma σ, slider")
    start = handle.value()
    for position in (20, 30, 40):
        handle.setValue(position)
    sigma = desk.kernel.parameters["sigma"]
    assert sigma > 1.0
    assert named(panel.parameters, NumberField, "Sigma σ").value() == pytest.approx(sigma)
    assert desk.undone() == before
    changes = desk.changes
    assert handle.value() == start
    assert desk.changes == changes, "moving the handle to what is there changed it"


@pytest.mark.parametrize("typed", ["nan", "inf", "1e30", "-4", "0", "wide"])
def test_what_a_parameter_cannot_be_is_one_sentence_and_the_old_value_comes_back(
    desk: Desk, panel: KernelPanel, typed: str
) -> None:
    _use(desk, "gaussian", sigma=2.0)
    before = desk.document.project
    field = named(panel.parameters, NumberField, "Sigma σ")
    desk.enter(field, typed)
    panel.grid.setFocus()
    assert "Sigma" in desk.heard.one_sentence()
    assert desk.document.project == before
    assert field.text() == "2"


def test_a_kernel_changed_by_hand_has_no_parameters_until_it_is_undone(desk: Desk, panel: KernelPanel) -> None:
    _use(desk, "gaussian", sigma=2.0)
    panel.grid.begin_edit("1")
    desk.hand.key(panel.grid.findChild(QLineEdit), Qt.Key.Key_Return)
    assert not panel.parameters.isVisible()
    desk.document.undo()
    assert [slider.value() for slider in _sliders(panel)] == [2.0]


def test_sliders_stand_below_each_other_in_line(desk: Desk, panel: KernelPanel) -> None:
    _use(desk, "gabor")
    handles = [handle for handle in panel.parameters.findChildren(QSlider) if handle.isVisible()]
    QApplication.processEvents()
    places = {(handle.mapTo(panel, handle.rect().topLeft()).x(), handle.width()) for handle in handles}
    assert len(handles) == 5
    assert len(places) == 1


def test_tab_goes_from_the_size_through_the_parameters_and_on(stage: Stage) -> None:
    for name in ("gaussian", "gabor", "motion-blur"):
        _use(stage, name)
        stage.page.kernel.size_box.setFocus()
        found = []
        while True:
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            name_now = QApplication.focusWidget().accessibleName()
            if name_now.startswith("Operation"):
                break
            found.append(name_now)
        expected = []
        for parameter in family(name).parameters:
            is_list = parameter.labels or parameter.automatic
            expected += [parameter.label] if is_list else [f"{parameter.label}, slider", parameter.label]
        assert found == expected


def test_a_click_in_the_gallery_takes_the_kernel(stage: Stage) -> None:
    gallery = stage.page.gallery.gallery
    before = stage.document.project
    assert gallery.current() == "sobel-vertical"
    names = [each.name for each in families()]
    stage.hand.click(gallery, gallery.tile_rectangle(names.index("scharr-vertical")).center())
    assert stage.kernel == kernel("scharr-vertical").spec()
    assert gallery.current() == "scharr-vertical"
    assert stage.document.undo_text == "choose Scharr vertical"
    assert stage.undone() == before
    assert gallery.current() == "sobel-vertical"


def test_the_gallery_by_keyboard_and_over_three_planes(stage: Stage) -> None:
    stage.set_filter(with_channels(stage.filter, "sum"))
    gallery = stage.page.gallery.gallery
    gallery.setFocus()
    stage.hand.key(gallery, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Return)
    assert stage.kernel.name == "horizontal"
    assert len(stage.kernel.weights) == 3
    stage.page.kernel.grid.begin_edit("4")
    stage.hand.key(stage.page.kernel.grid.findChild(QLineEdit), Qt.Key.Key_Return)
    assert gallery.current() not in [each.name for each in families()], "a kernel of one's own is marked as named"


def test_the_gallery_gets_a_thumbnail_for_every_kernel(stage: Stage) -> None:
    gallery = stage.page.gallery.gallery
    stage.until(lambda: gallery._image is not None)
    assert len(gallery._tiles) == len(families())
