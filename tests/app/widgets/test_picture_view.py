"""The picture view: exact pixels, zoom and pan, hover, pen, overlays, and what it says it has painted.

`test_two_device_pixels.py` runs all of this again at two device pixels per logical pixel.
"""

from __future__ import annotations

import math
import os

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication

from app.widgets.picture_overlay import SMALLEST, Mapping, Overlay
from app.widgets.picture_view import PictureView
from app.widgets.theme import apply_theme
from app.widgets.tokens import DARK, LIGHT

RATIO = float(os.environ.get("QT_SCALE_FACTOR", "1"))


@pytest.fixture
def view(hand) -> PictureView:
    view = PictureView()
    hand.show(view, 400, 300)
    view.clearFocus()  # its ring would be among the pixels
    return view


def device_cells(view: PictureView) -> tuple[np.ndarray, np.ndarray]:
    """(row, column), not rounded, under the middle of each device pixel of the view."""
    region = view.region()
    zoom = view.zoom()
    columns = region.left() + (np.arange(round(view.width() * RATIO)) + 0.5) / RATIO / zoom
    rows = region.top() + (np.arange(round(view.height() * RATIO)) + 0.5) / RATIO / zoom
    return rows, columns


def assert_shows_exactly(view: PictureView, seen: np.ndarray, pixels: np.ndarray, grid: bool) -> None:
    """Every device pixel whose middle is a ninth of it away from the edges of cells has the colour of its cell."""
    rows, columns = device_cells(view)
    step = 1.01 / RATIO / view.zoom()
    far = [np.abs(at - np.round(at)) > (step * 1.5 if grid else step * 0.12) for at in (rows, columns)]
    row, column = np.floor(rows).astype(int), np.floor(columns).astype(int)
    far[0] &= (row >= 0) & (row < pixels.shape[0])
    far[1] &= (column >= 0) & (column < pixels.shape[1])
    assert far[0].sum() > 20
    assert far[1].sum() > 20
    expected = pixels[np.ix_(row[far[0]], column[far[1]])]
    np.testing.assert_array_equal(seen[np.ix_(far[0], far[1])], expected)


def test_the_screen_has_the_ratio_that_the_test_believes(view) -> None:
    assert view.devicePixelRatioF() == RATIO


def test_a_small_picture_is_shown_cell_by_cell(view, picture, pixels) -> None:
    shown = picture(6, 8)
    view.set_image(shown.image, 6, 8)
    assert view.region() == QRectF(0, 0, 8, 6)
    assert_shows_exactly(view, pixels(view), shown.pixels, grid=True)


@pytest.mark.parametrize("corner", [(0.2, 0.2), (719.7, 1279.7), (300.3, 700.7)])
@pytest.mark.parametrize("zoom", [1.0, 2.0, 3.7, 11.5, 76.92])
def test_a_large_picture_is_exact_at_every_place_and_zoom(view, picture, pixels, corner, zoom) -> None:
    shown = picture(720, 1280)
    view.set_image(shown.image, 720, 1280)
    view.look_at(QPointF(corner[1], corner[0]), zoom)
    assert view.zoom() == pytest.approx(zoom)
    assert_shows_exactly(view, pixels(view), shown.pixels, grid=zoom > 12)


def test_a_reduced_picture_is_smooth(view, picture, pixels) -> None:
    shown = picture(4 * 300, 4 * 400)
    shown.pixels[:] = 0xFF000000
    shown.pixels[:, ::2] = 0xFFFFFFFF
    view.set_image(shown.image, 1200, 1600)
    view.look_at(QPointF(800, 600), 0.75 / RATIO)
    red = pixels(view)[20:-20, 20:-20] >> 16 & 0xFF
    assert red.std() < 100  # nearest neighbours would be black and white only: 127


def test_a_reduced_display_keeps_the_cells_of_the_whole_picture(view, picture, pixels, hand, heard) -> None:
    reduced = picture(3, 4)
    view.set_image(reduced.image, 30, 40)
    cells = heard(view.hovered)
    hand.move(view, QPoint(399, 299))
    assert cells.all == [(29, 39)]
    rows, columns = device_cells(view)
    seen = pixels(view)
    at = int(seen.shape[0] * 0.51), int(seen.shape[1] * 0.9)
    assert int(seen[at]) == reduced.colour(int(rows[at[0]] / 10), int(columns[at[1]] / 10))


