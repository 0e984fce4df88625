"""How a training is doing, in a few words."""

from __future__ import annotations

import math

from app.widgets.number_text import number_text
from engine.protocol import Training

_GROUP = "\N{NO-BREAK SPACE}"
_DAY = 86_400
STATES = {
    "idle": "Not trained yet",
    "preparing": "Preparing…",
    "running": "Training",
    "paused": "Paused",
    "stopping": "Stopping…",
    "stopped": "Stopped",
    "finished": "Finished",
    "failed": "Failed",
}


def duration(seconds: float) -> str:
    """A time as clocks show it.

    Example:
        >>> duration(42.4), duration(725), duration(3723), duration(200_000), duration(float("inf"))
        ('0:42', '12:05', '1:02:03', '2 days', '')
    """
    if not math.isfinite(seconds) or seconds < 0:
        return ""
    if seconds >= _DAY:
        return f"{seconds / _DAY:.0f} days"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def grouped(count: int) -> str:
    """A whole number in groups of three figures.

    Example:
        >>> grouped(12000).replace(_GROUP, "_")
        '12_000'
    """
    return f"{count:,}".replace(",", _GROUP)


def state_word(training: Training) -> str:
    """What it does, as a word or two."""
    if training.state == "idle" and training.learned:
        return "Trained"
    return STATES[training.state]


def progress(training: Training) -> str:
    """Epoch, step, speed and time left, as far as they are known.

    Example:
        >>> progress(Training(state="running", epoch=2, epochs=5, step=40, steps=90, examples_per_second=3120.4))
        'epoch 2/5 · step 40/90 · 3\\xa0120 pictures/s'
    """
    parts = []
    if training.epochs:
        parts.append(f"epoch {training.epoch}/{training.epochs}")
    if training.steps:
        parts.append(f"step {grouped(training.step)}/{grouped(training.steps)}")
    if training.steps and training.examples_per_second > 0:
        speed = training.examples_per_second
        parts.append(f"{grouped(round(speed)) if speed >= 10 else number_text(speed, 2)} pictures/s")
    if training.steps and training.device:
        parts.append(f"on {training.device}")
    left = duration(training.seconds_left) if training.seconds_left > 0 else ""
    if left and training.state in ("running", "paused"):
        parts.append(f"{left} left")
    return " · ".join(parts)
