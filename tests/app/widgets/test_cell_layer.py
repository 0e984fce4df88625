"""Colours over cells: exact where cells are large, as dense as the pattern where they are small."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QColor

from app.widgets.cell_layer import CellLayer, mask
from app.widgets.picture_overlay import Overlay
from app.widgets.picture_view import PictureView
from app.widgets.view_link import ViewLink

CLEAR, RED = QColor(255, 0, 0, 0), QColor(255, 0, 0, 255)


@pytest.fixture
def view(hand, picture) -> PictureView:
    view = PictureView()
    hand.show(view, 400, 300)
    view.clearFocus()
    shown = picture(30, 40)
    shown.pixels[:] = 0xFF000000
    view.set_image(shown.image, 30, 40)
    view.lender = shown  # the picture is only borrowed
    return view


def cells(view: PictureView, seen: np.ndarray) -> np.ndarray:
    """The colour in the middle of each cell of a fitted picture."""
    region, zoom = view.region(), view.zoom()
    rows = ((np.arange(30) + 0.5 - region.top()) * zoom).astype(int)
    columns = ((np.arange(40) + 0.5 - region.left()) * zoom).astype(int)
    return seen[np.ix_(rows, columns)]


def test_the_chosen_rows_and_columns_cross(view: PictureView, pixels) -> None:
    rows, columns = [0, 4, 5, 29], range(3, 40, 6)
    view.set_layers([CellLayer(mask(30, rows), mask(40, columns), [CLEAR, RED])])
    expected = np.full((30, 40), 0xFF000000, np.uint32)
    expected[np.ix_(rows, columns)] = 0xFFFF0000
    np.testing.assert_array_equal(cells(view, pixels(view)), expected)
    view.set_layers([])
    assert not (cells(view, pixels(view)) & 0xFFFFFF).any()


def test_counts_get_the_colour_of_their_share_of_the_largest(view: PictureView, pixels) -> None:
    rows, columns = np.arange(30.0), np.full(40, 2.0)
    view.set_layers([CellLayer(rows, columns, [QColor(0, 0, 0), QColor(0, 0, 255)])])
    seen = cells(view, pixels(view)) & 0xFF
    np.testing.assert_allclose(seen, np.repeat(rows[:, None] / 29 * 255, 40, axis=1), atol=1.1)


def test_a_pattern_too_fine_for_the_screen_is_as_dense_as_it_is(hand, picture, pixels) -> None:
    view = PictureView()
    hand.show(view, 200, 200)
    view.clearFocus()
    shown = picture(10, 10)
    shown.pixels[:] = 0xFF000000
    view.set_image(shown.image, 3000, 3000)
    layer = CellLayer(mask(3000, range(0, 3000, 3)), mask(3000, range(0, 3000, 2)), [CLEAR, RED])
    view.set_layers([layer])
    red = (pixels(view) >> 16 & 0xFF)[20:180, 20:180]
    assert red.mean() == pytest.approx(255 / 6, rel=0.03)
    assert red.std() < 8, "a sampled pattern would show waves that are not there"


def test_nothing_is_drawn_beside_the_picture(view: PictureView, pixels) -> None:
    view.look_at(QPointF(0, 0), 20)
    view.set_layers([CellLayer(np.ones(30), np.ones(40), [RED, RED])])
    seen = pixels(view)
    assert (seen[150:, 200:] == 0xFFFF0000).mean() > 0.99
    assert not (seen[:148] == 0xFFFF0000).any()
    view.look_at(QPointF(500, 500), 20)
    assert not (pixels(view) == 0xFFFF0000).any()


def test_a_hatch_fills_its_cells_and_may_lie_outside_the_picture(view: PictureView, pixels) -> None:
    view.look_at(QPointF(20, 15), 8)
    before = pixels(view)
    view.set_overlays([Overlay(-2, 5, 2, 10, style="hatch")])
    changed = np.argwhere(pixels(view) != before)
    region, zoom = view.region(), view.zoom()
    low = ((-2 - region.top()) * zoom, (5 - region.left()) * zoom)
    assert len(changed) > 20
    assert (changed >= np.floor(low)).all()
    assert (changed < np.ceil([(0 - region.top()) * zoom, (15 - region.left()) * zoom])).all()
    view.set_overlays([Overlay(3, 3, 4, 4, style="thin")])
    thin = (pixels(view) != before).sum()
    view.set_overlays([Overlay(3, 3, 4, 4)])
    assert thin < (pixels(view) != before).sum()


def test_a_click_says_its_cell_and_a_drag_does_not(view: PictureView, hand, heard) -> None:
    clicks = heard(view.clicked)
    at = QPoint(105, 205)
    hand.click(view, at)
    assert clicks.all == [(20, 10)]
    hand.drag(view, at, QPoint(160, 205))
    assert len(clicks.all) == 1
    view.set_pen_mode(True)
    hand.click(view, at)
    assert len(clicks.all) == 1, "that was the pen"


def test_linked_views_leave_room_for_what_lies_around(view: PictureView, hand, picture) -> None:
    other = PictureView()
    hand.show(other, 400, 300)
    shown = picture(30, 40)
    other.set_image(shown.image, 30, 40)
    link = ViewLink(view, other)
    link.set_around(QRectF(-4, -4, 48, 38))
    for each in (view, other):
        assert each.region().contains(QRectF(-4, -4, 48, 38))
    view.go_to(QPointF(10, 10), 30)
    assert other.zoom() == pytest.approx(30)
    link.set_around(None)
    view.fit()
    assert view.region().height() == pytest.approx(30)