@pytest.mark.parametrize("zoom", [1.0, 2.0, 11.5, 40.0])
def test_a_part_is_exact_in_its_place_with_the_whole_around_it(view, picture, pixels, zoom) -> None:
    whole, part = picture(90, 120, 1), picture(120, 200, 2)
    view.set_image(whole.image, 900, 1200)
    view.set_image(part.image, 900, 1200, part=(400, 600, 120, 200))
    view.look_at(QPointF(700.3, 460.2), zoom)
    rows, columns = device_cells(view)
    everything = np.zeros((900, 1200), np.uint32)
    everything[400:520, 600:800] = part.pixels
    seen, step, far = pixels(view), 1.01 / RATIO / zoom, []
    for at, low, high in ((rows, 400, 520), (columns, 600, 800)):
        edge = np.abs(at - np.round(at)) <= step * (1.5 if zoom > 12 else 0.12)
        far.append((at > low + 2 / zoom) & (at < high - 2 / zoom) & ~edge)
    expected = everything[np.ix_(np.floor(rows[far[0]]).astype(int), np.floor(columns[far[1]]).astype(int))]
    assert expected.size > 400
    np.testing.assert_array_equal(seen[np.ix_(*far)], expected)
    outside = seen[np.ix_(rows < 380, columns < 580)]
    assert np.isin(outside[::20, ::20], whole.pixels).all(), "the whole picture lies around the part"
    view.set_image(whole.image, 900, 1200)
    assert view.item.part is None


def test_the_image_is_painted_where_it_lies_without_a_copy(view, picture, pixels) -> None:
    shown = picture(6, 8)
    view.set_image(shown.image, 6, 8, 1)
    pixels(view)
    shown.pixels[:] = 0xFF123456
    assert int(pixels(view)[10, 10]) == 0xFF123456


def test_a_new_picture_of_the_same_size_keeps_the_view_and_another_size_fits(view, picture) -> None:
    view.set_image(picture(60, 80).image, 60, 80)
    view.zoom_by(4, QPointF(100, 100))
    region = view.region()
    view.set_image(picture(60, 80, 1).image, 60, 80)
    assert view.region() == region
    assert not view.is_fitted()
    view.set_image(picture(30, 80).image, 30, 80)
    assert view.is_fitted()
    assert view.region().contains(QRectF(0, 0, 80, 30))


def test_a_fitted_picture_stays_fitted_when_the_widget_grows(view, picture, qapp) -> None:
    view.set_image(picture(60, 80).image, 60, 80)
    view.resize(800, 600)
    qapp.processEvents()
    assert view.region() == QRectF(0, 0, 80, 60)
    view.zoom_by(2)
    region = view.region()
    view.resize(400, 300)
    qapp.processEvents()
    assert view.region() == region


def test_a_closed_view_can_be_shown_again(view, picture, pixels) -> None:
    shown = picture(6, 8)
    view.set_image(shown.image, 6, 8)
    view.close()
    view.show()
    view.clearFocus()
    assert_shows_exactly(view, pixels(view), shown.pixels, grid=True)


def test_a_view_without_picture_shows_only_its_background(view, pixels) -> None:
    assert np.unique(pixels(view)).tolist() == [0xFF000000 | int(DARK.canvas[1:], 16)]
    view.set_placeholder("No picture yet")
    assert len(np.unique(pixels(view))) > 1


def test_the_background_follows_the_theme(view, pixels, qapp) -> None:
    apply_theme(qapp, dark=False)
    assert int(pixels(view)[0, 0]) == 0xFF000000 | int(LIGHT.canvas[1:], 16)


def test_clear_lets_go_of_the_image(view, picture, pixels, heard, hand) -> None:
    view.set_image(picture(6, 8).image, 6, 8)
    hand.move(view, QPoint(10, 10))
    cells = heard(view.hovered)
    view.clear()
    assert view.extent() is None
    assert cells.all == [None]
    assert len(np.unique(pixels(view))) == 1


@pytest.mark.parametrize("at", [(10, 10), (200, 150), (390, 20)])
def test_the_wheel_zooms_about_the_cursor(view, picture, hand, heard, at) -> None:
    view.set_image(picture(60, 80).image, 60, 80)
    told = heard(view.region_changed)
    before, zoom = view.cell_point(QPointF(*at)), view.zoom()
    hand.wheel(view, QPoint(*at))
    after = view.cell_point(QPointF(*at))
    assert view.zoom() == pytest.approx(1.25 * zoom)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))
    hand.wheel(view, QPoint(*at), -120)
    assert view.zoom() == pytest.approx(zoom)
    assert len(told.all) == 2


