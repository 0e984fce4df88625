"""What a layer must give, by plain loops in double precision that share nothing with the engine; and settings."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.kinds.facts import kind_facts, weight_shape
from engine.kinds.spec import KindSpec
from engine.kinds.weights import random_weights

Array = NDArray[Any]


def around(spec: KindSpec) -> list[tuple[int, int]]:
    """(before, after) along each axis."""
    padding = [spec.padding] * len(spec.size) if isinstance(spec.padding, str) else spec.padding
    found = []
    for amount, k, d in zip(padding, spec.kernel_size, spec.dilation, strict=True):
        e = d * (k - 1) + 1
        words = {"valid": (0, 0), "same": ((e - 1) // 2, e - 1 - (e - 1) // 2), "full": (e - 1, e - 1)}
        found.append(words[amount] if isinstance(amount, str) else (amount, amount))
    return found


def source(place: int, n: int, mode: str) -> int | None:
    """The cell that lies at a place of the padded axis; None for a zero."""
    if 0 <= place < n:
        return place
    if mode == "zeros":
        return None
    if mode == "replicate":
        return 0 if place < 0 else n - 1
    if mode == "circular":
        return place % n
    return -place if place < 0 else 2 * (n - 1) - place


def kernel_at(spec: KindSpec, weight: Array, place: tuple[int, ...]) -> Array:
    """The kernel [out, in/groups, *k] that an output place uses."""
    if spec.kind == "unshared":
        return weight[place]
    if spec.kind == "tiled":
        return weight[tuple(p % t for p, t in zip(place, spec.tile, strict=True))]
    return weight


def taps(spec: KindSpec) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """(step of the kernel, index of the weight): the same, unless the kernel is turned around."""
    turned = spec.operation == "convolution"
    found = []
    for step in product(*map(range, spec.kernel_size)):
        index = tuple(k - 1 - i for i, k in zip(step, spec.kernel_size, strict=True)) if turned else step
        found.append((step, index))
    return found


def computed(spec: KindSpec, x: Array, weight: Array, bias: Array | None) -> tuple[Array, Array]:
    """The output [out, *size] and, for each cell, the sum of the sizes of its terms."""
    made = kind_facts(spec).output_shape
    assert made is not None
    x, weight = x.astype(np.float64), weight.astype(np.float64)
    out = summed(spec, x, weight, made)
    signed = min(x.min(), weight.min()) < 0
    size = summed(spec, np.abs(x), np.abs(weight), made) if signed else out
    if bias is not None:
        offset = offsets(spec, bias.astype(np.float64), made)
        out, size = out + offset, size + np.abs(offset)
    return out, size


def summed(spec: KindSpec, x: Array, weight: Array, made: tuple[int, ...]) -> Array:
    if spec.kind == "dense":
        return (weight @ x.ravel()).reshape(made)
    out = np.zeros(made)
    (scatter if spec.kind == "transposed" else gather)(spec, x, weight, out)
    return out


def gather(spec: KindSpec, x: Array, weight: Array, out: Array) -> None:
    sides, groups = around(spec), spec.groups
    each_in, each_out = spec.in_channels // groups, spec.out_channels // groups
    for place in product(*map(range, out.shape[1:])):
        kernel = kernel_at(spec, weight, place)
        for step, index in taps(spec):
            at = []
            for o, s, (before, _), t, d, n in zip(
                place, spec.stride, sides, step, spec.dilation, spec.size, strict=True
            ):
                at.append(source(o * s - before + t * d, n, spec.padding_mode))
            if None in at:
                continue
            values = x[(slice(None), *at)]
            for g in range(groups):
                rows = slice(g * each_out, (g + 1) * each_out)
                out[(rows, *place)] += kernel[(rows, slice(None), *index)] @ values[g * each_in : (g + 1) * each_in]


def scatter(spec: KindSpec, x: Array, weight: Array, out: Array) -> None:
    sides, groups = around(spec), spec.groups
    each_in, each_out = spec.in_channels // groups, spec.out_channels // groups
    for place in product(*map(range, spec.size)):
        for step, index in taps(spec):
            at = tuple(
                i * s - before + t * d
                for i, s, (before, _), t, d in zip(place, spec.stride, sides, step, spec.dilation, strict=True)
            )
            if any(a < 0 or a >= n for a, n in zip(at, out.shape[1:], strict=True)):
                continue
            for g in range(groups):
                entered = slice(g * each_in, (g + 1) * each_in)
                laid = weight[(entered, slice(None), *index)]
                out[(slice(g * each_out, (g + 1) * each_out), *at)] += x[(entered, *place)] @ laid


def offsets(spec: KindSpec, bias: Array, made: tuple[int, ...]) -> Array:
    if spec.kind == "dense":
        return bias.reshape(made)
    found = np.zeros(made)
    for place in product(*map(range, made[1:])):
        if spec.kind == "unshared":
            found[(slice(None), *place)] = bias[place]
        elif spec.kind == "tiled":
            found[(slice(None), *place)] = bias[tuple(p % t for p, t in zip(place, spec.tile, strict=True))]
        else:
            found[(slice(None), *place)] = bias
    return found


@st.composite
def specs(draw: st.DrawFn, **fixed: Any) -> KindSpec:
    """Any layer that can be: every kind, one to three axes, ugly sizes."""
    kind = draw(st.sampled_from(["shared", "unshared", "tiled", "dense", "transposed"]))
    kind = fixed.get("kind", kind)
    axes = fixed.get("axes") or draw(st.sampled_from([1, 2, 2, 3]))
    largest = {1: 12, 2: 7, 3: 4}[axes]

    def along(low: int, high: int) -> st.SearchStrategy[tuple[int, ...]]:
        return st.tuples(*[st.integers(low, high)] * axes)

    groups = draw(st.sampled_from([1, 1, 1, 2, 3]))
    words = st.sampled_from(["valid", "same", "full"])
    spec = KindSpec(
        kind=kind,
        size=draw(along(1, largest)),
        kernel_size=draw(along(1, {1: 5, 2: 4, 3: 3}[axes])),
        in_channels=groups * draw(st.integers(1, 3 if axes < 3 else 2)),
        out_channels=groups * draw(st.integers(1, 3 if axes < 3 else 2)),
        groups=groups,
        stride=draw(st.one_of(st.just((1,) * axes), along(1, 3))),
        padding=draw(st.one_of(words, along(0, 3))),
        padding_mode="zeros"
        if kind == "transposed"
        else draw(st.sampled_from(["zeros", "zeros", "reflect", "replicate", "circular"])),
        dilation=draw(st.one_of(st.just((1,) * axes), along(1, 3))),
        tile=draw(along(1, 3)),
        output_padding=draw(along(0, 2)),
        bias=draw(st.booleans()),
        operation=draw(st.sampled_from(["correlation", "correlation", "convolution"])),
    )
    assume(kind_facts(spec).problem is None)
    return spec


def numbers(spec: KindSpec, seed: int) -> tuple[Array, Array, Array | None]:
    """Input, weight and bias: for even seeds all positive, so that nothing cancels; for odd ones of both signs."""
    rng = np.random.default_rng(seed)
    weight, bias = random_weights(spec, seed)
    assert weight.shape == weight_shape(spec)
    x = rng.standard_normal(spec.input_shape).astype(np.float32)
    if seed % 2 == 0:
        return np.abs(x), np.abs(weight), None if bias is None else np.abs(bias)
    return x, weight, bias


def assert_close(found: Array, exact: Array, size: Array, seed: int) -> None:
    """Within 1e-5 of each cell where nothing cancels; within 1e-6 of the sum of its terms where it may."""
    assert found.dtype == np.float32
    assert found.shape == exact.shape
    loss = np.abs(found - exact)
    limit = 1e-5 * np.abs(exact) if seed % 2 == 0 else 1e-6 * size
    assert (loss <= limit + 1e-30).all(), f"off by {loss.max():.3g}, {(loss / (limit + 1e-30)).max():.2f} of the limit"
