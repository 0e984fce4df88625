"""A network before it has learned anything: weights by the seed, and kernels that a person put into it."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from engine.errors import SpecError
from engine.nn.build import Network, build
from engine.nn.chance import seed_for, seeded
from engine.nn.kernels import put_kernel
from engine.spec.network import NetworkSpec
from engine.spec.project import Planted


def fresh_module(network: NetworkSpec, seed: int) -> Network:
    """The network with the first weights of a run: the same for a seed, on whatever device it is trained.

    Raises:
        SpecError: for a network that has a problem.
    """
    with seeded(seed_for(seed, "weights"), torch.device("cpu")):
        return build(network)


def put_planted(module: Network, planted: Iterable[Planted]) -> tuple[str, ...]:
    """Put a person's kernels into their layers.

    Args:
        module: one from `engine.build`; its weights are changed in place.
        planted: the kernels; one that an edit of the network has left without its place is passed over.

    Returns:
        A sentence for each that was passed over.
    """
    left_out = []
    for each in planted:
        try:
            put_kernel(module, each.layer, each.kernel, (each.out_channel,))
        except SpecError as error:
            left_out.append(f"The kernel for map {each.out_channel} of {each.layer} is left out: {error}")
    return tuple(left_out)
