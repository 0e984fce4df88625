"""Networks that ship with what they have learned: their stacks, their classes, and where the weights come from."""

from __future__ import annotations

from engine.presets.learned.catalogue import (
    PREFIX,
    Learned,
    learned,
    learned_named,
    learned_networks,
    pretrained_names,
)

__all__ = ["PREFIX", "Learned", "learned", "learned_named", "learned_networks", "pretrained_names"]
