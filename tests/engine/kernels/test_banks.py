"""Banks of kernels: what they promise, what is published of them, and what is refused."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from engine.errors import SpecError
from engine.filtering import filter_image
from engine.kernels import family, kernel, kernel_names, spec_of
from engine.kernels.banks import (
    MOST_KERNELS,
    Bank,
    NamedKernel,
    bank,
    bank_families,
    bank_names,
    bank_of,
    stack_of,
    sweep,
)
from engine.kernels.banks.textures import directed, rings, spot
from engine.kernels.design import measure, passband, rotate
from engine.kernels.edges import COMPASS
from tests.support.weights import whole_planes

COUNTS = {
    "lecture": 6,
    "families": 23,
    "sobel-compass": 8,
    "scharr-compass": 8,
    "prewitt-compass": 8,
    "kirsch-compass": 8,
    "gabor": 64,
    "cosine": 64,
    "laws": 25,
    "leung-malik": 48,
    "maximum-response": 38,
    "schmid": 13,
}


LOADED = """
import json, sys
import engine.kernels
early = [name for name in sys.modules if name.startswith(("engine.kernels.design", "engine.kernels.banks"))]
import engine.kernels.banks, engine.kernels.design
engine.kernels.banks.bank("gabor")
heavy = [name for name in ("torch", "cv2", "scipy", "PIL", "PySide6") if name in sys.modules]
print(json.dumps([early, heavy]))
"""


def test_names_alone_load_no_tools_and_the_tools_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == [[], []]


def test_every_bank_is_there():
    assert {name: len(bank(name).kernels) for name in bank_names()} == COUNTS
    assert bank_names()[0] == "lecture"
    assert [each.name for each in bank_families()] == list(bank_names())


@pytest.mark.parametrize("rule", bank_families(), ids=lambda rule: rule.name)
def test_every_bank_explains_itself(rule):
    made = rule.bank({})
    assert made == bank(rule.name)
    assert made.summary.endswith(".")
    assert rule.label
    for each in made.kernels:
        assert each.summary.endswith(".")
        assert len(each.source) > 20
        assert each.weights.dtype == np.float32
        assert 1 <= min(each.weights.shape) <= max(each.weights.shape) <= 31
        assert each.weights.any()
        np.testing.assert_array_equal(filter_image(np.ones((40, 40)), each).shape, np.subtract(41, each.weights.shape))
    for parameter in rule.parameters:
        assert parameter.checked(parameter.default) == parameter.default
        steps = (parameter.maximum - parameter.minimum) / parameter.step
        assert math.isclose(steps, round(steps))


@pytest.mark.parametrize("name", bank_names())
def test_no_two_kernels_of_a_bank_are_the_same(name):
    stack = stack_of(bank(name))
    assert len({weights.tobytes() for weights in stack}) == len(stack)


def test_the_lecture_s_bank_is_the_lecture_s_kernels():
    for each in bank("lecture").kernels:
        np.testing.assert_array_equal(each.weights, kernel(each.name).weights)
        assert each.kernel == kernel(each.name).spec()
    assert [each.name for each in bank("families").kernels] == list(kernel_names())


@pytest.mark.parametrize("name", ["sobel", "scharr", "prewitt", "kirsch"])
def test_each_direction_of_a_compass_answers_most_to_its_own_edge(name):
    made = bank(f"{name}-compass")
    assert [each.name for each in made.kernels] == list(COMPASS)
    y, x = np.mgrid[-5:6, -5:6]
    for turn in range(8):
        # North is up, where y is negative; the angle grows clockwise.
        towards = math.radians(45 * turn)
        slope = (x * math.sin(towards) - y * math.cos(towards)).astype(float)
        answers = [float(ndimage.correlate(slope, each.weights.astype(float))[5, 5]) for each in made.kernels]
        assert np.argmax(answers) == turn
    if name != "kirsch":
        np.testing.assert_array_equal(made.find("south").weights, kernel(f"{name}-horizontal").weights)
        np.testing.assert_array_equal(made.find("east").weights, kernel(f"{name}-vertical").weights)


def test_robinson_s_kernels_are_as_he_prints_them():
    assert bank("sobel-compass").find("north-west").weights.tolist() == [[2, 1, 0], [1, 0, -1], [0, -1, -2]]


def published(order, sigma, angle):
    """Varma and Zisserman's 49×49 kernel by its formula: a product of one-dimensional Gaussians on a turned grid."""
    weights = np.zeros((49, 49))
    turn = math.radians(angle)
    for i in range(49):
        for j in range(49):
            y, x = i - 24, j - 24
            along, across = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
            wide = math.exp(-(across**2) / (2 * (3 * sigma) ** 2)) / (3 * sigma * math.sqrt(2 * math.pi))
            bell = math.exp(-(along**2) / (2 * sigma**2)) / (sigma * math.sqrt(2 * math.pi))
            slope = along / sigma**2 if order == 1 else (along**2 - sigma**2) / sigma**4
            weights[i, j] = wide * bell * slope
    weights -= weights.mean()
    return weights / np.abs(weights).sum()


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(("sigma", "angle"), [(math.sqrt(2), 0), (2 * math.sqrt(2), 60)])
def test_edges_and_bars_at_the_published_size_are_the_published_ones(order, sigma, angle):
    np.testing.assert_allclose(directed(order, sigma, angle, 49), published(order, sigma, angle), atol=1e-9)


