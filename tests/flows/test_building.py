"""A stack is built by letters and keys, broken, repaired, undone to nothing and redone; drawn; and a kernel travels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton

from app.network.page import NetworkPage
from app.network.repairs import RepairButtons
from app.widgets.fields import Choice
from app.widgets.number_field import NumberField
from engine.presets import preset
from engine.spec.network import layers_with_paths
from engine.spec.summary import summary
from tests.flows.conftest import Stage
from tests.support.hearing import Heard

CTRL = Qt.KeyboardModifier.ControlModifier
LENET = ("conv", "relu", "maxpool", "conv", "relu", "maxpool", "flatten", "dense", "relu", "dense", "relu", "dense")
OUTPUTS = {"linear1": "120", "linear2": "84", "linear3": "10"}


def _add(stage: Stage, page: NetworkPage, typed: str) -> None:
    """Insert, a few letters, Enter."""
    page.list.list.setFocus()
    stage.qtbot.keyClick(page.list.list, Qt.Key.Key_Insert)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    field = menu.findChildren(QLineEdit)[-1]
    stage.qtbot.keyClicks(field, typed)
    stage.qtbot.keyClick(field, Qt.Key.Key_Return)


def _set(stage: Stage, page: NetworkPage, path: str, name: str, text: str) -> None:
    page.chosen.choose(path)
    fields = [
        each for each in page.form.findChildren(NumberField) if each.isVisible() and each.accessibleName() == name
    ]
    assert len(fields) == 1, name
    fields[0].setFocus()
    fields[0].selectAll()
    stage.qtbot.keyClicks(fields[0], text)
    stage.qtbot.keyClick(fields[0], Qt.Key.Key_Return)


def _choose(stage: Stage, page: NetworkPage, name: str, label: str) -> None:
    """Go to an entry of the form's list with the arrow keys."""
    found = [each for each in page.form.findChildren(Choice) if each.isVisible() and each.accessibleName() == name]
    assert len(found) == 1, name
    found[0].setFocus()
    stage.qtbot.keyClick(found[0], Qt.Key.Key_Home)
    for _ in range(found[0].findText(label)):
        stage.qtbot.keyClick(found[0], Qt.Key.Key_Down)


def test_lenet_by_hand_broken_repaired_undone_to_nothing_and_redone(stage: Stage, tmp_path: Path) -> None:
    bench = stage.bench
    page: NetworkPage = stage.go("Network")
    stage.pick(page.list.preset.menu(), "Empty")
    empty = bench.document.project
    assert empty.network.layers == ()
    for typed in LENET:
        _add(stage, page, typed)
    _set(stage, page, "conv1", "Output channels", "6")
    _set(stage, page, "conv1", "Kernel size, vertical", "5")
    _set(stage, page, "conv2", "Output channels", "16")
    _choose(stage, page, "Padding", "valid")
    _set(stage, page, "conv2", "Kernel size, vertical", "5")
    for path, text in OUTPUTS.items():
        _set(stage, page, path, "Outputs", text)
    found = summary(bench.document.project.network)
    assert not found.problems
    assert found.parameters == summary(preset("lenet-5")).parameters == 61_706
    stage.settle()

    _set(stage, page, "conv2", "Kernel size, vertical", "19")
    broken = bench.document.project
    problem = summary(broken.network).problems[0]
    assert problem.id == "conv2"
    buttons = page.list.list.repairs_of("conv2")
    assert isinstance(buttons, RepairButtons)
    stage.click(buttons.findChildren(QPushButton)[0])
    assert not summary(bench.document.project.network).problems
    stage.settle()

    built = bench.document.project
    states = []
    while bench.document.project != empty:
        states.append(bench.document.project)
        bench.document.undo()
    assert broken in states
    stage.settle()
    while bench.document.redo_text:
        bench.document.redo()
        assert bench.document.project == states.pop()
    assert bench.document.project == built
    stage.settle()

    stage.click(page.list.diagram)
    assert page.diagram.view.isVisible()
    stage.until(lambda: not page.diagram.view.place_of("conv2").isEmpty())
    stage.click(
        page.diagram.view.viewport(), page.diagram.view.place_of("pool1").bottomLeft().toPoint() + QPoint(2, -3)
    )
    assert page.chosen.path == "pool1"
    page.diagram._ask = _Answer(str(tmp_path / "lenet.svg"))
    stage.click(page.diagram.save)
    text = (tmp_path / "lenet.svg").read_text(encoding="utf-8")
    assert all(f'id="{path}"' in text for path, _ in layers_with_paths(built.network.layers))


class _Answer:
    def __init__(self, path: str) -> None:
        self.path = path

    def save(self, parent: object) -> str:
        return self.path


def test_layers_travel_as_text_and_the_list_s_keys_are_its_own(stage: Stage) -> None:
    bench = stage.bench
    page: NetworkPage = stage.go("Network")
    cards = page.list.list
    cards.setFocus()
    page.chosen.choose("conv2")
    page.chosen.extend("pool2")
    before = bench.document.project
    bench.window.activateWindow()
    stage.until(bench.window.isActiveWindow)
    stage.qtbot.keyClick(cards, Qt.Key.Key_C, CTRL)
    assert "convscope-layers" in QGuiApplication.clipboard().text()
    stage.qtbot.keyClick(cards, Qt.Key.Key_V, CTRL)
    assert [layer.id for layer in bench.document.project.network.layers][6:9] == ["conv3", "relu5", "pool3"]
    assert bench.document.project.source == before.source, "the window's own Ctrl+V did nothing"
    bench.document.undo()
    assert bench.document.project == before


def test_a_kernel_goes_into_the_network_and_comes_back(stage: Stage) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    page: NetworkPage = stage.go("Network")
    stage.until(lambda: bool(heard.maps))
    page.chosen.choose("conv1")
    stage.type_into("Map", "3")
    stage.click(page.planting.put)
    sobel = np.pad(np.array(bench.document.project.filter.kernel.weights[0]), 1)
    stage.settle()
    stage.until(lambda: heard.maps[-1].layer == "conv1" and bool(heard.maps[-1].kernel_tiles))
    page.kernels.mosaic.opened.emit(3)
    before = bench.document.project
    stage.click(page.take_back.button)
    stage.until(lambda: bench.document.project != before)
    taken = np.array(bench.document.project.filter.kernel.weights[0])
    assert taken == pytest.approx(sobel)
    assert bench.document.undo_text == "take a kernel of conv1"
    assert "input 0 → map 3" in stage.sentence("The Kernel page has the kernel of conv1")
    bench.document.undo()
    assert bench.document.project == before
