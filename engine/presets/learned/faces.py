"""Small networks for faces: what a face expresses, and the three that find faces one after the other."""

from __future__ import annotations

from engine.spec.layers import (
    AnyLayer,
    AvgPool2d,
    Branches,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Normalize,
    Pad,
    PReLU,
    ReLU,
    Residual,
)
from engine.spec.network import NetworkSpec

_MEAN = (122.782 / 255, 117.001 / 255, 104.298 / 255)
_BEHIND = (0, 1, 0, 1)
"""(left, right, top, bottom): padding where maps are halved."""


def face_expression() -> NetworkSpec:
    """Four blocks of depthwise separable convolutions on a face of 112×112; every sum takes in all sums before it.

    Source: the face expression network of face-api.js (Mühler, 2018).
    """
    blocks = (layer for number, channels in enumerate((32, 64, 128, 256), 1) for layer in _block(number, channels))
    return NetworkSpec(
        input_shape=(3, 112, 112),
        layers=(
            Normalize(id="input_range", mean=_MEAN, std=1.0),
            *blocks,
            AvgPool2d(id="mean", kernel_size=7, stride=2),
            Flatten(),
            Linear(id="expressions", out_features=7),
        ),
    )


def _block(number: int, channels: int) -> list[AnyLayer]:
    name = f"block{number}"
    pad = Pad(id=f"{name}_pad", padding=_BEHIND)
    if number == 1:
        first: list[AnyLayer] = [Conv2d(id=f"{name}_conv", out_channels=channels, kernel_size=3, stride=2)]
    else:
        first = _separable(channels, channels // 2, stride=2, name=f"{name}_")
    added = (Residual(id=f"{name}_add{step}", body=_step(channels, step)) for step in (1, 2, 3))
    return [pad, *first, ReLU(id=f"{name}_relu"), *added, ReLU(id=f"{name}_out")]


def _step(channels: int, step: int) -> tuple[AnyLayer, ...]:
    detector = () if step == 1 else (ReLU(id="relu"),)
    return (*detector, *_separable(channels, channels))


def _separable(channels: int, came: int, stride: int = 1, name: str = "") -> list[AnyLayer]:
    """One 3×3 kernel a channel, and then the channels together."""
    padding = 1 if stride == 1 else 0
    each = Conv2d(
        id=f"{name}depthwise", out_channels=came, kernel_size=3, stride=stride, padding=padding, groups=came, bias=False
    )
    return [each, Conv2d(id=f"{name}pointwise", out_channels=channels, kernel_size=1)]


def mtcnn_p() -> NetworkSpec:
    """The first of three: quick guesses on 12×12 pictures. Without its Flatten it takes larger ones and makes a map.

    Source: Zhang, Zhang, Li and Qiao, Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
    Networks (2016), figure 2.
    """
    layers = (
        *_detected(1, 10, 3),
        MaxPool2d(id="pool1", kernel_size=2, ceil_mode=True),
        *_detected(2, 16, 3),
        *_detected(3, 32, 3),
        Branches(
            id="answers",
            paths=(
                (Conv2d(id="face", out_channels=2, kernel_size=1),),
                (Conv2d(id="box", out_channels=4, kernel_size=1),),
            ),
        ),
        Flatten(),
    )
    return _finder(12, layers)


def mtcnn_r() -> NetworkSpec:
    """The second of three: throws out most of what the first has taken for a face, on 24×24 pictures.

    Source: see `mtcnn_p`.
    """
    layers = (
        *_detected(1, 28, 3),
        MaxPool2d(id="pool1", kernel_size=3, stride=2, ceil_mode=True),
        *_detected(2, 48, 3),
        MaxPool2d(id="pool2", kernel_size=3, stride=2, ceil_mode=True),
        *_detected(3, 64, 2),
        *_dense(4, 128),
        _answers(face=2, box=4),
    )
    return _finder(24, layers)


def mtcnn_o() -> NetworkSpec:
    """The last of three: decides on 48×48 pictures, and tells where eyes, nose and mouth are.

    Source: see `mtcnn_p`.
    """
    layers = (
        *_detected(1, 32, 3),
        MaxPool2d(id="pool1", kernel_size=3, stride=2, ceil_mode=True),
        *_detected(2, 64, 3),
        MaxPool2d(id="pool2", kernel_size=3, stride=2, ceil_mode=True),
        *_detected(3, 64, 3),
        MaxPool2d(id="pool3", kernel_size=2, ceil_mode=True),
        *_detected(4, 128, 2),
        *_dense(5, 256),
        _answers(face=2, box=4, landmarks=10),
    )
    return _finder(48, layers)


def _finder(side: int, layers: tuple[AnyLayer, ...]) -> NetworkSpec:
    values = Normalize(id="input_range", mean=127.5 / 255, std=128 / 255)
    return NetworkSpec(input_shape=(3, side, side), layers=(values, *layers))


def _detected(number: int, channels: int, kernel_size: int) -> tuple[AnyLayer, ...]:
    convolution = Conv2d(id=f"conv{number}", out_channels=channels, kernel_size=kernel_size)
    return convolution, PReLU(id=f"prelu{number}", num_parameters=channels)


def _dense(number: int, features: int) -> tuple[AnyLayer, ...]:
    dense = Linear(id=f"dense{number}", out_features=features)
    return Flatten(), dense, PReLU(id=f"prelu{number}", num_parameters=features)


def _answers(**outputs: int) -> Branches:
    """Dense layers beside each other, one for each thing that is told."""
    return Branches(id="answers", paths=tuple((Linear(id=name, out_features=n),) for name, n in outputs.items()))
