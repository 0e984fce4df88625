"""How many values of maps a network needs at one time, and how many it keeps for the way back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from engine.spec.layers import AnyLayer, Shape
from engine.spec.network import NetworkSpec
from engine.spec.shapes import Step

_Steps = Mapping[str, Step]


def bytes_text(count: float) -> str:
    """A number of bytes as people read it.

    Example:
        >>> bytes_text(3 << 29), bytes_text(5_000_000)
        ('1.5 GiB', '5 MiB')
    """
    return f"{count / 2**30:,.1f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"


def training_values(network: NetworkSpec, steps: Sequence[Step]) -> int:
    """The input and all that any layer makes of it: kept until the way back has passed.

    Layers that can do without their input are not told apart, so this is what is needed at most. A layer that is
    switched off keeps nothing.
    """
    made = (math.prod(step.leaving.shape) for step in steps if step.leaving and not step.layer.disabled)
    return math.prod(network.input_shape) + sum(made)


def inference_values(layers: Sequence[AnyLayer], steps: Sequence[Step]) -> int:
    """The largest sum of what enters a layer, what leaves it, and what waits for other paths meanwhile.

    Args:
        layers: of a network, all or some.
        steps: the walk through the whole network.
    """
    return _peak(layers, "", {step.path: step for step in steps}, 0, 0)


def _peak(layers: Sequence[AnyLayer], inside: str, steps: _Steps, waiting: int, kept: int) -> int:
    """The most that a list of layers needs; `kept` is its own input, where that is still wanted after its first layer.

    `waiting` is all that has to be there besides.
    """
    most = 0
    for place, layer in enumerate(layers):
        step = steps.get(inside + layer.id)
        if step is None or step.entering is None or step.leaving is None or layer.disabled:
            continue
        beside = waiting + (kept if place else 0)
        entering, leaving = math.prod(step.entering.shape), math.prod(step.leaving.shape)
        within, made = _within(layer, step.path, step.entering.shape, steps, beside)
        most = max(most, within, beside + entering + made + leaving)
    return most


def _within(layer: AnyLayer, path: str, shape: Shape, steps: _Steps, waiting: int) -> tuple[int, int]:
    """The most that is needed while the lists of a layer run one after the other, and what they make, which waits."""
    entering, made, most = math.prod(shape), 0, 0
    for name, part in layer.parts().items():
        inside = f"{path}.{name}."
        most = max(most, _peak(part, inside, steps, waiting + made, entering))
        last = steps[inside + part[-1].id].leaving if part else None
        # An empty list passes on the input itself, which is counted already.
        made += math.prod(last.shape) if last is not None else 0
    return most, made
