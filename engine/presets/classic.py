"""Networks of the papers."""

from __future__ import annotations

from engine.spec.layers import (
    AdaptiveAvgPool2d,
    AnyLayer,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
)
from engine.spec.network import NetworkSpec
from engine.spec.project import lenet_5 as lenet_5

_IMAGENET = (3, 224, 224)


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
