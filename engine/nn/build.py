"""A network's spec as torch modules."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from torch import nn

from engine.nn import modules
from engine.nn.initial import begin
from engine.nn.local import FixedKernels, TableConv2d, TiledConv2d, UnsharedConv2d
from engine.nn.room import check_weights, tell_needs
from engine.spec import layers as spec
from engine.spec.layers import AnyLayer, Shape
from engine.spec.memory import inference_values
from engine.spec.network import NetworkSpec
from engine.spec.shapes import Step
from engine.spec.summary import check

_Shapes = dict[str, Shape]
_Builder = Callable[[AnyLayer, str, _Shapes], nn.Module]


class Network(nn.Sequential):
    """A stack that can compute: its children are the layers, by id. `input_shape` holds no batch dimension."""

    def __init__(self, children: OrderedDict[str, nn.Module], input_shape: Shape | None = None) -> None:
        super().__init__(children)
        self._input_shape = input_shape
        self.values: dict[str, int] = {}
        """How many values each layer makes of one input, by path."""


def build(network: NetworkSpec) -> Network:
    """The torch module of a network, with fresh weights from torch's own initialisers unless its layers name others.

    A disabled layer is an `Identity`. Nothing is lazy and nothing works in place. The weights follow torch's global
    random state, and land on its default device.

    Args:
        network: one without problems.

    Returns:
        A module for inputs [N, *input_shape]; its children are named by the layers' ids.

    Raises:
        SpecError: with the first problem, for a network that has one, or if its weights would not fit into memory.

    Example:
        >>> from engine.spec.layers import Conv2d, ReLU
        >>> build(NetworkSpec(input_shape=(1, 28, 28), layers=(Conv2d(out_channels=8, kernel_size=5), ReLU())))
        Network(
          (conv1): Conv2d(1, 8, kernel_size=(5, 5), stride=(1, 1))
          (relu1): ReLU()
        )
    """
    steps = check(network)
    check_weights({step.path: step.parameters or 0 for step in steps})
    shapes = {step.path: step.entering.shape for step in steps if step.entering is not None}
    made = Network(_children(network.layers, "", shapes), network.input_shape)
    _tell_needs(made, network, steps)
    return made


def _tell_needs(made: Network, network: NetworkSpec, steps: Sequence[Step]) -> None:
    """Note with the network, and with each of its layers, what maps take."""
    made.values = {step.path: math.prod(step.leaving.shape) for step in steps if step.leaving is not None}
    tell_needs(made, "", network.input_shape, inference_values(network.layers, steps))
    entering = {step.path: step.entering.shape for step in steps if step.entering is not None}
    for layer in network.layers:
        if not layer.disabled:
            child = made.get_submodule(layer.id)
            tell_needs(child, layer.id, entering[layer.id], inference_values((layer,), steps))


def input_shape_of(module: nn.Module) -> Shape | None:
    """The input shape that a built network was made for; None of any other module."""
    return module._input_shape if isinstance(module, Network) else None


def _children(layers: Iterable[AnyLayer], inside: str, shapes: _Shapes) -> OrderedDict[str, nn.Module]:
    return OrderedDict((layer.id, _module(layer, inside + layer.id, shapes)) for layer in layers)


def _module(layer: AnyLayer, path: str, shapes: _Shapes) -> nn.Module:
    if layer.disabled:
        return nn.Identity()
    made = _BUILDERS.get(type(layer), _of_torch)(layer, path, shapes)
    begin(made, layer)
    if getattr(layer, "frozen", False):
        made.requires_grad_(False)
    return made


def _of_torch(layer: AnyLayer, path: str, shapes: _Shapes) -> nn.Module:
    """torch's class of the same name, with the same arguments."""
    kind: type[nn.Module] = _OWN.get(layer.torch_name) or getattr(nn, layer.torch_name)
    return kind(**layer.arguments(shapes[path]))


def _parts(layer: AnyLayer, path: str, shapes: _Shapes) -> OrderedDict[str, nn.Module]:
    """The lists that a layer holds."""
    return OrderedDict(
        (name, nn.Sequential(_children(part, f"{path}.{name}.", shapes))) for name, part in layer.parts().items()
    )


def _residual(layer: AnyLayer, path: str, shapes: _Shapes) -> nn.Module:
    return modules.Residual(**_parts(layer, path, shapes))


def _branches(layer: AnyLayer, path: str, shapes: _Shapes) -> nn.Module:
    assert isinstance(layer, spec.Branches)
    return modules.Branches(_parts(layer, path, shapes), layer.merge)


def _local(layer: AnyLayer, path: str, shapes: _Shapes) -> nn.Module:
    """One whose weights torch has no class for."""
    match layer:
        case spec.UnsharedConv2d():
            return UnsharedConv2d(layer, shapes[path])
        case spec.TiledConv2d():
            return TiledConv2d(layer, shapes[path])
        case spec.FixedKernels():
            return FixedKernels(layer, shapes[path])
    assert isinstance(layer, spec.TableConv2d)
    return TableConv2d(layer)


_OWN: dict[str, type[nn.Module]] = {
    "SameConv1d": modules.SameConv1d,
    "SameConv2d": modules.SameConv2d,
    "SameConv3d": modules.SameConv3d,
    "Normalize": modules.Normalize,
}
_BUILDERS: dict[type[AnyLayer], _Builder] = {
    spec.Residual: _residual,
    spec.Branches: _branches,
    **dict.fromkeys((spec.UnsharedConv2d, spec.TiledConv2d, spec.TableConv2d, spec.FixedKernels), _local),
}