def test_spots_are_scipy_s_and_rings_schmid_s():
    impulse = np.zeros((49, 49))
    impulse[24, 24] = 1
    expected = ndimage.gaussian_laplace(impulse, 3.0, truncate=8)
    np.testing.assert_allclose(spot(3.0, 49), expected / np.abs(expected).sum(), atol=1e-4)
    radius = np.hypot(*np.mgrid[-24:25, -24:25])
    wave = np.cos(math.pi * 2 * radius / 6) * np.exp(-(radius**2) / 72)
    wave -= wave.mean()
    np.testing.assert_allclose(rings(6, 2, 49), wave / np.abs(wave).sum(), atol=1e-9)


@pytest.mark.parametrize("name", ["gabor", "leung-malik", "maximum-response", "schmid"])
@pytest.mark.parametrize("size", [15, 31])
def test_texture_kernels_have_a_common_measure(name, size):
    made = bank(name) if name == "gabor" else bank(name, size=size)
    for each in made.kernels:
        found = measure(each.weights)
        assert found.l1 == pytest.approx(1, abs=1e-5)
        assert found.sum == pytest.approx(1 if each.name.startswith("blur") else 0, abs=1e-5)


def test_leung_and_malik_s_bank_has_its_parts():
    names = [each.name.split()[0] for each in bank("leung-malik").kernels]
    assert {word: names.count(word) for word in names} == {"edge": 18, "bar": 18, "spot": 8, "blur": 4}
    symmetries = {each.name: measure(each.weights).symmetries for each in bank("leung-malik").kernels}
    for name, found in symmetries.items():
        assert "half-turn" in (found.odd if name.startswith("edge") else found.even)
        assert ("eight-fold" in found.even) == name.startswith(("spot", "blur"))


def test_directions_are_turned_copies():
    kernels = {each.name: each.weights for each in bank("leung-malik").kernels}
    sigma = f"σ {np.sqrt(8) * 31 / 49:.3g}"
    for kind in ("edge", "bar"):
        first = kernels[f"{kind} 0° {sigma}"]
        np.testing.assert_allclose(kernels[f"{kind} 90° {sigma}"], rotate(first, 90), atol=1e-8)
        turned = rotate(first, 60, "cubic")
        assert np.corrcoef(turned.ravel(), kernels[f"{kind} 60° {sigma}"].ravel())[0, 1] > 0.99


def test_gabor_kernels_answer_to_what_their_names_say():
    for each in bank("gabor", orientations=6, wavelengths=3, phases=1).kernels:
        angle, wavelength = (float(word.strip("°")) for word in each.name.split()[::2])
        found = passband(each.weights)
        assert found.kind == "band-pass"
        assert found.wavelength == pytest.approx(wavelength, rel=0.1)
        assert abs(math.remainder(found.angle - angle, 180)) < 8


@given(st.integers(1, 8), st.integers(1, 8), st.sampled_from([1, 2]))
def test_gabor_s_parameters_count_its_kernels(orientations, wavelengths, phases):
    made = bank("gabor", orientations=orientations, wavelengths=min(wavelengths, 4), phases=phases)
    assert len(made.kernels) == orientations * min(wavelengths, 4) * phases


def test_cosine_patterns_are_an_orthonormal_basis():
    for size in (1, 5, 8):
        flat = stack_of(bank("cosine", size=size)).reshape(size**2, -1).astype(float)
        np.testing.assert_allclose(flat @ flat.T, np.eye(size**2), atol=1e-6)