def test_zoom_has_ends_and_the_picture_cannot_be_lost(view, picture, hand) -> None:
    view.set_image(picture(60, 80).image, 60, 80)
    for _ in range(60):
        hand.wheel(view, QPoint(399, 299))
    assert view.zoom() == pytest.approx(160)
    for _ in range(60):
        hand.key(view, Qt.Key.Key_Right, Qt.Key.Key_Down)
    assert view.region().center() == QPointF(80, 60)
    for _ in range(80):
        hand.wheel(view, QPoint(1, 1), -120)
    assert view.zoom() == pytest.approx(5 / 4)
    assert QRectF(0, 0, 80, 60).adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(view.region().center())


def test_dragging_moves_the_picture_with_the_cursor(view, picture, hand) -> None:
    view.set_image(picture(60, 80).image, 60, 80)
    view.zoom_by(3)
    held = view.cell_point(QPointF(100, 100))
    hand.drag(view, QPoint(100, 100), QPoint(120, 90), QPoint(163, 71))
    at = view.cell_point(QPointF(163, 71))
    assert (at.x(), at.y()) == pytest.approx((held.x(), held.y()))
    region = view.region()
    hand.move(view, QPoint(30, 30))
    assert view.region() == region


@pytest.mark.parametrize("way", ["0", "double click"])
def test_back_to_the_whole_picture(view, picture, hand, heard, way) -> None:
    view.set_image(picture(60, 80).image, 60, 80)
    view.zoom_by(5)
    told = heard(view.region_changed)
    if way == "0":
        hand.key(view, Qt.Key.Key_0)
    else:
        hand.double_click(view, QPoint(50, 50))
    assert view.region() == QRectF(0, 0, 80, 60)
    assert view.is_fitted()
    assert len(told.all) == 1


def test_keys_zoom_and_move(view, picture, hand) -> None:
    view.set_image(picture(60, 80).image, 60, 80)
    hand.key(view, Qt.Key.Key_Plus, Qt.Key.Key_Equal)
    assert view.zoom() == pytest.approx(5 * 1.25**2)
    hand.key(view, Qt.Key.Key_Minus)
    assert view.zoom() == pytest.approx(5 * 1.25)
    region = view.region()
    hand.key(view, Qt.Key.Key_Right)
    assert view.region().left() == pytest.approx(region.left() + region.width() / 10)
    hand.key(view, Qt.Key.Key_Left, Qt.Key.Key_Down)
    assert view.region().left() == pytest.approx(region.left())
    assert view.region().top() == pytest.approx(region.top() + region.height() / 10)


def test_hover_says_each_cell_once_and_none_outside(view, picture, hand, heard) -> None:
    view.set_image(picture(4, 4).image, 4, 4)  # 75 pixels a cell, from x = 50
    cells = heard(view.hovered)
    for at in ((52, 2), (60, 60), (126, 2), (126, 80), (20, 80), (52, 2)):
        hand.move(view, QPoint(*at))
    hand.wheel(view, QPoint(52, 2), 1200)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert cells.all == [(0, 0), (0, 1), (1, 1), None, (0, 0), None]


def test_hover_follows_a_picture_that_moves_under_a_still_cursor(view, picture, hand, heard) -> None:
    view.set_image(picture(40, 40).image, 40, 40)
    view.look_at(QPointF(20, 20), 50)
    hand.move(view, QPoint(205, 155))
    cells = heard(view.hovered)
    view.pan_by(3, 0)
    assert cells.all == [(20, 23)]


def test_the_pen_draws_where_without_it_the_picture_would_move(view, picture, hand, heard) -> None:
    view.set_image(picture(30, 40).image, 30, 40)
    said = {name: heard(getattr(view, name)) for name in ("pressed", "moved", "released")}
    hand.drag(view, QPoint(10, 10), QPoint(20, 10))
    assert [line.all for line in said.values()] == [[], [], []]
    view.fit()
    view.set_pen_mode(True)
    hand.drag(view, QPoint(10, 20), QPoint(25, 20), QPoint(-5, 310))
    assert said["pressed"].all == [(2.0, 1.0)]
    assert said["moved"].all == [(2.0, 2.5), (31.0, -0.5)]
    assert said["released"].all == [(31.0, -0.5)]
    assert view.region() == QRectF(0, 0, 40, 30)
    hand.drag(view, QPoint(100, 100), QPoint(90, 100), button=Qt.MouseButton.MiddleButton)
    assert view.region().left() == pytest.approx(1.0)
    hand.double_click(view, QPoint(100, 100))
    assert len(said["pressed"].all) == 2
    assert not view.is_fitted()


