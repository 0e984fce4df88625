"""What a layer costs and why it may be impossible, without a single weight being made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from engine.errors import SpecError
from engine.kinds.axes import axis_links
from engine.kinds.sizes import formulas, output_shape
from engine.kinds.spec import KindSpec

WEIGHT_BUDGET = 256 * 2**20
"""Bytes that a layer's weights may take: an unshared 3×3 layer over one plane of a 4K picture is beyond it."""
MAP_BUDGET = 2**30
"""Bytes that the input, padding included, or the output may take."""
MAX_MACS = 20_000_000_000
"""Multiply-adds of one run: some seconds of work, after which a page would seem to hang."""
FLOAT = 4


@dataclass(frozen=True)
class KindFacts:
    """All that can be said of a layer by arithmetic.

    Attributes:
        problem: one sentence on why it cannot be run, or None. What cannot be told then is None, or empty.
        output_shape: (channels, *size).
        formulas: the size formula of each axis with its numbers.
        weight_shape, bias_shape: as `engine.kinds.run.run_kind` takes them; None where there is no bias.
        weights, biases: how many there are.
        weights_text, macs_text: how the counts come about, with the numbers in place.
        weight_bytes: of the weights and biases in float32.
        macs: multiply-adds for one input, those with padding included.
        links: input cell, output cell and weight that meet, padding left out: the non-zeros of the matrix.
        dense_entries: entries of the matrix: what a dense layer between the same cells would need.
    """

    problem: str | None
    output_shape: tuple[int, ...] | None = None
    formulas: tuple[str, ...] = ()
    weight_shape: tuple[int, ...] | None = None
    bias_shape: tuple[int, ...] | None = None
    weights: int | None = None
    biases: int | None = None
    weights_text: str = ""
    macs_text: str = ""
    weight_bytes: int | None = None
    macs: int | None = None
    links: int | None = None
    dense_entries: int | None = None


@lru_cache(maxsize=256)
def kind_facts(spec: KindSpec) -> KindFacts:
    """Sizes, counts and the problem of a layer, if it has one. Never raises.

    Example:
        >>> edge = KindSpec(size=(280, 320), kernel_size=(1, 2))
        >>> found = kind_facts(edge)
        >>> found.output_shape, found.weights, found.dense_entries
        ((1, 280, 319), 2, 8003072000)
        >>> kind_facts(KindSpec(kind="unshared", size=(280, 320), kernel_size=(1, 2))).weights
        178640
    """
    try:
        check_settings(spec)
        made = output_shape(spec)
    except SpecError as error:
        return KindFacts(problem=str(error))
    weight_shape, bias_shape = _weight_shape(spec, made), _bias_shape(spec, made)
    weights, biases = math.prod(weight_shape), math.prod(bias_shape) if bias_shape else 0
    macs, macs_text = _macs(spec, made)
    return KindFacts(
        problem=_over_budget(spec, made, (weights + biases) * FLOAT, macs),
        output_shape=made,
        formulas=tuple(formula.text for formula in formulas(spec)),
        weight_shape=weight_shape,
        bias_shape=bias_shape,
        weights=weights,
        biases=biases,
        weights_text=_weights_text(spec, made, weights),
        macs_text=macs_text,
        weight_bytes=(weights + biases) * FLOAT,
        macs=macs,
        links=_links(spec),
        dense_entries=math.prod(made) * math.prod(spec.input_shape),
    )


def check_settings(spec: KindSpec) -> None:
    """Raise SpecError if settings contradict each other; sizes are not looked at."""
    if spec.kind != "dense" and (spec.in_channels % spec.groups or spec.out_channels % spec.groups):
        raise SpecError(
            f"{spec.groups} groups do not divide {spec.in_channels} input and {spec.out_channels} output channels; "
            f"{math.gcd(spec.in_channels, spec.out_channels, spec.groups)} would."
        )
    if spec.kind != "transposed":
        return
    if spec.padding_mode != "zeros":
        raise SpecError("A transposed convolution cuts its padding off, so only padding mode 'zeros' goes with it.")
    for o, s, d in zip(spec.output_padding, spec.stride, spec.dilation, strict=True):
        if o >= max(s, d):
            raise SpecError(
                f"Output padding must be less than the stride or the dilation, {max(s, d)} here; it is {o}."
            )


def check(spec: KindSpec) -> None:
    """Raise SpecError, with the one sentence of `kind_facts`, if the layer cannot be run."""
    problem = kind_facts(spec).problem
    if problem is not None:
        raise SpecError(problem)


