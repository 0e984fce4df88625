"""The named kernels: the lecture's matrices, the properties of each family, and what is refused."""

from __future__ import annotations

import itertools
import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

import engine.kernels as package
from engine.errors import SpecError
from engine.kernels import (
    Parameter,
    describe,
    families,
    kernel,
    kernel_names,
    quarter_turn,
)
from engine.spec.filter import KernelSpec

QUICK = settings(max_examples=3 * settings().max_examples)

LECTURE = {
    "vertical": [[1, 0, -1], [1, 0, -1], [1, 0, -1]],
    "horizontal": [[1, 1, 1], [0, 0, 0], [-1, -1, -1]],
    "sobel-vertical": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "sobel-horizontal": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "scharr-vertical": [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
    "scharr-horizontal": [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
}
CLASSIC = {
    "prewitt-vertical": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "prewitt-horizontal": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "roberts-1": [[1, 0], [0, -1]],
    "roberts-2": [[0, 1], [-1, 0]],
    "laplacian-4": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "laplacian-8": [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    "kirsch": [[5, 5, 5], [-3, 0, -3], [-3, -3, -3]],
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
}
ASKED_FOR = {
    *LECTURE,
    *CLASSIC,
    "box",
    "gaussian",
    "log",
    "unsharp",
    "gabor",
    "motion-blur",
    "difference-of-gaussians",
}


@pytest.mark.parametrize(("name", "weights"), [*LECTURE.items(), *CLASSIC.items()])
def test_printed_kernels_are_exact(name, weights):
    np.testing.assert_array_equal(kernel(name).weights, weights)


def test_every_family_asked_for_is_there_and_the_lecture_comes_first():
    assert set(kernel_names()) == ASKED_FOR
    assert list(kernel_names()[:6]) == list(LECTURE)


def values(parameter: Parameter):
    """Every value that the parameter may have, extremes drawn often."""
    low, high = parameter.minimum, parameter.maximum
    if parameter.integer:
        allowed = [float(n) for n in range(int(low), int(high) + 1) if not parameter.odd or n % 2]
        return st.sampled_from(([0.0] if parameter.automatic else []) + allowed)
    return st.one_of(st.sampled_from([low, high, parameter.default]), st.floats(low, high))


def members(family):
    return st.fixed_dictionaries({p.name: values(p) for p in family.parameters}).map(family.kernel)


@pytest.mark.parametrize("family", families(), ids=lambda f: f.name)
@given(data=st.data())
def test_every_member_is_a_kernel_and_fits_a_spec(family, data):
    member = data.draw(members(family))
    weights = member.weights
    assert weights.dtype == np.float32
    assert weights.ndim == 2
    assert 1 <= min(weights.shape) <= max(weights.shape) <= 31
    assert np.isfinite(weights).all()
    with pytest.raises(ValueError, match="read-only"):
        weights[0, 0] = 1
    spec = member.spec()
    assert isinstance(spec, KernelSpec)
    assert (spec.name, spec.parameters) == (family.name, member.parameters)
    np.testing.assert_array_equal(package.weights_of(spec), weights)
    np.testing.assert_array_equal(kernel(spec.name, **spec.parameters).weights, weights)


@pytest.mark.parametrize("family", families(), ids=lambda f: f.name)
@given(data=st.data())
def test_blurs_sum_to_one_and_derivatives_to_zero(family, data):
    wanted = {"lecture": 0.0, "edges": 0.0, "blobs": 0.0, "blur": 1.0, "sharpen": 1.0}.get(family.group)
    if wanted is None:
        return
    weights = data.draw(members(family)).weights
    assert abs(describe(weights).sum - wanted) <= 1e-6 * max(1.0, describe(weights).gain)


@pytest.mark.parametrize("family", families(), ids=lambda f: f.name)
def test_every_family_explains_itself(family):
    assert family.summary.endswith(".")
    assert "\n" not in family.summary
    assert len(family.summary) < 130
    assert len(family.source) > 20
    for parameter in family.parameters:
        assert parameter.help
        assert parameter.label
        assert parameter.checked(parameter.default) == parameter.default


@pytest.mark.parametrize(
    ("family", "parameter"),
    [(f, p) for f in families() for p in f.parameters],
    ids=lambda item: item.name,
)
def test_a_slider_meets_only_allowed_values_and_every_one_changes_the_kernel(family, parameter):
    steps = round((parameter.maximum - parameter.minimum) / parameter.step)
    assert math.isclose(parameter.minimum + steps * parameter.step, parameter.maximum)
    made = [
        family.kernel({parameter.name: min(parameter.minimum + i * parameter.step, parameter.maximum)}).weights
        for i in range(steps + 1)
    ]
    assert any(a.shape != b.shape or (a != b).any() for a, b in itertools.pairwise(made))


@pytest.mark.parametrize(
    ("vertical", "horizontal"),
    [
        ("vertical", "horizontal"),
        ("sobel-vertical", "sobel-horizontal"),
        ("scharr-vertical", "scharr-horizontal"),
        ("prewitt-vertical", "prewitt-horizontal"),
        ("roberts-1", "roberts-2"),
    ],
)
def test_quarter_turn_makes_the_partner(vertical, horizontal):
    turned = quarter_turn(kernel(vertical).weights)
    np.testing.assert_array_equal(turned, kernel(horizontal).weights)
    np.testing.assert_array_equal(turned, np.rot90(kernel(vertical).weights, -1))


@QUICK
@given(st.floats(0.2, 5.0))
def test_gaussian_is_scipys(sigma):
    weights = kernel("gaussian", sigma=sigma).weights
    radius = len(weights) // 2
    assert radius == math.ceil(3 * sigma)
    impulse = np.zeros(weights.shape)
    impulse[radius, radius] = 1
    expected = ndimage.gaussian_filter(impulse, sigma, radius=radius, mode="constant")
    np.testing.assert_allclose(weights, expected, atol=1e-7)


@pytest.mark.parametrize("sigma", [1.0, 1.4, 2.5, 3.7])
def test_log_is_the_laplacian_of_a_smooth_gaussian(sigma):
    weights = kernel("log", sigma=sigma).weights.astype(float)
    radius = len(weights) // 2
    impulse = np.zeros(weights.shape)
    impulse[radius, radius] = 1
    expected = ndimage.gaussian_laplace(impulse, sigma, mode="constant", truncate=6)
    assert np.abs(weights - expected).max() < 0.01 * np.abs(expected).max()


def test_difference_of_gaussians_near_the_laplacian_of_gaussian():
    """Marr and Hildreth: at ratio 1.6 its shape is that of −∇²G, whose width lies between its two."""
    difference = kernel("difference-of-gaussians", sigma=1.5, ratio=1.6, size=21).weights.astype(float).ravel()
    laplacian = kernel("log", sigma=1.5 * math.sqrt(1.6**2 * 2 * math.log(1.6) / (1.6**2 - 1)), size=21)
    assert np.corrcoef(difference, -laplacian.weights.ravel().astype(float))[0, 1] > 0.99


@QUICK
@given(
    sigma=st.floats(0.5, 5),
    theta=st.floats(0, 360),
    wavelength=st.floats(2, 31),
    gamma=st.floats(0.2, 2),
    psi=st.floats(-180, 180),
    size=st.sampled_from([3, 9, 31]),
)
def test_gabor_is_opencvs(sigma, theta, wavelength, gamma, psi, size):
    weights = kernel("gabor", sigma=sigma, theta=theta, wavelength=wavelength, gamma=gamma, psi=psi, size=size).weights
    expected = cv2.getGaborKernel(
        (size, size), sigma, math.radians(theta), wavelength, gamma, math.radians(psi), cv2.CV_64F
    )
    # OpenCV lays its kernels down for convolution: both axes run backwards.
    np.testing.assert_allclose(weights, expected[::-1, ::-1], atol=1e-5)


def test_gabor_answers_to_its_own_stripes():
    x, y = np.meshgrid(np.arange(64.0), np.arange(64.0))
    gabor = kernel("gabor", theta=30, wavelength=6, sigma=3, psi=90).weights

    def answer(degrees):
        turn = math.radians(degrees)
        stripes = np.sin(2 * np.pi * (x * math.cos(turn) + y * math.sin(turn)) / 6)
        return np.abs(ndimage.correlate(stripes, gabor.astype(float))[24:40, 24:40]).max()

    assert max(range(0, 180, 15), key=answer) == 30


@QUICK
@given(st.integers(1, 31), st.floats(0, 180))
def test_motion_blur_is_the_share_of_a_line_in_each_cell(length, angle):
    weights = kernel("motion-blur", length=length, angle=angle).weights
    size = len(weights)
    assert size == length + (1 - length % 2)
    places = (np.arange(40_000) + 0.5) / 40_000 * length - length / 2
    rows = np.rint(places * math.sin(math.radians(angle))).astype(int) + size // 2
    columns = np.rint(places * math.cos(math.radians(angle))).astype(int) + size // 2
    sampled = np.zeros((size, size))
    inside = (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
    np.add.at(sampled, (rows[inside], columns[inside]), 1 / 40_000)
    # Exactly on a wall between cells the line belongs to either side: compare what both sides hold together.
    if min(abs(angle - wall) for wall in (0, 90, 180)) < 1e-6 or abs(angle % 90 - 45) > 1e-6:
        np.testing.assert_allclose(weights, sampled, atol=2e-4)
    np.testing.assert_allclose(weights, weights[::-1, ::-1], atol=1e-6)


def test_motion_blur_along_the_axes_and_the_diagonal():
    across = kernel("motion-blur", length=5, angle=0).weights
    np.testing.assert_allclose(across[2], [0.2] * 5, rtol=1e-6)
    assert across.sum() == across[2].sum()
    np.testing.assert_allclose(kernel("motion-blur", length=5, angle=90).weights, across.T, atol=1e-7)
    diagonal = kernel("motion-blur", length=7, angle=45).weights
    assert (diagonal - np.diag(np.diag(diagonal)) == 0).all()
    np.testing.assert_allclose(kernel("motion-blur", length=7, angle=135).weights, diagonal[::-1], atol=1e-7)


def test_kirsch_goes_round_the_compass():
    turned = [kernel("kirsch", direction=d).weights for d in range(8)]
    np.testing.assert_array_equal(turned[1], [[-3, 5, 5], [-3, 0, 5], [-3, -3, -3]])
    for d in range(8):
        np.testing.assert_array_equal(turned[(d + 2) % 8], np.rot90(turned[d], -1))


def test_sizes_can_be_given():
    assert kernel("gaussian", sigma=1, size=3).weights.shape == (3, 3)
    assert kernel("box", size=4).weights.shape == (4, 4)
    assert kernel("identity", size=1).weights.tolist() == [[1]]
    assert kernel("difference-of-gaussians", sigma=3, ratio=5).weights.shape == (31, 31)


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("sobl-vertical", {}, ["'sobl-vertical'", "did you mean", "sobel-vertical"]),
        ("Gaussian", {}, ["did you mean gaussian"]),
        ("zzz", {}, ["there is vertical, horizontal", "gabor"]),
        ("", {}, ["there is vertical"]),
        (None, {}, ["None"]),
        ("gaussian", {"sgima": 1}, ["'gaussian'", "'sgima'", "did you mean sigma"]),
        ("gaussian", {"amount": 1}, ["'amount'", "there is sigma, size"]),
        ("sobel-vertical", {"size": 5}, ["'size'", "it has none"]),
        ("gaussian", {"sigma": 0}, ["Sigma", "between 0.2 and 5 px", "it is 0"]),
        ("gaussian", {"sigma": float("nan")}, ["Sigma", "nan"]),
        ("gaussian", {"sigma": float("inf")}, ["Sigma", "inf"]),
        ("gaussian", {"sigma": "1"}, ["Sigma", "a number", "'1'"]),
        ("gaussian", {"sigma": None}, ["Sigma", "a number"]),
        ("gaussian", {"sigma": True}, ["Sigma", "a number"]),
        ("gaussian", {"sigma": 10**400}, ["Sigma", "a number"]),
        ("gaussian", {"size": 4}, ["Size", "odd", "it is 4"]),
        ("gaussian", {"size": 33}, ["Size", "between 3 and 31", "or 0"]),
        ("gaussian", {"size": 3.5}, ["Size", "whole number"]),
        ("box", {"size": 0}, ["Size", "between 1 and 31"]),
        ("kirsch", {"direction": 8}, ["Direction", "between 0 and 7"]),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_do(name, parameters, words):
    with pytest.raises(SpecError) as caught:
        kernel(name, **parameters)
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_numpy_numbers_are_numbers():
    made = kernel("gaussian", sigma=np.float32(1.5), size=np.int64(5))
    assert made.parameters == {"sigma": 1.5, "size": 5.0}


def test_kernels_do_not_share_their_weights():
    assert kernel("vertical").weights is not kernel("vertical").weights
