"""Pictures as the engine lends them, and a hand on whatever shows them."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.state.engine_link import Shown
from app.widgets.picture_view import PictureView
from app.widgets.theme import apply_theme
from engine.buffers import View
from engine.display.mosaic import Mosaic
from engine.protocol import Box, Plane
from tests.app.widgets.conftest import Hand, Heard

__all__ = ["Hand", "Heard"]


def colour_of(number: int) -> int:
    """The colour in which the n-th map of a made picture is painted."""
    return 0xFF000000 | ((37 * number + 40) % 256) << 16 | ((91 * number + 80) % 256) << 8 | (53 * number + 120) % 256


def mosaic_pixels(mosaic: Mosaic) -> NDArray[np.uint32]:
    """A mosaic whose n-th tile is of one colour, and whose first cell is white in every tile."""
    pixels = np.full(mosaic.size, 0xFF101010, np.uint32)
    for number, (top, left, height, width) in enumerate(mosaic.tiles()):
        pixels[top : top + height, left : left + width] = colour_of(number)
        pixels[top, left] = 0xFFFFFFFF
    return pixels


def shown(pixels: NDArray[np.uint32], view: View = "maps", generation: int = 1) -> Shown:
    """Pixels as a picture of the engine."""
    rows, columns = pixels.shape
    data = np.ascontiguousarray(pixels)
    image = QImage(data.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    plane = Plane(view=view, slot=0, height=rows, width=columns, rows=rows, columns=columns)
    made = Shown(plane, image, generation)
    made.pixels = data  # type: ignore[attr-defined]  # the image borrows them
    return made


def place_of_cell(view: PictureView, row: float, column: float) -> QPoint:
    """Where on the view a point of the picture is."""
    region = view.region()
    return QPoint(round((column - region.left()) * view.zoom()), round((row - region.top()) * view.zoom()))


def middle(view: PictureView, box: Box) -> QPoint:
    """The middle of a tile on the view."""
    return place_of_cell(view, box[0] + box[2] / 2, box[1] + box[3] / 2)


def reduced(picture: Shown, factor: int) -> Shown:
    """The same picture, said to show `factor` times as many cells."""
    plane = msgspec.structs.replace(
        picture.plane, rows=picture.plane.rows * factor, columns=picture.plane.columns * factor, reduction=factor
    )
    return Shown(plane, picture.image, picture.generation)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    apply_theme(qapp, dark=True)


@pytest.fixture
def hand(qtbot: QtBot) -> Hand:
    return Hand(qtbot)
