"""Which way is taken, and that every way and every cut into bands gives the same numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.filtering import filter_image, make_plan
from engine.filtering import plan as plan_module
from engine.filtering.bands import Habit, split
from engine.filtering.fourier import choose_blocks, spectrum
from engine.filtering.geometry import geometry
from engine.filtering.plan import Plan
from engine.filtering.run import correlate
from engine.filtering.scratch import scratch
from tests.engine.filtering.oracle import assert_right, fits, moves, picture, weights

MANY = settings(max_examples=4 * settings().max_examples, suppress_health_check=list(HealthCheck))
ANY_COST = 1e12
GAUSSIAN = np.exp(-((np.arange(15) - 7) ** 2) / 18)


def plan_of(kernel: Any, shape: tuple[int, ...] = (480, 640), robust: bool = False, **how: Any) -> Plan:
    kernel = np.asarray(kernel, np.float64)
    stack = np.moveaxis(kernel, -1, 0) if kernel.ndim == 3 else kernel[np.newaxis]
    return make_plan(stack, geometry(shape, kernel.shape, **{"padding": "same", **how}), robust)


@pytest.mark.parametrize(
    ("kernel", "method"),
    [
        (weights((3, 3), 0), "direct"),
        (weights((5, 5), 0), "direct"),
        (np.eye(31), "direct"),
        (np.ones((3, 3)), "direct"),
        (np.zeros((15, 15)), "direct"),
        (np.ones((1, 31)), "box"),
        (np.outer(GAUSSIAN, GAUSSIAN), "separable"),
        (np.outer(GAUSSIAN, GAUSSIAN) - 0.3 * np.outer(GAUSSIAN**4, GAUSSIAN**4), "separable"),
        (np.ones((31, 31)) / 961, "box"),
        (weights((21, 21), 0), "fourier"),
        (weights((31, 31), 1), "fourier"),
    ],
)
def test_the_way_taken(kernel: Any, method: str) -> None:
    assert plan_of(kernel).method == method


@MANY
@given(
    st.integers(1, 70), st.integers(1, 70), st.sampled_from([1, 3]), st.booleans(),
    st.integers(1, 9), st.integers(1, 9), st.integers(0, 999), moves,
)  # fmt: skip
def test_every_way_is_as_good_as_the_others(
    h: int, w: int, c: int, summed: bool, kh: int, kw: int, seed: int, how: dict[str, Any]
) -> None:
    """Whichever way would be the quickest, all that can serve must be right."""
    kernel_shape = (kh, kw, c) if summed else (kh, kw)
    assume(fits((h, w, c), kernel_shape, how))
    image, kernel = picture((h, w, c), seed), weights(kernel_shape, seed // 5)
    stack = np.moveaxis(kernel, -1, 0) if summed else kernel[np.newaxis]
    stack = stack[:, ::-1, ::-1] if how["operation"] == "convolution" else stack
    names = ("padding", "padding_mode", "stride", "dilation")
    places = geometry((h, w, c), kernel_shape, *(how[name] for name in names))
    ways = [plan_module._direct(stack, places)]
    for way in (plan_module._separable, plan_module._box, plan_module._fourier):
        found = way(np.ascontiguousarray(stack), places, ANY_COST)
        ways += [] if found is None else [found]
    for plan in ways:
        if np.isfinite(plan.nanoseconds):
            out = correlate(image, plan_module.complete(plan))
            assert_right(out[:, :, 0] if summed else out, image, kernel, {**how, "bias": 0.0})


@pytest.mark.parametrize("shape", [(61, 47), (40, 30, 3)])
@pytest.mark.parametrize("stride", [1, 2, (3, 5)])
@pytest.mark.parametrize("padding", ["valid", "same", (2, 0)])
@pytest.mark.parametrize("padding_mode", ["reflect", "circular"])
def test_running_sums(shape: tuple[int, ...], stride: Any, padding: Any, padding_mode: str) -> None:
    image, kernel = picture(shape, 1), np.full((6, 5), 0.3)
    how = {"padding": padding, "padding_mode": padding_mode, "stride": stride, "dilation": 1}
    plan = plan_module._box(kernel[np.newaxis], geometry(shape, (6, 5), **how), ANY_COST)
    assert plan is not None
    out = correlate(image.reshape(*shape[:2], -1), plan_module.complete(plan))
    assert_right(out.reshape(*out.shape[:2], *shape[2:]), image, kernel, {**how, "operation": "correlation"})


def test_what_was_left_in_memory_does_no_harm() -> None:
    """An odd number of blocks leaves half of the last transform without a picture."""
    kernel = weights((3, 3), 0)[np.newaxis]
    plan = plan_module._fourier(kernel, geometry((8, 9), (3, 3), "same"), ANY_COST)
    assert plan is not None
    assert plan.fourier is not None
    assert len(plan.fourier.steps) == 1
    scratch("block", (*plan.fourier.blocks.shape, 2), np.float64 if plan.fourier.double else np.float32).fill(np.nan)
    assert np.isfinite(correlate(picture((8, 9, 1), 0), plan_module.complete(plan))).all()


def test_loud_kernels_are_transformed_in_double_precision() -> None:
    quiet, loud = plan_of(weights((31, 31), 0)).fourier, plan_of(weights((31, 31), 1)).fourier
    assert quiet is not None
    assert loud is not None
    assert not quiet.double
    assert loud.double


@pytest.mark.parametrize("parts", [2, 3, 7, 19])
@pytest.mark.parametrize("shape", [(201, 150), (120, 64, 3)])
@pytest.mark.parametrize(
    ("kernel", "method"),
    [(weights((4, 3), 0), "direct"), (weights((5, 5), 0), "direct"), (np.outer(GAUSSIAN, GAUSSIAN), "separable")],
)
@pytest.mark.parametrize("how", [{}, {"padding": "valid"}, {"padding_mode": "circular", "stride": 2}, {"dilation": 2}])
def test_bands_give_the_same_bits(
    parts: int, shape: tuple[int, ...], kernel: Any, method: str, how: dict[str, Any]
) -> None:
    cells = picture(shape, 0).reshape(*shape[:2], -1)
    plan = plan_of(kernel, shape, **how)
    assert plan.method == method
    rows = plan.geometry.size[0]
    least = plan.geometry.span[0]
    whole = correlate(cells, replace(plan, bands=((0, rows),), shares=()))
    cut = replace(plan, bands=tuple(split(rows, parts, least)), shares=())
    assert len(cut.bands) > 1
    assert np.array_equal(correlate(cells, replace(cut, nanoseconds=1e6), finish=lambda cells: None), whole)


@pytest.mark.parametrize(
    "kernel", [weights((3, 3), 0), np.outer(GAUSSIAN, GAUSSIAN), weights((21, 21), 0), np.ones((31, 31))]
)
def test_helpers_give_the_same_bits(kernel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = picture((700, 900), 0)[:, :, np.newaxis]
    plan = plan_of(kernel, (700, 900))
    monkeypatch.setattr(Habit, "choose", lambda self: False)
    alone = correlate(cells, plan)
    monkeypatch.setattr(Habit, "choose", lambda self: True)
    shares = plan.bands if plan.fourier else tuple(split(700, 12))
    for _ in range(3):
        assert np.array_equal(correlate(cells, replace(plan, shares=shares)), alone)


def test_blocks_cover_the_map_and_hold_the_kernel() -> None:
    for rows, columns, kh, kw, lanes in [
        (480, 640, 15, 15, 1),
        (1, 1, 31, 31, 1),
        (96, 288, 5, 13, 3),
        (7, 9, 300, 2, 1),
    ]:
        blocks = choose_blocks(rows, columns, kh, kw, lanes)
        assert blocks is not None
        assert blocks.fresh[0] + kh - 1 <= blocks.shape[0]
        assert blocks.fresh[1] + kw - 1 <= blocks.shape[1]
        assert blocks.fresh[1] % lanes == 0
    assert choose_blocks(10, 10, 5000, 3, 1) is None


def test_the_spectrum_is_the_conjugate_transform() -> None:
    kernel = np.ascontiguousarray(weights((3, 4), 0))
    spread = np.zeros((32, 48))
    spread[:3, :10:3] = kernel
    found = spectrum(kernel.tobytes(), (3, 4), 3, (32, 48), True).reshape(32, 48)
    assert np.allclose(found, np.conj(np.fft.fft2(spread)) / spread.size, atol=1e-12)


@pytest.mark.parametrize("size", [(17, 17), (12, 20), (31, 31), (13, 1), (1, 31), (16, 12)])
@pytest.mark.parametrize("padding", ["same", "valid", "full"])
def test_a_kernel_with_a_single_weight_wherever_it_is(size: tuple[int, int], padding: str) -> None:
    """Cut into tiles, all of it but one tile is zeros and left out."""
    image = picture((40, 37), 3)
    for place in {0, size[0] * size[1] // 2, size[0] * size[1] // 3, size[0] * size[1] - 1}:
        kernel = np.zeros(size)
        kernel.flat[place] = 1.5
        how = {"operation": "correlation", "padding": padding, "padding_mode": "zeros", "stride": 1, "dilation": 1}
        assert_right(filter_image(image, kernel.astype(np.float32), padding=padding), image, kernel, how)
