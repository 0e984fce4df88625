"""Convolutions that share their kernels less: one for each place, several in turns, or a table of connections."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.kinds.tiled import tiled
from engine.kinds.unshared import unshared
from engine.nn.modules import added
from engine.nn.turns import Turns
from engine.spec import layers as spec
from engine.spec.layers import Shape
from engine.spec.layers.maps import Move


class _Moved(nn.Module):
    """A kernel's way over maps: its step, its gaps and its padding."""

    def __init__(self, move: Move, groups: int) -> None:
        super().__init__()
        self.stride, self.dilation, self.groups = move.stride, move.dilation, groups
        self.mode = move.mode
        self.sides = [cells for sides in reversed(move.sides) for cells in sides]
        """As torch takes them, the last axis first."""

    def padded(self, inputs: Tensor) -> Tensor:
        """The input with its padding."""
        return added(inputs, self.sides, self.mode)

    def draw(self, weight: Tensor, bias: Tensor | None, factors: int) -> None:
        """Weights as torch draws them: evenly within ±1/√(factors in a cell's sum)."""
        bound = 1 / math.sqrt(factors)
        nn.init.uniform_(weight, -bound, bound)
        if bias is not None:
            nn.init.uniform_(bias, -bound, bound)


class UnsharedConv2d(_Moved):
    """A kernel of its own for each place: `weight` is [H', W', O, C / groups, kH, kW], `bias` [O, H', W']."""

    def __init__(self, layer: spec.UnsharedConv2d, shape: Shape) -> None:
        super().__init__(layer.move, layer.groups)
        outputs, *places = layer.output_shape(shape)
        self.weight = nn.Parameter(torch.empty(*places, outputs, shape[0] // layer.groups, *layer.move.kernel))
        self.bias = nn.Parameter(torch.empty(outputs, *places)) if layer.bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        self.draw(self.weight, self.bias, math.prod(self.weight.shape[3:]))

    def forward(self, inputs: Tensor) -> Tensor:
        """[N, C, H, W] to [N, O, H', W']."""
        made = unshared(self.padded(inputs), self.weight, self.stride, self.dilation, self.groups)
        # torch's BatchNorm gives wrong gradients for maps with a size of 1 that lie in memory as these would.
        made = made.contiguous() if 1 in made.shape else made
        return made if self.bias is None else made + self.bias


class TiledConv2d(_Moved):
    """Kernels that take turns: `weight` is [tH, tW, O, C / groups, kH, kW], `bias` [tH, tW, O]."""

    def __init__(self, layer: spec.TiledConv2d, shape: Shape) -> None:
        super().__init__(layer.move, layer.groups)
        tile = spec.per_axis(layer.tile, 2)
        channels = (layer.out_channels, shape[0] // layer.groups)
        self.weight = nn.Parameter(torch.empty(*tile, *channels, *layer.move.kernel))
        self.bias = nn.Parameter(torch.empty(*tile, layer.out_channels)) if layer.bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        self.draw(self.weight, self.bias, math.prod(self.weight.shape[3:]))

    def forward(self, inputs: Tensor) -> Tensor:
        """[N, C, H, W] to [N, O, H', W']."""
        cells = self.padded(inputs)
        places = zip(cells.shape[2:], self.weight.shape[-2:], self.stride, self.dilation, strict=True)
        made = tuple((n - gap * (k - 1) - 1) // step + 1 for n, k, step, gap in places)
        if not torch.is_grad_enabled():
            return tiled(cells, self.weight, self.bias, made, self.stride, self.dilation, self.groups)
        moves = (self.stride, self.dilation, self.groups)
        found: Tensor = Turns.apply(cells, self.weight, self.bias, made, *moves)  # type: ignore[no-untyped-call]
        return found


class TableConv2d(_Moved):
    """Each map sees only the input channels that a table names: `weight` is [connections, kH, kW].

    Maps that see equally many channels are one grouped convolution of these channels, so that nothing is multiplied
    in vain.
    """

    order: Tensor

    def __init__(self, layer: spec.TableConv2d) -> None:
        super().__init__(layer.move, 1)
        self.connections = layer.connections
        self.weight = nn.Parameter(torch.empty(layer.links, *layer.move.kernel))
        self.bias = nn.Parameter(torch.empty(len(layer.connections))) if layer.bias else None
        self._batches = _by_count(layer.connections)
        places = [place for maps in self._batches.values() for place in maps]
        back = sorted(range(len(places)), key=places.__getitem__)
        self.register_buffer("order", torch.tensor(back), persistent=False)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        first = 0
        with torch.no_grad():
            for place, row in enumerate(self.connections):
                bias = None if self.bias is None else self.bias[place : place + 1]
                held = self.weight[first : first + len(row)]
                self.draw(held, bias, held.numel())
                first += len(row)

    def forward(self, inputs: Tensor) -> Tensor:
        """[N, C, H, W] to [N, maps, H', W']."""
        cells = self.padded(inputs)
        starts = _starts(self.connections)
        made = []
        for count, maps in self._batches.items():
            seen = [channel for place in maps for channel in self.connections[place]]
            held = [starts[place] + k for place in maps for k in range(count)]
            weight = self.weight[held].view(len(maps), count, *self.weight.shape[1:])
            bias = None if self.bias is None else self.bias[maps]
            made.append(F.conv2d(cells[:, seen], weight, bias, self.stride, groups=len(maps)))
        return torch.cat(made, dim=1)[:, self.order]


def _by_count(connections: Sequence[Sequence[int]]) -> dict[int, list[int]]:
    """The maps that see equally many channels."""
    found: dict[int, list[int]] = {}
    for place, row in enumerate(connections):
        found.setdefault(len(row), []).append(place)
    return found


def _starts(connections: Sequence[Sequence[int]]) -> list[int]:
    """Where the kernels of each map begin."""
    starts = [0]
    for row in connections:
        starts.append(starts[-1] + len(row))
    return starts


class FixedKernels(_Moved):
    """Kernels of a person's own: `weight` is [kernels, C, kH, kW], learned only if it is trainable."""

    weight: Tensor

    def __init__(self, layer: spec.FixedKernels, shape: Shape) -> None:
        super().__init__(layer.move, 1)
        weight = torch.stack([_laid(kernel.weights, shape[0], layer.kernel_size) for kernel in layer.kernels])
        if layer.trainable:
            self.weight = nn.Parameter(weight)
        else:
            self.register_buffer("weight", weight, persistent=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """[N, C, H, W] to [N, kernels, H', W']."""
        return F.conv2d(self.padded(inputs), self.weight, None, self.stride, 0, self.dilation)


def _laid(weights: Sequence[Sequence[Sequence[float]]], channels: int, size: tuple[int, int]) -> Tensor:
    """A kernel in the middle of zeros, [C, kH, kW]; one plane goes to every channel, divided by their number."""
    planes = torch.tensor(weights, dtype=torch.float32, device="cpu")
    every = planes if len(planes) == channels else planes.expand(channels, -1, -1) / channels
    made = torch.zeros(channels, *size, device="cpu")
    top, left = (size[0] - planes.shape[1]) // 2, (size[1] - planes.shape[2]) // 2
    made[:, top : top + planes.shape[1], left : left + planes.shape[2]] = every
    return made.to(torch.get_default_device())
