"""Specs as torch modules: building them, running them, keeping and moving their weights."""

from __future__ import annotations

from engine.nn.build import Network, build, input_shape_of
from engine.nn.chance import seed_for, seeded
from engine.nn.fresh import fresh_module, put_planted
from engine.nn.inputs import as_input
from engine.nn.kernels import put_kernel
from engine.nn.layout import layout_for
from engine.nn.maps import evaluating, feature_maps, layer_paths
from engine.nn.outside import Matched, OtherShape, fitting, load_weights, read_weights
from engine.nn.storage import put_weights, weights_from_bytes, weights_to_bytes
from engine.nn.weights import Kept, State, load_state, state_of

__all__ = [
    "Kept",
    "Matched",
    "Network",
    "OtherShape",
    "State",
    "as_input",
    "build",
    "evaluating",
    "feature_maps",
    "fitting",
    "fresh_module",
    "input_shape_of",
    "layer_paths",
    "layout_for",
    "load_state",
    "load_weights",
    "put_kernel",
    "put_planted",
    "put_weights",
    "read_weights",
    "seed_for",
    "seeded",
    "state_of",
    "weights_from_bytes",
    "weights_to_bytes",
]
