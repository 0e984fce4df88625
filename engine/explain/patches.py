"""What a unit wants: the places of a data set that excite it most, and what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.data.examples import Examples
from engine.errors import SpecError
from engine.explain.batches import Progress, batches
from engine.explain.target import output_of
from engine.nn.maps import evaluating
from engine.spec.network import NetworkSpec
from engine.spec.shapes import walk

Box = tuple[tuple[int, int], ...]
"""(first, end) along each axis; it may reach into the padding."""


@dataclass(frozen=True, eq=False)
class Strongest:
    """For every map of a layer, the examples with its largest values, the largest first; one place an example.

    `values` are float32 [maps, count], `examples` int64 [maps, count], and `cells` int64 [maps, count, axes]: where in
    the map the value stands.
    """

    layer: str
    values: Tensor
    examples: Tensor
    cells: Tensor


def strongest(
    module: nn.Module,
    examples: Examples,
    layer: str,
    count: int = 9,
    progress: Progress | None = None,
    most: int | None = None,
) -> Strongest:
    """Look through a data set for what excites each map of a layer most. Exact; of equal values the first counts.

    Args:
        module: the network; its mode and weights stay as they are.
        examples: `data.train` or `data.test`; they are streamed.
        layer: its path.
        count: how many places of each map.
        progress: called before each batch; what it raises ends the work.
        most: how many examples to look at; all if left out.

    Raises:
        SpecError: if there is no such layer, or no example.
    """
    held: list[Tensor] = []
    with evaluating(module), torch.no_grad():
        for start, inputs, _ in batches(examples, progress, most):
            found = _best_cells(output_of(module, inputs, layer), start)
            if held:
                found = [torch.cat(pair, 1) for pair in zip(held, found, strict=True)]
            order = found[0].argsort(dim=1, descending=True, stable=True)[:, :count]
            held = [_along(part, order) for part in found]
    if not held:
        raise SpecError("There are no examples to look through; a data set with at least one would do.")
    return Strongest(layer, *held)


def _best_cells(maps: Tensor, start: int) -> list[Tensor]:
    """Of each map its largest value in each example [maps, n], the example's number, and the cell [maps, n, axes]."""
    size = maps.shape[2:]
    values, flat = maps.flatten(2).max(2) if size else (maps, torch.zeros_like(maps, dtype=torch.int64))
    numbers = torch.arange(start, start + len(maps), device=maps.device).expand(maps.shape[1], -1)
    cells = torch.stack(torch.unravel_index(flat, size), -1) if size else flat.new_zeros(*flat.shape, 0)
    return [values.T, numbers, cells.transpose(0, 1)]


def _along(values: Tensor, order: Tensor) -> Tensor:
    if values.ndim == 3:
        order = order[..., None].expand(-1, -1, values.shape[2])
    return values.gather(1, order)


def field_box(network: NetworkSpec, layer: str, cell: Sequence[int]) -> Box:
    """The part of the input that a cell of a layer's maps can see; all of it after a layer that mixes everything.

    Raises:
        SpecError: if there is no such layer, or nothing comes out of it.
    """
    step = next((each for each in walk(network) if each.path == layer), None)
    if step is None or step.leaving is None:
        raise SpecError(f"Nothing comes out of layer {layer!r} of this network; another layer would do.")
    reach, sizes = step.leaving.reach, network.input_shape[1:]
    if len(step.leaving.shape) != len(sizes) + 1:
        return tuple((0, size) for size in sizes)
    ranges = [reach.range_of(axis, at) for axis, at in enumerate(cell)]
    return tuple((seen.start, seen.stop) for seen in ranges)


def crop(inputs: Tensor, box: Box) -> Tensor:
    """The part of an input [C, *size] inside a box; zeros where it reaches beyond the edge, as padding has them."""
    made = inputs.new_zeros(inputs.shape[0], *(end - first for first, end in box))
    inside = [(max(first, 0), min(end, size)) for (first, end), size in zip(box, inputs.shape[1:], strict=True)]
    if all(low < high for low, high in inside):
        here = tuple(slice(low, high) for low, high in inside)
        there = tuple(slice(low - first, high - first) for (low, high), (first, _) in zip(inside, box, strict=True))
        made[(slice(None), *there)] = inputs[(slice(None), *here)]
    return made


def mean_patch(patches: Sequence[Tensor]) -> Tensor:
    """What patches of one size have in common: their mean.

    Raises:
        SpecError: if there are none, or of several sizes.
    """
    if len({patch.shape for patch in patches}) != 1:
        raise SpecError("A mean patch needs patches of one size, and at least one.")
    return torch.stack(tuple(patches)).mean(0)
