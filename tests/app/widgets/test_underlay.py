"""Two pictures in one view: which of them is seen where, to the pixel."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app.widgets.divider import Divider
from app.widgets.picture_view import PictureView
from app.widgets.underlay import Underlay
from tests.app.widgets.conftest import Hand, Heard

SIZE = (240, 320)


class Pair:
    """A view of 12×16 cells, and 24×32 cells that lie under it at half the size."""

    def __init__(self, hand: Hand) -> None:
        rng = np.random.default_rng(3)
        self.over = rng.integers(0, 2**24, (12, 16), np.uint32) | np.uint32(0xFF000000)
        self.below = rng.integers(0, 2**24, (24, 32), np.uint32) | np.uint32(0xFF000000)
        self.images = [_image(self.over), _image(self.below)]
        self.view = PictureView("Picture")
        hand.show(self.view, SIZE[1], SIZE[0])
        self.view.set_image(self.images[0], 12, 16)
        self.under = Underlay(self.view)

    def show_below(self) -> None:
        self.under.set_image(self.images[1], 24, 32)
        self.under.set_place(QRectF(0, 0, 16, 12))

    def seen(self) -> NDArray[np.uint32]:
        """What is in the middle of every half cell, [24, 32]."""
        image = self.view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
        return pixels[5::10, 5::10].copy()


def _image(pixels: NDArray[np.uint32]) -> QImage:
    return QImage(pixels.data, pixels.shape[1], pixels.shape[0], 4 * pixels.shape[1], QImage.Format.Format_RGB32)


@pytest.fixture
def pair(hand: Hand) -> Pair:
    return Pair(hand)


def doubled(pixels: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return pixels.repeat(2, axis=0).repeat(2, axis=1)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_split(pair: Pair, share: float) -> None:
    pair.show_below()
    pair.under.split(share)
    edge = round(32 * share)
    expected = doubled(pair.over)
    expected[:, :edge] = pair.below[:, :edge]
    np.testing.assert_array_equal(pair.seen(), expected)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_blend(pair: Pair, share: float) -> None:
    pair.show_below()
    pair.under.blend(share)
    over, below, seen = (
        part[..., np.newaxis] >> np.array([16, 8, 0], np.uint32) & 255
        for part in (doubled(pair.over), pair.below, pair.seen())
    )
    expected = share * over.astype(float) + (1 - share) * below
    assert np.abs(seen - expected).max() <= 2


def test_what_has_its_own_size_and_place_lies_there(pair: Pair) -> None:
    """As of a valid convolution: the input reaches beyond the map at every side."""
    pair.under.set_image(pair.images[1], 24, 32)
    pair.under.set_place(QRectF(-1.0, -2.0, 18.0, 16.0))
    pair.view.set_fit_rect(QRectF(-1.0, -2.0, 18.0, 16.0))
    pair.under.blend(0.0)
    region, zoom = pair.view.region(), pair.view.zoom()
    image = pair.view.viewport().grab().toImage()
    for row, column in ((0, 0), (0, 31), (23, 0), (13, 17)):
        x = (-1.0 + (column + 0.5) * 18 / 32 - region.left()) * zoom
        y = (-2.0 + (row + 0.5) * 16 / 24 - region.top()) * zoom
        assert image.pixel(int(x), int(y)) == pair.below[row, column]


def test_beyond_the_line_there_is_nothing_of_it_even_where_the_other_does_not_reach(pair: Pair) -> None:
    pair.under.set_image(pair.images[1], 24, 32)
    pair.under.set_place(QRectF(-4.0, -3.0, 24.0, 18.0))
    pair.view.set_fit_rect(QRectF(-4.0, -3.0, 24.0, 18.0))
    pair.under.split(0.5)
    image = pair.view.viewport().grab().toImage()
    corners = {image.pixel(x, y) for x in (300, 310) for y in (5, 235)}
    assert len(corners) == 1, "the background"
    assert len({image.pixel(x, y) for x in range(2, 100, 10) for y in (5, 235)}) > 5


def test_left_alone_the_view_is_as_it_was(pair: Pair) -> None:
    pair.show_below()
    pair.under.split(0.5)
    pair.under.leave()
    np.testing.assert_array_equal(pair.seen(), doubled(pair.over))


def test_zoomed_in_the_line_stays_where_it_is_on_the_screen(pair: Pair) -> None:
    pair.show_below()
    pair.under.split(0.5)
    pair.view.zoom_by(3.0)
    region = pair.view.region()
    image = pair.view.viewport().grab().toImage()
    for x in (30, 130, 190, 290):
        cell = region.left() + (x + 0.5) / pair.view.zoom()
        row = region.top() + 100.5 / pair.view.zoom()
        left = x < SIZE[1] / 2
        expected = pair.below[int(2 * row), int(2 * cell)] if left else pair.over[int(row), int(cell)]
        # A line between cells may lie there.
        found = image.pixel(x, 100)
        assert max(abs((found >> s & 255) - (int(expected) >> s & 255)) for s in (0, 8, 16)) < 100


def test_the_divider_is_dragged_walked_and_stays_at_its_share(pair: Pair, hand: Hand, heard: type[Heard]) -> None:
    divider = Divider(pair.view.viewport(), "Line", "To drag.")
    divider.show()
    moved = heard(divider.moved)
    middle = divider.rect().center()
    hand.press(divider, middle)
    hand.move(divider, middle + QPoint(32, 0), Qt.MouseButton.LeftButton)
    hand.release(divider, middle)
    assert divider.share() == pytest.approx(0.6, abs=0.005)
    divider.setFocus()
    for key, held, expected in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 0.61),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, 0.51),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0.0),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 0.0),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 1.0),
    ):
        QTest.keyClick(divider, key, held)
        assert divider.share() == pytest.approx(expected, abs=0.006)
    assert moved.all[-1] == 1.0
    hand.double_click(divider, middle)
    assert divider.share() == 0.5
    assert divider.accessibleName() == "Line: 50 %"
    pair.view.resize(500, 300)
    assert divider.geometry().center().x() == pytest.approx(250, abs=1)
    assert divider.height() == pair.view.viewport().height()
