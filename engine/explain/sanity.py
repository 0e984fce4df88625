"""How far an attribution can be trusted: what becomes of the score without its cells, and without what was learned."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.explain.attribution import AT_ONCE, GREY, Attribution
from engine.explain.target import Scored
from engine.nn.maps import evaluating, run
from engine.spec.attribution import Target

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Curve:
    """How likely the class is with a growing share of the cells changed, the hottest first.

    `shares` rise from 0 to 1; `values` are the class's probability, or the share of the unit's own value that is left.
    `area` is the mean of the values: a good map has a small one for deletion and a large one for insertion.
    """

    shares: tuple[float, ...]
    values: tuple[float, ...]

    @property
    def area(self) -> float:
        """The mean height of the curve."""
        pairs = zip(self.values, self.values[1:], strict=False)
        widths = zip(self.shares, self.shares[1:], strict=False)
        return sum((a + b) / 2 * (high - low) for (a, b), (low, high) in zip(pairs, widths, strict=True))


def deletion(
    module: nn.Module, inputs: Tensor, made: Attribution, steps: int = 20, progress: Progress | None = None
) -> Curve:
    """Grey out the hottest cells first, and watch the score fall.

    Source: Petsiuk, Das and Saenko, RISE, 2018, section 4.2
    """
    return _curve(module, inputs, torch.full_like(inputs, GREY), made, steps, progress)


def insertion(
    module: nn.Module, inputs: Tensor, made: Attribution, steps: int = 20, progress: Progress | None = None
) -> Curve:
    """Begin with nothing but grey, put the hottest cells back first, and watch the score rise.

    Source: Petsiuk, Das and Saenko, RISE, 2018, section 4.2
    """
    return _curve(module, torch.full_like(inputs, GREY), inputs, made, steps, progress)


def _curve(
    module: nn.Module, before: Tensor, after: Tensor, made: Attribution, steps: int, progress: Progress | None
) -> Curve:
    cells = made.heat.numel()
    order = made.heat.flatten().argsort(descending=True, stable=True)
    rank = torch.empty_like(order)
    rank[order] = torch.arange(cells, device=order.device)
    rank = rank.reshape(made.heat.shape)
    counts = [round(cells * step / steps) for step in range(steps + 1)]
    values: list[float] = []
    with evaluating(module), torch.no_grad():
        for start in range(0, len(counts), AT_ONCE):
            if progress is not None:
                progress(start, len(counts))
            mixed = [torch.where(rank < count, after, before) for count in counts[start : start + AT_ONCE]]
            values += _likelihood(module, torch.cat(mixed), made).tolist()
    return Curve(tuple(count / cells for count in counts), tuple(values))


def _likelihood(module: nn.Module, inputs: Tensor, made: Attribution) -> Tensor:
    target = made.target
    if target.layer or target.cell:
        left: Tensor = Scored(module, target)(inputs)[:, 0] / (made.score or 1.0)
        return left
    scores = run(module, inputs)
    scores = scores.flatten(2).mean(2) if scores.ndim > 2 else scores
    likely: Tensor = scores.softmax(1)[:, target.map]
    return likely


def randomised(
    module: nn.Module, explain: Callable[[nn.Module, Target], Attribution], made: Attribution, seed: int = 0
) -> float:
    """How like an attribution is to that of the same network with random weights: the rank correlation of the heat.

    1 would mean that the method does not look at what was learned at all; near 0 is as it should be.

    Args:
        module: the network.
        explain: makes the attribution of another module for the same target.
        made: the attribution in question.
        seed: of the random weights.

    Source: Adebayo et al., Sanity Checks for Saliency Maps, 2018
    """
    return rank_correlation(made.heat, explain(with_random_weights(module, seed), made.target).heat)


def with_random_weights(module: nn.Module, seed: int = 0) -> nn.Module:
    """A copy whose weights are drawn anew, each tensor with the mean and spread that it had."""
    other = copy.deepcopy(module)
    chance = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weights in other.parameters():
            spread = weights.std(unbiased=False)
            drawn = torch.randn(weights.shape, generator=chance).to(weights)
            weights.copy_(weights.mean() + spread * drawn)
    return other


def rank_correlation(one: Tensor, other: Tensor) -> float:
    """Spearman's: that of the ranks, 1 for the same order, 0 where one of them is flat.

    Example:
        >>> rank_correlation(torch.tensor([1.0, 2.0, 9.0]), torch.tensor([0.1, 5.0, 6.0]))
        1.0
    """
    ranks = torch.stack([_ranks(one), _ranks(other)])
    ranks -= ranks.mean(1, keepdim=True)
    norm = ranks.norm(dim=1).prod().item()
    return (ranks[0] @ ranks[1]).item() / norm if norm else 0.0


def _ranks(values: Tensor) -> Tensor:
    """The place of each value in their order; equal values share the middle of their places."""
    _, place, count = torch.unique(values.flatten(), return_inverse=True, return_counts=True)
    ends = count.cumsum(0).double()
    ranks: Tensor = (ends - (count - 1) / 2)[place]
    return ranks
