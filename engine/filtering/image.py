"""`filter_image`: a kernel over a picture given as an array or a tensor."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.geometry import geometry
from engine.filtering.inputs import (
    checked_bias,
    kernel_array,
    one_of,
    picture_array,
    picture_shape,
    turned_weights,
)
from engine.filtering.plan import Plan, make_plan
from engine.filtering.reuse import result_array
from engine.filtering.run import Finish, correlate, write_at_once

Array = NDArray[np.float32]
DEVICES = ("auto", "cpu", "cuda", "mps")
_FLOAT32 = np.dtype(np.float32)


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
        kernel: [kH, kW] for each channel by itself, [kH, kW, C] to sum over the channels, a name or `engine.kernel(…)`.
        operation: "correlation" lays the kernel down as it is, "convolution" turns it by 180° first.
        padding: "valid", "same", "full", or cells: one number, as for the next, or (vertical, horizontal).
        padding_mode: "zeros", "reflect" (edge not repeated), "replicate" or "circular".
        stride, dilation: how far the kernel moves each time, and how far apart its weights are.
        bias: added to every cell.
        device: "auto", "cpu", "cuda" or "mps"; "auto" is the processor for arrays and where it lies for a tensor.

    Returns:
        float32 [H', W'] or [H', W', C] with n' = ⌊(n + padding − dilation·(k − 1) − 1) / stride⌋ + 1; [H', W'] for a
        [kH, kW, C] kernel; array for array, tensor for tensor. The error is at most 4e-7 · Σ|kernel| · max|image|.

    Raises:
        SpecError: if the kernel does not fit or is not finite, or a setting cannot be.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), equations 9.4 to 9.8; sizes as in torch.nn.Conv2d.

    Example:
        >>> filter_image([[0, 0, 1], [0, 0, 1], [0, 0, 1]], [[-1, 1]]).tolist()
        [[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]
    """
    return _filter(image, kernel, (operation, padding, padding_mode, stride, dilation), bias, device)


def _filter(image: Any, kernel: Any, moves: tuple[Any, ...], bias: Any, device: Any) -> Any:
    weights = kernel if type(kernel) is np.ndarray else kernel_array(kernel)
    offset = bias if type(bias) is float and bias == 0 else checked_bias(bias)
    if type(image) is np.ndarray and device in ("auto", "cpu"):
        return _on_cpu(image, weights, moves, offset)
    torch = sys.modules.get("torch")  # whoever has a tensor has loaded torch
    if torch is None or not isinstance(image, torch.Tensor):
        one_of("Device", device, DEVICES)
        if device in ("auto", "cpu"):
            return _on_cpu(image, weights, moves, offset)
        return _on_device(image, weights, moves, offset, device)
    if image.is_complex():
        raise SpecError(f"A picture is an array of real numbers; this one holds {image.dtype}.")
    home = str(image.device)
    where = home if device == "auto" else device
    if where != "cpu":
        return _on_device(image, weights, moves, offset, where)
    return torch.from_numpy(_on_cpu(image.detach().cpu().float().numpy(), weights, moves, offset)).to(home)


def _on_cpu(image: Any, kernel: NDArray[Any], moves: tuple[Any, ...], bias: float) -> Array:
    ready = type(image) is np.ndarray and image.dtype is _FLOAT32 and image.flags.c_contiguous
    pixels: Array = image if ready else picture_array(image)
    packed, dtype, shape = kernel.tobytes(), kernel.dtype, kernel.shape
    try:
        plan = _plan(packed, dtype, shape, pixels.shape, *moves)
    except TypeError:  # a list, say
        plan = _plan(packed, dtype, shape, pixels.shape, *map(_hashable, moves))
    if plan.at_once is not None and not bias:  # a small filter: not a microsecond to lose
        return write_at_once(pixels, result_array(pixels.shape), plan.at_once)
    cells = pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis]
    out = correlate(cells, plan, add_bias(bias) if bias else None)
    return out if pixels.ndim == 3 and kernel.ndim == 2 else out[:, :, 0]


@lru_cache(maxsize=128, typed=True)
def _plan(
    packed: bytes,
    dtype: np.dtype[Any],
    kernel_shape: tuple[int, ...],
    shape: tuple[int, ...],
    operation: str,
    *moves: Any,
) -> Plan:
    weights = turned_weights(np.frombuffer(packed, dtype).reshape(kernel_shape), operation)
    stack = np.moveaxis(weights, -1, 0) if weights.ndim == 3 else weights[np.newaxis]
    return make_plan(stack, geometry(picture_shape(shape), kernel_shape, *moves))


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value if isinstance(value, (int, str, tuple)) else repr(value)


def add_bias(bias: float) -> Finish:
    """Adds it last: a large one at the start would cost every sum its digits."""
    amount = np.float32(bias)

    def finish(cells: Array) -> None:
        cells += amount

    return finish


def _on_device(image: Any, kernel: NDArray[Any], moves: tuple[Any, ...], bias: float, where: str) -> Any:
    one_of("Device", where.partition(":")[0], DEVICES)
    import torch

    from engine.filtering.on_torch import correlate_tensor, open_device

    device = open_device(where)
    tensor = image if isinstance(image, torch.Tensor) else torch.from_numpy(picture_array(image))
    weights = turned_weights(kernel, moves[0])
    places = geometry(picture_shape(tuple(tensor.shape)), weights.shape, *moves[1:])
    found = correlate_tensor(tensor.detach().to(device, torch.float32), weights, places, bias)
    return found.to(image.device) if isinstance(image, torch.Tensor) else found.cpu().numpy()
