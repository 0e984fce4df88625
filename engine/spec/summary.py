"""What a network is, layer by layer: shapes, cost, receptive fields, and what does not fit with ways to repair it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import msgspec

from engine.errors import SpecError
from engine.spec.layers import LAYER_TYPES, Fix, settings_of
from engine.spec.layers.base import Number
from engine.spec.memory import inference_values, training_values
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import add_beside, remove, replace_fields, replace_layer
from engine.spec.shapes import Step, fixes_of, misfits, walk


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One layer. Shapes have no batch dimension; what a problem makes unknown is None.

    `id` is the layer's path. `parameters` and `macs` are the layer's own, so a block's are those of the layers in it
    and rows add up. `receptive_field` is (height, width), not clipped to the input; `jump` says how far the fields of
    neighbouring cells are apart, None where branches of different jumps meet, and `offset` where the first one begins.
    `share_of_parameters` and `share_of_macs` are parts of the network's, between 0 and 1. `formulas` are the size
    formulas of the axes with the numbers in place; `frozen` says that training leaves the layer's weights alone.
    """

    id: str
    type: str
    input_shape: tuple[int, ...] | None
    output_shape: tuple[int, ...] | None
    parameters: int | None
    macs: int | None
    receptive_field: tuple[int, ...] | None
    disabled: bool = False
    frozen: bool = False
    jump: tuple[float | None, ...] | None = None
    offset: tuple[float, ...] | None = None
    formulas: tuple[str, ...] = ()
    share_of_parameters: float | None = None
    share_of_macs: float | None = None

    @property
    def values(self) -> int | None:
        """How many numbers come out for one input."""
        return None if self.output_shape is None else math.prod(self.output_shape)


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """A few words for a button, and the network as it would be."""

    label: str
    network: NetworkSpec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence about the layer with this path, and what would help, best first."""

    id: str
    message: str
    repairs: tuple[Repair, ...] = ()


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A network's rows in the order of computing, their sums, its problems, and doubts about what works.

    There is a problem exactly when the network cannot run on one input of its input shape. `inference_values` is the
    largest number of values of maps that are needed at one time, `training_values` how many are kept for the way
    back; both for one input, with 4 bytes each in float32.
    """

    rows: tuple[Row, ...]
    parameters: int
    macs: int
    problems: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    inference_values: int = 0
    training_values: int = 0

    @property
    def frozen_parameters(self) -> int:
        """How many of the parameters training leaves as they are."""
        return sum(row.parameters or 0 for row in self.rows if row.frozen)

    @property
    def output_shape(self) -> tuple[int, ...] | None:
        """What the network makes of one input; None if it cannot run or has no layers."""
        return self.rows[-1].output_shape if self.rows else None


def summary(network: NetworkSpec) -> Summary:
    """All that can be said of a network without running it. It never raises.

    Example:
        >>> from engine.spec.layers import Conv2d, Flatten, Linear
        >>> layers = (Conv2d(out_channels=6, kernel_size=5), Flatten(), Linear(out_features=10))
        >>> found = summary(NetworkSpec(input_shape=(1, 28, 28), layers=layers))
        >>> [row.output_shape for row in found.rows], found.parameters, found.rows[0].receptive_field
        ([(6, 24, 24), (3456,), (10,)], 34726, (5, 5))
    """
    steps = walk(network)
    parameters, macs = sum(step.parameters or 0 for step in steps), sum(step.macs or 0 for step in steps)
    return Summary(
        rows=tuple(_row(step, parameters, macs) for step in steps),
        parameters=parameters,
        macs=macs,
        problems=tuple(_problem(network, step) for step in steps if step.misfit is not None),
        warnings=tuple(found for step in steps for found in _warnings(network, step)),
        inference_values=inference_values(network.layers, steps),
        training_values=training_values(network, steps),
    )


def check(network: NetworkSpec) -> tuple[Step, ...]:
    """The walk through a network that can run.

    Raises:
        SpecError: with the first problem.
    """
    steps = walk(network)
    for path, misfit in misfits(steps).items():
        raise SpecError(f"{path}: {misfit.message}")
    return steps


