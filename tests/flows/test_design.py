"""A kernel designed in the whole window: turned, saved, changed, opened again; a patch of the picture, found again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QSlider, QWidget
from scipy.signal import correlate2d

from app.kernels.kernel_panel import KernelPanel
from engine.kernels import design, load_kernel
from engine.sources.grab import grab
from engine.spec.project import Project
from tests.app.widgets.conftest import Hand
from tests.flows.conftest import Stage

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float64)
GREY = np.array([0.299, 0.587, 0.114])
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


class _Answer:
    """A person who always names the same file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, parent: QWidget) -> str:
        return str(self.path)

    def save(self, parent: QWidget, suggestion: str) -> str:
        return str(self.path)


def _pick(stage: Stage, panel: KernelPanel, text: str) -> None:
    """Open the menu of tools and choose what begins so."""
    stage.click(panel.tools.more)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(action for action in menu.actions() if action.text().startswith(text))
    menu.close()
    action.trigger()


def _weights(stage: Stage) -> np.ndarray:
    return np.array(stage.bench.document.project.filter.kernel.weights[0])


def _seen(stage: Stage) -> np.ndarray:
    return grab(stage.bench.document.project.source).astype(np.float64) @ GREY


def _map_of(picture: np.ndarray, weights: np.ndarray) -> np.ndarray:
    before = [(size - 1) // 2 for size in weights.shape]
    behind = [size // 2 for size in weights.shape]
    padded = np.pad(picture, tuple(zip(before, behind, strict=True)))
    return correlate2d(padded, weights, "valid")


def test_a_kernel_is_turned_normalised_saved_changed_and_opened_again(stage: Stage, tmp_path: Path) -> None:
    bench, panel = stage.bench, stage.bench.page.kernel
    _pick(stage, panel, "Turn by an angle")
    slider = stage.named(QSlider, "Angle, slider")
    slider.setFocus()
    for _ in range(45):
        stage.qtbot.keyClick(slider, Qt.Key.Key_Right)
    turned = design.rotate(SOBEL, 45)
    assert np.abs(_weights(stage) - turned).max() < 1e-6
    _pick(stage, panel, "Norm 1")
    normalised = design.normalise(turned, "l2-norm-1")
    assert np.abs(_weights(stage) - normalised).max() < 1e-6
    stage.settle()
    expected = _map_of(_seen(stage), _weights(stage))
    first = stage.map_values()
    assert np.abs(first - expected).max() < 2e-6

    panel.bench.files.ask = _Answer(tmp_path / "mine.json")
    bench.window.activateWindow()
    stage.until(bench.window.isActiveWindow)
    stage.qtbot.keyClick(bench.window, Qt.Key.Key_K, CONTROL | ALT)
    stage.sentence("Saved mine.json.")
    kept = bench.document.project.filter.kernel
    assert load_kernel(tmp_path / "mine.json") == kept
    Hand(stage.qtbot).drag(panel.grid, *(panel.grid.cell_rectangle(row, 0).center() for row in range(3)))
    changed = bench.document.project.filter.kernel
    assert changed != kept
    stage.settle()
    assert not np.array_equal(stage.map_values(), first)
    stage.qtbot.keyClick(bench.window, Qt.Key.Key_K, CONTROL)
    assert bench.document.project.filter.kernel == kept
    stage.settle()
    assert np.array_equal(stage.map_values(), first), "the same kernel gives the same map, to the last bit"

    stage.qtbot.keyClick(bench.window, Qt.Key.Key_Z, CONTROL)
    assert bench.document.project.filter.kernel == changed
    _drop(bench.window, tmp_path / "mine.json")
    assert bench.document.project.filter.kernel == kept
    for _ in range(4):
        stage.qtbot.keyClick(bench.window, Qt.Key.Key_Z, CONTROL)
    assert bench.document.project == Project(), "the whole design is four undos"


def _drop(window: QWidget, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    held, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    at, action = QPoint(90, 90), Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(at, action, mime, held, none))
    QApplication.sendEvent(window, QDropEvent(at.toPointF(), action, mime, held, none))


def test_a_patch_is_chosen_in_the_picture_and_the_map_is_largest_where_it_lies(stage: Stage) -> None:
    bench, panel = stage.bench, stage.bench.page.kernel
    _pick(stage, panel, "Patch of the picture")
    picture = _seen(stage)
    # The reflection in the visor: nothing in the picture has more contrast of that shape.
    top, left, height, width = 442, 336, 24, 28
    view = bench.page.input.view
    middle = QPointF(350 - view.region().left(), 454 - view.region().top()) * view.zoom()
    for _ in range(6):
        Hand(stage.qtbot).wheel(view, middle.toPoint())
    region, zoom = view.region(), view.zoom()
    way = [
        QPoint(round((column + 0.5 - region.left()) * zoom), round((row + 0.5 - region.top()) * zoom))
        for row, column in ((top, left), (top + 5, left + 9), (top + height - 1, left + width - 1))
    ]
    Hand(stage.qtbot).drag(view, *way)
    stage.until(lambda: _weights(stage).shape == (height, width))
    stage.settle()
    weights = _weights(stage)
    assert np.abs(weights - design.template_from_patch(picture, top, left, height, width).weights).max() < 1e-6
    found = stage.map_values()
    row, column = np.unravel_index(int(found.argmax()), found.shape)
    assert (row, column) == (top + (height - 1) // 2, left + (width - 1) // 2)
    assert bench.page.input.view.choice() is not None
    stage.click(stage.named(QPushButton, "Take the patch"))
    stage.settle()
    bench.document.undo()
    assert bench.document.project == Project()
    assert bench.page.input.view.choice() is None


def test_numbers_on_the_clipboard_are_the_kernel_wherever_they_are_pasted(stage: Stage) -> None:
    bench = stage.bench
    bench.window.activateWindow()
    stage.until(bench.window.isActiveWindow)
    bench.page.input.view.setFocus()
    QGuiApplication.clipboard().setText("1 0 -1; 2 0 -2; 1 0 -1")
    stage.qtbot.keyClick(bench.window, Qt.Key.Key_V, CONTROL)
    assert np.array_equal(_weights(stage), -SOBEL)
    stage.settle()
    assert np.abs(stage.map_values() - _map_of(_seen(stage), -SOBEL)).max() < 2e-6
    QGuiApplication.clipboard().clear()
