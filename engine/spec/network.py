"""A network as a list of layers. It may be half finished: what does not fit is told by `engine.spec.summary`."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from typing import Annotated, Any, get_args

import msgspec

from engine.errors import SpecError
from engine.spec.fields import Spec, field
from engine.spec.layers import AnyLayer, Shape, with_ids
from engine.spec.layers.base import converted

MAX_LAYERS = 1000
MAX_SIDE = 65_536


class NetworkSpec(Spec, frozen=True, kw_only=True):
    """Layers that follow one another, from an input of a given shape.

    `input_shape` is (channels, height, width), without the batch. Layers without an id get one. A layer's path is its
    id, after those of the layers and lists that hold it: `conv1`, `res1.body.conv1`.

    Example:
        >>> from engine.spec.layers import Conv2d, ReLU
        >>> spec = NetworkSpec(input_shape=(1, 28, 28), layers=(Conv2d(out_channels=8, kernel_size=5), ReLU()))
        >>> [layer.id for layer in spec.layers]
        ['conv1', 'relu1']
    """

    input_shape: Annotated[
        tuple[int, ...], field("Input", "Channels, height and width of what comes in.", 1, MAX_SIDE)
    ] = (1, 28, 28)
    layers: tuple[AnyLayer, ...] = ()

    def __post_init__(self) -> None:
        _settle(self, "input_shape", tuple[int, ...], "whole numbers, such as (1, 28, 28)")
        if not _is_layers(self.layers):
            _settle(self, "layers", tuple[AnyLayer, ...], "a tuple of layers")
        Spec.__post_init__(self)
        if not 1 <= len(self.input_shape) <= 4:
            raise SpecError(f"An input has 1 to 4 sizes, channels first; this one has {len(self.input_shape)}.")
        msgspec.structs.force_setattr(self, "layers", with_ids(self.layers))
        count = sum(1 for _ in layers_with_paths(self.layers))
        if count > MAX_LAYERS:
            raise SpecError(f"A network has at most {MAX_LAYERS} layers; this one has {count}.")


def _is_layers(given: object) -> bool:
    """Whether nothing needs converting: for the first conversion all types of layers are read, which takes a while."""
    return isinstance(given, tuple) and all(isinstance(layer, get_args(AnyLayer)) for layer in given)


def _settle(network: NetworkSpec, name: str, wanted: Any, words: str) -> None:
    given = getattr(network, name)
    try:
        msgspec.structs.force_setattr(network, name, converted(given, wanted))
    except msgspec.ValidationError:
        raise SpecError(f"{name} of a network cannot be {reprlib.repr(given)}; it takes {words}.") from None


def layers_with_paths(layers: tuple[AnyLayer, ...], inside: str = "") -> Iterator[tuple[str, AnyLayer]]:
    """(path, layer) of all layers, those inside others before them: the order in which a network computes."""
    for layer in layers:
        path = inside + layer.id
        for name, part in layer.parts().items():
            yield from layers_with_paths(part, f"{path}.{name}.")
        yield path, layer


def input_text(shape: Shape) -> str:
    """An input's shape in words.

    Example:
        >>> input_text((3, 32, 48)), input_text((784,))
        ('3 channels of 32×48', '784 values')
    """
    if len(shape) == 1:
        return f"{shape[0]} values"
    return f"{shape[0]} channel{'s' * (shape[0] != 1)} of {'×'.join(map(str, shape[1:]))}"
