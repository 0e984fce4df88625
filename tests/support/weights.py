"""Kernels as Hypothesis draws them: of every size, ugly ones often."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

whole_numbers = st.integers(-20, 20).map(float)
real_numbers = st.floats(-100, 100, width=32)
# One cell, one row, one column, even, oblong, the largest: drawn as often as all the others together.
ugly_sizes = st.sampled_from(
    [(1, 1), (1, 2), (1, 7), (5, 1), (2, 2), (4, 4), (2, 3), (6, 3), (1, 31), (31, 31), (30, 17)]
)
sizes = st.one_of(ugly_sizes, st.tuples(st.integers(1, 31), st.integers(1, 31)))
squares = st.integers(1, 9).map(lambda n: (n, n))
small_sizes = st.one_of(
    st.sampled_from([(1, 1), (1, 2), (2, 1), (2, 2), (3, 3), (4, 2), (1, 6)]),
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
)


def planes(size=sizes, numbers=real_numbers):
    """Kernels [kH, kW]: of few different values, as drawn, or full of noise."""
    noise = st.tuples(size, st.integers(0, 2**32 - 1)).map(
        lambda drawn: np.random.default_rng(drawn[1]).normal(size=drawn[0]).astype(np.float32)
    )
    return st.one_of(size.flatmap(lambda s: arrays(np.float32, s, elements=numbers, fill=numbers)), noise)


def whole_planes(size=sizes):
    """Kernels [kH, kW] of small whole numbers, with which sums are exact."""
    return size.flatmap(lambda s: arrays(np.float32, s, elements=whole_numbers, fill=whole_numbers))


def deep(size=small_sizes, depth=3):
    """Kernels [kH, kW, C]."""
    return size.flatmap(lambda s: arrays(np.float32, (*s, depth), elements=whole_numbers, fill=whole_numbers))
