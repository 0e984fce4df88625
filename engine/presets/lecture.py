"""The three networks of one figure: what ties a classifier to a size of picture, and two ways out of it.

Source: Goodfellow, Bengio and Courville, Deep Learning (2016), figure 9.11. The figure gives sizes; kernels of 3×3 with
padding 1 are ours.
"""

from __future__ import annotations

from engine.spec.layers import AdaptiveAvgPool2d, AnyLayer, Conv2d, Flatten, GlobalAvgPool, Linear, MaxPool2d, ReLU
from engine.spec.network import NetworkSpec

_INPUT = (3, 256, 256)
_CLASSES = 1000


def _stem() -> tuple[AnyLayer, ...]:
    """256×256×3 to 64×64×64, as in all three."""
    return (
        Conv2d(out_channels=64, kernel_size=3, padding=1),
        ReLU(),
        MaxPool2d(kernel_size=4),
        Conv2d(out_channels=64, kernel_size=3, padding=1),
        ReLU(),
    )


def fixed_size() -> NetworkSpec:
    """Left: pooled to 16×16×64, then 16,384 values into a dense layer."""
    dense = (MaxPool2d(kernel_size=4), Flatten(), Linear(out_features=_CLASSES))
    return NetworkSpec(input_shape=_INPUT, layers=(*_stem(), *dense))


def variable_size() -> NetworkSpec:
    """Centre: pooled to a grid of 3×3×64 whatever the picture's size, then 576 values into a dense layer."""
    dense = (AdaptiveAvgPool2d(output_size=3), Flatten(), Linear(out_features=_CLASSES))
    return NetworkSpec(input_shape=_INPUT, layers=(*_stem(), *dense))


def fully_convolutional() -> NetworkSpec:
    """Right: pooled to 16×16×64, a map for each of 1,000 classes, and the mean of each."""
    maps = (MaxPool2d(kernel_size=4), Conv2d(out_channels=_CLASSES, kernel_size=1), GlobalAvgPool(), Flatten())
    return NetworkSpec(input_shape=_INPUT, layers=(*_stem(), *maps))
