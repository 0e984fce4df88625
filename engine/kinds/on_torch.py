"""Each kind by the torch call that does it best."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
import torch.nn.functional as F

from engine.kinds.code import PAD_MODES
from engine.kinds.sizes import output_shape, output_sizes
from engine.kinds.spec import KindSpec
from engine.kinds.tiled import CONVOLUTIONS, tiled
from engine.kinds.unshared import unshared

TRANSPOSED: dict[int, Callable[..., torch.Tensor]] = {
    1: F.conv_transpose1d,
    2: F.conv_transpose2d,
    3: F.conv_transpose3d,
}


def run_tensors(spec: KindSpec, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """The output [N, out, *size] of a batch [N, C, *size]; everything has been checked before."""
    if spec.operation == "convolution" and spec.kind != "dense":
        weight = weight.flip(tuple(range(-spec.dimensions, 0)))
    compute = {"dense": _dense, "transposed": _transposed, "shared": _shared, "unshared": _unshared, "tiled": _tiled}
    with _exact(x.device):
        return compute[spec.kind](spec, x, weight, bias)


def _dense(spec: KindSpec, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    return F.linear(x.flatten(1), weight, bias).view(-1, *output_shape(spec))


def _shared(spec: KindSpec, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    before = tuple(before for before, _ in spec.sides)
    within = spec.padding_mode == "zeros" and all(low == high for low, high in spec.sides)
    cells, padding = (x, before) if within else (padded(spec, x), (0,) * spec.dimensions)
    conv = CONVOLUTIONS[spec.dimensions]
    return conv(cells, weight, bias, spec.stride, padding, spec.dilation, spec.groups)


def _transposed(spec: KindSpec, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    before = tuple(before for before, _ in spec.sides)
    conv = TRANSPOSED[spec.dimensions]
    found = conv(x, weight, bias, spec.stride, before, spec.output_padding, spec.groups, spec.dilation)
    # torch cuts as much off both ends; where less is wanted at the front, the rest goes here
    return found[(slice(None), slice(None), *(slice(n) for n in output_sizes(spec)))]


def _unshared(spec: KindSpec, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    found = unshared(padded(spec, x), weight, spec.stride, spec.dilation, spec.groups)
    return found if bias is None else found + bias.movedim(-1, 0)


def _tiled(spec: KindSpec, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    made = output_sizes(spec)
    return tiled(padded(spec, x), weight, bias, made, spec.stride, spec.dilation, spec.groups)


def padded(spec: KindSpec, x: torch.Tensor) -> torch.Tensor:
    """The batch with its padding around it."""
    amounts = [amount for sides in reversed(spec.sides) for amount in sides]  # the last axis first
    return F.pad(x, amounts, mode=PAD_MODES[spec.padding_mode]) if any(amounts) else x


def _exact(device: torch.device) -> AbstractContextManager[None]:
    """No TF32: it keeps 10 bits of each factor."""
    if device.type != "cuda":
        return nullcontext()
    flags: AbstractContextManager[None] = torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    )
    return flags
