"""Icons take the theme's colour and the screen's resolution. Run again at two device pixels per logical pixel."""

from __future__ import annotations

import gc
import os

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QLabel, QToolButton

from app.widgets.icons import draw_icon, icon, tinted
from app.widgets.theme import DARK, LIGHT, apply_theme

RATIO = float(os.environ.get("QT_SCALE_FACTOR", "1"))


def inks(image: QImage) -> set[str]:
    """The colours of the pixels that are fully covered."""
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    colours = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    return {f"#{colour & 0xFFFFFF:06x}" for colour in colours if colour >> 24 == 255}


@pytest.mark.parametrize("side", [16, 20, 31, 64])
def test_an_icon_is_drawn_in_one_colour_at_the_size_asked_for(side) -> None:
    image = tinted("kernel", QColor("#12ab34"), side, side)
    assert (image.width(), image.height()) == (side, side)
    assert inks(image) == {"#12ab34"}


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0, 3.0])
def test_an_icon_has_the_pixels_of_its_screen(scale) -> None:
    pixmap = icon("undo").pixmap(QSize(16, 16), scale)
    assert pixmap.width() == round(16 * scale)
    assert pixmap.devicePixelRatio() == scale


def test_an_icon_follows_the_theme_and_fades_when_it_is_off(qapp) -> None:
    made = icon("redo", "second")
    on, off = QIcon.Mode.Normal, QIcon.Mode.Disabled
    for dark, table in ((True, DARK), (False, LIGHT)):
        apply_theme(qapp, dark)
        assert inks(made.pixmap(QSize(40, 40), 1.0, on).toImage()) == {table.second}
        assert inks(made.pixmap(QSize(40, 40), 1.0, off).toImage()) == {table.faint}


def test_a_button_shows_its_icon_sharp_and_in_the_new_colour(qtbot, qapp, pixels) -> None:
    button = QToolButton()
    button.setIcon(icon("theme"))
    qtbot.addWidget(button)
    for dark, table in ((True, DARK), (False, LIGHT)):
        apply_theme(qapp, dark)
        button.resize(28, 28)
        seen = pixels(button)
        assert len(seen) == 28 * RATIO
        assert (seen == 0xFF000000 | int(table.text[1:], 16)).sum() >= 20 * RATIO**2


def test_an_icon_is_painted_at_the_resolution_of_the_painter() -> None:
    image = QImage(40, 40, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(2.0)
    for way in (
        lambda p: icon("kernel").paint(p, QRect(0, 0, 20, 20)),
        lambda p: draw_icon(p, "kernel", QPoint(10, 10), 20, "text"),
    ):
        image.fill(0)
        painter = QPainter(image)
        way(painter)
        painter.end()
        assert inks(image) == {DARK.text}
        sharp = tinted("kernel", QColor(DARK.text), 40, 40).convertToFormat(image.format())
        assert all(image.pixel(x, x) == sharp.pixel(x, x) for x in range(40))


def test_an_unknown_icon_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="'no-such-icon'"):
        icon("no-such-icon")


def test_icons_may_be_copied_changed_and_thrown_away_in_any_order(qtbot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    for _ in range(300):
        first = icon("save")
        second = QIcon(first)
        second.addPixmap(QPixmap(4, 4))  # Qt now asks for an engine of its own
        del first
        label.setPixmap(second.pixmap(QSize(16, 16)))
    gc.collect()
    seen = np.array(label.pixmap().toImage().size().toTuple())
    assert (seen > 0).all()
