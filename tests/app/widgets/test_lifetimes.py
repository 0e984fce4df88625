"""Every widget dies when it is let go, after use and after a change of theme; light ones load no pyqtgraph."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.widgets.fields import Choice, PairField, Slider, Toggle
from app.widgets.gallery import Entry, Gallery
from app.widgets.group import Group
from app.widgets.icons import icon
from app.widgets.kernel_grid import KernelGrid
from app.widgets.legend import ColourLegend
from app.widgets.notice import NoticeBar
from app.widgets.number_field import NumberField
from app.widgets.picture_overlay import Overlay
from app.widgets.picture_view import PictureView
from app.widgets.segmented import Segmented
from app.widgets.theme import apply_theme

ROOT = Path(__file__).resolve().parents[3]


def picture_view() -> QWidget:
    view = PictureView()
    view.set_image(QImage(8, 8, QImage.Format.Format_RGB32), 8, 8, 1)
    view.set_overlays([Overlay(1, 1)])
    view.zoom_by(3)
    return view


def kernel_grid() -> QWidget:
    grid = KernelGrid()
    grid.set_weights(((1.0, -2.0),))
    grid.begin_edit("3")
    return grid


def gallery() -> QWidget:
    strip = Gallery()
    strip.set_entries([Entry(1, "one"), Entry(2, "two")])
    strip.set_current(2)
    return strip


def group() -> QWidget:
    panel = Group("Title")
    panel.add_row("Row", NumberField(0, 1), Choice([(1, "one")]))
    return panel


def notice() -> QWidget:
    bar = NoticeBar()
    bar.show_notice("Gone.", "problem", [("back", "Bring back")])
    return bar


MAKERS = [
    picture_view,
    kernel_grid,
    gallery,
    group,
    notice,
    ColourLegend,
    lambda: NumberField(0, 1),
    lambda: PairField(0, 9),
    lambda: Slider(0, 1, 0.1),
    lambda: Segmented([(1, "one"), (2, "two")]),
    lambda: Toggle("on", icon("play")),
]


@pytest.mark.parametrize("make", MAKERS)
def test_a_widget_dies_when_it_is_let_go(make, qapp, hand) -> None:
    widget = make()
    widget.show()
    qapp.processEvents()
    hand.move(widget, QPoint(5, 5))
    hand.wheel(widget, QPoint(5, 5))
    hand.key(widget, Qt.Key.Key_Right)
    apply_theme(qapp, dark=False)
    qapp.processEvents()
    widget.close()
    end = weakref.ref(widget)
    del widget
    gc.collect()
    assert end() is None


@pytest.mark.parametrize("make", MAKERS)
def test_a_widget_dies_with_its_window(make, qapp) -> None:
    window = QWidget()
    widget = make()
    widget.setParent(window)
    window.show()
    qapp.processEvents()
    window.close()
    shiboken6.delete(window)
    qapp.processEvents()
    assert not shiboken6.isValid(widget)


def test_a_view_lets_go_of_the_picture_before_and_of_one_that_is_cleared(qapp) -> None:
    view = PictureView()
    ends = []
    for generation in range(3):
        pixels = np.zeros((6, 8), np.uint32)
        image = QImage(pixels.data, 8, 6, 32, QImage.Format.Format_RGB32)
        ends.append(weakref.ref(image))
        view.set_image(image, 6, 8, generation)
        view.grab()
        del image
        gc.collect()
        assert [end() is None for end in ends] == [True] * generation + [False]
    view.clear()
    gc.collect()
    assert ends[-1]() is None


def test_a_picture_painted_a_thousand_times_leaves_nothing_behind(qapp) -> None:
    view = PictureView()
    view.resize(64, 48)
    image = QImage(8, 6, QImage.Format.Format_RGB32)
    for generation in range(1000):
        view.set_image(image, 6, 8, generation)
        view.set_overlays([Overlay(generation % 6, 0)])
        view.viewport().repaint()
    assert len(view.scene().items()) <= 8


ARRAYS = ("cell_layer", "number_grid", "number_paint")
"""Widgets that are given arrays; they come with the tabs that show them."""


def test_only_the_picture_views_load_pyqtgraph() -> None:
    light = [
        file.stem
        for file in sorted((ROOT / "app" / "widgets").glob("*.py"))
        if file.stem not in ("__init__", "picture_item", "picture_view", "underlay", "zoom_view", "view_link", *ARRAYS)
    ]
    assert len(light) > 15
    imports = "".join(f"import app.widgets.{name}\n" for name in light)
    script = (
        imports + "import sys; print([m for m in ('pyqtgraph', 'numpy', 'torch', 'cv2', 'engine') if m in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.stdout.strip() == "[]", ended.stderr
