"""A tiled convolution that is trained: the way back goes turn by turn, and nothing of full size is made for a turn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine.kinds.tiled import tiled


class Turns(torch.autograd.Function):
    """`tiled` of maps, with a way back of its own."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, made: tuple[int, ...], *moves: Any) -> Tensor:
        """[N, C, H, W], padding included, to [N, O, H', W']; `moves` are stride, dilation and groups."""
        ctx.save_for_backward(x, weight)
        ctx.moves, ctx.biased = moves, bias is not None
        return tiled(x, weight, bias, made, *moves)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of input, weight and bias."""
        x, weight = ctx.saved_tensors
        stride, dilation, groups = ctx.moves
        wanted = (ctx.needs_input_grad[0], ctx.needs_input_grad[1], ctx.biased and ctx.needs_input_grad[2])
        of_x = torch.zeros_like(x, memory_format=torch.channels_last) if wanted[0] else None
        of_weight = torch.zeros_like(weight) if wanted[1] else None
        of_bias = weight.new_zeros(weight.shape[:3]) if wanted[2] else None
        steps = [s * t for s, t in zip(stride, weight.shape, strict=False)]
        for turn in product(*map(range, weight.shape[:2])):
            part = slope[:, :, turn[0] :: weight.shape[0], turn[1] :: weight.shape[1]]
            if not part.numel():
                continue
            place = _seen(turn, part.shape[2:], stride, steps, dilation, weight.shape[-2:])
            cells = [each.contiguous(memory_format=torch.channels_last) for each in (part, x[place])]
            found = torch.ops.aten.convolution_backward(
                *cells, weight[turn], [weight.shape[2]], steps, (0, 0), dilation, False, (0, 0), groups, wanted
            )
            if of_x is not None:
                of_x[place] += found[0]
            if of_weight is not None:
                of_weight[turn] = found[1]
            if of_bias is not None:
                of_bias[turn] = found[2]
        return of_x, of_weight, of_bias, None, None, None, None


def _seen(
    turn: Sequence[int],
    made: Sequence[int],
    stride: Sequence[int],
    steps: Sequence[int],
    dilation: Sequence[int],
    kernel: Sequence[int],
) -> tuple[Any, ...]:
    """The part of the input that the places of one turn look at."""
    axes = zip(turn, made, stride, steps, dilation, kernel, strict=True)
    return (..., *(slice(a * s, a * s + (n - 1) * step + d * (k - 1) + 1) for a, n, s, step, d, k in axes))
