"""`filter_image` against scipy over random settings, and what it takes and refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import engine.kernels
from engine.errors import SpecError
from engine.filtering import filter_image
from tests.engine.filtering.oracle import allowed, assert_right, fits, moves, picture, weights

MANY = settings(max_examples=6 * settings().max_examples, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=2 * settings().max_examples, suppress_health_check=list(HealthCheck))
PLAIN = {"operation": "correlation", "padding": "valid", "padding_mode": "zeros", "stride": 1, "dilation": 1}
seeds = st.integers(0, 10_000)


def check(shape: tuple[int, ...], kernel_shape: tuple[int, ...], seed: int, how: dict[str, Any]) -> None:
    assume(fits(shape, kernel_shape, how))
    image, kernel = picture(shape, seed), weights(kernel_shape, seed // 5)
    assert_right(filter_image(image, kernel, **how), image, kernel, how)


@MANY
@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 6), st.integers(1, 6), seeds, moves)
def test_small_grey_pictures(h: int, w: int, kh: int, kw: int, seed: int, how: dict[str, Any]) -> None:
    check((h, w), (kh, kw), seed, how)


@MANY
@given(st.integers(1, 16), st.integers(1, 16), st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), seeds, moves)
def test_each_channel_by_itself(h: int, w: int, c: int, kh: int, kw: int, seed: int, how: dict[str, Any]) -> None:
    check((h, w, c), (kh, kw), seed, how)


@MANY
@given(st.integers(1, 16), st.integers(1, 16), st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), seeds, moves)
def test_summed_over_the_channels(h: int, w: int, c: int, kh: int, kw: int, seed: int, how: dict[str, Any]) -> None:
    check((h, w, c), (kh, kw, c), seed, how)


@SOME
@given(
    st.integers(40, 260), st.integers(40, 260), st.sampled_from([(), (3,)]), st.booleans(),
    st.integers(1, 31), st.integers(1, 31), seeds, moves,
)  # fmt: skip
def test_large_kernels(
    h: int, w: int, channels: tuple[int, ...], summed: bool, kh: int, kw: int, seed: int, how: dict[str, Any]
) -> None:
    check((h, w, *channels), (kh, kw, *(channels if summed else ())), seed, how)


@pytest.mark.parametrize("shape", [(7, 9, 200), (5, 6, 129), (9, 70)])
@pytest.mark.parametrize("dilation", [1, (2, 17), (1, 40)])
def test_more_numbers_a_pixel_than_cv2_takes(shape: tuple[int, ...], dilation: Any) -> None:
    how = {**PLAIN, "padding": "same", "dilation": dilation, "stride": (1, 2)}
    image, kernel = picture(shape, 1), weights((2, 3), 0)
    assert_right(filter_image(image, kernel, **how), image, kernel, how)


@pytest.mark.parametrize("kernel_size", [(1, 150), (130, 1), (140, 35), (3, 200)])
def test_kernels_beyond_the_window_s_31(kernel_size: tuple[int, int]) -> None:
    how = {**PLAIN, "padding": "same", "padding_mode": "replicate"}
    image, kernel = picture((160, 210), 0), weights(kernel_size, 0)
    assert_right(filter_image(image, kernel, **how), image, kernel, how)


@pytest.mark.parametrize("name", ["ones", "disk", "rows", "pyramid"])
@pytest.mark.parametrize("k", [3, 7, 11, 15, 31])
@pytest.mark.parametrize("padding_mode", ["replicate", "circular"])
@pytest.mark.parametrize("dilation", [1, 2])
def test_flat_pictures_lose_no_digits(name: str, k: int, padding_mode: str, dilation: int) -> None:
    """Equal products round the same way each time: where sums are long, this is where they drift."""
    y, x = np.mgrid[:k, :k] - k // 2
    kernel = {
        "ones": np.ones((k, k)),
        "disk": (x**2 + y**2 <= k**2 / 4) / k**2,
        "rows": np.outer(np.arange(1, k + 1), np.ones(k)),
        "pyramid": (k - np.abs(x) - np.abs(y)).clip(0) / 7,
    }[name]
    for value in np.float32([0.3, 0.7, 1.0, 1 / 3, 200.1]):
        image = np.full((64, 67), value)
        found = filter_image(image, kernel, padding="same", padding_mode=padding_mode, dilation=dilation)
        assert np.abs(found - float(value) * kernel.sum()).max() <= allowed(image, kernel)


def test_whole_numbers_stay_whole() -> None:
    image = np.random.default_rng(0).integers(0, 256, (200, 300)).astype(np.float32)
    kernel = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1])
    found = filter_image(image, kernel, padding="same")
    assert np.array_equal(found, np.round(found))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64, np.bool_, np.float16, np.float64, ">f4", ">i2"])
def test_any_real_type_is_taken_as_it_is(dtype: Any) -> None:
    image = np.arange(30).reshape(5, 6).astype(dtype)
    found = filter_image(image, [[1, 1]])
    assert found.dtype == np.float32
    assert np.array_equal(found, image[:, 1:].astype(np.float32) + image[:, :-1])


@pytest.mark.parametrize(
    "view",
    [
        lambda a: a[3:40, 5:50],
        lambda a: a[::2],
        lambda a: a[:, ::3],
        lambda a: a[::-1],
        lambda a: a[:, ::-1],
        lambda a: a.T,
        lambda a: np.asfortranarray(a),
        lambda a: np.broadcast_to(a[:1], (50, a.shape[1])),
    ],
)
@pytest.mark.parametrize("k", [3, 9, 17])
def test_views_are_filtered_like_copies(view: Any, k: int) -> None:
    image = view(picture((60, 90), 1))
    image.flags.writeable = False
    kernel = weights((k, k), 0)
    assert np.array_equal(
        filter_image(image, kernel, padding="same"), filter_image(image.copy(), kernel, padding="same")
    )


def test_colour_crops_are_filtered_like_copies() -> None:
    image = picture((60, 90, 3), 1)[5:55, 10:80]
    for kernel in (weights((3, 3), 0), weights((19, 19), 0), weights((3, 3, 3), 0)):
        assert np.array_equal(
            filter_image(image, kernel, padding="same"), filter_image(image.copy(), kernel, padding="same")
        )


def test_results_do_not_change_later_and_inputs_never() -> None:
    image = picture((400, 500), 0)
    before = image.copy()
    kept = [(k, filter_image(image, weights((k, k), 0), padding="same")) for k in (1, 3, 5, 9, 21)]
    copies = [found.copy() for _, found in kept]
    for k in (3, 7, 21):
        filter_image(image * 2, weights((k, k), 3), padding="same")
    assert np.array_equal(image, before)
    for (_, found), copy in zip(kept, copies, strict=True):
        assert np.array_equal(found, copy)


def test_a_name_and_a_kernel_do_what_their_weights_do() -> None:
    image = picture((20, 30), 0)
    kernel = engine.kernels.kernel("sobel-vertical")
    by_weights = filter_image(image, kernel.weights)
    assert np.array_equal(filter_image(image, "sobel-vertical"), by_weights)
    assert np.array_equal(filter_image(image, kernel), by_weights)
    assert np.array_equal(filter_image(image, torch.from_numpy(kernel.weights.copy())), by_weights)
    assert np.array_equal(filter_image(image.tolist(), kernel.weights.tolist()), by_weights)


def test_a_tensor_comes_back_as_a_tensor() -> None:
    image = picture((20, 30, 3), 0)
    for kernel in (weights((3, 4), 0), weights((3, 4, 3), 0)):
        found = filter_image(torch.from_numpy(image), kernel, padding="full")
        assert isinstance(found, torch.Tensor)
        assert found.dtype == torch.float32
        assert np.array_equal(found.numpy(), filter_image(image, kernel, padding="full"))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("k", [1, 3, 9, 19])
@pytest.mark.parametrize("kind", [0, 2, 5])
def test_a_bad_pixel_spoils_only_what_sees_it(bad: float, k: int, kind: int) -> None:
    image = picture((90, 100), 0)
    image[40, 50] = bad
    kernel = weights((k, k), kind)
    found = filter_image(image, kernel, padding="same")
    before, after = (k - 1) // 2, k // 2
    spoilt = np.zeros(image.shape, bool)
    spoilt[40 - after : 40 + before + 1, 50 - after : 50 + before + 1] = True
    assert np.isfinite(found[~spoilt]).all()
    assert not np.isfinite(found[40, 50])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"operation": "cross"}, "Operation"),
        ({"padding": "most"}, "Padding"),
        ({"padding": -1}, "Padding"),
        ({"padding": 1.5}, "Padding"),
        ({"padding": (1, 2, 3)}, "Padding"),
        ({"padding_mode": "mirror"}, "Padding mode"),
        ({"padding": 9, "padding_mode": "reflect"}, "reflect"),
        ({"stride": 0}, "Stride"),
        ({"stride": True}, "Stride"),
        ({"stride": [1, 0]}, "Stride"),
        ({"stride": {}}, "Stride"),
        ({"dilation": 5}, "does not fit"),
        ({"dilation": None}, "Dilation"),
        ({"bias": np.nan}, "bias"),
        ({"bias": "1"}, "bias"),
        ({"device": "gpu"}, "Device"),
        ({"kernel": np.full((3, 3), np.nan)}, "finite"),
        ({"kernel": [[1, np.inf]]}, "finite"),
        ({"kernel": [[1e300]]}, "finite"),
        ({"kernel": np.ones(3)}, "kernel"),
        ({"kernel": np.ones((0, 3))}, "kernel"),
        ({"kernel": np.ones((3, 3, 3))}, "channels"),
        ({"kernel": [[1, 2], [3]]}, "rows"),
        ({"kernel": [["a"]]}, "real numbers"),
        ({"kernel": np.ones((3, 3)) * 1j}, "real numbers"),
        ({"kernel": np.ones((9, 9))}, "does not fit"),
        ({"kernel": "no such kernel"}, "no such kernel"),
        ({"image": np.ones(8)}, "picture"),
        ({"image": np.ones((0, 8))}, "picture"),
        ({"image": np.ones((8, 8, 3, 1))}, "picture"),
        ({"image": np.ones((8, 8)) * 1j}, "real numbers"),
        ({"image": torch.ones(8, 8) * 1j}, "real numbers"),
        ({"image": "picture.png"}, "real numbers"),
        ({"image": None}, "real numbers"),
    ],
)
def test_one_sentence_for_what_cannot_be(changes: dict[str, Any], words: str) -> None:
    filter_image(np.ones((8, 8)), np.ones((3, 3)))  # the same shapes, already planned
    with pytest.raises(SpecError, match=words) as caught:
        filter_image(**{"image": np.ones((8, 8)), "kernel": np.ones((3, 3)), **changes})
    assert str(caught.value).endswith(".")


def test_the_largest_values_overflow_quietly() -> None:
    found = filter_image(np.full((40, 40), 1e38, np.float64), np.full((21, 21), 1e3))
    assert np.isinf(found).all()
