"""The same filters by torch, for pictures on a graphics card."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.geometry import Geometry

MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


def open_device(name: str) -> torch.device:
    """The device of that name ("cpu", "cuda", "cuda:1", "mps").

    Raises:
        SpecError: if this machine has none.
    """
    kind, _, number = name.partition(":")
    present = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}
    if not (number or "0").isdecimal() or int(number or 0) >= present.get(kind, 0):
        raise SpecError(f"There is no device '{name}' that torch can use on this machine; 'cpu' would do.")
    return torch.device(name)


def correlate_tensor(
    image: torch.Tensor, weights: NDArray[np.float64], geometry: Geometry, bias: float
) -> torch.Tensor:
    """Filter a float32 tensor on its device.

    Args:
        image: [H, W] or [H, W, C].
        weights: [kH, kW] or [kH, kW, C], already turned if a convolution is wanted.
        geometry: where the kernel moves.
        bias: added to every cell.

    Returns:
        [H', W'] or [H', W', C]; [H', W'] where the channels are summed.
    """
    cells = image if image.ndim == 3 else image.unsqueeze(-1)
    # channels stand as a batch of their own, or as the input channels of one output: [C, 1, H, W] or [1, C, H, W]
    batch = cells.permute(2, 0, 1).unsqueeze(0 if geometry.summed else 1)
    stack = np.moveaxis(weights, -1, 0) if geometry.summed else weights[np.newaxis]
    kernel = torch.from_numpy(np.ascontiguousarray(stack, np.float32)).to(image.device).unsqueeze(0)
    padded = F.pad(batch, (*geometry.columns, *geometry.rows), mode=MODES[geometry.mode])
    with exact(image.device):
        out = F.conv2d(padded, kernel, stride=geometry.stride, dilation=geometry.dilation)
    out = out.squeeze(1) + bias
    return out[0] if geometry.summed or image.ndim == 2 else out.permute(1, 2, 0).contiguous()


def exact(device: torch.device) -> AbstractContextManager[None]:
    """No TF32: it keeps 10 bits of each factor."""
    if device.type != "cuda":
        return nullcontext()
    flags: AbstractContextManager[None] = torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    )
    return flags
