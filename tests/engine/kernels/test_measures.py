"""What is read off a kernel: ranks and separated vectors, symmetries, gains, frequencies, against numpy and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import linalg, signal

from engine.errors import SpecError
from engine.filtering import filter_image
from engine.kernels import describe, families, kernel
from engine.kernels.design import (
    KINDS,
    SYMMETRIES,
    anchor,
    compose,
    flip,
    frequency_response,
    low_rank,
    measure,
    passband,
    rotate,
    singular_values,
    symmetric_cells,
    symmetries,
    symmetrise,
    transpose,
)
from tests.support.weights import deep, planes, sizes, squares, whole_planes

QUICK = settings(max_examples=3 * settings().max_examples)
SQUARE_ONLY = ("diagonal", "anti-diagonal", "quarter-turn", "eight-fold")
often_square = st.one_of(squares, squares, squares, sizes)
operations = st.sampled_from(["correlation", "convolution"])


@QUICK
@given(planes(), st.data())
def test_the_best_sum_of_products_is_scipy_s(plane, data):
    rank = data.draw(st.integers(1, min(plane.shape)))
    found = low_rank(plane, rank)
    left, values, right = linalg.svd(plane.astype(float), full_matrices=False)
    # Below float32's normal numbers, the products have no digits left that could be right.
    assume(values[0] == 0 or values[0] > 1e-30)
    expected = (left[:, :rank] * values[:rank]) @ right[:rank]
    size = max(1e-30, values[0])
    # Where two singular values are equal, which of them is kept is open; how near it comes is not.
    error = math.sqrt((values[rank:] ** 2).sum())
    assert np.linalg.norm(found.weights - plane.astype(float)) == pytest.approx(error, abs=1e-5 * size)
    assert found.error == pytest.approx(error / max(np.linalg.norm(values), 1e-30), abs=1e-6)
    assert found.largest_error == pytest.approx(np.abs(found.weights - plane.astype(float)).max(), abs=1e-5 * size)
    if values[rank - 1] - (values[rank] if rank < len(values) else 0) > 1e-2 * size:
        np.testing.assert_allclose(found.weights, expected, atol=1e-5 * size)
    product = found.columns.astype(float) @ found.rows.astype(float)
    np.testing.assert_allclose(product, found.weights, atol=1e-5 * size)
    np.testing.assert_allclose(singular_values(plane), values, atol=1e-9 * size)
    for column in found.columns.T:
        assert column.max() >= -column.min() * (1 - 1e-6)


@QUICK
@given(whole_planes())
def test_the_rank_is_numpy_s_for_whole_numbers(plane):
    assert low_rank(plane).rank == measure(plane).ranks[0] == np.linalg.matrix_rank(plane.astype(float))
    assert measure(plane).separable == (np.linalg.matrix_rank(plane.astype(float)) <= 1)


@QUICK
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=31), st.lists(st.integers(-9, 9), min_size=1, max_size=31))
def test_a_product_comes_apart_into_vectors_of_equal_length(column, row):
    plane = np.outer(column, row).astype(np.float32)
    found = low_rank(plane)
    assert found.separable
    assert found.error < 1e-7
    np.testing.assert_allclose(found.weights, plane, atol=1e-5 * max(1, np.abs(plane).max()))
    assert np.linalg.norm(found.columns) == pytest.approx(np.linalg.norm(found.rows), rel=1e-5)


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_every_family_s_read_outs_agree_with_describe(family):
    weights = family.kernel({}).weights
    found, facts = measure(weights), describe(weights)
    assert (found.sum, found.l1, found.ranks) == (facts.sum, facts.gain, (facts.rank,))
    assert found.l2 == pytest.approx(facts.norm)
    assert ("half-turn" in found.symmetries.even) == facts.turns_to_itself


@QUICK
@given(planes(), st.integers(0, 2**32 - 1))
def test_answers_to_pixels_from_0_to_1_stay_in_their_bounds_and_reach_them(plane, seed):
    found = measure(plane)
    picture = np.random.default_rng(seed).random((33, 33))
    answers = signal.correlate2d(picture, plane.astype(float), mode="valid")
    slack = 1e-9 * (1 + found.l1)
    assert found.lowest - slack <= answers.min() <= answers.max() <= found.highest + slack
    assert (plane.astype(float) * (plane > 0)).sum() == pytest.approx(found.highest)
    assert found.highest - found.lowest == pytest.approx(found.l1)
    assert found.highest + found.lowest == pytest.approx(found.sum, abs=slack)
    assert (found.smallest, found.largest) == (plane.min(), plane.max())


@given(deep())
def test_a_kernel_over_the_volume_is_measured_as_a_whole(weights):
    found = measure(weights)
    assert found.ranks == tuple(measure(weights[..., channel]).ranks[0] for channel in range(3))
    assert found.l2 == pytest.approx(np.linalg.norm(weights.astype(float)))
    assert found.passband is None


def images_by_hand(plane):
    """Every mirror image and turn that a symmetry is made of, written with numpy alone."""
    turns = {"quarter": np.rot90(plane, -1), "half": plane[::-1, ::-1], "three": np.rot90(plane)}
    mirrors = {"lr": plane[:, ::-1], "ud": plane[::-1], "d": plane.T, "a": np.rot90(plane.T, 2)}
    return {
        "left-right": [(1, plane), (-1, mirrors["lr"])],
        "up-down": [(1, plane), (-1, mirrors["ud"])],
        "both-mirrors": [(1, plane), (-1, mirrors["lr"]), (-1, mirrors["ud"]), (1, turns["half"])],
        "diagonal": [(1, plane), (-1, mirrors["d"])],
        "anti-diagonal": [(1, plane), (-1, mirrors["a"])],
        "half-turn": [(1, plane), (-1, turns["half"])],
        "quarter-turn": [(1, plane), (-1, turns["quarter"]), (1, turns["half"]), (-1, turns["three"])],
        "eight-fold": [(1, plane), *((1, t) for t in turns.values()), *((-1, m) for m in mirrors.values())],
    }


def drawn_symmetry(data, shape):
    return data.draw(st.sampled_from([s for s in SYMMETRIES if shape[0] == shape[1] or s not in SQUARE_ONLY]))


@settings(max_examples=8 * settings().max_examples)
@given(whole_planes(often_square), st.booleans(), st.data())
def test_a_symmetrised_kernel_is_the_nearest_that_has_the_symmetry(plane, odd, data):
    symmetry = drawn_symmetry(data, plane.shape)
    found = symmetrise(plane, symmetry, odd)
    images = images_by_hand(plane.astype(float))[symmetry]
    np.testing.assert_allclose(found, sum((s if odd else 1) * image for s, image in images) / len(images), atol=1e-6)
    np.testing.assert_array_equal(symmetrise(found, symmetry, odd), found)
    np.testing.assert_array_equal(symmetrise(found, symmetry, not odd), np.zeros_like(found))
    has = symmetries(found, tolerance=0)
    assert symmetry in has.even or odd or not found.any()
    assert symmetry in has.odd or not odd or not found.any()


@QUICK
@given(whole_planes(often_square))
def test_the_symmetries_are_those_that_leave_the_kernel(plane):
    found = symmetries(plane, tolerance=0)
    for symmetry in SYMMETRIES:
        if symmetry in SQUARE_ONLY and plane.shape[0] != plane.shape[1]:
            assert symmetry not in (*found.even, *found.odd)
            continue
        images = images_by_hand(plane)[symmetry]
        assert (symmetry in found.even) == all((image == plane).all() for _, image in images)
        odd = all((sign * image == plane).all() for sign, image in images)
        assert (symmetry in found.odd) == (odd and plane.any())


@QUICK
@given(often_square, st.booleans(), st.data())
def test_a_stroke_paints_what_a_symmetric_kernel_needs(size, odd, data):
    symmetry = drawn_symmetry(data, size)
    cell = data.draw(st.tuples(st.integers(0, size[0] - 1), st.integers(0, size[1] - 1)))
    painted = symmetric_cells(cell, size, symmetry, odd)
    assert painted[0][:2] == cell
    assert len({place[:2] for place in painted}) == len(painted)
    drawing = np.zeros(size)
    for row, column, sign in painted:
        drawing[row, column] = 5 * sign
    np.testing.assert_array_equal(symmetrise(drawing, symmetry, odd), drawing)
    dot = np.zeros(size)
    dot[cell] = 1
    np.testing.assert_array_equal(np.sign(symmetrise(dot, symmetry, odd)), np.sign(drawing))


def direct_sum(plane, frequencies, at):
    """H(f) = Σ K[j]·exp(−2πi f·(j − a)), term by term."""
    rows, columns = (np.arange(n) - a for n, a in zip(plane.shape, at, strict=True))
    down = np.exp(-2j * np.pi * np.outer(frequencies, rows))
    across = np.exp(-2j * np.pi * np.outer(columns, frequencies))
    return down @ plane.astype(float) @ across


@QUICK
@given(planes(), st.integers(31, 66), operations)
def test_the_frequency_response_is_the_sum_over_all_weights(plane, size, operation):
    found = frequency_response(plane, size, operation)
    expected = direct_sum(plane, found.frequencies, anchor(plane.shape, operation))
    if operation == "correlation":
        expected = expected.conj()
    loud = max(1e-30, np.abs(plane.astype(float)).sum())
    np.testing.assert_allclose(found.magnitude * np.exp(1j * found.phase), expected, atol=1e-11 * loud)
    middle = size // 2
    assert found.frequencies[middle] == 0
    assert (np.diff(found.frequencies) > 0).all()
    assert found.magnitude[middle, middle] == pytest.approx(abs(plane.astype(float).sum()), abs=1e-11 * loud)


@QUICK
@given(planes(st.tuples(st.just(1), st.integers(1, 31))), planes(st.tuples(st.integers(1, 31), st.just(1))))
def test_the_response_of_a_product_is_that_of_scipy_s_freqz(row, column):
    found = frequency_response(compose(column, row), 64)
    across = signal.freqz(row[0].astype(float), worN=2 * np.pi * found.frequencies)[1]
    down = signal.freqz(column[:, 0].astype(float), worN=2 * np.pi * found.frequencies)[1]
    loud = max(1e-30, float(np.abs(compose(column, row)).sum()))
    np.testing.assert_allclose(found.magnitude, np.abs(np.outer(down, across)), atol=1e-6 * loud)


@given(planes(st.tuples(st.integers(1, 9), st.integers(1, 9))), st.integers(0, 63), st.integers(0, 63), operations)
def test_stripes_come_out_as_the_response_says(plane, down, across, operation):
    response = frequency_response(plane, 64, operation)
    y, x = np.mgrid[:64, :64]
    wave = 2 * np.pi * (response.frequencies[down] * y + response.frequencies[across] * x)
    found = filter_image(np.cos(wave).astype(np.float32), plane, operation, "same", "circular")
    expected = response.magnitude[down, across] * np.cos(wave + response.phase[down, across])
    np.testing.assert_allclose(found, expected, atol=2e-6 * max(1.0, float(np.abs(plane).sum())))


@pytest.mark.parametrize(
    ("weights", "kind"),
    [
        (kernel("gaussian").weights, "low-pass"),
        (kernel("box", size=31).weights, "low-pass"),
        (kernel("motion-blur", angle=30).weights, "low-pass"),
        (-kernel("gaussian").weights, "low-pass"),
        (kernel("laplacian-4").weights, "high-pass"),
        (kernel("laplacian-8").weights, "high-pass"),
        ([[1, -1]], "high-pass"),
        (kernel("sobel-vertical").weights, "band-pass"),
        (kernel("log", sigma=2).weights, "band-pass"),
        (kernel("difference-of-gaussians").weights, "band-pass"),
        (kernel("gabor").weights, "band-pass"),
        (kernel("sharpen").weights, "high-boost"),
        (kernel("unsharp").weights, "high-boost"),
        (kernel("identity").weights, "all-pass"),
        ([[0, 0], [0, -3]], "all-pass"),
        (kernel("emboss").weights, "mixed"),
        ([[0.5, 0, 0.5]], "mixed"),
        ([[0]], "silent"),
    ],
)
def test_the_kind_of_filter_in_one_word(weights, kind):
    assert passband(weights).kind == kind
    assert kind in KINDS


@pytest.mark.parametrize("angle", [0, 20, 45, 90, 110, 160])
@pytest.mark.parametrize("wavelength", [3, 4, 8])
def test_a_gabor_kernel_s_stripes_are_found(angle, wavelength):
    found = passband(kernel("gabor", theta=angle, wavelength=wavelength, sigma=4, gamma=1, psi=90).weights)
    assert found.wavelength == pytest.approx(wavelength, rel=0.04)
    assert abs(math.remainder(found.angle - angle, 180)) < 5


@QUICK
@given(planes())
def test_a_passband_follows_its_kernel(plane):
    found = passband(plane)
    assert found.constant <= found.peak * (1 + 1e-9)
    assert passband(flip(plane)).kind == found.kind
    turned = passband(transpose(plane))
    assert (turned.kind, turned.peak) == (found.kind, pytest.approx(found.peak))
    if found.angle is not None:
        assert -90 < found.angle <= 90
    assert (found.wavelength is None) == (found.frequency == (0, 0))


def test_a_kernel_alike_in_all_directions_has_no_angle():
    assert passband(kernel("log").weights).angle is None
    assert passband(kernel("laplacian-4").weights).angle is None
    assert passband(rotate(kernel("sobel-vertical").weights, 90)).angle == 90


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: low_rank([[1, 2]], 2), "ranks from 1 to 1"),
        (lambda: low_rank([[1, 2]], 0), "ranks from 1 to 1"),
        (lambda: low_rank(np.ones((2, 2, 3))), "One plane"),
        (lambda: frequency_response(np.ones((5, 9)), 8), "needs 9 to 1,024"),
        (lambda: frequency_response([[1]], 4096), "needs 1 to 1,024"),
        (lambda: frequency_response([[1]], 64, "sum"), "correlation, convolution"),
        (lambda: symmetrise(np.ones((2, 3)), "diagonal"), "needs a square kernel; this one is 2×3"),
        (lambda: symmetrise([[1]], "round"), "left-right, up-down"),
        (lambda: symmetric_cells((3, 0), (3, 3), "half-turn"), "no cell (3, 0)"),
        (lambda: symmetric_cells((-1, 0), (3, 3), "half-turn"), "no cell (-1, 0)"),
        (lambda: measure([[np.inf]]), "finite"),
    ],
)
def test_what_cannot_be_read(wrong, words):
    with pytest.raises(SpecError) as caught:
        wrong()
    assert words in str(caught.value)
