"""The receptive field that a unit really uses: by gradients, averaged over pictures."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.explain.target import Scored, output_of
from engine.nn.maps import evaluating
from engine.spec.attribution import Target


def effective_field(module: nn.Module, inputs: Tensor, layer: str, map: int, cell: Sequence[int] = ()) -> Tensor:
    """How much each cell of the input has to do with one unit, on the mean over some pictures.

    Most of it lies in the middle of the theoretical field, and less the further a layer's depth has blurred it.

    Args:
        module: the network; its mode and weights stay as they are.
        inputs: [N, C, *size].
        layer: its path.
        map: of the layer.
        cell: of the map; its middle if left out.

    Returns:
        float32 [*size], the mean over N and the sum over C of the absolute gradients; zero outside the field in theory.

    Raises:
        SpecError: if there is no such layer, map or cell.

    Source: Luo et al., Understanding the Effective Receptive Field in Deep CNNs, 2016
    """
    given = inputs.detach().float().requires_grad_()
    with evaluating(module), torch.enable_grad():
        with torch.no_grad():
            size = output_of(module, given[:1], layer).shape[2:]
        target = Target(layer=layer, map=map, cell=tuple(cell) or tuple(each // 2 for each in size))
        total = Scored(module, target)(given).sum()
        (slopes,) = torch.autograd.grad(total, given)
    field: Tensor = slopes.abs().sum(1).mean(0)
    return field


def spread(field: Tensor) -> tuple[float, ...]:
    """How wide a field is along each axis: four standard deviations, 0 for an empty one.

    Example:
        >>> spread(torch.tensor([0.0, 1.0, 1.0, 0.0]))
        (2.0,)
    """
    total = field.sum().item()
    if not total:
        return (0.0,) * field.ndim
    widths = []
    for axis in range(field.ndim):
        along = field.movedim(axis, 0).reshape(field.shape[axis], -1).sum(1).double() / total
        at = torch.arange(len(along), dtype=torch.float64, device=along.device)
        mean = (along * at).sum()
        widths.append(4 * (along * (at - mean) ** 2).sum().sqrt().item())
    return tuple(widths)
