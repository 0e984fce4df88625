"""One walk through a network: the shape at every layer, and where it does not go on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.spec.layers import AnyLayer, Doubt, Fix, Misfit, Shape, shape_text
from engine.spec.network import NetworkSpec
from engine.spec.reach import Reach, everything, own_cells

MAX_PARAMETERS = 2**31
MAX_VALUES = 2**33
"""What one layer may make of one input: 32 GiB of float32 are refused before they are asked for."""


@dataclass(frozen=True)
class Flow:
    """What arrives at a layer or leaves it: a shape, and which part of the input each cell depends on."""

    shape: Shape
    reach: Reach

    @property
    def receptive_field(self) -> tuple[int, ...]:
        """The size of the largest receptive field, (height, width), not clipped to the input."""
        spatial = len(self.shape) == len(self.reach.axes) + 1
        return self.reach.size(self.shape[1:] if spatial else None)


@dataclass(frozen=True)
class Step:
    """One layer on the way; `entering` is None after a problem, `leaving` also at one."""

    path: str
    layer: AnyLayer
    entering: Flow | None
    leaving: Flow | None
    misfit: Misfit | None = None
    doubts: tuple[Doubt, ...] = ()

    @property
    def parameters(self) -> int | None:
        """How many numbers the layer itself learns."""
        if self.entering is None or self.leaving is None:
            return None
        return 0 if self.layer.disabled else self.layer.parameters(self.entering.shape)

    @property
    def macs(self) -> int | None:
        """The layer's own multiply-adds for one input."""
        if self.entering is None or self.leaving is None:
            return None
        return 0 if self.layer.disabled else self.layer.macs(self.entering.shape, self.leaving.shape)


def walk(network: NetworkSpec, most_values: int | None = MAX_VALUES) -> tuple[Step, ...]:
    """Every layer in the order of computing; those inside another come before it.

    A disabled layer passes on what it gets, and what it holds is not visited. After a problem nothing is known.

    Args:
        network: the layers and the input's shape.
        most_values: how many values a layer may make; None for maps that are never made as a whole.
    """
    walker = _Walker(network.input_shape, most_values)
    start = Flow(network.input_shape, own_cells(network.input_shape))
    walker.through(network.layers, start, "")
    return tuple(walker.steps)


@dataclass
class _Walker:
    input_shape: Shape
    most_values: int | None
    steps: list[Step] = field(default_factory=list)
    parameters: int = 0

    def through(self, layers: Iterable[AnyLayer], flow: Flow | None, inside: str) -> Flow | None:
        """What leaves a list of layers."""
        for layer in layers:
            flow = self._layer(layer, flow, inside + layer.id)
        return flow

    def _layer(self, layer: AnyLayer, entering: Flow | None, path: str) -> Flow | None:
        if layer.disabled:
            self.steps.append(Step(path, layer, entering, entering))
            return entering
        parts = {name: self.through(part, entering, f"{path}.{name}.") for name, part in layer.parts().items()}
        made = {name: flow for name, flow in parts.items() if flow is not None}
        if entering is None or len(made) < len(parts):
            self.steps.append(Step(path, layer, entering, None))
            return None
        try:
            step = self._fitting(Step(path, layer, entering, None), entering, made)
        except Misfit as misfit:
            step = Step(path, layer, entering, None, misfit)
        self.steps.append(step)
        return step.leaving

    def _fitting(self, step: Step, entering: Flow, made: dict[str, Flow]) -> Step:
        layer, shape = step.layer, entering.shape
        if made:
            shapes = {name: flow.shape for name, flow in made.items()}
            leaving = _together(layer.merged(shape, shapes), made)
            doubts = layer.merge_doubts(shape, shapes)
        else:
            leaving = self._after(layer, entering)
            doubts = layer.doubts(shape, leaving.shape)
        self._check_amounts(layer, shape, leaving.shape)
        return Step(step.path, layer, entering, leaving, None, tuple(doubts))

    def _after(self, layer: AnyLayer, entering: Flow) -> Flow:
        shape, view = layer.output_shape(entering.shape), layer.view(entering.shape)
        if view == "own" and len(shape) == len(entering.shape):
            return Flow(shape, entering.reach)
        if view == "own":
            return Flow(shape, entering.reach.settled(entering.shape[1:]))
        if view == "whole":
            return Flow(shape, everything(self.input_shape))
        return Flow(shape, entering.reach.through(view))

    def _check_amounts(self, layer: AnyLayer, shape: Shape, made: Shape) -> None:
        self.parameters += layer.parameters(shape)
        if self.parameters > MAX_PARAMETERS:
            raise Misfit(
                f"With this layer the network learns {self.parameters:,} numbers, "
                f"{self.parameters * 4 / 2**30:,.0f} GiB, more than {MAX_PARAMETERS:,}; fewer "
                f"channels or outputs would do."
            )
        if self.most_values is not None and math.prod(made) > self.most_values:
            raise Misfit(
                f"It would make {shape_text(made)} values, {math.prod(made) * 4 / 2**30:,.0f} GiB; fewer channels or a "
                f"larger stride would do."
            )


def _together(shape: Shape, made: dict[str, Flow]) -> Flow:
    """What leaves several lists: in a sum a map of one cell is repeated over the others."""
    flows = list(_spread(shape, made.values()))
    reach = flows[0].reach
    for flow in flows[1:]:
        reach = reach.together(flow.reach)
    return Flow(shape, reach)


def _spread(shape: Shape, flows: Iterable[Flow]) -> Iterator[Flow]:
    for flow in flows:
        if len(flow.shape) == len(shape) == len(flow.reach.axes) + 1:
            repeated = [axis for axis, (a, b) in enumerate(zip(flow.shape[1:], shape[1:], strict=True)) if a != b]
            yield Flow(shape, flow.reach.repeated(repeated))
        else:
            yield flow


def misfits(steps: Iterable[Step]) -> dict[str, Misfit]:
    """What does not fit, by path."""
    return {step.path: step.misfit for step in steps if step.misfit is not None}


def fixes_of(misfit: Misfit) -> tuple[Fix, ...]:
    """All that might help, the last resort included."""
    return (*misfit.fixes, Fix("remove", remove=True))
