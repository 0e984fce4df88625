"""What every step of a chain makes of a picture's size, and why a step cannot be, without computing anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.arithmetic import check_padding_mode, padding_per_side
from engine.errors import SpecError
from engine.spec.edit import rotate
from engine.spec.fields import Pair
from engine.spec.filter import FilterSpec
from engine.spec.geometry import FilterGeometry

TURNING = ("magnitude", "direction")
"""Detectors that need the map of the kernel and of its quarter turn."""
COLOURS = 3


class StepState(NamedTuple):
    """What becomes of one step: the size of its map, or else the problem it has.

    Neither where a step before it has one.
    """

    size: Pair | None = None
    problem: str = ""


def chain_states(steps: Sequence[FilterSpec], input_size: Pair) -> tuple[StepState, ...]:
    """What becomes of each step on a colour picture of (height, width).

    Example:
        >>> big = FilterSpec(padding="valid", dilation=(9, 9))
        >>> states = chain_states([FilterSpec(stride=(2, 2)), big, FilterSpec()], (24, 30))
        >>> [state.size for state in states], bool(states[1].problem)
        ([(12, 15), None, None], True)
    """
    states: list[StepState] = []
    size: Pair | None = input_size
    channels = COLOURS
    for step in steps:
        if size is None:
            states.append(StepState())
            continue
        try:
            _check_channels(step, channels)
            size = _map_size(step, size)
            states.append(StepState(size))
        except SpecError as error:
            size = None
            states.append(StepState(problem=str(error)))
        channels = channels if step.channels == "each" else 1
    return tuple(states)


def _check_channels(step: FilterSpec, channels: int) -> None:
    if step.channels == "sum" and channels != COLOURS:
        raise SpecError(
            "R + G + B needs three channels, and the step before hands on one; let the kernel see grey values instead."
        )


def _map_size(step: FilterSpec, size: Pair) -> Pair:
    geometry = FilterGeometry(step, size)
    _check_padding(step, size)
    convolved = geometry.convolved_size
    if step.detector.kind in TURNING:
        turned = rotate(step)
        _check_padding(turned, size)
        if FilterGeometry(turned, size).convolved_size != convolved:
            height, width = step.kernel.size
            raise SpecError(
                f"Gradient {step.detector.kind} needs a map as large from the turned kernel, and a {height}×{width} "
                f"kernel does not give one with this padding; a square kernel, or padding 'same', would do."
            )
    return geometry.map_size


def _check_padding(step: FilterSpec, size: Pair) -> None:
    sides = padding_per_side(step.padding, step.kernel.size, step.dilation)
    for axis, name in enumerate(("height", "width")):
        check_padding_mode(step.padding_mode, size[axis], *sides[axis], axis=name)
