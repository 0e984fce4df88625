"""Norms, rounding, and kernels on other grids, against numpy, Pillow and what padding "same" does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.errors import SpecError
from engine.filtering import filter_image
from engine.kernels import kernel
from engine.kernels.design import (
    MEASURES,
    anchor,
    dilate,
    negate,
    normalise,
    resample,
    resize,
    round_to,
    scale,
)
from tests.support.weights import deep, planes, real_numbers, sizes, small_sizes, whole_planes

QUICK = settings(max_examples=3 * settings().max_examples)
operations = st.sampled_from(["correlation", "convolution"])


@QUICK
@given(planes(), st.sampled_from(MEASURES))
def test_what_a_measure_promises_holds(plane, measure):
    exact = plane.astype(float)
    assume(measure == "zero-mean" or exact.any())
    assume(measure != "sum-1" or abs(exact.sum()) > 1e-3 * np.abs(exact).sum())
    found = normalise(plane, measure).astype(float)
    reached = {
        "sum-1": found.sum() - 1,
        "zero-mean": found.sum() / max(np.abs(exact).sum(), 1e-30),
        "l1-norm-1": np.abs(found).sum() - 1,
        "l2-norm-1": np.linalg.norm(found) - 1,
        "largest-1": np.abs(found).max() - 1,
    }[measure]
    assert abs(reached) < 1e-3 if measure == "sum-1" else abs(reached) < 1e-5
    if measure == "zero-mean":
        assert np.ptp(exact - found) <= 1e-5 * np.abs(exact).max()
    else:
        factor = exact.ravel() @ found.ravel() / (exact.ravel() @ exact.ravel())
        np.testing.assert_allclose(found, factor * exact, rtol=1e-6, atol=1e-6 * np.abs(found).max())
        assert factor > 0 or (measure == "sum-1" and exact.sum() < 0)


@given(deep())
def test_a_measure_counts_all_planes_together(weights):
    assume(weights.any())
    assert np.linalg.norm(normalise(weights, "l2-norm-1").astype(float)) == pytest.approx(1, abs=1e-6)
    found = normalise(weights, "zero-mean").astype(float)
    assert found.sum() == pytest.approx(0, abs=1e-4)
    assert np.ptp(weights - found) < 1e-5


def test_norms_of_numbers_near_the_ends_of_float32():
    for size in (1e-35, 1e35):
        np.testing.assert_allclose(normalise([[size, -size]], "l2-norm-1"), [[0.5**0.5, -(0.5**0.5)]], rtol=1e-6)


@QUICK
@given(planes(), st.floats(0.01, 10))
def test_rounding_is_to_the_nearest_multiple(plane, step):
    found = round_to(plane, step).astype(float)
    assert (np.abs(found - plane) <= step / 2 + 1e-5 * np.abs(plane)).all()
    np.testing.assert_allclose(found / step, np.rint(found / step), atol=1e-3)


@given(planes(), real_numbers)
def test_scaling_and_signs(plane, factor):
    np.testing.assert_allclose(scale(plane, factor), plane.astype(float) * factor, rtol=1e-6, atol=1e-40)
    np.testing.assert_array_equal(negate(plane), -plane)
    assert not np.signbit(negate(np.abs(plane) * 0)).any()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: normalise([[0, 0]], "l2-norm-1"), "Every weight of this kernel is 0"),
        (lambda: normalise([[0]], "sum-1"), "Every weight of this kernel is 0"),
        (lambda: normalise(kernel("sobel-vertical").weights), "sum to 0"),
        (lambda: normalise(kernel("log").weights), "sum to 0"),
        (lambda: normalise([[1]], "best"), "sum-1, zero-mean"),
        (lambda: scale([[1]], math.inf), "finite number"),
        (lambda: scale([[1e30]], 1e30), "too large"),
        (lambda: round_to([[1]], 0), "above 0"),
        (lambda: round_to([[1]], math.nan), "above 0"),
        (lambda: resize([[1]], 0), "from 1 to 151"),
        (lambda: resize([[1]], (3, 152)), "from 1 to 151"),
        (lambda: resize([[1]], (3, 3, 3)), "from 1 to 151"),
        (lambda: resize([[1]], 2.0), "whole number"),
        (lambda: resize([[1]], 3, "blur"), "correlation, convolution"),
        (lambda: resample([[1]], 3, "cubic"), "linear, area"),
        (lambda: dilate(np.ones((31, 31)), 6), "181×181"),
        (lambda: dilate([[1]], 0), "from 1 to 151"),
    ],
)
def test_what_cannot_be_is_told(wrong, words):
    with pytest.raises(SpecError) as caught:
        wrong()
    assert words in str(caught.value)


@QUICK
@given(st.tuples(st.integers(1, 11), st.integers(1, 11)), operations)
def test_the_anchor_is_the_cell_that_padding_same_lays_on_the_pixel(size, operation):
    """A kernel of zeros with 1 at its anchor gives the picture back."""
    picture = np.random.default_rng(0).random((33, 34), dtype=np.float32)
    delta = np.zeros(size)
    delta[anchor(size, operation)] = 1
    np.testing.assert_array_equal(filter_image(picture, delta, operation=operation, padding="same"), picture)


@QUICK
@given(whole_planes(small_sizes), st.tuples(st.integers(0, 5), st.integers(0, 5)), operations)
def test_a_larger_grid_gives_the_same_map(plane, more, operation):
    picture = np.random.default_rng(1).integers(0, 9, (12, 13)).astype(np.float32)
    size = plane.shape[0] + more[0], plane.shape[1] + more[1]
    larger = resize(plane, size, operation)
    assert larger.shape == size
    settings_of_both = {"operation": operation, "padding": "same"}
    np.testing.assert_array_equal(
        filter_image(picture, larger, **settings_of_both), filter_image(picture, plane, **settings_of_both)
    )
    np.testing.assert_array_equal(resize(larger, plane.shape, operation), plane)


@QUICK
@given(whole_planes(), sizes, operations)
def test_a_smaller_grid_keeps_what_lies_around_the_anchor(plane, size, operation):
    found = resize(plane, size, operation)
    old, new = anchor(plane.shape, operation), anchor(size, operation)
    for i in range(size[0]):
        for j in range(size[1]):
            at = i - new[0] + old[0], j - new[1] + old[1]
            inside = 0 <= at[0] < plane.shape[0] and 0 <= at[1] < plane.shape[1]
            assert found[i, j] == (plane[at] if inside else 0)


@QUICK
@given(planes(), sizes)
def test_area_resampling_is_the_integral_of_tiles(plane, size):
    def integrated(values, cells):
        """Along the first axis: the running integral, read at the new walls."""
        running = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
        walls = np.linspace(0, len(values), cells + 1)
        read = np.array([np.interp(walls, np.arange(len(values) + 1), column) for column in running.T]).T
        return np.diff(read, axis=0)

    expected = integrated(integrated(plane.astype(float), size[0]).T, size[1]).T
    found = resample(plane, size, "area")
    magnitude = max(1.0, float(np.abs(plane).sum()))
    np.testing.assert_allclose(found, expected, atol=1e-6 * magnitude)
    assert found.astype(float).sum() == pytest.approx(plane.astype(float).sum(), abs=1e-6 * magnitude)


@QUICK
@given(planes(), sizes)
def test_linear_resampling_is_pillow_s(plane, size):
    share = plane.size / (size[0] * size[1])
    expected = np.asarray(Image.fromarray(plane).resize(size[::-1], Image.Resampling.BILINEAR), float) * share
    np.testing.assert_allclose(resample(plane, size), expected, atol=1e-5 * max(1, np.abs(plane).max()) * max(1, share))


def test_a_stretched_gaussian_is_a_wider_gaussian():
    stretched = resample(kernel("gaussian", sigma=1.5, size=15).weights, 29)
    expected = kernel("gaussian", sigma=1.5 * 29 / 15, size=29).weights
    assert np.abs(stretched - expected).max() < 0.1 * expected.max()
    assert stretched.sum() == pytest.approx(1, abs=0.01)


@QUICK
@given(whole_planes(small_sizes), st.tuples(st.integers(1, 4), st.integers(1, 4)))
def test_a_dilated_kernel_does_what_dilation_does(plane, dilation):
    picture = np.random.default_rng(2).integers(0, 9, (24, 25)).astype(np.float32)
    np.testing.assert_array_equal(
        filter_image(picture, dilate(plane, dilation)), filter_image(picture, plane, dilation=dilation)
    )


@given(deep(), small_sizes)
def test_channels_go_their_own_ways(weights, size):
    for tool in (
        lambda w: resize(w, size),
        lambda w: resample(w, size),
        lambda w: resample(w, size, "area"),
        lambda w: dilate(w, 2),
        lambda w: scale(w, 2),
    ):
        found = tool(weights)
        for channel in range(3):
            np.testing.assert_allclose(found[..., channel], tool(weights[..., channel]), atol=1e-5)
