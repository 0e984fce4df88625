"""Networks that branch, and networks for signals."""

from __future__ import annotations

from engine.spec.layers import (
    AdaptiveAvgPool2d,
    AnyLayer,
    BatchNorm1d,
    Branches,
    Conv1d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool1d,
    MaxPool2d,
    ReLU,
)
from engine.spec.network import NetworkSpec


def mini_inception() -> NetworkSpec:
    """A convolution, two inception modules with pooling between them, and the mean of each map.

    Source: Szegedy et al., Going Deeper with Convolutions (2015), figure 2b, with fewer channels.
    """
    return NetworkSpec(
        input_shape=(3, 32, 32),
        layers=(
            Conv2d(out_channels=16, kernel_size=3, padding=1),
            ReLU(),
            MaxPool2d(kernel_size=2),
            _inception(8, (8, 16), (4, 8), 8),
            MaxPool2d(kernel_size=2),
            _inception(16, (16, 32), (8, 16), 16),
            AdaptiveAvgPool2d(output_size=1),
            Flatten(),
            Linear(out_features=10),
        ),
    )


def _inception(one: int, three: tuple[int, int], five: tuple[int, int], pooled: int) -> Branches:
    """Kernels of 1×1, 3×3 and 5×5 and a pooling side by side; 1×1 kernels make the larger ones cheaper."""
    pool = MaxPool2d(kernel_size=3, stride=1, padding=1)
    return Branches(
        paths=(
            _convolution(one, 1),
            (*_convolution(three[0], 1), *_convolution(three[1], 3)),
            (*_convolution(five[0], 1), *_convolution(five[1], 5)),
            (pool, *_convolution(pooled, 1)),
        )
    )


def _convolution(channels: int, kernel_size: int) -> tuple[AnyLayer, ...]:
    return Conv2d(out_channels=channels, kernel_size=kernel_size, padding=kernel_size // 2), ReLU()


def conv_1d() -> NetworkSpec:
    """Three convolutions along a signal of 128 values, each pooled, and a dense layer."""
    blocks = (layer for channels in (8, 16, 32) for layer in _along(channels))
    return NetworkSpec(input_shape=(1, 128), layers=(*blocks, Flatten(), Linear(out_features=10)))


def _along(channels: int) -> tuple[AnyLayer, ...]:
    convolution = Conv1d(out_channels=channels, kernel_size=5, padding=2)
    return convolution, BatchNorm1d(), ReLU(), MaxPool1d(kernel_size=2)
