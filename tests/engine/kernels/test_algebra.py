"""Facts of a kernel against numpy's own and against what they promise about pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import SpecError
from engine.kernels import describe, kernel, quarter_turn

QUICK = settings(max_examples=2 * settings().max_examples)
sizes = st.tuples(st.integers(1, 31), st.integers(1, 31))
whole_weights = st.integers(-20, 20).map(float)
planes = sizes.flatmap(lambda size: arrays(np.float32, size, elements=whole_weights, fill=whole_weights))


@QUICK
@given(planes)
def test_facts_of_whole_numbers(plane):
    facts = describe(plane)
    assert facts.sum == plane.astype(float).sum()
    assert facts.gain == np.abs(plane.astype(float)).sum()
    assert facts.norm == pytest.approx(np.linalg.norm(plane.astype(float)))
    assert facts.rank == np.linalg.matrix_rank(plane.astype(float))
    assert facts.turns_to_itself == (plane.tolist() == [row[::-1] for row in plane[::-1].tolist()])


@QUICK
@given(st.lists(whole_weights, min_size=1, max_size=31), st.lists(whole_weights, min_size=1, max_size=31))
def test_a_product_of_column_and_row_separates(column, row):
    plane = np.outer(column, row).astype(np.float32)
    facts = describe(plane)
    if not plane.any():
        assert (facts.rank, facts.column, facts.row) == (0, None, None)
        return
    assert facts.rank == 1
    np.testing.assert_allclose(np.outer(facts.column, facts.row), plane, rtol=1e-6, atol=1e-4)


@pytest.mark.parametrize("sigma", [0.2, 0.7, 1.0, 3.3, 5.0])
def test_a_gaussian_separates_in_spite_of_its_rounding(sigma):
    facts = describe(kernel("gaussian", sigma=sigma).weights)
    assert facts.rank == 1
    np.testing.assert_allclose(np.outer(facts.column, facts.row), kernel("gaussian", sigma=sigma).weights, atol=1e-7)


def test_the_vectors_are_the_ones_in_the_books():
    assert describe(kernel("sobel-vertical").weights)[4:6] == ((1, 2, 1), (-1, 0, 1))
    assert describe(kernel("sobel-horizontal").weights)[4:6] == ((-1, 0, 1), (1, 2, 1))
    assert describe(kernel("scharr-vertical").weights)[4:6] == ((3, 10, 3), (-1, 0, 1))
    assert describe(kernel("laplacian-4").weights).column is None


def test_only_a_half_turn_makes_convolution_and_correlation_agree():
    assert describe(kernel("gaussian").weights).turns_to_itself
    assert describe(np.array([[1, 2], [2, 1]])).turns_to_itself
    # Mirror-symmetric, and yet not the same when turned.
    assert not describe(kernel("kirsch").weights).turns_to_itself


@pytest.mark.parametrize(
    "wrong", [np.zeros((0, 3)), np.zeros(3), np.zeros((3, 3, 3)), np.full((2, 2), np.nan), np.full((1, 1), 1e30)]
)
def test_what_is_no_plane_is_refused(wrong):
    with pytest.raises(SpecError):
        describe(wrong)


@QUICK
@given(planes)
def test_four_quarter_turns_are_none(plane):
    turned = plane
    for _ in range(4):
        turned = quarter_turn(turned)
    np.testing.assert_array_equal(turned, plane)
    assert quarter_turn(plane)[0, -1] == plane[0, 0]


def test_a_deep_kernel_turns_plane_by_plane():
    deep = np.arange(18.0).reshape(2, 3, 3)
    np.testing.assert_array_equal(quarter_turn(deep)[..., 1], quarter_turn(deep[..., 1]))
