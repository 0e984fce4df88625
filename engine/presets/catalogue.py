"""The presets by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from engine.errors import SpecError
from engine.presets import branching, classic, lecture, small
from engine.spec.network import NetworkSpec


class Preset(NamedTuple):
    """A network's name, one sentence about it, and what makes it."""

    name: str
    summary: str
    make: Callable[[], NetworkSpec]


_PRESETS = (
    Preset(
        "lenet-5",
        "The network that read digits in 1998, with ReLU and max pooling as one would build it today.",
        classic.lenet_5,
    ),
    Preset(
        "lenet-5-paper",
        "The same as it was printed in 1998, with the table that says which maps see which.",
        classic.lenet_5_paper,
    ),
    Preset("tiny-vgg", "Two pairs of 3×3 convolutions on 64×64 colour pictures, to follow by eye.", small.tiny_vgg),
    Preset("mini-resnet", "Three residual blocks on 32×32 colour pictures; two halve the maps.", small.mini_resnet),
    Preset(
        "mini-inception",
        "Two modules with kernels of 1×1, 3×3 and 5×5 side by side, on 32×32 colour pictures.",
        branching.mini_inception,
    ),
    Preset("conv-1d", "Three convolutions along a signal of 128 values.", branching.conv_1d),
    Preset("fixed-size", "Takes 256×256 pictures only: its dense part counts on 16×16 maps.", lecture.fixed_size),
    Preset("variable-size", "Pools to a 3×3 grid, so that pictures of any size fit.", lecture.variable_size),
    Preset(
        "fully-convolutional",
        "Has no dense part: one map for each class, and the mean of each map.",
        lecture.fully_convolutional,
    ),
    Preset("alexnet", "The network that won ImageNet in 2012, in its one-column form.", classic.alexnet),
    Preset("vgg-16", "Thirteen 3×3 convolutions and three dense layers; ImageNet 2014.", classic.vgg_16),
)


def presets() -> tuple[Preset, ...]:
    """All presets, in the order they are shown."""
    return _PRESETS


def preset_names() -> tuple[str, ...]:
    """Their names.

    Example:
        >>> "lenet-5" in preset_names()
        True
    """
    return tuple(each.name for each in _PRESETS)


def preset(name: str) -> NetworkSpec:
    """A preset's network.

    Raises:
        SpecError: if there is no preset of this name.

    Example:
        >>> from engine.spec.summary import summary
        >>> summary(preset("lenet-5")).parameters
        61706
    """
    for each in _PRESETS:
        if each.name == name:
            return each.make()
    raise SpecError(f"There is no preset {name!r}; there are {', '.join(preset_names())}.")
