"""`filter_image`: a kernel over a picture given as an array or a tensor."""

from __future__ import annotations

import math
import sys
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.geometry import geometry
from engine.filtering.plan import Plan, make_plan
from engine.filtering.run import Finish, correlate
from engine.kernels import kernel as named_kernel

OPERATIONS = ("correlation", "convolution")
DEVICES = ("auto", "cpu", "cuda", "mps")


class Moves(NamedTuple):
    """How a kernel moves over a picture, in the words of `filter_image`."""

    operation: str
    padding: Any
    padding_mode: str
    stride: Any
    dilation: Any


def filter_image(
    image: Any,
    kernel: Any,
    operation: str = "correlation",
    padding: Any = "valid",
    padding_mode: str = "zeros",
    stride: Any = 1,
    dilation: Any = 1,
    bias: float = 0.0,
    device: str = "auto",
) -> Any:
    """Move a kernel over a picture and write down, at each place, the sum of its weights times what lies under them.

    Args:
        image: array or tensor [H, W] or [H, W, C] of any real type; uint8 is not rescaled.
        kernel: [kH, kW], laid on each channel by itself, or [kH, kW, C], summed over the channels; or the name of
            one (`engine.kernel_names()`), or an `engine.kernel(…)`.
        operation: "correlation" lays the kernel down as it is, "convolution" turns it by 180° first.
        padding: "valid" (none), "same" (the map has the picture's size at stride 1), "full" (every pixel meets every
            weight), one number of cells or (vertical, horizontal).
        padding_mode: what the added cells hold: "zeros", "reflect" (mirrored, edge not repeated), "replicate" (the
            edge repeated) or "circular" (the opposite side).
        stride: how far the kernel moves each time; one number or (vertical, horizontal).
        dilation: distance between neighbouring weights; one number or (vertical, horizontal).
        bias: added to every cell.
        device: "cpu" and, for arrays, "auto" take the path that is fastest there; "cuda" and "mps" a torch
            convolution in float32. A tensor is filtered where it lies with "auto" and always comes back there.

    Returns:
        float32, [H', W'] or [H', W', C] with n' = ⌊(n + padding − e) / stride⌋ + 1 and e = dilation·(k − 1) + 1;
        [H', W'] for a [kH, kW, C] kernel. An array for an array, a tensor for a tensor. The error against exact
        arithmetic is at most 4e-7 · Σ|kernel| · max|image|.

    Raises:
        SpecError: if the kernel does not fit, holds no finite numbers, or a setting cannot be.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), equations 9.4 to 9.8; padding and sizes as in
        https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html

    Example:
        >>> filter_image([[0, 0, 1], [0, 0, 1], [0, 0, 1]], [[-1, 1]]).tolist()
        [[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]
        >>> filter_image(np.eye(4), "sobel-vertical", padding="same", stride=2).shape
        (2, 2)
    """
    weights = _array(kernel)
    moves = Moves(operation, _plain(padding), padding_mode, _plain(stride), _plain(dilation))
    offset = _checked_bias(bias)
    torch = sys.modules.get("torch")  # whoever has a tensor has loaded torch
    tensor = torch is not None and isinstance(image, torch.Tensor)
    home = str(image.device) if tensor else "cpu"
    where = home if device == "auto" else device
    if where != "cpu":
        return _on_device(image, weights, moves, offset, where)
    found = _on_cpu(image.detach().cpu().float().numpy() if tensor else image, weights, moves, offset)
    return torch.from_numpy(found).to(home) if tensor and torch is not None else found


def _on_cpu(pixels: Any, kernel: NDArray[Any], moves: Moves, bias: float) -> NDArray[np.float32]:
    pixels = _pixels(pixels)
    plan = _plan(kernel.tobytes(), kernel.dtype.str, kernel.shape, pixels.shape, moves)
    cells = pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis]
    out = correlate(cells, plan, add_bias(bias) if bias else None)
    return out if pixels.ndim == 3 and kernel.ndim == 2 else out[:, :, 0]


