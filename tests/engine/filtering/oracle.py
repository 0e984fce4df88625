"""What a filter must give, worked out in double precision by scipy and numpy alone; and settings to try it with."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import correlate2d

Array = NDArray[Any]
NUMPY_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
LOSS = 4e-7


def both(value: Any) -> tuple[Any, Any]:
    return value if isinstance(value, tuple) else (value, value)


def sides(padding: Any, sizes: tuple[int, int], dilation: Any) -> list[tuple[int, int]]:
    """(before, after) of both axes."""
    found = []
    for amount, k, d in zip(both(padding), sizes, both(dilation), strict=True):
        e = d * (k - 1) + 1
        words = {"valid": (0, 0), "same": ((e - 1) // 2, e - 1 - (e - 1) // 2), "full": (e - 1, e - 1)}
        found.append(words[amount] if isinstance(amount, str) else (amount, amount))
    return found


def fits(shape: tuple[int, ...], kernel: tuple[int, ...], settings: dict[str, Any]) -> bool:
    """Whether the kernel fits at least once and the padding can be filled."""
    around = sides(settings["padding"], kernel[:2], settings["dilation"])
    most = {"reflect": -1, "circular": 0}.get(settings["padding_mode"])
    for n, k, d, (before, after) in zip(shape, kernel, both(settings["dilation"]), around, strict=False):
        if n + before + after < d * (k - 1) + 1 or (most is not None and max(before, after) > n + most):
            return False
    return True


def filtered(image: Array, kernel: Array, settings: dict[str, Any]) -> Array:
    """The exact result: numpy pads, scipy correlates, slicing strides."""
    around = sides(settings["padding"], kernel.shape[:2], settings["dilation"])
    kernel = np.asarray(kernel, np.float64)
    if settings["operation"] == "convolution":
        kernel = kernel[::-1, ::-1]
    (dy, dx), (sy, sx) = both(settings["dilation"]), both(settings["stride"])
    spread = np.zeros((dy * (kernel.shape[0] - 1) + 1, dx * (kernel.shape[1] - 1) + 1, *kernel.shape[2:]))
    spread[::dy, ::dx] = kernel
    wide = np.pad(image.astype(np.float64), [*around, (0, 0)][: image.ndim], mode=NUMPY_MODES[settings["padding_mode"]])
    if kernel.ndim == 3:
        planes = zip(np.moveaxis(wide, -1, 0), np.moveaxis(spread, -1, 0), strict=True)
        found = sum(correlate2d(plane, weights, "valid") for plane, weights in planes)
    elif image.ndim == 3:
        found = np.stack([correlate2d(plane, spread, "valid") for plane in np.moveaxis(wide, -1, 0)], axis=-1)
    else:
        found = correlate2d(wide, spread, "valid")
    return found[::sy, ::sx] + settings.get("bias", 0.0)


def allowed(image: Array, kernel: Array, bias: float = 0.0) -> float:
    """The largest error that is promised; a bias costs the rounding of its own sum."""
    largest = float(np.abs(image.astype(np.float64)).max(initial=0))
    return LOSS * float(np.abs(kernel).sum()) * largest + 1.2e-7 * abs(bias) + 1e-37


def assert_right(found: Array, image: Array, kernel: Array, settings: dict[str, Any]) -> None:
    exact = filtered(image, kernel, settings)
    assert found.dtype == np.float32
    assert found.shape == exact.shape
    error = float(np.abs(found - exact).max())
    limit = allowed(image, kernel, settings.get("bias", 0.0))
    assert error <= limit, f"off by {error:.3g}, {error / limit:.2f} times what is allowed"


steps = st.one_of(st.just(1), st.integers(1, 5), st.tuples(st.integers(1, 4), st.integers(1, 7)))
gaps = st.one_of(st.just(1), st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 5)))
paddings = st.one_of(
    st.sampled_from(["valid", "same", "full"]), st.integers(0, 4), st.tuples(st.integers(0, 5), st.integers(0, 5))
)
moves = st.fixed_dictionaries(
    {
        "operation": st.sampled_from(["correlation", "convolution"]),
        "padding": paddings,
        "padding_mode": st.sampled_from(list(NUMPY_MODES)),
        "stride": steps,
        "dilation": gaps,
        "bias": st.sampled_from([0.0, 0.5, -3.0, 1000.0]),
    }
)


def picture(shape: tuple[int, ...], seed: int) -> NDArray[np.float32]:
    """Random numbers: in [0, 1], of both signs, whole 0 to 255, few different ones, or all the same."""
    rng = np.random.default_rng(seed)
    kinds = [
        lambda: rng.random(shape),
        lambda: rng.standard_normal(shape) * 50,
        lambda: rng.integers(0, 256, shape),
        lambda: np.round(rng.random(shape)),
        lambda: np.full(shape, rng.random()),
    ]
    return kinds[seed % len(kinds)]().astype(np.float32)


def weights(shape: tuple[int, ...], seed: int) -> Array:
    """Random kernels of all kinds: dense, positive, a product, two products, nearly empty, one weight, whole ones."""
    rng = np.random.default_rng(seed)

    def product() -> Array:
        return np.outer(rng.standard_normal(shape[0]), rng.random(shape[1]))

    planes = {
        0: lambda: rng.standard_normal(shape[:2]),
        1: lambda: rng.random(shape[:2]),
        2: product,
        3: lambda: product() + product(),
        4: lambda: rng.standard_normal(shape[:2]) * (rng.random(shape[:2]) < 0.15),
        5: lambda: np.full(shape[:2], rng.random()),
        6: lambda: rng.integers(-3, 4, shape[:2]).astype(float),
    }
    if len(shape) == 2:
        return planes[seed % len(planes)]()
    return np.stack([planes[(seed + i // 2) % len(planes)]() for i in range(shape[2])], axis=-1)
