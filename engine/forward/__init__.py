"""From a frame to the maps of a network: the input made of it, the module kept up with its spec, numbers explained."""

from __future__ import annotations

from engine.forward.explain import Explainer, explain
from engine.forward.frame import any_input, frame_input
from engine.forward.live import LiveNetwork, Origin
from engine.forward.sight import Seen
from engine.forward.tiles import map_tiles, maps_to_file
from engine.forward.unit import Terms, Tree, Unit

__all__ = [
    "Explainer",
    "LiveNetwork",
    "Origin",
    "Seen",
    "Terms",
    "Tree",
    "Unit",
    "any_input",
    "explain",
    "frame_input",
    "map_tiles",
    "maps_to_file",
]