def test_laws_kernels_are_separable_and_only_the_level_lets_flat_areas_through():
    for each in bank("laws").kernels:
        assert measure(each.weights).ranks == (1,)
        assert (measure(each.weights).sum == 0) == (each.name != "level × level")


def test_a_sweep_runs_over_a_parameter():
    made = sweep("gaussian", "sigma", 5, size=9)
    for each, sigma in zip(made.kernels, np.linspace(0.2, 5, 5), strict=True):
        assert each.kernel.parameters == {"sigma": pytest.approx(sigma), "size": 9}
    assert [each.kernel.parameters["direction"] for each in sweep("kirsch", "direction", 64).kernels] == list(range(8))
    assert [each.kernel.parameters["size"] for each in sweep("identity", "size", 64).kernels] == list(range(1, 32, 2))
    for name in kernel_names():
        for parameter in family(name).parameters:
            assert 2 <= len(sweep(name, parameter.name, 64).kernels) <= 64


@given(st.lists(whole_planes(), min_size=1, max_size=6))
def test_on_one_grid_every_map_stays_what_it_was(planes):
    picture = np.random.default_rng(0).integers(0, 9, (20, 21)).astype(np.float32)
    made = bank_of("mine", {str(i): plane for i, plane in enumerate(planes)})
    stack = stack_of(made)
    assert stack.shape == (len(planes), max(len(p) for p in planes), max(p.shape[1] for p in planes))
    for weights, plane in zip(stack, planes, strict=True):
        before = ndimage.correlate(picture.astype(float), plane.astype(float), mode="constant", origin=even(plane))
        after = ndimage.correlate(picture.astype(float), weights.astype(float), mode="constant", origin=even(weights))
        np.testing.assert_array_equal(after, before)


def even(plane):
    """scipy's anchor is k // 2; ours, like torch's, is (k − 1) // 2."""
    return [-1 if n % 2 == 0 else 0 for n in plane.shape]


def test_a_bank_cannot_be_changed():
    made = bank("lecture")
    with pytest.raises(AttributeError):
        made.name = "other"
    made.kernels[0].weights[0, 0] = 99
    assert made.kernels[0].weights[0, 0] == 1
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=Bank) == made


def some(count):
    return {f"k{i}": np.full((1, 1), float(i)) for i in range(count)}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: bank("gabr"), "did you mean gabor"),
        (lambda: bank(None), "There is no bank None"),
        (lambda: bank("gabor", sigma=1), "Bank 'gabor' has no parameter 'sigma'"),
        (lambda: bank("gabor", orientations=0), "Directions must be between 1 and 32"),
        (lambda: bank("gabor", orientations=32, wavelengths=8), "A bank holds 1 to 64 kernels; this one has 512."),
        (lambda: bank("gabor", shortest=8, longest=3), "longer than the longest"),
        (lambda: bank("lecture", size=3), "it has none"),
        (lambda: bank("schmid", size=16), "odd"),
        (lambda: bank("lecture").find("sobel"), "there is vertical, horizontal"),
        (lambda: sweep("gaussian", "sgima"), "did you mean sigma"),
        (lambda: sweep("gaussian", "sigma", 65), "2 to 64"),
        (lambda: sweep("gaussian", "sigma", 8, size=4), "odd"),
        (lambda: bank_of("mine", {}), "1 to 64 kernels; this one has 0"),
        (lambda: bank_of("mine", some(65)), "1 to 64 kernels; this one has 65"),
        (lambda: bank_of("", some(1)), "printable characters"),
        (lambda: bank_of("a\nb", some(1)), "printable characters"),
        (lambda: bank_of("a" * 81, some(1)), "1 to 80"),
        (lambda: bank_of("mine", {"": np.ones((1, 1))}), "A kernel has a name"),
        (lambda: bank_of("mine", some(1), summary="a" * 1001), "at most 1,000"),
        (lambda: bank_of("mine", {"a": np.ones((1, 1)), "b": np.ones((1, 1, 3))}), "all have one plane or all three"),
        (lambda: bank_of("mine", {"a": np.ones((32, 1))}), "32×1"),
        (lambda: bank_of("mine", {"a": np.full((1, 1), np.nan)}), "nan cannot stand"),
    ],
)
def test_what_cannot_be_a_bank(wrong, words):
    with pytest.raises(SpecError) as caught:
        wrong()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_names_differ_within_a_bank():
    one = NamedKernel(name="a", kernel=spec_of(np.ones((1, 1))))
    with pytest.raises(SpecError, match="'a' stands twice"):
        Bank(name="mine", kernels=(one, one))
    assert MOST_KERNELS == 64
