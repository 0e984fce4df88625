"""Small networks to learn from."""

from __future__ import annotations

from engine.spec.layers import (
    AdaptiveAvgPool2d,
    AnyLayer,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
)
from engine.spec.network import NetworkSpec


def tiny_vgg() -> NetworkSpec:
    """Two blocks of two convolutions, without padding, each block pooled.

    Source: Wang et al., CNN Explainer (2020), figure 1.
    """
    block: tuple[AnyLayer, ...] = (
        Conv2d(out_channels=10, kernel_size=3),
        ReLU(),
        Conv2d(out_channels=10, kernel_size=3),
        ReLU(),
        MaxPool2d(kernel_size=2),
    )
    return NetworkSpec(input_shape=(3, 64, 64), layers=(*block, *block, Flatten(), Linear(out_features=10)))


def mini_resnet() -> NetworkSpec:
    """A convolution, three residual blocks of 16, 32 and 64 channels, and the mean of each map.

    Source: He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition (2016), section 4.2, one block a stage.
    """
    return NetworkSpec(
        input_shape=(3, 32, 32),
        layers=(
            Conv2d(out_channels=16, kernel_size=3, padding=1, bias=False),
            BatchNorm2d(),
            ReLU(),
            Residual(body=_body(16)),
            ReLU(),
            Residual(body=_body(32, stride=2), shortcut=_projection(32)),
            ReLU(),
            Residual(body=_body(64, stride=2), shortcut=_projection(64)),
            ReLU(),
            AdaptiveAvgPool2d(output_size=1),
            Flatten(),
            Linear(out_features=10),
        ),
    )


def _body(channels: int, stride: int = 1) -> tuple[AnyLayer, ...]:
    return (
        Conv2d(out_channels=channels, kernel_size=3, stride=stride, padding=1, bias=False),
        BatchNorm2d(),
        ReLU(),
        Conv2d(out_channels=channels, kernel_size=3, padding=1, bias=False),
        BatchNorm2d(),
    )


def _projection(channels: int) -> tuple[AnyLayer, ...]:
    """A shortcut that halves the maps and has as many channels as the body."""
    return Conv2d(out_channels=channels, kernel_size=1, stride=2, bias=False), BatchNorm2d()
