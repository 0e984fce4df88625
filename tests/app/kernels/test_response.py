"""The frequency response beside the kernel: numpy's FFT, live, read by cursor and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication, QSlider, QToolButton

from app.kernels.design.response import SIZE, ResponseView
from app.kernels.kernel_panel import KernelPanel
from engine.kernels import kernel
from engine.spec.edit import with_kernel
from tests.app.kernels.conftest import Desk, named


@pytest.fixture
def panel(desk: Desk) -> KernelPanel:
    made = KernelPanel(desk.document, desk.notices)
    desk.show(made)
    button = named(made, QToolButton, "Frequency response")
    desk.hand.click(button, button.rect().center())
    QApplication.processEvents()
    return made


def _view(panel: KernelPanel) -> ResponseView:
    assert panel.row.response is not None
    return panel.row.response.view


def _expected(desk: Desk) -> np.ndarray:
    return np.abs(np.fft.fftshift(np.fft.fft2(np.array(desk.kernel.weights[0]), (SIZE, SIZE))))


def _at(view: ResponseView, cell: tuple[int, int]) -> QPoint:
    plot = view.plot()
    pitch = plot.width() / SIZE
    return QPoint(round(plot.left() + (cell[1] + 0.5) * pitch), round(plot.top() + (cell[0] + 0.5) * pitch))


def test_every_value_is_numpy_s_and_follows_the_kernel(desk: Desk, panel: KernelPanel) -> None:
    view = _view(panel)
    for edit in (
        lambda: None,
        lambda: desk.weights((1.0, 2.0), (0.5, -3.0)),
        lambda: desk.weights(*((0.1,) * 31,) * 31),
    ):
        edit()
        found = np.array([[view.value_at((row, column))[2] for column in range(SIZE)] for row in range(SIZE)])
        assert np.abs(found - _expected(desk)).max() < 1e-9 * max(np.abs(found).max(), 1)
    assert view.value_at((SIZE // 2, SIZE // 2))[:2] == (0.0, 0.0), "frequency 0 is in the middle"
    assert view.value_at((0, SIZE // 2 + 16))[:2] == (-0.5, 0.25)


def test_the_picture_is_brightest_where_most_passes_and_follows_a_slider(desk: Desk, panel: KernelPanel) -> None:
    def light(cell: tuple[int, int]) -> float:
        return _view(panel)._image.pixelColor(cell[1], cell[0]).lightnessF()

    middle, edge = (SIZE // 2, SIZE // 2), (SIZE // 2, SIZE // 2 + 16)
    assert light(edge) > 0.5 > light(middle), "Sobel passes no flat area"
    tool = panel.open_tool("turn")
    named(tool, QSlider, "Angle, slider").setValue(270)
    assert light((edge[1], edge[0])) > 0.5 > light(edge), "turned by 90°, it passes other stripes"
    desk.set_filter(with_kernel(desk.filter, kernel("gaussian").spec()))
    assert light(middle) > 0.5 > light(edge)


def test_cursor_and_keys_read_a_value(desk: Desk, panel: KernelPanel) -> None:
    view, text = _view(panel), panel.row.response.text  # type: ignore[union-attr]
    assert text.text() == "band-pass: ×8 for 4 px stripes, across"
    assert view.accessibleName() == "Frequency response: band-pass: ×8 for 4 px stripes, across"
    desk.hand.move(view, _at(view, (32, 48)))
    assert text.text() == "0.25 across, 0 down: stripes of 4 px ×8"
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert text.text().startswith("band-pass")
    view.setFocus()
    desk.hand.key(view, Qt.Key.Key_Right)
    assert text.text() == "0 across, 0 down: flat areas ×0"
    desk.hand.key(view, Qt.Key.Key_Right, Qt.Key.Key_Up)
    assert text.text().startswith("0.016 across, −0.016 down")
    desk.weights((1.0,))
    assert text.text().endswith("×1"), "the value follows the kernel"
    desk.hand.key(view, Qt.Key.Key_Escape)
    assert text.text() == "all-pass: ×1 for flat areas"
    desk.weights((0.0,))
    assert text.text() == "silent: nothing comes through"


def test_it_takes_the_place_of_the_turned_kernel_and_gives_it_back(desk: Desk, panel: KernelPanel) -> None:
    desk.set(operation="convolution")
    assert not panel.flipped.isVisible()
    panel.bench.toggle_response()
    assert panel.flipped.isVisible()
    assert not _view(panel).isVisible()
    assert not panel.response_button.isChecked()
    desk.weights((1.0, 2.0))
    panel.bench.toggle_response()
    assert _view(panel).isVisible()
    assert _view(panel).value_at((32, 32))[2] == pytest.approx(3.0), "what was not in sight is shown as it is now"
