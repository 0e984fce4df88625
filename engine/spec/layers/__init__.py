"""Every type of layer: its settings, its sizes, its cost, and what it is in torch. Knows nothing of torch.

A new type is one class here, a place in the union of `containers`, and a builder in `engine.nn` where the class of
torch is not simply the one of the same name.
"""

from __future__ import annotations

from typing import get_args

from engine.errors import SpecError
from engine.spec.layers.activations import ELU, GELU, LeakyReLU, PReLU, ReLU, ReLU6, Sigmoid, SiLU, Softmax, Tanh
from engine.spec.layers.adaptive import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    GlobalAvgPool,
)
from engine.spec.layers.base import AxisWindow, Layer, Shape, defaults_of, pair_of, per_axis, settings_of, shape_text
from engine.spec.layers.containers import AnyLayer, Branches, Residual
from engine.spec.layers.convolution import Conv1d, Conv2d, Conv3d, DepthwiseConv2d
from engine.spec.layers.dense import Flatten, Identity, Linear
from engine.spec.layers.fixed import FixedKernels, Normalize
from engine.spec.layers.ids import with_ids
from engine.spec.layers.local import TableConv2d, TiledConv2d, UnsharedConv2d
from engine.spec.layers.misfit import Doubt, Fix, Misfit
from engine.spec.layers.norms import BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm, LayerNorm
from engine.spec.layers.pooling import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    LPPool1d,
    LPPool2d,
    LPPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)
from engine.spec.layers.regular import Dropout, Dropout2d
from engine.spec.layers.reshape import Pad, Upsample
from engine.spec.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

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
    "ELU",
    "GELU",
    "LAYER_TYPES",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AnyLayer",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "AxisWindow",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Branches",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "DepthwiseConv2d",
    "Doubt",
    "Dropout",
    "Dropout2d",
    "Fix",
    "FixedKernels",
    "Flatten",
    "GlobalAvgPool",
    "GroupNorm",
    "Identity",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "Misfit",
    "Normalize",
    "PReLU",
    "Pad",
    "ReLU",
    "ReLU6",
    "Residual",
    "Shape",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "TableConv2d",
    "Tanh",
    "TiledConv2d",
    "UnsharedConv2d",
    "Upsample",
    "defaults_of",
    "new_layer",
    "pair_of",
    "per_axis",
    "settings_of",
    "shape_text",
    "with_ids",
]
