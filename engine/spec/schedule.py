"""What becomes of the learning rate over a run, as shares of it."""

from __future__ import annotations

import math
from typing import Literal

Schedule = Literal["cosine", "constant", "step", "one-cycle", "plateau"]

RISE, START, END = 0.3, 1 / 25, 1e-4
"""One cycle rises for this share of the run, from this share of the rate, and ends at this share of where it began."""


def share_at(schedule: Schedule, step: int, steps: int) -> float:
    """The share of the learning rate that a step takes; 1 for schedules that do not follow the steps.

    Args:
        schedule: its name.
        step: counted from 0.
        steps: of the whole run.

    Source: for one cycle, L. N. Smith and N. Topin, Super-Convergence, 2017, with cosines for lines.

    Example:
        >>> share_at("cosine", 50, 100), share_at("plateau", 50, 100)
        (0.5, 1.0)
    """
    if schedule == "cosine":
        return 0.5 * (1.0 + math.cos(math.pi * step / max(steps, 1)))
    return _one_cycle(step, steps) if schedule == "one-cycle" else 1.0


def _one_cycle(step: int, steps: int) -> float:
    top, last = RISE * steps - 1, max(steps - 1, 1)
    if step <= top:
        return _between(START, 1.0, step / top) if top > 0 else 1.0
    return _between(1.0, START * END, min((step - top) / max(last - top, 1e-9), 1.0))


def _between(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2.0 * (1.0 + math.cos(math.pi * share))