def weight_shape(spec: KindSpec) -> tuple[int, ...]:
    """The shape of the weights.

    Returns:
        Shared: [out, in/groups, *k]. Transposed: [in, out/groups, *k], both as in torch. Unshared: that of a shared
        one for each place, [*out_size, out, in/groups, *k]. Tiled: [*tile, out, in/groups, *k]; cell o uses the
        kernel o mod tile. Dense: [cells out, cells in], each counted as `ravel` does, channels first.

    Raises:
        SpecError: if there is no output.

    Example:
        >>> weight_shape(KindSpec(kind="tiled", tile=2, in_channels=3, out_channels=8))
        (2, 2, 8, 3, 3, 3)
    """
    check_settings(spec)
    return _weight_shape(spec, output_shape(spec))


def bias_shape(spec: KindSpec) -> tuple[int, ...] | None:
    """The shape of the bias, shared as the kernels are, or None without one.

    Returns:
        [out]; unshared [*out_size, out]; tiled [*tile, out]; dense [cells out].

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.5, on the biases of the three kinds.
    """
    check_settings(spec)
    return _bias_shape(spec, output_shape(spec))


def _weight_shape(spec: KindSpec, made: tuple[int, ...]) -> tuple[int, ...]:
    if spec.kind == "dense":
        return math.prod(made), math.prod(spec.input_shape)
    if spec.kind == "transposed":
        return spec.in_channels, spec.out_channels // spec.groups, *spec.kernel_size
    return *_kernels(spec, made), spec.out_channels, spec.in_channels // spec.groups, *spec.kernel_size


def _bias_shape(spec: KindSpec, made: tuple[int, ...]) -> tuple[int, ...] | None:
    if not spec.bias:
        return None
    return (math.prod(made),) if spec.kind == "dense" else (*_kernels(spec, made), spec.out_channels)


def _kernels(spec: KindSpec, made: tuple[int, ...]) -> tuple[int, ...]:
    """How many kernels there are along each axis; nothing if all places share one."""
    return {"unshared": made[1:], "tiled": spec.tile}.get(spec.kind, ())


def _weights_text(spec: KindSpec, made: tuple[int, ...], weights: int) -> str:
    """Such as '8·3·(3·3) = 216', places or tiles first."""
    if spec.kind == "dense":
        return f"({_times(made)})·({_times(spec.input_shape)}) = {weights:,}"
    first, second = spec.out_channels, spec.in_channels
    if spec.kind == "transposed":
        first, second = second, first
    inner = f"{second}/{spec.groups}" if spec.groups > 1 else str(second)
    kernels = _kernels(spec, made)
    places = f"({_times(kernels)})·" if kernels else ""
    return f"{places}{first}·{inner}·({_times(spec.kernel_size)}) = {weights:,}"


def _times(numbers: tuple[int, ...]) -> str:
    return "·".join(map(str, numbers))


def _macs(spec: KindSpec, made: tuple[int, ...]) -> tuple[int, str]:
    """Multiply-adds and how they come about: cells times what each has a part in."""
    if spec.kind == "dense":
        macs = math.prod(made) * math.prod(spec.input_shape)
        return macs, f"({_times(made)})·({_times(spec.input_shape)}) = {macs:,}"
    cells, channels = made, spec.in_channels
    if spec.kind == "transposed":
        cells, channels = spec.input_shape, spec.out_channels
    macs = math.prod(cells) * channels // spec.groups * spec.taps
    inner = f"{channels}/{spec.groups}" if spec.groups > 1 else str(channels)
    return macs, f"({_times(cells)})·{inner}·({_times(spec.kernel_size)}) = {macs:,}"


def _links(spec: KindSpec) -> int:
    channels = spec.in_channels * spec.out_channels
    if spec.kind != "dense":
        channels //= spec.groups
    return channels * math.prod(axis_links(spec, axis).count() for axis in range(spec.dimensions))


def _over_budget(spec: KindSpec, made: tuple[int, ...], weight_bytes: int, macs: int) -> str | None:
    padded = (n + sum(sides) for n, sides in zip(spec.size, spec.sides, strict=True))
    maps = FLOAT * max(math.prod(made), spec.in_channels * math.prod(padded))
    if weight_bytes > WEIGHT_BUDGET:
        return (
            f"The weights of this {spec.kind} layer would take {weight_bytes:,} bytes, and {WEIGHT_BUDGET:,} are "
            f"allowed; a smaller input, a larger stride or fewer channels would do."
        )
    if maps > MAP_BUDGET:
        return f"The maps would take {maps:,} bytes, and {MAP_BUDGET:,} are allowed; a smaller input would do."
    if macs > MAX_MACS:
        return (
            f"This layer would take {macs:,} multiply-adds, and {MAX_MACS:,} are allowed; a smaller input or kernel, "
            f"or fewer channels, would do."
        )
    return None
