"""Networks of the papers."""

from __future__ import annotations

from engine.spec.layers import (
    AdaptiveAvgPool2d,
    AnyLayer,
    AvgPool2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    TableConv2d,
    Tanh,
)
from engine.spec.network import NetworkSpec
from engine.spec.project import lenet_5 as lenet_5

_IMAGENET = (3, 224, 224)
_C3 = (
    *(tuple(sorted((first + step) % 6 for step in range(3))) for first in range(6)),
    *(tuple(sorted((first + step) % 6 for step in range(4))) for first in range(6)),
    *((first, first + 1, (first + 3) % 6, (first + 4) % 6) for first in range(2)),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)
"""Which of the six maps of S2 each of the sixteen maps of C3 sees: table I of the paper."""


def lenet_5_paper() -> NetworkSpec:
    """LeNet-5 as it was printed: connections by its table, means with a factor and an offset for each map, tanh.

    Only the end is today's: ten linear outputs in the place of distances to drawn digits.

    Source: LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition (1998), fig. 2.
    """
    return NetworkSpec(
        input_shape=(1, 32, 32),
        layers=(
            Conv2d(id="c1", out_channels=6, kernel_size=5),
            Tanh(),
            AvgPool2d(kernel_size=2),
            Conv2d(id="s2", out_channels=6, kernel_size=1, groups=6),
            Tanh(),
            TableConv2d(id="c3", connections=_C3, kernel_size=5),
            Tanh(),
            AvgPool2d(kernel_size=2),
            Conv2d(id="s4", out_channels=16, kernel_size=1, groups=16),
            Tanh(),
            Conv2d(id="c5", out_channels=120, kernel_size=5),
            Tanh(),
            Flatten(),
            Linear(id="f6", out_features=84),
            Tanh(),
            Linear(id="output", out_features=10),
        ),
    )


def alexnet() -> NetworkSpec:
    """AlexNet in one column.

    Source: Krizhevsky, One weird trick for parallelizing convolutional neural networks (2014), section 4.
    """
    return NetworkSpec(
        input_shape=_IMAGENET,
        layers=(
            Conv2d(out_channels=64, kernel_size=11, stride=4, padding=2),
            ReLU(),
            MaxPool2d(kernel_size=3, stride=2),
            Conv2d(out_channels=192, kernel_size=5, padding=2),
            ReLU(),
            MaxPool2d(kernel_size=3, stride=2),
            *_convolutions(384, 256, 256),
            MaxPool2d(kernel_size=3, stride=2),
            AdaptiveAvgPool2d(output_size=6),
            Flatten(),
            Dropout(),
            Linear(out_features=4096),
            ReLU(),
            Dropout(),
            Linear(out_features=4096),
            ReLU(),
            Linear(out_features=1000),
        ),
    )


def vgg_16() -> NetworkSpec:
    """VGG-16, configuration D.

    Source: Simonyan and Zisserman, Very Deep Convolutional Networks (2015), table 1.
    """
    pool = MaxPool2d(kernel_size=2)
    return NetworkSpec(
        input_shape=_IMAGENET,
        layers=(
            *_convolutions(64, 64),
            pool,
            *_convolutions(128, 128),
            pool,
            *_convolutions(256, 256, 256),
            pool,
            *_convolutions(512, 512, 512),
            pool,
            *_convolutions(512, 512, 512),
            pool,
            AdaptiveAvgPool2d(output_size=7),
            Flatten(),
            Linear(out_features=4096),
            ReLU(),
            Dropout(),
            Linear(out_features=4096),
            ReLU(),
            Dropout(),
            Linear(out_features=1000),
        ),
    )


def _convolutions(*channels: int) -> list[AnyLayer]:
    """3×3 convolutions that keep the size, each with its ReLU."""
    return [layer for count in channels for layer in (Conv2d(out_channels=count, kernel_size=3, padding=1), ReLU())]
