"""The torch path on every device there is; on the processor too, so that its code is always tried."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.filtering import filter_image
from engine.filtering.image import _on_device
from engine.filtering.on_torch import open_device
from tests.engine.filtering.oracle import assert_right, fits, moves, picture, weights

CARDS = [
    name for name, there in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())) if there
]
DEVICES = ["cpu", *CARDS]
MANY = settings(max_examples=3 * settings().max_examples, suppress_health_check=list(HealthCheck))
channels = st.sampled_from([(None, False), (1, False), (3, False), (3, True), (4, True)])


def on(device: str, image: Any, kernel: Any, how: dict[str, Any]) -> Any:
    """`filter_image` itself would take the processor's own path on the processor."""
    settings = [how[name] for name in ("operation", "padding", "padding_mode", "stride", "dilation")]
    return _on_device(image, np.asarray(kernel), tuple(settings), how["bias"], device)


@pytest.mark.parametrize("device", DEVICES)
@MANY
@given(
    st.integers(1, 20), st.integers(1, 20), channels, st.integers(1, 5), st.integers(1, 5), st.integers(0, 999), moves
)
def test_against_scipy(
    device: str, h: int, w: int, depth: tuple[int | None, bool], kh: int, kw: int, seed: int, how: dict[str, Any]
) -> None:
    shape = (h, w) if depth[0] is None else (h, w, depth[0])
    kernel_shape = (kh, kw, depth[0]) if depth[1] else (kh, kw)
    assume(fits(shape, kernel_shape, how))
    image, kernel = picture(shape, seed), weights(kernel_shape, seed // 5)
    assert_right(on(device, image, kernel, how), image, kernel, how)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("k", [3, 11, 31])
def test_large_pictures(device: str, k: int) -> None:
    how = {
        "operation": "convolution",
        "padding": "same",
        "padding_mode": "reflect",
        "stride": 2,
        "dilation": 1,
        "bias": 0,
    }
    image, kernel = picture((240, 320), 0), weights((k, k), 0)
    assert_right(on(device, image, kernel, how), image, kernel, how)


@pytest.mark.parametrize("device", DEVICES)
def test_tensors_stay_where_they_are(device: str) -> None:
    image, kernel = picture((30, 40, 3), 0), weights((3, 3), 0)
    tensor = torch.from_numpy(image).to(device)
    found = filter_image(tensor, kernel)
    assert found.device == tensor.device
    assert np.allclose(found.cpu().numpy(), filter_image(image, kernel), atol=1e-5)
    assert filter_image(tensor, kernel, device="cpu").device == tensor.device


@pytest.mark.parametrize("name", [name for name in ("cuda", "mps", "cuda:99") if name not in CARDS])
def test_a_missing_device_is_named(name: str) -> None:
    with pytest.raises(SpecError, match=f"There is no device '{name}'"):
        open_device(name)
    if ":" not in name:
        with pytest.raises(SpecError, match=f"There is no device '{name}'"):
            filter_image(np.ones((4, 4)), np.ones((2, 2)), device=name)


@pytest.mark.parametrize("device", DEVICES)
def test_an_array_comes_back_as_an_array(device: str) -> None:
    image, kernel = picture((64, 64), 0), weights((5, 5), 0)
    found = filter_image(image, kernel, device=device)
    assert isinstance(found, np.ndarray)
    assert np.abs(found - filter_image(image, kernel)).max() < 1e-5
