"""Output sizes and padding, held to torch's own shapes on the meta device."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from engine.arithmetic import (
    SizeFormula,
    check_padding_mode,
    extent,
    output_size,
    padding_amounts,
    padding_per_side,
    pair,
    pooled_size,
    size_formula,
)
from engine.errors import SpecError

QUICK = settings(max_examples=5 * settings().max_examples)
small = st.integers(1, 40)
kernels = st.integers(1, 12)
strides = st.integers(1, 7)
dilations = st.integers(1, 4)


def torch_conv_size(n: int, k: int, s: int, p: int, d: int) -> int | None:
    picture = torch.empty(1, 1, n, device="meta")
    try:
        return functional.conv1d(picture, torch.empty(1, 1, k, device="meta"), stride=s, padding=p, dilation=d).shape[
            -1
        ]
    except RuntimeError:
        return None


def size_or_none(*arguments: int) -> int | None:
    try:
        return output_size(*arguments)
    except SpecError:
        return None


@QUICK
@given(small, kernels, strides, st.integers(0, 9), dilations)
def test_size_is_torchs_and_refused_where_torch_refuses(n: int, k: int, s: int, p: int, d: int) -> None:
    assert size_or_none(n, k, s, p, d) == torch_conv_size(n, k, s, p, d)
    assert (size_or_none(n, k, s, p, d) is None) == (n + 2 * p < d * (k - 1) + 1)


@QUICK
@given(small, kernels, strides, dilations)
def test_same_keeps_the_size_and_takes_every_sth_cell(n: int, k: int, s: int, d: int) -> None:
    assert output_size(n, k, s, "same", d) == -(-n // s)
    before, after = padding_amounts("same", k, d)
    assert before + after == extent(k, d) - 1
    assert after - before in (0, 1)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@QUICK
@given(small, kernels, dilations)
def test_same_splits_as_torch_does(n: int, k: int, d: int) -> None:
    signal = torch.arange(1.0, n + 1).reshape(1, 1, n)
    weights = torch.arange(1.0, k + 1).reshape(1, 1, k)
    before, after = padding_amounts("same", k, d)
    padded = functional.pad(signal, (before, after))
    assert torch.equal(
        functional.conv1d(padded, weights, dilation=d), functional.conv1d(signal, weights, padding="same", dilation=d)
    )


@QUICK
@given(small, kernels)
def test_lecture_sizes_of_valid_and_full(m: int, k: int) -> None:
    assert output_size(m, k, padding="full") == m + k - 1
    if k <= m:
        assert output_size(m, k, padding="valid") == m - k + 1


@QUICK
@given(small, kernels, strides, st.sampled_from(["valid", "same", "full", 0, 1, 4]), dilations)
def test_formula_accounts_for_every_cell(n: int, k: int, s: int, p: str | int, d: int) -> None:
    try:
        formula = size_formula(n, k, s, p, d)
    except SpecError:
        return
    read_to = (formula.result - 1) * s + formula.extent
    assert read_to + formula.unread == n + formula.before + formula.after
    assert 0 <= formula.unread < s
    assert formula.quotient == Fraction(n + formula.before + formula.after - formula.extent, s)
    last_pixels = range(read_to - formula.before, n)
    assert formula.unread_pixels == len(last_pixels)


def test_formula_reads_as_in_the_lecture() -> None:
    assert size_formula(512, 3, 2, 1).text == "⌊(512 − 3 + 2·1) / 2⌋ + 1 = 256"
    assert size_formula(512, 3, 2, 1).steps == "⌊511 / 2⌋ + 1 = ⌊255.5⌋ + 1 = 255 + 1 = 256"
    assert size_formula(10, 3, 1, "valid").text == "⌊(10 − 3 + 2·0) / 1⌋ + 1 = 8"
    assert size_formula(10, 3, 1, "valid").steps == "⌊7 / 1⌋ + 1 = 7 + 1 = 8"
    assert size_formula(10, 4, 3, "same").text == "⌊(10 − 4 + 1 + 2) / 3⌋ + 1 = 4"
    assert size_formula(10, 3, 2, 0, 2).text == "e = 2·(3 − 1) + 1 = 5; ⌊(10 − 5 + 2·0) / 2⌋ + 1 = 3"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((2, 5), ("5 cells", "into 2", "3 more")),
        ((2, 3, 1, 0, 4), ("9 cells", "dilation 4")),
        ((1, 9, 1, 3), ("padded to 7", "2 more")),
        ((0, 1), ("Input size", "at least 1")),
        ((-4, 1), ("Input size",)),
        ((5, 0), ("Kernel size", "at least 1")),
        ((5, 3, 0), ("Stride", "at least 1")),
        ((5, 3, -1), ("Stride",)),
        ((5, 3, 1, -1), ("Padding", "at least 0")),
        ((5, 3, 1, 0, 0), ("Dilation",)),
        ((5.0, 3), ("Input size", "whole number", "5.0")),
        ((5, "3"), ("Kernel size", "whole number")),
        ((5, 3, None), ("Stride",)),
        ((5, 3, True), ("Stride", "whole number")),
        ((5, 3, 1, "sane"), ("'sane'", "valid, same, full")),
        ((5, 3, 1, 0.5), ("Padding", "0.5")),
        ((float("nan"), 3), ("Input size",)),
    ],
)
def test_nonsense_is_refused_by_name(arguments: tuple[object, ...], words: tuple[str, ...]) -> None:
    with pytest.raises(SpecError) as caught:
        output_size(*arguments)  # type: ignore[arg-type]
    for word in words:
        assert word in str(caught.value)


def test_a_formula_that_does_not_fit_cannot_be_made() -> None:
    with pytest.raises(SpecError, match="does not fit"):
        SizeFormula(size=2, kernel_size=5, stride=1, before=1, after=1, dilation=1)


def test_numpy_integers_are_whole_numbers() -> None:
    size = output_size(np.int64(28), np.uint8(5))  # type: ignore[arg-type]
    assert (size, type(size)) == (24, int)


def test_pair_gives_both_axes() -> None:
    assert pair(3, "Stride", 1) == (3, 3)
    assert pair([1, 2], "Stride", 1) == (1, 2)
    for wrong in ((1, 2, 3), (), (1, 0), "ab", None, (1.5, 1)):
        with pytest.raises(SpecError, match="Stride"):
            pair(wrong, "Stride", 1)


def test_padding_per_side_takes_height_before_width() -> None:
    assert padding_per_side("full", (2, 3), (1, 2)) == ((1, 1), (4, 4))
    assert padding_per_side("same", (2, 3)) == ((0, 1), (1, 1))
    assert padding_per_side(2, (1, 1)) == ((2, 2), (2, 2))
    assert padding_per_side((0, 3), (9, 9)) == ((0, 0), (3, 3))


def torch_pool_size(n: int, k: int, s: int, p: int, d: int, ceil_mode: bool) -> int | None:
    cells = torch.empty(1, 1, n, 1, device="meta")
    window = {"kernel_size": (k, 1), "stride": (s, 1), "padding": (p, 0), "dilation": (d, 1)}
    try:
        return functional.max_pool2d(cells, ceil_mode=ceil_mode, **window).shape[-2]
    except RuntimeError:
        return None


@QUICK
@given(small, st.integers(1, 8), strides, st.integers(0, 8), st.integers(1, 3), st.booleans())
def test_pooled_size_is_torchs(n: int, k: int, s: int, p: int, d: int, ceil_mode: bool) -> None:
    try:
        ours: int | None = pooled_size(n, k, s, p, d, ceil_mode)
    except SpecError:
        ours = None
    assert ours == torch_pool_size(n, k, s, p, d, ceil_mode)


def test_pooling_moves_by_its_own_size_unless_told() -> None:
    assert pooled_size(9, 3) == 3
    assert pooled_size(9, 3, stride=1) == 7


@QUICK
@given(st.integers(1, 12), st.integers(0, 14), st.integers(0, 14), st.sampled_from(["reflect", "circular"]))
def test_padding_mode_is_refused_where_torch_refuses(n: int, before: int, after: int, mode: str) -> None:
    cells = torch.empty(1, 1, n, device="meta")
    try:
        functional.pad(cells, (before, after), mode=mode)
        torch_can = True
    except (RuntimeError, AssertionError):
        torch_can = False
    try:
        check_padding_mode(mode, n, before, after)
        ours_can = True
    except SpecError:
        ours_can = False
    assert ours_can == torch_can


def test_padding_mode_says_what_would_do() -> None:
    with pytest.raises(SpecError, match=r"'reflect' can add at most 4 cell\(s\) to a height of 5, and 6 are wanted"):
        check_padding_mode("reflect", 5, 2, 6, "height")
    with pytest.raises(SpecError, match="'mirror'; it can be zeros, reflect, replicate, circular"):
        check_padding_mode("mirror", 5, 0, 0)
    check_padding_mode("replicate", 1, 100, 100)
    check_padding_mode("zeros", 1, 100, 100)
