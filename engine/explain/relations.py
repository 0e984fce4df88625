"""How the maps of a layer go together: which say the same, which the opposite, which nothing at all."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.data.examples import Examples
from engine.errors import SpecError
from engine.explain.batches import Progress, batches
from engine.explain.target import output_of
from engine.nn.maps import evaluating

SAME = 0.999
"""Correlation from which on two maps count as the same."""
FEW = 1e-12


@dataclass(frozen=True, eq=False)
class Relations:
    """Of the maps of a layer over a data set: float64 [maps, maps] correlations, and [maps] means and variances.

    A map that never changes goes with none: its correlations are 0. `dead` are those that are zero everywhere.
    """

    layer: str
    correlation: Tensor
    mean: Tensor
    variance: Tensor
    dead: tuple[int, ...]

    def nearest(self, map: int, count: int = 5) -> list[tuple[int, float]]:
        """The maps that say most nearly the same, with their correlations; itself left out."""
        return self._ranked(map, descending=True)[:count]

    def opposite(self, map: int, count: int = 5) -> list[tuple[int, float]]:
        """The maps that are most different."""
        return self._ranked(map, descending=False)[:count]

    def duplicates(self, least: float = SAME) -> list[tuple[int, int]]:
        """Pairs of maps that say the same."""
        rows, columns = torch.nonzero(self.correlation.triu(1) >= least, as_tuple=True)
        return list(zip(rows.tolist(), columns.tolist(), strict=True))

    def _ranked(self, map: int, descending: bool) -> list[tuple[int, float]]:
        order = self.correlation[map].argsort(descending=descending, stable=True).tolist()
        return [(other, self.correlation[map, other].item()) for other in order if other != map]


def relations(
    module: nn.Module, examples: Examples, layer: str, progress: Progress | None = None, most: int | None = None
) -> Relations:
    """Correlate the maps of a layer over every cell of every example.

    Raises:
        SpecError: if there is no such layer, or no example.
    """
    count, total, products, extreme = 0, torch.zeros(0), torch.zeros(0), torch.zeros(0)
    with evaluating(module), torch.no_grad():
        for start, inputs, _ in batches(examples, progress, most):
            values = output_of(module, inputs, layer).movedim(1, 0).flatten(1).double()
            if start == 0:
                total, products = values.new_zeros(len(values)), values.new_zeros(len(values), len(values))
                extreme = values.new_zeros(len(values))
            count += values.shape[1]
            total += values.sum(1)
            products += values @ values.T
            extreme = torch.maximum(extreme, values.abs().amax(1))
    if not count:
        raise SpecError("There are no examples to look through; a data set with at least one would do.")
    mean = total / count
    spread = products / count - mean[:, None] * mean
    variance = spread.diagonal().clamp_min(0).clone()
    scale = torch.where(variance > FEW * products.diagonal() / count, variance, torch.inf).rsqrt()
    correlation = (spread * scale[:, None] * scale).clamp(-1, 1)
    dead = torch.nonzero(extreme == 0).flatten().tolist()
    return Relations(layer, correlation, mean, variance, tuple(dead))
