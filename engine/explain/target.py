"""What is explained: one number that a network makes, be it the score of a class or a unit of any layer."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.errors import SpecError
from engine.nn.maps import layer_paths, run
from engine.spec.attribution import Target

Tick = Callable[[], None]


class Scored(nn.Module):
    """A network that answers with the one number of a target for each input: [N, ...] to [N, 1].

    `tick` is called once with every run of the network; what it raises ends the work.

    Raises:
        SpecError: when made, if there is no such layer; when run, if there is no such map or cell.
    """

    def __init__(self, network: nn.Module, target: Target, tick: Tick | None = None) -> None:
        super().__init__()
        self.network = network
        self._target = target
        self._tick = tick
        if target.layer:
            layer_of(network, target.layer)

    def forward(self, inputs: Tensor) -> Tensor:
        if self._tick is not None:
            self._tick()
        return pick(output_of(self.network, inputs, self._target.layer), self._target)[:, None]


def output_of(network: nn.Module, inputs: Tensor, layer: str = "") -> Tensor:
    """What a layer makes of the inputs, or the network if none is named."""
    if not layer:
        return run(network, inputs)
    held: list[Tensor] = []
    handle = layer_of(network, layer).register_forward_hook(lambda _module, _given, made: held.append(made))
    try:
        run(network, inputs)
    finally:
        handle.remove()
    return held[-1]


def layer_of(network: nn.Module, path: str) -> nn.Module:
    """The layer with this path.

    Raises:
        SpecError: if there is none.
    """
    known = layer_paths(network)
    if path not in known:
        raise SpecError(f"The network has no layer {path!r}; it has {', '.join(known) or 'none'}.")
    return network.get_submodule(path)


def pick(made: Tensor, target: Target) -> Tensor:
    """The target's number of each of N inputs, from what its layer made: [N, C, *size] to [N].

    Raises:
        SpecError: if there is no such map or cell.
    """
    place = f"Layer {target.layer}" if target.layer else "The network's output"
    if not 0 <= target.map < made.shape[1]:
        raise SpecError(f"{place} has {made.shape[1]} maps, counted from 0; there is no map {target.map}.")
    values, size = made[:, target.map], tuple(made.shape[2:])
    if not target.cell:
        return values.flatten(1).mean(1) if size else values
    if len(target.cell) != len(size) or not all(0 <= at < end for at, end in zip(target.cell, size, strict=True)):
        sizes = "×".join(map(str, size)) or "one number"
        raise SpecError(f"{place} has maps of {sizes}; there is no cell {target.cell}.")
    for at in target.cell:
        values = values[:, at]
    return values


def likeliest(network: nn.Module, inputs: Tensor) -> Target:
    """The class that the network holds one input to be."""
    with torch.no_grad():
        made = run(network, inputs)
    scores = made.flatten(2).mean(2) if made.ndim > 2 else made
    return Target(map=int(scores[0].argmax()))
