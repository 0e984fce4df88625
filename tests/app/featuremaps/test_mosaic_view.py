"""A mosaic under the mouse and the keys: told, opened, left; and never taken for a plain picture."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.featuremaps.mosaic_view import MosaicView
from app.featuremaps.tiles import Spot
from app.widgets.picture_overlay import Overlay
from engine.display.mosaic import Mosaic
from tests.app.featuremaps.conftest import Hand, Heard, middle, mosaic_pixels, place_of_cell, shown

MOSAIC = Mosaic(6, 8, 8, 2, 3, 1)
TILES = MOSAIC.tiles()


@pytest.fixture
def view(hand: Hand) -> MosaicView:
    made = MosaicView("Maps")
    hand.show(made, 400, 300)
    made.show_maps(shown(mosaic_pixels(MOSAIC)), TILES)
    return made


def _alone(view: MosaicView, tile: int) -> None:
    one = Mosaic(1, 8, 8, 1, 1, 1)
    view.show_maps(shown(mosaic_pixels(one)), one.tiles(), alone=tile, count=6)


@pytest.mark.parametrize("tile", range(6))
def test_a_click_opens_the_tile_under_it(view: MosaicView, hand: Hand, tile: int) -> None:
    opened = Heard(view.opened)
    hand.click(view, middle(view, TILES[tile]))
    assert opened.all == [tile]


def test_a_click_between_the_tiles_opens_none(view: MosaicView, hand: Hand) -> None:
    opened = Heard(view.opened)
    hand.click(view, place_of_cell(view, 4, 8.5))
    hand.click(view, QPoint(2, 2))
    assert opened.all == []


def test_moving_the_picture_opens_nothing(view: MosaicView, hand: Hand) -> None:
    opened, before = Heard(view.opened), view.region()
    start = middle(view, TILES[0])
    hand.drag(view, start, start + QPoint(30, 20), start + QPoint(60, 40))
    assert opened.all == []
    assert view.region() != before


@pytest.mark.parametrize("button", [Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton])
def test_other_buttons_open_nothing(view: MosaicView, hand: Hand, button: Qt.MouseButton) -> None:
    opened = Heard(view.opened)
    hand.click(view, middle(view, TILES[1]), button)
    assert opened.all == []


def test_a_double_click_opens_once_and_does_not_zoom(view: MosaicView, hand: Hand) -> None:
    opened, left = Heard(view.opened), Heard(view.left)
    view.zoom_by(2.0)
    before = view.region()
    at = middle(view, TILES[4])
    hand.click(view, at)
    hand.double_click(view, at)
    assert (opened.all, left.all) == ([4], [])
    assert view.region() == before


def test_the_cursor_tells_map_and_cell_and_outlines_the_map(view: MosaicView, hand: Hand) -> None:
    pointed = Heard(view.pointed)
    hand.move(view, place_of_cell(view, TILES[5][0] + 2.5, TILES[5][1] + 6.5))
    assert pointed.all == [Spot(5, 2, 6)]
    assert view.overlays() == (Overlay(*TILES[5]),)
    hand.move(view, place_of_cell(view, 4, 8.5))
    assert pointed.all[-1] is None
    assert view.overlays() == ()


def test_zoomed_in_the_cursor_still_tells_the_right_cell(view: MosaicView, hand: Hand) -> None:
    view.zoom_by(3.0, middle(view, TILES[2]).toPointF())
    pointed = Heard(view.pointed)
    hand.move(view, place_of_cell(view, TILES[2][0] + 4.5, TILES[2][1] + 3.5))
    assert pointed.all == [Spot(2, 4, 3)]


def test_alone_a_click_or_esc_or_enter_goes_back(view: MosaicView, hand: Hand) -> None:
    _alone(view, 3)
    left, pointed = Heard(view.left), Heard(view.pointed)
    assert view.alone == 3
    hand.move(view, place_of_cell(view, 2.5, 1.5))
    assert pointed.all == [Spot(3, 2, 1)]
    hand.click(view, middle(view, (0, 0, 8, 8)))
    view.setFocus()
    hand.key(view, Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Backspace)
    assert len(left.all) == 4


def test_alone_the_arrows_go_on_to_the_next_and_stop_at_the_ends(view: MosaicView, hand: Hand) -> None:
    _alone(view, 4)
    view.setFocus()
    opened = Heard(view.opened)
    hand.key(view, Qt.Key.Key_Right)
    assert opened.all == [5]
    _alone(view, 5)
    hand.key(view, Qt.Key.Key_Right)
    hand.key(view, Qt.Key.Key_Left)
    assert opened.all == [5, 4]


def test_arrows_mark_and_enter_opens(view: MosaicView, hand: Hand) -> None:
    view.setFocus()
    opened = Heard(view.opened)
    hand.key(view, Qt.Key.Key_Return)
    assert opened.all == []
    hand.key(view, Qt.Key.Key_Right)
    assert view.marked == 0
    hand.key(view, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Left)
    assert view.marked == 3
    assert view.accessibleName() == "Maps: 3, 4 of 6"
    assert Overlay(*TILES[3], role="accent") in view.overlays()
    hand.key(view, Qt.Key.Key_Space)
    assert opened.all == [3]


def test_the_mark_is_shown_only_while_the_keys_come_here(view: MosaicView, hand: Hand) -> None:
    view.setFocus()
    hand.key(view, Qt.Key.Key_Right)
    other = QPushButton(view)
    other.show()
    other.setFocus()
    assert view.overlays() == ()
    view.setFocus()
    assert view.overlays() == (Overlay(*TILES[0], role="accent"),)


def test_with_shift_the_arrows_move_the_picture(view: MosaicView) -> None:
    view.setFocus()
    before = view.region()
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert view.marked is None
    assert view.region().left() > before.left()
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.is_fitted()


def test_a_mosaic_that_opens_nothing(hand: Hand) -> None:
    view = MosaicView("Samples", opens=False)
    hand.show(view, 400, 300)
    view.show_maps(shown(mosaic_pixels(MOSAIC)), TILES)
    opened, pointed = Heard(view.opened), Heard(view.pointed)
    hand.click(view, middle(view, TILES[2]))
    hand.move(view, middle(view, TILES[2]))
    assert opened.all == []
    assert len(pointed.all) == 1


def test_one_tile_needs_no_opening(hand: Hand) -> None:
    view, one = MosaicView("Maps"), Mosaic(1, 8, 8, 1, 1, 1)
    hand.show(view, 200, 200)
    view.show_maps(shown(mosaic_pixels(one)), one.tiles(), count=1)
    opened = Heard(view.opened)
    hand.click(view, middle(view, one.tiles()[0]))
    assert opened.all == []


def test_fewer_tiles_take_the_mark_with_them(view: MosaicView, hand: Hand) -> None:
    view.setFocus()
    hand.key(view, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert view.marked == 2
    two = Mosaic(2, 8, 8, 1, 2, 1)
    view.show_maps(shown(mosaic_pixels(two)), two.tiles())
    assert view.marked is None
    assert view.overlays() == ()


def test_what_belongs_to_something_else_is_outlined_too(view: MosaicView) -> None:
    view.outline_also([1, 2, 99])
    assert view.overlays() == (Overlay(*TILES[1]), Overlay(*TILES[2]))
    view.clear()
    assert view.overlays() == ()
    assert view.extent() is None


def test_a_new_frame_of_the_same_size_keeps_the_view(view: MosaicView) -> None:
    view.zoom_by(2.0)
    before = view.region()
    view.show_maps(shown(mosaic_pixels(MOSAIC), generation=2), TILES)
    assert view.region() == before
