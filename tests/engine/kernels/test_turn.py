"""Turned and mirrored kernels against scipy and numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from engine.errors import SpecError
from engine.kernels import kernel
from engine.kernels.design import INTERPOLATIONS, flip, rotate, rotate_rings, transpose
from tests.support.weights import deep, planes, sizes, whole_planes

QUICK = settings(max_examples=3 * settings().max_examples)
angles = st.one_of(st.sampled_from([0.0, 30.0, 45.0, -45.0, 90.0, 89.9, 135.0, 180.0, 360.0]), st.floats(-720, 720))
squares = st.integers(1, 31).map(lambda n: (n, n))


def sampled_by_scipy(plane, angle, size):
    """Linear reading of the turned kernel on a grid of this size, zeros around it."""
    turn = math.radians(angle)
    # Output cell to input cell, (row, column): the turn taken back.
    matrix = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    old, new = (np.array(shape) / 2 - 0.5 for shape in (plane.shape, size))
    return ndimage.affine_transform(
        plane.astype(float), matrix, old - matrix @ new, output_shape=size, order=1, mode="grid-constant"
    )


@QUICK
@given(planes(squares), angles)
def test_a_square_kernel_turns_as_scipy_s_rotate(plane, angle):
    expected = ndimage.rotate(plane.astype(float), -angle, reshape=False, order=1, mode="grid-constant")
    np.testing.assert_allclose(rotate(plane, angle), expected, atol=1e-5 * max(1, np.abs(plane).max()))


@QUICK
@given(planes(), angles, st.booleans())
def test_every_kernel_turns_as_a_map_of_the_plane_does(plane, angle, grow):
    found = rotate(plane, angle, grow=grow)
    expected = sampled_by_scipy(plane, angle, found.shape)
    np.testing.assert_allclose(found, expected, atol=1e-5 * max(1, np.abs(plane).max()))
    assert found.dtype == np.float32
    old = plane.shape if abs(math.remainder(angle, 180)) <= 45 else plane.shape[::-1]
    assert [n % 2 for n in found.shape] == [n % 2 for n in old]
    if not grow:
        assert found.shape == old


@QUICK
@given(planes(), angles, st.sampled_from(INTERPOLATIONS))
def test_a_grown_grid_holds_everything_and_no_empty_border(plane, angle, interpolation):
    plane = np.abs(plane) + 1
    found = rotate(plane, angle, interpolation, grow=True)
    if interpolation == "linear":
        wide = sampled_by_scipy(plane, angle, tuple(n + 4 for n in found.shape))
        np.testing.assert_allclose(wide[2:-2, 2:-2], found, rtol=1e-4, atol=1e-4)
        outside = np.abs(wide).sum() - np.abs(wide[2:-2, 2:-2]).sum()
        assert outside <= 1e-6 * np.abs(wide).sum()
    if angle % 90 == 0:
        assert sorted(found.shape) == sorted(plane.shape)


@QUICK
@given(whole_planes(), st.integers(-9, 9), st.sampled_from(INTERPOLATIONS), st.booleans())
def test_quarter_turns_are_exact(plane, quarters, interpolation, grow):
    found = rotate(plane, 90.0 * quarters, interpolation, grow)
    np.testing.assert_array_equal(found, np.rot90(plane, -quarters))
    assert found.flags.c_contiguous


@QUICK
@given(planes(), angles, st.sampled_from(INTERPOLATIONS))
def test_a_turn_and_a_half_turn_change_places(plane, angle, interpolation):
    np.testing.assert_allclose(
        flip(rotate(plane, angle, interpolation)),
        rotate(flip(plane), angle, interpolation),
        atol=2e-5 * max(1, np.abs(plane).max()),
    )


@given(angles.filter(lambda a: abs(a) < 400))
def test_cubic_reading_is_exact_for_parabolas(angle):
    """Keys: the interpolation reproduces polynomials of degree two, away from the border."""
    y, x = np.mgrid[-10:11, -10:11].astype(float)
    plane = 0.1 * x**2 - 0.05 * x * y + 0.2 * y**2 + 0.3 * x - 0.4 * y + 1
    turn = math.radians(angle)
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    expected = 0.1 * u**2 - 0.05 * u * v + 0.2 * v**2 + 0.3 * u - 0.4 * v + 1
    inner = np.hypot(x, y) < 8
    np.testing.assert_allclose(rotate(plane, angle, "cubic")[inner], expected[inner], atol=1e-4)


def test_clockwise_is_what_the_catalogue_calls_clockwise():
    one, other = kernel("gabor", theta=30, size=21).weights, kernel("gabor", theta=0, size=21).weights
    turned = rotate(other, 30, "cubic")
    inner = np.hypot(*np.mgrid[-10:11, -10:11]) < 9
    assert np.corrcoef(turned[inner], one[inner])[0, 1] > 0.99
    assert np.corrcoef(rotate(other, -30, "cubic")[inner], one[inner])[0, 1] < 0.9


@given(deep(), angles)
def test_channels_turn_one_by_one(weights, angle):
    found = rotate(weights, angle, grow=True)
    for channel in range(3):
        np.testing.assert_array_equal(found[..., channel], rotate(weights[..., channel], angle, grow=True))


@QUICK
@given(st.integers(0, 15).flatmap(lambda r: whole_planes(st.just((2 * r + 1, 2 * r + 1)))), st.integers(-20, 20))
def test_rings_move_weights_and_change_none(plane, eighths):
    found = rotate_rings(plane, eighths)
    np.testing.assert_array_equal(np.sort(found, axis=None), np.sort(plane, axis=None))
    np.testing.assert_array_equal(rotate_rings(found, -eighths), plane)
    np.testing.assert_array_equal(rotate_rings(plane, eighths + 8), found)
    np.testing.assert_array_equal(rotate_rings(found, 2), rotate(found, 90))


def test_rings_make_kirsch_s_compass():
    for direction in range(8):
        expected = kernel("kirsch", direction=direction).weights
        np.testing.assert_array_equal(rotate_rings(kernel("kirsch").weights, direction), expected)


@given(whole_planes(sizes))
def test_mirrors_are_numpy_s(plane):
    np.testing.assert_array_equal(flip(plane, "left-right"), np.fliplr(plane))
    np.testing.assert_array_equal(flip(plane, "up-down"), np.flipud(plane))
    np.testing.assert_array_equal(flip(plane), np.rot90(plane, 2))
    np.testing.assert_array_equal(transpose(plane), plane.T)


def test_what_comes_out_is_new_and_what_went_in_stays():
    plane = np.ones((3, 3), np.float32)
    for tool in (flip, transpose, lambda w: rotate(w, 0), lambda w: rotate_rings(w, 0)):
        found = tool(plane)
        found[0, 0] = 7
        assert plane[0, 0] == 1
    assert rotate(np.array([[1, 2]], dtype=np.uint8), 180).tolist() == [[2, 1]]
    assert str(flip([[-0.0]])[0, 0]) == "0.0"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: rotate([[1]], math.nan), "finite number of degrees"),
        (lambda: rotate([[1]], math.inf), "finite number of degrees"),
        (lambda: rotate([[1]], 30, "nearest"), "linear, cubic"),
        (lambda: rotate(np.ones((151, 151)), 45, grow=True), "keep its size"),
        (lambda: rotate_rings(np.ones((4, 4)), 1), "square kernel of odd size"),
        (lambda: rotate_rings(np.ones((3, 5)), 1), "3×5"),
        (lambda: flip([[1]], "sideways"), "left-right, up-down, both"),
        (lambda: flip([[math.nan]]), "finite"),
        (lambda: flip([[1e300]]), "float32"),
        (lambda: flip([1, 2]), "[height, width]"),
        (lambda: flip(np.ones((2, 2, 2, 2))), "[height, width]"),
        (lambda: flip(np.zeros((0, 3))), "[height, width]"),
        (lambda: flip([["a"]]), "real numbers"),
        (lambda: flip([[1], [2, 3]]), "same number"),
        (lambda: flip(np.ones((152, 1))), "1 to 151"),
    ],
)
def test_what_cannot_be_turned(wrong, words):
    with pytest.raises(SpecError) as caught:
        wrong()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
