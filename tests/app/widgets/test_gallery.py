"""The gallery paints its thumbnails out of one picture and is walked by mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.widgets.gallery import Entry, Gallery
from app.widgets.theme import DARK

COLOURS = [0xFF000000 | (n * 20) << 16 | (250 - n * 20) for n in range(12)]


@pytest.fixture
def mosaic() -> np.ndarray:
    """Twelve tiles of 8 × 8, three in each of four rows, each of one colour."""
    return np.kron(np.array(COLOURS, np.uint32).reshape(4, 3), np.ones((8, 8), np.uint32))


@pytest.fixture
def tiles() -> list[QRect]:
    return [QRect(8 * (n % 3), 8 * (n // 3), 8, 8) for n in range(12)]


@pytest.fixture(params=[False, True], ids=["strip", "rows"])
def gallery(request, hand, mosaic, tiles) -> Gallery:
    gallery = Gallery("Kernels", wrap=request.param)
    hand.show(gallery, 340, 220 if request.param else gallery.sizeHint().height())
    gallery.set_entries([Entry(f"key{n}", f"Name {n}", f"Tip {n}") for n in range(12)])
    gallery.set_image(QImage(mosaic.data, 24, 32, 24 * 4, QImage.Format.Format_RGB32), tiles)
    return gallery


def centre(gallery: Gallery, index: int) -> QPoint:
    return gallery.tile_rectangle(index).center()


def test_each_thumbnail_is_its_own_tile(gallery, pixels) -> None:
    seen = pixels(gallery.viewport())
    for index in range(4 if gallery.tile_rectangle(4).top() < 20 else 8):
        at = centre(gallery, index)
        if gallery.viewport().rect().contains(at):
            assert int(seen[at.y(), at.x()]) == COLOURS[index]


def test_new_pixels_are_shown_without_a_new_picture_of_ours(gallery, mosaic, pixels) -> None:
    pixels(gallery.viewport())
    mosaic[:] = 0xFF112233
    at = centre(gallery, 1)
    assert int(pixels(gallery.viewport())[at.y(), at.x()]) == 0xFF112233


def test_what_has_no_tile_yet_is_an_empty_place(gallery, mosaic, tiles, pixels) -> None:
    gallery.set_image(QImage(mosaic.data, 24, 32, 24 * 4, QImage.Format.Format_RGB32), [tiles[0], QRect()])
    for index in (1, 2):
        at = centre(gallery, index)
        assert int(pixels(gallery.viewport())[at.y(), at.x()]) == 0xFF000000 | int(DARK.raised[1:], 16)
    gallery.set_image(None)
    at = centre(gallery, 0)
    assert int(pixels(gallery.viewport())[at.y(), at.x()]) == 0xFF000000 | int(DARK.raised[1:], 16)


def test_a_long_tile_keeps_its_shape(gallery, mosaic, pixels) -> None:
    gallery.set_image(QImage(mosaic.data, 24, 32, 24 * 4, QImage.Format.Format_RGB32), [QRect(0, 0, 8, 32)])
    rect = gallery.tile_rectangle(0)
    seen = pixels(gallery.viewport())
    assert int(seen[rect.center().y(), rect.left() + 8]) == 0xFF000000 | int(DARK.raised[1:], 16)
    assert int(seen[rect.top() + 6, rect.center().x()]) == COLOURS[0]


def test_a_click_chooses(gallery, hand, heard) -> None:
    chosen = heard(gallery.chosen)
    hand.click(gallery, centre(gallery, 2))
    hand.click(gallery, centre(gallery, 2) + QPoint(0, 46))  # its label
    hand.click(gallery, centre(gallery, 1), Qt.MouseButton.RightButton)
    hand.click(gallery, QPoint(1, 1))
    assert chosen.all == ["key2", "key2"]
    assert gallery.current() is None  # what is current is the owner's to say


def test_keys_walk_and_enter_chooses(gallery, hand, heard) -> None:
    chosen = heard(gallery.chosen)
    hand.key(gallery, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Return)
    hand.key(gallery, Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Space)
    assert gallery.viewport().rect().contains(gallery.tile_rectangle(11))
    hand.key(gallery, Qt.Key.Key_Home, Qt.Key.Key_Enter)
    assert gallery.viewport().rect().contains(gallery.tile_rectangle(0))
    assert chosen.all == ["key1", "key11", "key0"]


def test_down_is_the_next_row_where_there_are_rows(gallery, hand, heard) -> None:
    chosen = heard(gallery.chosen)
    hand.key(gallery, Qt.Key.Key_Down, Qt.Key.Key_Return)
    wraps = gallery.tile_rectangle(4).top() > gallery.tile_rectangle(0).top()
    assert chosen.all == ["key4" if wraps else "key0"]


def test_the_current_entry_is_marked_and_brought_into_sight(gallery, pixels, heard) -> None:
    chosen = heard(gallery.chosen)
    before = pixels(gallery.viewport())
    gallery.set_current("key9")
    assert gallery.viewport().rect().contains(gallery.tile_rectangle(9))
    assert gallery.current() == "key9"
    assert (pixels(gallery.viewport()) == 0xFF000000 | int(DARK.accent[1:], 16)).sum() > 200
    assert (before == 0xFF000000 | int(DARK.accent[1:], 16)).sum() == 0
    gallery.set_current("not there")
    gallery.set_current(None)
    assert chosen.all == []


def test_hover_says_the_entry_and_its_end(gallery, hand, heard) -> None:
    under = heard(gallery.hovered)
    for at in (centre(gallery, 0), centre(gallery, 0) + QPoint(3, 3), centre(gallery, 2), QPoint(1, 1)):
        hand.move(gallery, at)
    hand.move(gallery, centre(gallery, 1))
    QApplication.sendEvent(gallery.viewport(), QEvent(QEvent.Type.Leave))
    assert under.all == ["key0", "key2", None, "key1", None]


def test_the_wheel_scrolls(gallery, hand) -> None:
    before = gallery.tile_rectangle(0)
    hand.wheel(gallery, QPoint(50, 50), -120)
    after = gallery.tile_rectangle(0)
    assert after.left() + after.top() < before.left() + before.top()
    hand.wheel(gallery, QPoint(50, 50), 1200)
    assert gallery.tile_rectangle(0) == before


def test_a_screen_reader_hears_where_the_keys_are(gallery, hand) -> None:
    assert gallery.accessibleName() == "Kernels: Name 0, 1 of 12"
    gallery.set_current("key1")
    hand.key(gallery, Qt.Key.Key_Home, Qt.Key.Key_Right)
    assert gallery.accessibleName() == "Kernels: Name 1, 2 of 12, current"
    assert gallery.accessibleDescription() == "Tip 1"


def test_fewer_entries_and_none_at_all(gallery, hand, heard, pixels) -> None:
    chosen = heard(gallery.chosen)
    hand.key(gallery, Qt.Key.Key_End)
    gallery.set_entries([Entry(1, "one"), Entry(2, "two")])
    hand.key(gallery, Qt.Key.Key_Return)
    gallery.set_entries([])
    hand.key(gallery, Qt.Key.Key_Return, Qt.Key.Key_Right)
    hand.click(gallery, QPoint(30, 30))
    assert chosen.all == [2]
    assert len(np.unique(pixels(gallery.viewport()))) == 1
