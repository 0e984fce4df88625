"""From a frame to the maps of a network: the input made of it, the module kept up with its spec."""

from __future__ import annotations

from engine.forward.frame import frame_input
from engine.forward.live import LiveNetwork, Origin, Seen

__all__ = ["LiveNetwork", "Origin", "Seen", "frame_input"]