@lru_cache(maxsize=128)
def _plan(packed: bytes, dtype: str, kernel_shape: tuple[int, ...], shape: tuple[int, ...], moves: Moves) -> Plan:
    weights = _turned(np.frombuffer(packed, dtype).reshape(kernel_shape), moves.operation)
    stack = np.moveaxis(weights, -1, 0) if weights.ndim == 3 else weights[np.newaxis]
    return make_plan(stack, geometry(shape, kernel_shape, *moves[1:]))


def add_bias(bias: float) -> Finish:
    """Adds it last: a large one at the start would cost every sum its digits."""
    amount = np.float32(bias)

    def finish(cells: NDArray[np.float32]) -> None:
        cells += amount

    return finish


def _on_device(image: Any, kernel: NDArray[Any], moves: Moves, bias: float, where: str) -> Any:
    _one_of("Device", where.partition(":")[0], DEVICES)
    import torch

    from engine.filtering.on_torch import correlate_tensor, open_device

    device = open_device(where)
    tensor = image if isinstance(image, torch.Tensor) else torch.from_numpy(_pixels(image))
    places = geometry(_checked_shape(tuple(tensor.shape)), kernel.shape, *moves[1:])
    found = correlate_tensor(tensor.detach().to(device, torch.float32), _turned(kernel, moves.operation), places, bias)
    return found.to(image.device) if isinstance(image, torch.Tensor) else found.cpu().numpy()


def _one_of(name: str, value: Any, words: tuple[str, ...]) -> None:
    if value not in words:
        raise SpecError(f"{name} cannot be {value!r}; it can be {', '.join(words)}.")


def _checked_bias(bias: Any) -> float:
    if not isinstance(bias, (int, float, np.number)) or not math.isfinite(bias):
        raise SpecError(f"The bias must be a finite number; it is {bias!r}.")
    return float(bias)


def _plain(value: Any) -> Any:
    """A list as a tuple, and whatever else could not be looked up in a table as text that is refused later."""
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return value if isinstance(value, (int, str, np.integer)) else repr(value)


def _array(kernel: Any) -> NDArray[Any]:
    """The kernel as an array of real numbers, [kH, kW] or [kH, kW, C]."""
    given = getattr(named_kernel(kernel) if isinstance(kernel, str) else kernel, "weights", kernel)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(given, torch.Tensor):
        given = given.detach().cpu().double().numpy()
    weights = _real(given, "kernel")
    if weights.ndim not in (2, 3) or weights.size == 0:
        raise SpecError(f"A kernel has the shape [height, width] or [height, width, channels], not {weights.shape}.")
    return weights


def _turned(kernel: NDArray[Any], operation: str) -> NDArray[np.float64]:
    """The kernel in double precision as correlation lays it down."""
    _one_of("Operation", operation, OPERATIONS)
    if not np.isfinite(kernel).all():
        raise SpecError("A kernel's weights must be finite numbers; this one holds NaN or infinity.")
    weights = kernel.astype(np.float64)
    return weights[::-1, ::-1] if operation == "convolution" else weights


def _pixels(image: Any) -> NDArray[np.float32]:
    """The picture as float32 with the pixels of a row side by side; a view of it where that is so already."""
    pixels = _real(image, "picture")
    _checked_shape(pixels.shape)
    pixels = pixels.astype(np.float32, copy=False)
    row = pixels[0]
    return pixels if row.flags.c_contiguous and pixels.strides[0] >= row.nbytes else np.ascontiguousarray(pixels)


def _checked_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    if len(shape) not in (2, 3) or 0 in shape:
        raise SpecError(f"A picture has the shape [height, width] or [height, width, channels], not {shape}.")
    return shape


def _real(values: Any, name: str) -> NDArray[Any]:
    try:
        found = np.asarray(values)
    except ValueError:
        raise SpecError(f"The {name}'s rows must all have the same number of values.") from None
    if found.dtype.kind not in "biuf":
        raise SpecError(f"A {name} is an array of real numbers; this one holds {found.dtype}.")
    return found