def test_painted_tells_each_generation_once_and_only_after_painting(view, picture, qtbot, heard) -> None:
    shown = picture(6, 8)
    told = heard(view.painted)
    view.set_image(shown.image, 6, 8, 7)
    view.set_image(shown.image, 6, 8, 8)
    assert told.all == []
    qtbot.waitUntil(lambda: told.all == [8])
    view.set_overlays([Overlay(1, 1)])
    view.viewport().repaint()
    assert told.all == [8]
    view.set_image(shown.image, 6, 8, 8)
    view.viewport().repaint()
    assert told.all == [8, 8]


def test_an_overlay_frames_its_cells_to_the_device_pixel(view, picture, pixels) -> None:
    shown = picture(60, 80)
    shown.pixels[:] = 0xFF00FF00
    view.set_image(shown.image, 60, 80)  # 5 pixels a cell
    view.set_overlays([Overlay(10, 20, 4, 6)])
    seen = pixels(view)
    yellow = np.argwhere(seen == 0xFF000000 | int(DARK.result[1:], 16))
    inner = np.array([10 * 5, 20 * 5]), np.array([14 * 5, 26 * 5])
    assert (yellow.min(0) == (inner[0] - 2) * RATIO).all()
    assert (yellow.max(0) + 1 == (inner[1] + 2) * RATIO).all()
    inside = seen[tuple(slice(int(a * RATIO), int(b * RATIO)) for a, b in zip(*inner, strict=True))]
    assert (inside == 0xFF00FF00).all()
    around = (inner[1] - inner[0] + 4) * RATIO
    assert len(yellow) == around.prod() - inside.size


@pytest.mark.parametrize("zoom", [0.5, 1.0, 3.3, 40.0])
def test_an_overlay_can_always_be_seen(view, picture, pixels, zoom) -> None:
    view.set_image(picture(600, 800).image, 600, 800)
    view.look_at(QPointF(400, 300), zoom)
    view.set_overlays([Overlay(300, 400)])
    yellow = np.argwhere(pixels(view) == 0xFF000000 | int(DARK.result[1:], 16))
    height, width = np.ptp(yellow, axis=0) + 1
    least = max(SMALLEST, zoom) + 4
    assert height == pytest.approx(least * RATIO, abs=1.01 * RATIO)
    assert width == pytest.approx(least * RATIO, abs=1.01 * RATIO)


def test_overlays_reach_outside_the_picture_and_leave_no_trace(view, picture, pixels) -> None:
    view.set_image(picture(10, 10).image, 10, 10)  # 30 pixels a cell, from x = 50
    before = pixels(view)
    view.set_overlays([Overlay(3, -1, 2, 2), Overlay(8, 11)])
    seen = pixels(view)
    colour = 0xFF000000 | int(DARK.result[1:], 16)
    assert int(seen[int(100 * RATIO), int(19 * RATIO)]) == colour  # left of column −1 at x = 20
    assert int(seen[int(239 * RATIO), int(400 * RATIO) - int(10 * RATIO)]) == colour
    view.set_overlays([])
    np.testing.assert_array_equal(pixels(view), before)


def test_lines_between_cells_appear_when_cells_are_large(view, picture, pixels) -> None:
    shown = picture(60, 80)
    shown.pixels[:] = 0xFF00FF00
    view.set_image(shown.image, 60, 80)
    view.look_at(QPointF(40, 30), 11.9)
    assert np.unique(pixels(view)).tolist() == [0xFF00FF00]
    view.look_at(QPointF(40, 30), 20)
    lines = pixels(view) != 0xFF00FF00
    assert lines.all(axis=0).sum() == pytest.approx(400 / 20, abs=1)
    assert lines.all(axis=1).sum() == pytest.approx(300 / 20, abs=1)


def test_a_mapping_lies_on_device_pixels() -> None:
    mapping = Mapping(left=0.3, top=-0.2, zoom=7.7, ratio=2.0)
    for row in range(5):
        point = mapping.point(row, row)
        assert point.x() * 2 == math.floor(point.x() * 2)
        assert abs(point.y() - (row + 0.2) * 7.7) <= 0.25


def test_the_focus_can_be_seen(view, picture, pixels, hand, near) -> None:
    view.set_image(picture(60, 80).image, 60, 80)
    before = pixels(view)
    view.setFocus()
    seen = pixels(view)
    assert near(int(seen[int(100 * RATIO), int(0.5 * RATIO)]), DARK.accent) <= 3
    assert (seen != before).any()
