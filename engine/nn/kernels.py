"""A kernel that a person made, put into a convolution."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from engine.errors import SpecError
from engine.nn.maps import layer_paths
from engine.spec.filter import KernelSpec


def put_kernel(
    module: nn.Module,
    path: str,
    kernel: KernelSpec,
    out_channels: Iterable[int] = (0,),
    bias: float = 0.0,
    turned: bool = False,
) -> None:
    """Write a kernel of the Kernel page into some output channels of a Conv2d.

    A kernel of one plane goes to every input channel, divided by their number, so that a grey picture gives the map
    that the Kernel page shows. One of three planes needs three input channels. A kernel smaller than the layer's
    stands in the middle of zeros.

    Args:
        module: one from `engine.build`; its weights are changed in place.
        path: the layer's.
        kernel: the kernel.
        out_channels: which feature maps are to come from it, counted from 0.
        bias: what the layer's bias of these channels becomes; left out where the layer has none.
        turned: turn the kernel by 180° first, which makes torch's cross-correlation a convolution.

    Raises:
        SpecError: if there is no such layer, or the kernel does not go into it.
    """
    layer = _convolution(module, path)
    planes = torch.tensor(kernel.weights, dtype=layer.weight.dtype)
    weights = _fitted(planes.flip(1, 2) if turned else planes, layer.weight, path)
    chosen = list(out_channels)
    if any(not 0 <= channel < layer.out_channels for channel in chosen):
        raise SpecError(f"{path} has the output channels 0 to {layer.out_channels - 1}; {chosen} are none of them.")
    with torch.no_grad():
        layer.weight[chosen] = weights.to(layer.weight.device)
        if layer.bias is not None:
            layer.bias[chosen] = bias


def _convolution(module: nn.Module, path: str) -> nn.Conv2d:
    found = module.get_submodule(path) if path in layer_paths(module) else None
    if not isinstance(found, nn.Conv2d):
        have = [name for name in layer_paths(module) if isinstance(module.get_submodule(name), nn.Conv2d)]
        raise SpecError(f"{path!r} is no Conv2d that a kernel could go into; there is {', '.join(have) or 'none'}.")
    return found


def _fitted(planes: Tensor, weight: Tensor, path: str) -> Tensor:
    """The planes [depth, kH, kW] as [C_in / groups, kH, kW] of the layer's weight."""
    depth, (height, width) = weight.shape[1], weight.shape[2:]
    if planes.shape[1] > height or planes.shape[2] > width:
        raise SpecError(
            f"A kernel of {planes.shape[1]}×{planes.shape[2]} is larger than the {height}×{width} of {path}; give the "
            f"layer the kernel's size first."
        )
    if len(planes) not in (1, depth):
        raise SpecError(f"A kernel of {len(planes)} planes needs as many input channels, and {path} has {depth}.")
    every = planes if len(planes) == depth else planes.expand(depth, -1, -1) / depth
    made = weight.new_zeros(tuple(weight.shape[1:]), device="cpu")
    top, left = (height - planes.shape[1]) // 2, (width - planes.shape[2]) // 2
    made[:, top : top + planes.shape[1], left : left + planes.shape[2]] = every
    return made
