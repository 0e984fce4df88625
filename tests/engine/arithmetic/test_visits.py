"""Visit counts against a walk over every window of a padded picture of pixel numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.arithmetic import output_size, padding_per_side, visit_counts
from engine.errors import SpecError

NUMPY_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
ABSENT = -1


def brute_force(size, kernel_size, stride, padding, dilation, padding_mode):
    """Counts by reading a picture that holds each pixel's own number, as a naive loop would."""
    numbers = np.arange(size[0] * size[1]).reshape(size)
    sides = padding_per_side(padding, kernel_size, dilation)
    if padding_mode == "zeros":
        padded = np.pad(numbers, sides, constant_values=ABSENT)
    else:
        padded = np.pad(numbers, sides, mode=NUMPY_MODES[padding_mode])
    counts = np.zeros(numbers.size, dtype=int)
    spans = [dilation[i] * (kernel_size[i] - 1) + 1 for i in (0, 1)]
    for top in range(0, padded.shape[0] - spans[0] + 1, stride[0]):
        for left in range(0, padded.shape[1] - spans[1] + 1, stride[1]):
            window = padded[top : top + spans[0] : dilation[0], left : left + spans[1] : dilation[1]]
            for number in window.ravel():
                if number != ABSENT:
                    counts[number] += 1
    return counts.reshape(size)


pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


@settings(max_examples=4 * settings().max_examples)
@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    kernel_size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    stride=pairs,
    padding=st.one_of(st.sampled_from(["valid", "same", "full"]), st.tuples(st.integers(0, 5), st.integers(0, 5))),
    dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding_mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
)
def test_counts_are_those_of_a_naive_walk(size, kernel_size, stride, padding, dilation, padding_mode):
    try:
        counts = visit_counts(size, kernel_size, stride, padding, dilation, padding_mode)
    except SpecError:
        sides = padding_per_side(padding, kernel_size, dilation)
        spans = [dilation[i] * (kernel_size[i] - 1) + 1 for i in (0, 1)]
        short = any(size[i] + sum(sides[i]) < spans[i] for i in (0, 1))
        most = {"reflect": 1, "circular": 0}.get(padding_mode)
        scarce = most is not None and any(max(sides[i]) > size[i] - most for i in (0, 1))
        assert short or scarce
        return
    assert counts.dtype == np.int64
    np.testing.assert_array_equal(counts, brute_force(size, kernel_size, stride, padding, dilation, padding_mode))


def test_every_read_of_a_copying_padding_is_counted_once():
    counts = visit_counts((6, 7), (3, 4), stride=2, padding="same", padding_mode="reflect")
    outputs = output_size(6, 3, 2, "same") * output_size(7, 4, 2, "same")
    assert counts.sum() == outputs * 3 * 4


def test_the_border_is_visited_less_without_padding_and_equally_with_full():
    assert visit_counts((5, 5), (3, 3))[0, 0] == 1
    assert visit_counts((5, 5), (3, 3))[2, 2] == 9
    assert (visit_counts((5, 5), (3, 3), padding="full") == 9).all()


def test_large_pictures_are_counted_by_their_axes():
    counts = visit_counts((1080, 1920), (31, 31), padding="same")
    assert counts.shape == (1080, 1920)
    assert (counts[0, 0], counts[500, 900]) == (16 * 16, 31 * 31)


def test_a_picture_too_small_says_so():
    with pytest.raises(SpecError, match="does not fit"):
        visit_counts((2, 9), (3, 3))
    with pytest.raises(SpecError, match="'circular' can add at most 2"):
        visit_counts((2, 9), (3, 3), padding=3, padding_mode="circular")
    with pytest.raises(SpecError, match="Picture size"):
        visit_counts((0, 9), (1, 1))
