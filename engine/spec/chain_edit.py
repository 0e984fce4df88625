"""Every change a person can make to the chain of steps, as functions from one project to the next.

A project keeps its steps as a zipper: those before the chosen one, the chosen one, those after it. Here they are one
row, counted from 0, in which one is chosen.
"""

from __future__ import annotations

import msgspec

from engine.errors import SpecError
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import Channels, FilterSpec, KernelSpec
from engine.spec.project import Project

Steps = tuple[FilterSpec, ...]


def all_steps(project: Project) -> Steps:
    """Every step, first to last, those after the chosen one included."""
    return *project.steps, *project.after


def chosen_step(project: Project) -> int:
    """The place of the step that is shown and edited."""
    return len(project.before)


def with_steps(project: Project, steps: Steps, chosen: int) -> Project:
    """The project with these steps, of which the one at `chosen` is shown and edited.

    Raises:
        SpecError: if there is no such step, or there are too many.

    Example:
        >>> made = with_steps(Project(), (FilterSpec(), FilterSpec(bias=1.0), FilterSpec()), 1)
        >>> len(made.before), made.filter.bias, len(made.after)
        (1, 1.0, 1)
    """
    _check_place(steps, chosen)
    return msgspec.structs.replace(project, before=steps[:chosen], filter=steps[chosen], after=steps[chosen + 1 :])


def choose(project: Project, place: int) -> Project:
    """Show and edit another step; the steps stay as they are."""
    return with_steps(project, all_steps(project), place)


def add(project: Project, kernel: KernelSpec) -> Project:
    """A new step with this kernel after the chosen one; it becomes the chosen one.

    It sees the channels that the chosen one sees, where those are still there: a sum over the channels leaves one.
    """
    channels: Channels = "each" if project.filter.channels == "each" else "grey"
    made = with_kernel(with_channels(FilterSpec(), channels), kernel)
    place = chosen_step(project) + 1
    return _put(project, made, place)


def duplicate(project: Project, place: int) -> Project:
    """A copy of a step right after it; the copy becomes the chosen one."""
    steps = all_steps(project)
    _check_place(steps, place)
    return _put(project, steps[place], place + 1)


def _put(project: Project, step: FilterSpec, place: int) -> Project:
    steps = all_steps(project)
    return with_steps(project, (*steps[:place], step, *steps[place:]), place)


def remove(project: Project, place: int) -> Project:
    """Take a step out. If it was the chosen one, the one that follows is chosen, or the last.

    Raises:
        SpecError: if it is the only one.
    """
    steps, chosen = all_steps(project), chosen_step(project)
    _check_place(steps, place)
    if len(steps) == 1:
        raise SpecError("A chain has at least one step; this is the only one.")
    left = (*steps[:place], *steps[place + 1 :])
    return with_steps(project, left, min(chosen - (place < chosen), len(left) - 1))


def move(project: Project, place: int, to: int) -> Project:
    """Put a step elsewhere in the row; the chosen one stays the chosen one, wherever it then is.

    Args:
        place: where it is.
        to: where it is to be afterwards.

    Example:
        >>> three = with_steps(Project(), tuple(FilterSpec(bias=float(b)) for b in range(3)), 0)
        >>> moved = move(three, 0, 2)
        >>> [step.bias for step in all_steps(moved)], chosen_step(moved)
        ([1.0, 2.0, 0.0], 2)
    """
    steps, chosen = all_steps(project), chosen_step(project)
    _check_place(steps, place)
    _check_place(steps, to)
    order = [number for number in range(len(steps)) if number != place]
    order.insert(to, place)
    return with_steps(project, tuple(steps[number] for number in order), order.index(chosen))


def _check_place(steps: Steps, place: int) -> None:
    if not 0 <= place < len(steps):
        raise SpecError(f"There is no step {place + 1}; the chain has {len(steps)}.")
