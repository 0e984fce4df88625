"""Every type of layer: its settings, its sizes, its cost, and what it is in torch. Knows nothing of torch.

A new type is one class here, a place in the union of `containers`, and a builder in `engine.nn` where the class of
torch is not simply the one of the same name.
"""

from __future__ import annotations

from typing import get_args

from engine.errors import SpecError
from engine.spec.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from engine.spec.layers.base import AxisWindow, Layer, Shape, defaults_of, pair_of, settings_of, shape_text
from engine.spec.layers.containers import AnyLayer, Residual
from engine.spec.layers.convolution import Conv2d
from engine.spec.layers.dense import Flatten, Identity, Linear
from engine.spec.layers.ids import with_ids
from engine.spec.layers.misfit import Doubt, Fix, Misfit
from engine.spec.layers.pooling import AdaptiveAvgPool2d, AvgPool2d, GlobalAvgPool, MaxPool2d
from engine.spec.layers.regular import BatchNorm2d, Dropout

LAYER_TYPES: dict[str, type[AnyLayer]] = {kind.__name__: kind for kind in get_args(AnyLayer)}
"""Every type by its name, in the order of the menu."""


def new_layer(name: str) -> AnyLayer:
    """A layer of a type, as it is added from a menu.

    Raises:
        SpecError: if there is no such type.

    Example:
        >>> new_layer("MaxPool2d").kernel_size
        (2, 2)
    """
    if name not in LAYER_TYPES:
        raise SpecError(f"There is no layer {name!r}; there are {', '.join(LAYER_TYPES)}.")
    kind = LAYER_TYPES[name]
    return kind(**kind.starting)


__all__ = [
    "LAYER_TYPES",
    "AdaptiveAvgPool2d",
    "AnyLayer",
    "AvgPool2d",
    "AxisWindow",
    "BatchNorm2d",
    "Conv2d",
    "Doubt",
    "Dropout",
    "Fix",
    "Flatten",
    "GlobalAvgPool",
    "Identity",
    "Layer",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "Misfit",
    "ReLU",
    "Residual",
    "Shape",
    "Sigmoid",
    "Tanh",
    "defaults_of",
    "new_layer",
    "pair_of",
    "settings_of",
    "shape_text",
    "with_ids",
]
