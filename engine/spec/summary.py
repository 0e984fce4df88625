"""What a network is, layer by layer: shapes, cost, receptive fields, and what does not fit with ways to repair it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from engine.errors import SpecError
from engine.spec.layers import Fix
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import add_beside, remove, replace_fields
from engine.spec.shapes import Step, fixes_of, misfits, walk


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One layer. Shapes have no batch dimension; what a problem makes unknown is None.

    `id` is the layer's path. `parameters` and `macs` are the layer's own, so a block's are those of the layers in it
    and rows add up. `receptive_field` is (height, width), not clipped to the input.
    """

    id: str
    type: str
    input_shape: tuple[int, ...] | None
    output_shape: tuple[int, ...] | None
    parameters: int | None
    macs: int | None
    receptive_field: tuple[int, ...] | None
    disabled: bool = False


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

    There is a problem exactly when the network cannot run on one input of its input shape.
    """

    rows: tuple[Row, ...]
    parameters: int
    macs: int
    problems: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

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
    return Summary(
        rows=tuple(_row(step) for step in steps),
        parameters=sum(step.parameters or 0 for step in steps),
        macs=sum(step.macs or 0 for step in steps),
        problems=tuple(_problem(network, step) for step in steps if step.misfit is not None),
        warnings=tuple(found for step in steps for found in _warnings(network, step)),
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


def _row(step: Step) -> Row:
    return Row(
        id=step.path,
        type=step.layer.type,
        input_shape=step.entering.shape if step.entering else None,
        output_shape=step.leaving.shape if step.leaving else None,
        parameters=step.parameters,
        macs=step.macs,
        receptive_field=step.leaving.receptive_field if step.leaving else None,
        disabled=step.layer.disabled,
    )


def _problem(network: NetworkSpec, step: Step) -> Finding:
    assert step.misfit is not None
    tried = _tried(network, step.path, fixes_of(step.misfit))
    helping = [(left, fix, made) for left, fix, made in tried if step.path not in left]
    helping.sort(key=lambda each: (each[1].remove, len(each[0]) > 0))
    repairs = tuple(Repair(label=fix.label, network=made) for _, fix, made in helping)
    return Finding(id=step.path, message=step.misfit.message, repairs=repairs)


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
    changed = replace_fields(network, path, dict(fix.changes)) if fix.changes else network
    return add_beside(changed, fix.before, path, after=False) if fix.before else changed
