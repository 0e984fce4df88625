"""Several layers that people add together, made to fit the place they come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from app.network.places import Place
from engine.spec.layers import LAYER_TYPES, AnyLayer, ReLU, Residual, Shape, new_layer
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import layers_in
from engine.spec.shapes import walk

_CHANNELS = 8
"""Where it is not known how many arrive."""


class Recipe(NamedTuple):
    """What it is called, one sentence about it, other words for it, and what it makes for so many channels and axes."""

    name: str
    help: str
    aliases: str
    make: Callable[[int, int], tuple[AnyLayer, ...]]


def _of(name: str, axes: int, **settings: Any) -> AnyLayer:
    """A layer of a type that there is for several numbers of axes."""
    return LAYER_TYPES[f"{name}{axes}d"](**settings)


def _depthwise(channels: int, axes: int) -> tuple[AnyLayer, ...]:
    return (_of("Conv", axes, out_channels=channels, kernel_size=3, padding="same", groups=channels),)


def _pointwise(channels: int, axes: int) -> tuple[AnyLayer, ...]:
    return (_of("Conv", axes, out_channels=channels, kernel_size=1),)


def _separable(channels: int, axes: int) -> tuple[AnyLayer, ...]:
    return (*_depthwise(channels, axes), *_pointwise(2 * channels, axes))


def _steadied(channels: int, axes: int) -> tuple[AnyLayer, ...]:
    convolution = _of("Conv", axes, out_channels=channels, kernel_size=3, padding="same", bias=False)
    return convolution, _of("BatchNorm", axes)


def _unit(channels: int, axes: int) -> tuple[AnyLayer, ...]:
    return (*_steadied(2 * channels, axes), ReLU())


def _residual(channels: int, axes: int) -> tuple[AnyLayer, ...]:
    body = (*_steadied(channels, axes), ReLU(), *_steadied(channels, axes))
    return Residual(body=body), ReLU()


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "Depthwise convolution", "One 3×3 kernel for each map, without mixing them.", "groups mobilenet", _depthwise
    ),
    Recipe("1×1 convolution", "Mixes the maps of each cell.", "pointwise bottleneck projection 1x1", _pointwise),
    Recipe("Separable convolution", "A depthwise and a 1×1 convolution.", "mobilenet xception depthwise", _separable),
    Recipe("Convolution + norm + ReLU", "The usual three in a row, with twice the maps.", "conv bn block unit", _unit),
    Recipe("Residual block", "Two convolutions with a way around them.", "skip shortcut resnet bypass", _residual),
)


def made(name: str, network: NetworkSpec, place: Place) -> tuple[AnyLayer, ...]:
    """The layers of a recipe, or the one of a type, for a place.

    Example:
        >>> [layer.type for layer in made("Separable convolution", NetworkSpec(), Place("", 0))]
        ['Conv2d', 'Conv2d']
    """
    found = next((recipe for recipe in RECIPES if recipe.name == name), None)
    if found is None:
        return (new_layer(name),)
    shape = shape_at(network, place)
    is_map = shape is not None and 2 <= len(shape) <= 4
    return found.make(shape[0] if is_map and shape else _CHANNELS, len(shape) - 1 if is_map and shape else 2)


def shape_at(network: NetworkSpec, place: Place) -> Shape | None:
    """The shape that would arrive at a layer there; None if that is not known."""
    steps = {step.path: step for step in walk(network)}
    layers = layers_in(network, place.inside)
    start = f"{place.inside}." if place.inside else ""
    if place.before:
        flow = step.leaving if (step := steps.get(start + layers[place.before - 1].id)) is not None else None
    elif place.inside:
        flow = step.entering if (step := steps.get(place.inside.rpartition(".")[0])) is not None else None
    else:
        return network.input_shape
    return flow.shape if flow is not None else None
