"""Kernels one after the other and side by side, against scipy and against the maps that they make."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from engine.errors import SpecError
from engine.filtering import filter_image
from engine.kernels import kernel
from engine.kernels.design import compose, weighted_sum
from tests.support.weights import deep, planes, real_numbers, small_sizes, whole_planes

QUICK = settings(max_examples=3 * settings().max_examples)
operations = st.sampled_from(["correlation", "convolution"])
pictures = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).integers(-9, 10, (28, 25)).astype(np.float32)
)
scipy_2d = {"correlation": signal.correlate2d, "convolution": signal.convolve2d}


def rounding(picture, *kernels) -> float:
    """What `filter_image` may be off, twice: once for the chain and once for the kernel that stands for it."""
    return 1e-30 + 1e-6 * float(np.abs(picture).max()) * float(np.prod([np.abs(k).sum() for k in kernels]))


@QUICK
@given(planes(), planes())
def test_two_kernels_in_a_row_are_their_full_convolution(one, other):
    expected = signal.convolve2d(one.astype(float), other.astype(float), mode="full")
    found = compose(one, other)
    assert found.shape == (one.shape[0] + other.shape[0] - 1, one.shape[1] + other.shape[1] - 1)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * max(1, np.abs(expected).max()))
    np.testing.assert_allclose(compose(other, one), found, rtol=1e-6, atol=1e-6 * max(1, np.abs(expected).max()))


@QUICK
@given(pictures, st.lists(whole_planes(small_sizes), min_size=1, max_size=4), operations)
def test_the_composed_kernel_does_what_the_chain_does(picture, chain, operation):
    """Without padding, to the last digit: pictures and weights are whole numbers."""
    step_by_step = picture.astype(float)
    for one in chain:
        step_by_step = scipy_2d[operation](step_by_step, one.astype(float), mode="valid")
    at_once = scipy_2d[operation](picture.astype(float), compose(*chain).astype(float), mode="valid")
    np.testing.assert_array_equal(at_once, step_by_step)


@QUICK
@given(pictures, whole_planes(small_sizes), whole_planes(small_sizes), operations)
def test_filter_image_agrees(picture, one, other, operation):
    step_by_step = filter_image(filter_image(picture, one, operation), other, operation)
    at_once = filter_image(picture, compose(one, other), operation)
    np.testing.assert_allclose(at_once, step_by_step, atol=rounding(picture, one, other))


@QUICK
@given(pictures, whole_planes(small_sizes), whole_planes(small_sizes), operations)
def test_with_padding_same_the_middle_agrees_but_for_a_cell_of_two_even_sizes(picture, one, other, operation):
    step_by_step = filter_image(filter_image(picture, one, operation, "same"), other, operation, "same")
    at_once = filter_image(picture, compose(one, other), operation, "same")
    aside = [int(a % 2 == 0 and b % 2 == 0) for a, b in zip(one.shape, other.shape, strict=True)]
    moved = np.roll(at_once, [-n for n in aside], axis=(0, 1))
    np.testing.assert_allclose(moved[8:-8, 8:-8], step_by_step[8:-8, 8:-8], atol=rounding(picture, one, other))


@given(pictures, deep(), whole_planes(small_sizes), operations)
def test_a_kernel_over_the_volume_goes_first_or_last(picture, volume, plane, operation):
    colours = np.stack([picture, picture[::-1], picture[:, ::-1]], axis=-1)
    summed = filter_image(filter_image(colours, volume, operation), plane, operation)
    slack = rounding(picture, volume, plane)
    np.testing.assert_allclose(filter_image(colours, compose(volume, plane), operation), summed, atol=slack)
    np.testing.assert_allclose(filter_image(colours, compose(plane, volume), operation), summed, atol=slack)


def test_five_of_the_largest_are_the_largest_chain():
    noise = [np.random.default_rng(seed).random((31, 31)) for seed in range(5)]
    assert compose(*noise).shape == (151, 151)
    with pytest.raises(SpecError, match=r"181×181; 151×151 is the most"):
        compose(*noise, noise[0])


def test_binomials_are_chains_of_pairs():
    pair = [[1, 1]]
    assert compose(pair, pair, pair, pair).tolist() == [[1, 4, 6, 4, 1]]
    np.testing.assert_array_equal(compose([[1], [2], [1]], [[-1, 0, 1]]), kernel("sobel-vertical").weights)
    np.testing.assert_array_equal(compose([[3, 4]]), [[3, 4]])


parts_of_a_sum = st.lists(st.tuples(st.integers(-4, 4), whole_planes(small_sizes)), min_size=1, max_size=5)


@QUICK
@given(pictures, parts_of_a_sum, operations)
def test_a_sum_of_kernels_makes_the_sum_of_the_maps(picture, parts, operation):
    """Even and odd sizes together, borders included."""
    found = weighted_sum(parts, operation)
    assert found.shape == (max(k.shape[0] for _, k in parts), max(k.shape[1] for _, k in parts))
    maps = sum(factor * filter_image(picture, k, operation, "same").astype(float) for factor, k in parts)
    slack = sum(rounding(picture, np.array([[factor]]), k) for factor, k in parts)
    np.testing.assert_allclose(filter_image(picture, found, operation, "same"), maps, atol=slack)


@given(planes(), real_numbers, real_numbers)
def test_a_sum_of_one_size_is_plain_addition(plane, a, b):
    other = plane[::-1, ::-1]
    expected = a * plane.astype(float) + b * other.astype(float)
    np.testing.assert_allclose(weighted_sum([(a, plane), (b, other)]), expected, rtol=1e-5, atol=1e-30)


def test_kernels_can_be_named():
    found = weighted_sum([(1.5, "identity"), (-0.5, kernel("gaussian", sigma=1)), (0, kernel("box").spec())])
    expected = -0.5 * kernel("gaussian", sigma=1).weights
    expected[3, 3] += 1.5
    np.testing.assert_allclose(found, expected, atol=1e-7)
    np.testing.assert_allclose(weighted_sum([(2, "identity"), (-1, "box")]).sum(), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: compose(np.ones((2, 2, 3)), np.ones((2, 2, 3))), "Only one kernel of a chain"),
        (lambda: compose([[1e30]], [[1e30]]), "too large"),
        (lambda: compose([[1]], [1]), "[height, width]"),
        (lambda: weighted_sum([]), "at least one"),
        (lambda: weighted_sum([(float("nan"), "box")]), "factor is a finite number"),
        (lambda: weighted_sum([(1, "bx")]), "did you mean box"),
        (lambda: weighted_sum([(1, "box"), (1, np.ones((3, 3, 3)))]), "cannot be added"),
        (lambda: weighted_sum([(1, "box")], "sum"), "correlation, convolution"),
    ],
)
def test_what_cannot_be_combined(wrong, words):
    with pytest.raises(SpecError) as caught:
        wrong()
    assert words in str(caught.value)
