"""Networks that are there from the start. All end in logits: one number for each class, larger for the likelier."""

from __future__ import annotations

from engine.presets.catalogue import Preset, preset, preset_names, presets

__all__ = ["Preset", "preset", "preset_names", "presets"]
