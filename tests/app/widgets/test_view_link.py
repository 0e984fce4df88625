"""Two linked views show exactly the same part of the world, whichever of them is moved."""

from __future__ import annotations

import gc
import weakref

import pytest
import shiboken6
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt

from app.widgets.picture_view import PictureView
from app.widgets.view_link import Affine, ViewLink


@pytest.fixture
def pair(hand, picture):
    """An input of 512 × 512 and its map of 256 × 256 in views of the same size, linked."""
    views = PictureView("Input"), PictureView("Map")
    for view, side in zip(views, (512, 256), strict=True):
        hand.show(view, 400, 300)
        view.set_image(picture(side, side).image, side, side)
    return (*views, ViewLink(*views))


def corners(view: PictureView) -> tuple[float, ...]:
    region = view.region()
    return region.left(), region.top(), region.right(), region.bottom()


def assert_same_part(leader: PictureView, follower: PictureView, scale: float, offset: float = 0.0) -> None:
    assert corners(leader) == pytest.approx([scale * at + offset for at in corners(follower)], abs=1e-9)


def test_zoom_and_pan_of_either_view_move_both(pair, hand) -> None:
    leader, follower, _ = pair
    assert_same_part(leader, follower, 2)
    hand.wheel(leader, QPoint(30, 250), 360)
    assert leader.zoom() == pytest.approx(300 / 512 * 1.25**3)
    assert_same_part(leader, follower, 2)
    hand.drag(follower, QPoint(100, 100), QPoint(57, 203))
    assert_same_part(leader, follower, 2)
    hand.wheel(follower, QPoint(399, 0), -120)
    hand.key(leader, Qt.Key.Key_Left)
    assert_same_part(leader, follower, 2)
    assert not leader.is_fitted()
    hand.double_click(follower, QPoint(1, 1))
    assert leader.is_fitted()
    assert follower.is_fitted()
    assert_same_part(leader, follower, 2)


@given(
    scale=st.sampled_from([1 / 3, 0.5, 1.0, 2.0, 3.0, 7.25]),
    offset=st.floats(-40, 40),
    moves=st.lists(st.tuples(st.booleans(), st.floats(0.2, 5), st.integers(0, 399), st.integers(0, 299)), max_size=12),
)
def test_any_relation_and_any_moves_keep_both_on_the_same_part(pair, scale, offset, moves) -> None:
    leader, follower, link = pair
    link.set_relation(Affine(scale, offset), Affine(scale, offset))
    for of_leader, factor, x, y in moves:
        (leader if of_leader else follower).zoom_by(factor, QPointF(x, y))
    assert_same_part(leader, follower, scale, offset)
    leader.fit()
    assert_same_part(leader, follower, scale, offset)
    for view in (leader, follower):  # "whole picture" is whole on both sides, whatever hangs over
        height, width = view.extent()
        left, top, right, bottom = corners(view)
        assert left <= 1e-9
        assert top <= 1e-9
        assert right >= width - 1e-9
        assert bottom >= height - 1e-9


def test_going_to_and_fro_does_not_drift_in_views_of_different_shape(pair, hand, qapp) -> None:
    leader, follower, link = pair
    follower.resize(300, 350)
    qapp.processEvents()
    link.set_relation(Affine(1.0), Affine(2.0))  # strides that differ: cells stay square
    leader.zoom_by(6, QPointF(80, 90))
    before = leader.region()
    for _ in range(20):
        follower.pan_by(3, 2)
        follower.pan_by(-3, -2)
    assert corners(leader) == pytest.approx((before.left(), before.top(), before.right(), before.bottom()), abs=1e-6)
    centre = link.to_leader(follower.region().center())
    assert (centre.x(), centre.y()) == pytest.approx((before.center().x(), before.center().y()))


def test_a_map_of_another_size_takes_its_place_under_the_same_part(pair, picture) -> None:
    leader, follower, _ = pair
    leader.zoom_by(5, QPointF(50, 60))
    before = corners(leader)
    follower.set_image(picture(512, 512).image, 512, 512)
    assert corners(leader) == before
    assert_same_part(leader, follower, 1)


def test_an_input_of_another_size_fits_both(pair, picture) -> None:
    leader, follower, _ = pair
    leader.zoom_by(5)
    leader.set_image(picture(128, 128).image, 128, 128)
    assert leader.is_fitted()
    assert follower.is_fitted()
    assert_same_part(leader, follower, 0.5)


def test_linked_views_tell_only_what_the_person_did(pair, heard) -> None:
    leader, follower, _ = pair
    told = heard(follower.region_changed)
    leader.zoom_by(2)
    leader.fit()
    assert told.all == []


def test_a_view_may_go_before_the_other(hand, picture) -> None:
    leader, follower = PictureView(), PictureView()
    for view in (leader, follower):
        view.set_image(picture(8, 8).image, 8, 8)
    link = ViewLink(leader, follower)
    hand.show(leader, 400, 300)
    shiboken6.delete(follower)
    leader.zoom_by(2)
    leader.fit()
    assert leader.is_fitted()
    assert link.relation() == (Affine(), Affine())


def test_a_linked_pair_dies_together(hand, picture) -> None:
    views = PictureView(), PictureView()
    link = ViewLink(*views)
    ends = [weakref.ref(thing) for thing in (*views, link)]
    del views, link
    gc.collect()
    assert [end() for end in ends] == [None, None, None]
