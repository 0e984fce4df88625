"""How a training is doing, in a few words."""

from __future__ import annotations

import math

from app.widgets.number_text import number_text
from engine.protocol import Training
from engine.spec.train import TrainSpec

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


REASONS = {
    "epochs": "All its epochs are done.",
    "steps": "The run has taken the steps that it may take.",
    "seconds": "The run has taken the time that it may take.",
    "accuracy": "The accuracy to reach is reached.",
    "no progress": "Nothing became better for a while.",
}


def reason_words(training: Training) -> str:
    """Why a run that is finished has ended; nothing of others.

    Example:
        >>> reason_words(Training(state="finished", reason="accuracy"))
        'The accuracy to reach is reached.'
    """
    return REASONS.get(training.reason, "") if training.state == "finished" else ""


def budget(settings: TrainSpec) -> str:
    """What ends a run before its last epoch.

    Example:
        >>> budget(TrainSpec(max_seconds=90, target_accuracy=0.98)).replace(_GROUP, " ")
        'ends after 1:30 or at 98 % right'
    """
    parts = []
    if settings.max_steps:
        parts.append(f"after {grouped(settings.max_steps)} steps")
    if settings.max_seconds:
        parts.append(f"after {duration(settings.max_seconds)}")
    if settings.target_accuracy:
        parts.append(f"at {number_text(100 * settings.target_accuracy, 4)}{_GROUP}% right")
    if settings.stop_epochs:
        parts.append(f"after {settings.stop_epochs} epochs without progress")
    return f"ends {' or '.join(parts)}" if parts else ""


def progress(training: Training, settings: TrainSpec | None = None) -> str:
    """Epoch, step, speed, time left, the rate and what ends it sooner, as far as they are known.

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
    if training.state in ("running", "paused") and training.learning_rate:
        parts.append(f"rate {number_text(training.learning_rate, 3)}")
    if settings is not None and training.state in ("running", "paused") and budget(settings):
        parts.append(budget(settings))
    return " · ".join(parts)
