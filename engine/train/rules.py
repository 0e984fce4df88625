"""The optimisers' formulas for a single weight, written out: a new weight from the old one and its slope."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from engine.spec.train import TrainSpec


class Ruled(NamedTuple):
    """A formula with its numbers, by the letters that they have in it, and the weight that comes of them."""

    formula: str
    terms: tuple[tuple[str, float], ...]
    after: float


def ruled(settings: TrainSpec, kept: Mapping[str, float], weight: float, slope: float, rate: float) -> Ruled:
    """What the optimiser makes of one weight.

    Args:
        settings: name the optimiser.
        kept: what it has kept of the steps before for this weight, by torch's names; empty at its first.
        weight: as it is.
        slope: of the loss, clipped if it is to be.
        rate: the learning rate.

    Source: as implemented by torch.optim, https://docs.pytorch.org/docs/stable/optim.html

    Example:
        >>> found = ruled(TrainSpec(optimiser="sgd", momentum=0.0), {}, 0.5, 2.0, 0.1)
        >>> found.formula, round(found.after, 9)
        ('w ← w − η·g', 0.3)
    """
    name, decay = settings.optimiser, settings.weight_decay
    began: list[tuple[str, float]] = [("w", weight), ("g", slope), ("η", rate)]
    if decay:
        began.append(("λ", decay))
    if decay and name == "adamw":
        weight -= rate * decay * weight
    elif decay:
        slope += decay * weight
    rule = {"sgd": _sgd, "nesterov": _sgd, "rmsprop": _rmsprop, "adadelta": _adadelta}.get(name, _adam)
    formula, terms, step = rule(settings, kept, slope)
    if decay:
        formula = f"w ← w − η·λ·w;  {formula}" if name == "adamw" else f"g ← g + λ·w;  {formula}"
    return Ruled(formula, (*began, *terms), weight - rate * step)


_Rule = tuple[str, tuple[tuple[str, float], ...], float]


def _sgd(settings: TrainSpec, kept: Mapping[str, float], slope: float) -> _Rule:
    share, before = settings.momentum, kept.get("momentum_buffer")
    if not share:
        return "w ← w − η·g", (), slope
    moving = slope if before is None else share * before + slope
    terms = (("μ", share), ("v before", before or 0.0), ("v", moving))
    if settings.optimiser == "nesterov":
        return "v ← μ·v + g;  w ← w − η·(g + μ·v)", terms, slope + share * moving
    return "v ← μ·v + g;  w ← w − η·v", terms, moving


def _adam(settings: TrainSpec, kept: Mapping[str, float], slope: float) -> _Rule:
    one, two, tiny = settings.beta1, settings.beta2, settings.epsilon or 1e-8
    age = kept.get("step", 0.0) + 1
    mean = one * kept.get("exp_avg", 0.0) + (1 - one) * slope
    square = two * kept.get("exp_avg_sq", 0.0) + (1 - two) * slope**2
    fair_mean, fair_square = mean / (1 - one**age), square / (1 - two**age)
    terms = (("β₁", one), ("β₂", two), ("t", age), ("m", mean), ("s", square), ("m̂", fair_mean), ("ŝ", fair_square))
    formula = "m ← β₁m + (1−β₁)g;  s ← β₂s + (1−β₂)g²;  w ← w − η·m̂ / (√ŝ + ε)"
    return formula, (*terms, ("ε", tiny)), fair_mean / (math.sqrt(fair_square) + tiny)


def _rmsprop(settings: TrainSpec, kept: Mapping[str, float], slope: float) -> _Rule:
    rho, tiny, share = settings.rho or 0.99, settings.epsilon or 1e-8, settings.momentum
    square = rho * kept.get("square_avg", 0.0) + (1 - rho) * slope**2
    step = slope / (math.sqrt(square) + tiny)
    terms = (("ρ", rho), ("s", square), ("ε", tiny))
    if not share:
        return "s ← ρ·s + (1−ρ)·g²;  w ← w − η·g / (√s + ε)", terms, step
    moving = share * kept.get("momentum_buffer", 0.0) + step
    formula = "s ← ρ·s + (1−ρ)·g²;  v ← μ·v + g / (√s + ε);  w ← w − η·v"
    return formula, (*terms, ("μ", share), ("v", moving)), moving


def _adadelta(settings: TrainSpec, kept: Mapping[str, float], slope: float) -> _Rule:
    rho, tiny, moved = settings.rho or 0.9, settings.epsilon or 1e-6, kept.get("acc_delta", 0.0)
    square = rho * kept.get("square_avg", 0.0) + (1 - rho) * slope**2
    step = math.sqrt(moved + tiny) / math.sqrt(square + tiny) * slope
    terms = (("ρ", rho), ("s", square), ("d", moved), ("ε", tiny), ("Δ", step))
    return "s ← ρ·s + (1−ρ)·g²;  Δ = √(d + ε) / √(s + ε) · g;  w ← w − η·Δ", terms, step
