"""Pictures replaced by their maps through a bank of kernels: preprocessing that a person can look at."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.data import Progress
from engine.data.augment import GREY
from engine.data.dataset import DataSet
from engine.data.parts import check_amount
from engine.errors import SpecError
from engine.spec.filter import KernelSpec

_AT_ONCE = 256


def through_bank(data: DataSet, kernels: tuple[KernelSpec, ...], progress: Progress | None = None) -> DataSet:
    """A data set whose pictures are the maps of its pictures, one channel a kernel.

    Kernels of one plane are laid on grey values, those of three on red, green and blue. The edge of a picture is
    repeated outwards, so that its maps are as large as it is. See `maps_of` for their levels.

    Raises:
        SpecError: if these are no pictures, or there are no kernels.
    """
    if not kernels:
        raise SpecError("The bank has no kernels; one or more would do.")
    if not data.is_pictures or data.input_shape[0] not in (1, 3):
        raise SpecError(f"{data.name} has no pictures of one or three channels; kernels are laid on those.")
    _, height, width = data.input_shape
    shape = len(kernels), height, width
    check_amount(data.name, 0 if data.mapping else len(data.y_train) + len(data.y_test), len(kernels) * height * width)
    names = ", ".join(kernel.name for kernel in kernels)
    plural = "s" * (len(kernels) > 1)
    note = f"Each picture is replaced by its map{plural} through {names}; zero is mid-grey where a map can be negative."
    weights = tuple(kernel.weights for kernel in kernels)
    return data.changed(partial(maps_of, kernels=kernels), shape, note, "bank", weights, progress=progress)


def maps_of(pictures: Tensor, kernels: tuple[KernelSpec, ...]) -> Tensor:
    """The maps of pictures, in levels that no picture can exceed.

    Args:
        pictures: uint8 [N, 1 or 3, H, W].
        kernels: those of three planes see colours; grey stands for all three.

    Returns:
        uint8 [N, K, H, W]. A kernel without negative weights gives 0 to 255 for none to all of its weights; else 128 is
        zero, and the larger of its positive and its negative sum is 127 levels away.

    Example:
        >>> from engine.spec.filter import KernelSpec
        >>> mean = KernelSpec(name="mean", weights=(((0.5, 0.5),),))
        >>> maps_of(torch.tensor([[[[0, 100, 200]]]], dtype=torch.uint8), (mean,)).flatten().tolist()
        [50, 150, 200]
    """
    made = torch.empty((len(pictures), len(kernels), *pictures.shape[2:]), dtype=torch.uint8)
    for start in range(0, len(pictures), _AT_ONCE):
        cells = pictures[start : start + _AT_ONCE].to(torch.float32)
        shares = torch.tensor(GREY)[None, :, None, None]
        grey = cells if cells.shape[1] == 1 else (cells * shares).sum(1, keepdim=True)
        for place, kernel in enumerate(kernels):
            seen = grey if len(kernel.weights) == 1 else cells.expand(-1, 3, -1, -1)
            made[start : start + _AT_ONCE, place] = _map(seen, kernel)
    return made


def _map(cells: Tensor, kernel: KernelSpec) -> Tensor:
    """uint8 [n, H, W]."""
    weights = torch.tensor(kernel.weights, dtype=torch.float32)[None]  # [1, depth, kH, kW]
    high, wide = kernel.size
    above, before = (high - 1) // 2, (wide - 1) // 2
    padded = F.pad(cells, (before, wide - 1 - before, above, high - 1 - above), mode="replicate")
    found = F.conv2d(padded, weights)[:, 0]
    positive, negative = float(weights.clamp(min=0).sum()), float(-weights.clamp(max=0).sum())
    signed = bool(negative)
    levels = found * (127 / 255 if signed else 1.0) / (max(positive, negative) or 1.0) + 128 * signed
    return levels.round_().clamp_(0, 255).to(torch.uint8)
