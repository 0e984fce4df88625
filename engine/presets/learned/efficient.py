"""EfficientNet-Lite0: inverted bottlenecks with depthwise convolutions, for phones."""

from __future__ import annotations

from typing import NamedTuple

from engine.spec.layers import (
    AdaptiveAvgPool2d,
    AnyLayer,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    Normalize,
    Pad,
    ReLU6,
    Residual,
)
from engine.spec.network import NetworkSpec

_EPS = 1e-3
_CLASSES = 1000


class _Stage(NamedTuple):
    """Blocks in a row; the first of them has the stride."""

    repeats: int
    kernel_size: int
    stride: int
    expansion: int
    channels: int


_STEM, _HEAD = 32, 1280
_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)


def efficientnet_lite0() -> NetworkSpec:
    """Sixteen blocks on 224×224 colour pictures, no squeeze-and-excitation, ReLU6.

    Where maps are halved, the padding is that of TensorFlow: the cell that is left over comes after the map.

    Source: Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks (2019), table 1, with
    the changes of EfficientNet-Lite (Google, 2020).
    """
    blocks: list[AnyLayer] = []
    came, number = _STEM, 0
    for stage in _STAGES:
        for repeat in range(stage.repeats):
            number += 1
            blocks += _block(f"block{number}", came, stage, stage.stride if repeat == 0 else 1)
            came = stage.channels
    return NetworkSpec(
        input_shape=(3, 224, 224),
        layers=(
            Normalize(id="input_range", mean=127 / 255, std=128 / 255),
            *_normalised("stem", _STEM, 3, stride=2),
            *blocks,
            *_normalised("head", _HEAD, 1),
            AdaptiveAvgPool2d(id="mean", output_size=1),
            Flatten(),
            Dropout(p=0.2),
            Linear(id="classes", out_features=_CLASSES),
        ),
    )


def _block(name: str, came: int, stage: _Stage, stride: int) -> list[AnyLayer]:
    """An inverted bottleneck: wider, one kernel a channel, narrower; added to its input where the shape allows."""
    skips = stride == 1 and came == stage.channels
    inside = "" if skips else f"{name}_"
    wide = came * stage.expansion
    layers: list[AnyLayer] = []
    if stage.expansion != 1:
        layers += _normalised(f"{inside}expand", wide, 1)
    layers += _normalised(f"{inside}depthwise", wide, stage.kernel_size, stride, groups=wide)
    layers += _normalised(f"{inside}project", stage.channels, 1, detector=False)
    return [Residual(id=name, body=tuple(layers))] if skips else layers


def _normalised(
    name: str, channels: int, kernel_size: int, stride: int = 1, groups: int = 1, detector: bool = True
) -> list[AnyLayer]:
    """A convolution that keeps or halves its maps, its normalisation, and its detector."""
    layers: list[AnyLayer] = []
    if stride > 1:
        before, after = (kernel_size - stride) // 2, kernel_size - stride - (kernel_size - stride) // 2
        layers.append(Pad(id=f"{name}_pad", padding=(before, after, before, after)))
    convolution = Conv2d(
        id=name,
        out_channels=channels,
        kernel_size=kernel_size,
        stride=stride,
        padding=kernel_size // 2 if stride == 1 else 0,
        groups=groups,
        bias=False,
    )
    layers += [convolution, BatchNorm2d(id=f"{name}_norm", eps=_EPS)]
    return [*layers, ReLU6(id=f"{name}_relu")] if detector else layers
