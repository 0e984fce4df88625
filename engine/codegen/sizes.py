"""Sizes that follow from what comes in: left to follow where source writes what they are anyway."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from engine.codegen.arguments import FOLLOWS, Size
from engine.codegen.source import CodeError, Mark, at
from engine.spec.layers import AnyLayer, Shape
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.shapes import Step, walk


class Outdated(NamedTuple):
    """A size in the text that an edit of another layer has made wrong, and what it is now."""

    size: Size
    now: Any


def with_derived(
    network: NetworkSpec, sizes: Iterable[Size], before: NetworkSpec | None = None
) -> tuple[NetworkSpec, tuple[Outdated, ...]]:
    """The network without the sizes that follow from the stack, and those that no longer are what was written.

    Args:
        network: as it was written.
        sizes: those that were written without their names.
        before: the network that the text was before somebody changed it. A size that followed there, and was not
            touched, still does.

    Raises:
        CodeError: for a size that cannot be and that no setting could hold.
    """
    known = {step.path for step in walk(network)}
    written = [size._replace(value=_plain(size)) for size in sizes if size.path in known]
    still = _followed(written, before) if before is not None else set()
    network = _relaxed(network, still)
    steps = {step.path: step for step in walk(network)}
    fitting = {size for size in written if _derived(steps[size.path], size.name) == size.value}
    network = _relaxed(network, fitting)
    outdated: list[Outdated] = []
    wrong: list[Mark] = []
    for size in written:
        now = _derived(steps[size.path], size.name)
        if size in fitting or now is None:
            continue
        if size in still:
            outdated.append(Outdated(size, now))
        elif size.name == FOLLOWS.get(steps[size.path].layer.type):
            wrong += at(size.node, f"{size.name} is {size.value!r} here, and {now!r} comes in.").marks
    if wrong:
        raise CodeError(wrong)
    return network, tuple(outdated)


def _plain(size: Size) -> Any:
    """The size in its one form."""
    if not isinstance(size.value, int) or size.name not in ("input_size", "normalized_shape"):
        return size.value
    return (size.value,) * (2 if size.name == "input_size" else 1)


def _followed(sizes: Iterable[Size], before: NetworkSpec) -> set[Size]:
    """The sizes that are as they followed in the network before, or followed without anybody knowing what they are."""
    known = {step.path: step for step in walk(before)}
    found = set()
    for size in sizes:
        step = known.get(size.path)
        if step is None or (size.name == step.layer.derived and getattr(step.layer, size.name) is not None):
            continue
        if _derived(step, size.name) in (None, size.value):
            found.add(size)
    return found


def _derived(step: Step, name: str) -> Any:
    """What a size has to be by what comes in; None if that is not known."""
    if step.entering is None:
        return None
    shape: Shape = step.entering.shape
    if name == FOLLOWS.get(step.layer.type):
        return (shape[1:] if len(shape) == 3 else None) if name == "input_size" else shape[0]
    return step.layer.derive(shape)


def _relaxed(network: NetworkSpec, sizes: set[Size]) -> NetworkSpec:
    kinds = {path: layer.derived for path, layer in layers_with_paths(network.layers)}
    paths = {size.path for size in sizes if kinds[size.path] == size.name}
    return msgspec.structs.replace(network, layers=_without(network.layers, paths, "")) if paths else network


def _without(layers: tuple[AnyLayer, ...], paths: set[str], inside: str) -> tuple[AnyLayer, ...]:
    made = []
    for layer in layers:
        path = inside + layer.id
        parts = {name: _without(part, paths, f"{path}.{name}.") for name, part in layer.parts().items()}
        if parts != layer.parts():
            layer = layer.with_parts(parts)
        made.append(msgspec.structs.replace(layer, **{layer.derived: None}) if path in paths else layer)
    return tuple(made)