def _row(step: Step, parameters: int, macs: int) -> Row:
    known = step.leaving if step.entering is not None else None
    return Row(
        id=step.path,
        type=step.layer.type,
        input_shape=step.entering.shape if step.entering else None,
        output_shape=step.leaving.shape if step.leaving else None,
        parameters=step.parameters,
        macs=step.macs,
        receptive_field=step.leaving.receptive_field if step.leaving else None,
        disabled=step.layer.disabled,
        frozen=bool(getattr(step.layer, "frozen", False)),
        jump=tuple(None if jump is None else _short(jump) for jump in known.reach.jumps) if known else None,
        offset=tuple(_short(first) for first in known.reach.offsets) if known else None,
        formulas=_formulas(step),
        share_of_parameters=_share(step.parameters, parameters),
        share_of_macs=_share(step.macs, macs),
    )


def _formulas(step: Step) -> tuple[str, ...]:
    if step.entering is None or step.leaving is None or step.layer.disabled:
        return ()
    return step.layer.formulas(step.entering.shape)


def _share(part: int | None, whole: int) -> float | None:
    return None if part is None else part / whole if whole else 0.0


def _short(number: Number) -> float:
    """A whole number as one, so that it is shown as one."""
    return int(number) if number.denominator == 1 else float(number)


def _problem(network: NetworkSpec, step: Step) -> Finding:
    assert step.misfit is not None
    fixes = (*_of_other_axes(step), *fixes_of(step.misfit))
    tried = _tried(network, step.path, fixes)
    helping = [(left, fix, made) for left, fix, made in tried if step.path not in left]
    helping.sort(key=lambda each: (each[1].remove, len(each[0]) > 0))
    repairs = tuple(Repair(label=fix.label, network=made) for _, fix, made in helping)
    return Finding(id=step.path, message=step.misfit.message, repairs=repairs)


def _of_other_axes(step: Step) -> list[Fix]:
    """The layer of the same name for as many axes as come in, such as Conv1d for Conv2d."""
    axes = len(step.entering.shape) - 1 if step.entering else 0
    layer = step.layer
    name = f"{layer.type[:-2]}{axes}d"
    if not layer.axes or layer.axes == axes or name not in LAYER_TYPES:
        return []
    kind: type[Any] = LAYER_TYPES[name]
    given = {each: getattr(layer, each) for each in settings_of(type(layer)) if each in settings_of(kind)}
    try:
        return [Fix(f"{name} instead", instead=kind(**{each: _for_axes(value, axes) for each, value in given.items()}))]
    except SpecError:
        return []


def _for_axes(value: object, axes: int) -> object:
    """An amount for each axis as one for another number of axes: the last axes stay what they are."""
    if not isinstance(value, tuple):
        return value
    return (*value[:1] * (axes - len(value)), *value[-axes:])


def _warnings(network: NetworkSpec, step: Step) -> list[Finding]:
    found = []
    for doubt in step.doubts:
        tried = _tried(network, step.path, doubt.fixes)
        repairs = tuple(Repair(label=fix.label, network=made) for left, fix, made in tried if step.path not in left)
        found.append(Finding(id=step.path, message=doubt.message, repairs=repairs))
    return found


def _tried(network: NetworkSpec, path: str, fixes: Iterable[Fix]) -> list[tuple[set[str], Fix, NetworkSpec]]:
    """(paths that still do not fit, fix, network) for each fix that can be made."""
    found = []
    for fix in fixes:
        try:
            made = _fixed(network, path, fix)
        except SpecError:  # a value outside its range is no repair
            continue
        found.append((set(misfits(walk(made))), fix, made))
    return found


def _fixed(network: NetworkSpec, path: str, fix: Fix) -> NetworkSpec:
    if fix.remove:
        return remove(network, path)
    if fix.instead is not None:
        return replace_layer(network, path, fix.instead)
    changed = replace_fields(network, path, dict(fix.changes)) if fix.changes else network
    return add_beside(changed, fix.before, path, after=False) if fix.before else changed
