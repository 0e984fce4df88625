"""What a caller gives for a picture or a kernel, as arrays; or why it cannot be one."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kernels import kernel as named_kernel

FLOAT32_MAX = float(np.finfo(np.float32).max)


def one_of(name: str, value: Any, words: tuple[str, ...]) -> None:
    """Raise SpecError unless the value is one of the words."""
    if value not in words:
        raise SpecError(f"{name} cannot be {value!r}; it can be {', '.join(words)}.")


def checked_bias(bias: Any) -> float:
    """The bias as a finite float."""
    if not isinstance(bias, (int, float, np.number)) or not math.isfinite(bias):
        raise SpecError(f"The bias must be a finite number; it is {bias!r}.")
    return float(bias)


def real_array(values: Any, name: str) -> NDArray[Any]:
    """Numbers in rows as an array; `name` stands in the sentence that says why not."""
    try:
        found = np.asarray(values)
    except ValueError:
        raise SpecError(f"The {name}'s rows must all have the same number of values.") from None
    if found.dtype.kind not in "biuf":
        raise SpecError(f"A {name} is an array of real numbers; this one holds {found.dtype}.")
    return found


def kernel_array(kernel: Any) -> NDArray[Any]:
    """A kernel given by name, as `engine.kernel(…)`, tensor, array or rows of numbers, as an array."""
    given = getattr(named_kernel(kernel) if isinstance(kernel, str) else kernel, "weights", kernel)
    torch = sys.modules.get("torch")  # whoever has a tensor has loaded torch
    if torch is not None and isinstance(given, torch.Tensor):
        given = given.detach().cpu().double().numpy()
    return real_array(given, "kernel")


def turned_weights(kernel: NDArray[Any], operation: str) -> NDArray[np.float64]:
    """The kernel in double precision as correlation lays it down."""
    one_of("Operation", operation, ("correlation", "convolution"))
    weights = real_array(kernel, "kernel").astype(np.float64)
    if weights.ndim not in (2, 3) or weights.size == 0:
        raise SpecError(f"A kernel has the shape [height, width] or [height, width, channels], not {weights.shape}.")
    if not (np.abs(weights) <= FLOAT32_MAX).all():  # which NaN is not either
        raise SpecError("A kernel's weights must be finite numbers; one of these is none that float32 holds.")
    return weights[::-1, ::-1] if operation == "convolution" else weights


def picture_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape, if it is a picture's."""
    if len(shape) not in (2, 3) or 0 in shape:
        raise SpecError(f"A picture has the shape [height, width] or [height, width, channels], not {shape}.")
    return shape


def picture_array(image: Any) -> NDArray[np.float32]:
    """The picture as float32 with the pixels of a row side by side; a view of it where that is so already."""
    pixels = real_array(image, "picture")
    picture_shape(pixels.shape)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, as it does in torch
        pixels = pixels.astype(np.float32, copy=False)
    row = pixels[0]
    return pixels if row.flags.c_contiguous and pixels.strides[0] >= row.nbytes else np.ascontiguousarray(pixels)
