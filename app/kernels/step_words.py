"""A step of the chain in words: on its chip, and when one asks more."""

from __future__ import annotations

from app.kernels.chain import steps_text
from app.kernels.size_box import size_text
from app.state.form import described
from app.widgets.number_text import shown
from engine.errors import SpecError
from engine.kernels import family
from engine.spec.chain_check import StepState
from engine.spec.edit import CUSTOM
from engine.spec.fields import Pair
from engine.spec.filter import FilterSpec, KernelSpec


def kernel_words(kernel: KernelSpec) -> str:
    """What a kernel is called.

    Example:
        >>> kernel_words(KernelSpec()), kernel_words(KernelSpec(name="custom"))
        ('Sobel vertical', 'your own')
    """
    if kernel.name == CUSTOM:
        return "your own"
    try:
        return family(kernel.name).label
    except SpecError:
        return kernel.name


def step_lines(number: int, spec: FilterSpec, state: StepState) -> list[str]:
    """Everything that is set in a step, what its map's size is, or why there is none.

    Example:
        >>> step_lines(2, FilterSpec(stride=(2, 2), bias=0.5), StepState((12, 15)))
        ['Step 2: Sobel vertical 3×3', 'Cross-correlation · grey · padding same', 'stride 2×2 · bias 0.5', 'map 12×15']
    """
    made = [f"Step {number}: {kernel_words(spec.kernel)} {size_text(spec.kernel.size)}", _how(spec)]
    after = " · ".join(part for part in (*_places(spec), _bias(spec), steps_text(spec)) if part)
    made += [after] if after else []
    if state.problem:
        made.append(state.problem)
    elif state.size is not None:
        made.append(f"map {size_text(state.size)}")
    return made


def _how(spec: FilterSpec) -> str:
    operation = described(FilterSpec, "operation").labels[spec.operation]
    channels = described(FilterSpec, "channels").labels.get(spec.channels, spec.channels)
    padding = spec.padding if isinstance(spec.padding, str) else size_text(spec.padding)
    mode = "" if spec.padding_mode == "zeros" or padding == "valid" else f" {spec.padding_mode}"
    return f"{operation} · {channels} · padding {padding}{mode}"


def _places(spec: FilterSpec) -> list[str]:
    one: Pair = (1, 1)
    return [
        f"{name} {size_text(pair)}"
        for name, pair in (("stride", spec.stride), ("dilation", spec.dilation))
        if pair != one
    ]


def _bias(spec: FilterSpec) -> str:
    return f"bias {shown(spec.bias, 3)}" if spec.bias else ""
