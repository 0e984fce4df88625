"""The learning-rate range test: a few steps at rates that rise, to see where the loss falls and where it breaks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from engine.data.dataset import DataSet
from engine.errors import SpecError
from engine.nn import fresh_module
from engine.spec.network import NetworkSpec
from engine.spec.train import TrainSpec
from engine.train.controls import Controls
from engine.train.device import choose_device, computing
from engine.train.suits import suited
from engine.train.trainer import Diverged, Trainer

SMOOTHING = 0.9
"""How much of its mean loss a step keeps; what is missing at the beginning is made up for."""
BROKEN = 4.0
"""The test ends when the smoothed loss is so many times its lowest value."""
RULE = "a tenth of the rate at which the smoothed loss was lowest"
_DEFAULT = TrainSpec()


class RangeTest(NamedTuple):
    """What the test found.

    Attributes:
        rates: the learning rate of each step, rising by the same factor from one to the next.
        losses: each step's loss, smoothed.
        suggestion: a learning rate to begin with; None if no loss was seen.
        rule: how the suggestion follows from rates and losses, in words.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float | None
    rule: str = RULE


def lr_range_test(
    spec: NetworkSpec,
    data: DataSet,
    settings: TrainSpec = _DEFAULT,
    low: float = 1e-6,
    high: float = 1.0,
    steps: int = 100,
    device: str = "auto",
    controls: Controls | None = None,
) -> RangeTest:
    """Take steps at rising learning rates with a fresh network, and suggest a rate.

    Args:
        spec, data, settings: as for `engine.train`; learning rate and schedule of the settings are not used.
        low, high: the first and the last rate.
        steps: how many; it ends sooner where the loss breaks.
        device: where.
        controls: `stop` ends it, with what has been found by then.

    Raises:
        SpecError: if network, data and settings do not go together, or the range is none.

    Source: L. N. Smith, Cyclical Learning Rates for Training Neural Networks, 2017, section 3.3.
    """
    rates: list[float] = []
    losses: list[float] = []
    for rate, loss in rates_tried(spec, data, settings, low, high, steps, device, controls):
        rates.append(rate)
        losses.append(loss)
    return RangeTest(tuple(rates), tuple(losses), suggestion_of(rates, losses))


def rates_tried(
    spec: NetworkSpec,
    data: DataSet,
    settings: TrainSpec,
    low: float = 1e-6,
    high: float = 1.0,
    steps: int = 100,
    device: str = "auto",
    controls: Controls | None = None,
) -> Iterator[tuple[float, float]]:
    """The same, as it goes: each rate with its smoothed loss.

    Raises:
        SpecError: see `lr_range_test`; before the first step.
    """
    if not 0 < low < high < math.inf or steps < 2:
        raise SpecError(f"The rates cannot go from {low:g} to {high:g} in {steps} steps; 1e-6 to 1 in 100 would do.")
    found = suited(spec, data, settings)
    chosen = choose_device(device)
    with computing(settings.threads):
        trainer = Trainer(fresh_module(spec, settings.seed), found.data, settings, chosen)
        wanted = [low * (high / low) ** (n / (steps - 1)) for n in range(steps)]
        yield from _taken(trainer, wanted, controls or Controls())


def suggestion_of(rates: list[float], losses: list[float]) -> float | None:
    """A tenth of the rate at which the smoothed loss was lowest.

    Example:
        >>> round(suggestion_of([0.001, 0.01, 0.1], [2.0, 1.0, 3.0]), 9)
        0.001
    """
    return rates[losses.index(min(losses))] / 10 if losses else None


def _taken(trainer: Trainer, wanted: list[float], controls: Controls) -> Iterator[tuple[float, float]]:
    lowest, mean = math.inf, 0.0
    for number, rate in enumerate(wanted):
        if controls.pending and controls.take().stop:
            return
        try:
            loss = float(trainer.take_step(rate=rate).loss)
        except Diverged:
            return
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        smoothed = mean / (1 - SMOOTHING ** (number + 1))
        if not math.isfinite(smoothed) or smoothed > BROKEN * lowest:
            return
        lowest = min(lowest, smoothed)
        yield rate, smoothed
