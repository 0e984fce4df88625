"""A picture is drawn in strips, and nobody can tell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem
from pytestqt.qtbot import QtBot

from app.widgets.picture_item import PictureItem

SIDE = 420


def _picture(height: int, width: int) -> QImage:
    values = np.random.default_rng(height * 7 + width).integers(0, 256, (height, width, 4), np.uint8)
    return QImage(values.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def _drawn(image: QImage, zoom: float, left: float, top: float, exposed: QRectF, item: PictureItem | None) -> bytes:
    out = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    out.fill(0xFF202020)
    painter = QPainter(out)
    painter.translate(left, top)
    painter.scale(zoom, zoom)
    painter.setClipRect(exposed)
    whole = QRectF(0, 0, image.width(), image.height())
    if item is None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom < 1.0)
        painter.drawImage(whole, image, whole)
    else:
        item.set_image(image, image.height(), image.width())
        option = QStyleOptionGraphicsItem()
        option.exposedRect = exposed
        item.paint(painter, option)
    painter.end()
    return bytes(out.constBits())


@pytest.mark.usefixtures("qtbot")
@given(
    st.sampled_from([(300, 400), (720, 500), (97, 41), (401, 3)]),
    st.floats(0.3, 2.9),
    st.floats(-200, 60),
    st.floats(-200, 60),
    st.booleans(),
)
def test_strips_give_the_pixels_of_one_piece(
    size: tuple[int, int], zoom: float, left: float, top: float, part: bool
) -> None:
    image = _picture(*size)
    whole = QRectF(0, 0, size[1], size[0])
    exposed = QRectF(size[1] / 3, size[0] / 5, size[1] / 2, size[0] / 2) if part else whole
    item = PictureItem()
    assert _drawn(image, zoom, left, top, exposed, item) == _drawn(image, zoom, left, top, exposed, None)


def test_a_tall_picture_is_drawn_to_its_last_row(qtbot: QtBot) -> None:
    image = QImage(4, 1000, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    item = PictureItem()
    pixels = np.frombuffer(_drawn(image, 0.4, 0, 0, QRectF(0, 0, 4, 1000), item), np.uint32).reshape(SIDE, SIDE)
    assert (pixels[:400, 0] == 0xFFFFFFFF).all()
