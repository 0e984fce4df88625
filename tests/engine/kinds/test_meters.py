"""The meters against the theorems: what must hold holds to rounding, and what must fail fails visibly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import rotate
from scipy.signal import convolve2d, correlate2d

from engine.errors import SpecError
from engine.frames import read_image
from engine.kinds.bench import TOLERANCE, Meter
from engine.kinds.meters import NAMES, meters
from engine.kinds.resample import resampled, rotation, scaling

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32)
BLUR = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], np.float32)
LOPSIDED = np.array([[1, 2, 3], [0, 1, 1]], np.float32)
ALGEBRA = ("commutativity", "associativity", "linearity", "separability")


def picture(high: int, wide: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).random((high, wide), np.float32)


def coins() -> NDArray[np.float32]:
    return read_image("sample:coins.jpg")[:200, :220].mean(axis=2)


def one(name: str, *arguments: Any, **settings: Any) -> Meter:
    (found,) = meters(*arguments, names=[name], **settings)
    assert found.name == name
    assert found.left.shape == found.right.shape
    assert found.holds == (found.residual <= TOLERANCE)
    return found


kernels = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(0, 99)).map(
    lambda drawn: np.random.default_rng(drawn[2]).standard_normal(drawn[:2]).astype(np.float32)
)


@given(
    st.integers(9, 30),
    st.integers(9, 30),
    kernels,
    kernels,
    st.sampled_from(["convolution", "correlation"]),
    st.booleans(),
)
def test_what_is_expected_holds_and_convolution_is_expected_to(
    high: int, wide: int, kernel: NDArray[Any], other: NDArray[Any], operation: str, circular: bool
) -> None:
    found = meters(picture(high, wide), kernel, other, operation, circular=circular, shift=(0, 1), names=ALGEBRA)
    for meter in (
        *found,
        one("shift", picture(high, wide), kernel, other, operation, circular=circular, shift=(0, -2)),
    ):
        assert meter.holds or not meter.expected, meter
        assert meter.expected or operation == "correlation" or meter.name == "separability"
        assert meter.sentence.endswith(".")


@given(st.integers(9, 20), kernels, st.booleans())
def test_correlation_does_not_commute(size: int, kernel: NDArray[Any], circular: bool) -> None:
    assume(kernel.size > 1 and np.abs(kernel - kernel[::-1, ::-1]).max() > 0.1)
    image = picture(size, size + 3)
    for name in ("commutativity", "associativity"):
        found = one(name, image, kernel, kernel, "correlation", circular=circular)
        assert not found.expected
        assert found.residual > 1e-4


@pytest.mark.parametrize("circular", [False, True])
def test_both_sides_are_the_sums_that_they_claim_to_be(circular: bool) -> None:
    image = picture(12, 15).astype(np.float64)
    found = one("commutativity", image, LOPSIDED, SOBEL, circular=circular)
    if circular:  # cell n is Σ k[m] x[n − m]: the kernel's first cell is its origin
        whole = convolve2d(np.pad(image, ((1, 0), (2, 0)), "wrap"), LOPSIDED, "valid")
    else:
        whole = convolve2d(image, LOPSIDED, "valid")
    for side in (found.left, found.right):
        np.testing.assert_allclose(side, whole, rtol=1e-5, atol=1e-5)
    turned = one("commutativity", image, LOPSIDED, SOBEL, "correlation", circular=circular)
    if not circular:
        np.testing.assert_allclose(turned.left, correlate2d(image, LOPSIDED, "valid"), rtol=1e-5)
        np.testing.assert_allclose(turned.right, turned.left[::-1, ::-1], rtol=1e-4, atol=1e-5)


def test_a_kernel_that_is_its_own_half_turn_makes_correlation_associative() -> None:
    assert one("associativity", coins(), LOPSIDED, BLUR, "correlation").holds
    assert not one("associativity", coins(), BLUR, LOPSIDED, "correlation").holds
    symmetric = picture(20, 20) + picture(20, 20)[::-1, ::-1]
    assert one("commutativity", symmetric, BLUR, BLUR, "correlation").holds
    assert one("commutativity", symmetric, BLUR, BLUR, "correlation").expected


@pytest.mark.parametrize("circular", [False, True])
def test_only_kernels_of_rank_one_separate(circular: bool) -> None:
    assert one("separability", coins(), SOBEL, BLUR, circular=circular).holds
    rest = one("separability", coins(), LOPSIDED, BLUR, circular=circular)
    assert not rest.holds
    assert "rank 2" in rest.sentence


@pytest.mark.parametrize("circular", [False, True])
@pytest.mark.parametrize("stride", [1, 2, (3, 1)])
@pytest.mark.parametrize("shift", [(0, 0), (6, -4), (-3, 2), (1, 0), (2, 3), (0, -12)])
def test_shifts_by_multiples_of_the_stride_move_the_result(circular: bool, stride: Any, shift: tuple[int, int]) -> None:
    found = one("shift", coins(), SOBEL, BLUR, stride=stride, shift=shift, circular=circular)
    steps = stride if isinstance(stride, tuple) else (stride, stride)
    fits = all(cells % step == 0 for cells, step in zip(shift, steps, strict=True))
    assert found.expected == found.holds == fits
    assert found.residual <= TOLERANCE if fits else found.residual > 1e-2


@pytest.mark.parametrize("circular", [False, True])
def test_turned_and_scaled_pictures_give_other_results(circular: bool) -> None:
    for kernel, name, settings in ((SOBEL, "rotation", {"angle": 30}), (SOBEL, "scale", {"scale": 0.7})):
        found = one(name, coins(), kernel, BLUR, circular=circular, **settings)
        assert not found.holds
        assert not found.expected
        assert found.residual > 1e-2


@pytest.mark.parametrize("angle", [90, 180, 270, -90, 360])
def test_quarter_turns_of_an_isotropic_kernel_are_the_exception(angle: float) -> None:
    exception = one("rotation", coins(), BLUR, BLUR, angle=angle)
    assert exception.expected
    assert exception.holds
    if angle % 360:
        assert not one("rotation", coins(), SOBEL, BLUR, angle=angle).holds
    assert not one("rotation", coins(), LOPSIDED, BLUR, angle=90).expected


def test_turning_is_scipy_s_and_scaling_keeps_the_centre() -> None:
    image = coins()[:101, :101]
    inner = (slice(30, 71), slice(30, 71))
    exact = rotate(image.astype(np.float64), 30, reshape=False, order=1)
    np.testing.assert_allclose(resampled(image, rotation(30))[inner], exact[inner], atol=1e-4)
    ramp = np.add.outer(np.arange(21.0), 10 * np.arange(21.0)).astype(np.float32)
    half = resampled(ramp, scaling(2.0))
    assert half[10, 10] == ramp[10, 10]
    np.testing.assert_allclose(half[10, 12] - half[10, 10], 10)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"image": np.zeros((4, 4, 3))}, "A picture is measured as one plane"),
        ({"kernel": np.zeros(3)}, "A kernel is measured as one plane"),
        ({"image": np.full((9, 9), np.nan)}, "must be finite"),
        ({"operation": "product"}, "Operation cannot be"),
        ({"names": ["beauty"]}, "No meter is called 'beauty'"),
        ({"stride": 0}, "Stride must be at least 1"),
        ({"shift": (1.5, 0)}, "two whole numbers of pixels"),
        ({"shift": (8, 0), "names": ["shift"]}, "leaves less of the picture than the kernel needs"),
        ({"scale": 0.0}, "scaled by 0.1 to 10"),
        ({"kernel": np.ones((10, 10))}, "does not fit"),
    ],
)
def test_what_cannot_be_measured_is_said(settings: dict[str, Any], said: str) -> None:
    given_ = {"image": picture(9, 9), "kernel": SOBEL, "other_kernel": BLUR, "shift": (1, 1)} | settings
    with pytest.raises(SpecError) as caught:
        meters(**given_)
    assert said in str(caught.value)


def test_a_small_or_empty_picture_is_measured_as_far_as_it_goes() -> None:
    assert [meter.name for meter in meters(picture(6, 6), SOBEL, BLUR, shift=(1, 1))] == [*ALGEBRA, "shift"]
    black = meters(np.zeros((40, 40)), SOBEL, BLUR)
    assert [meter.name for meter in black] == list(NAMES)
    assert all(meter.residual == 0 and meter.holds for meter in black)
