"""A layer as PyTorch: the module where torch has one, and always lines that compute it."""

from __future__ import annotations

import math

from engine.kinds.facts import check
from engine.kinds.sizes import output_shape
from engine.kinds.spec import KindSpec

IMPORTS = "import torch\nimport torch.nn.functional as F\n\n"
PAD_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
_INNER = "klm"
_PLACES = "xyz"


def torch_module(spec: KindSpec) -> str | None:
    """The torch module that is this layer, as the line that makes it; None where torch has none.

    It takes [N, C, *size]. Unshared and tiled convolutions have none, nor has turning the kernel (operation
    "convolution"), nor padding that is not the same at both ends together with a stride.

    Raises:
        SpecError: if the layer cannot be.

    Example:
        >>> torch_module(KindSpec(in_channels=3, out_channels=8, size=(28, 28), stride=2, padding=1))
        'nn.Conv2d(3, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)'
    """
    check(spec)
    even = all(before == after for before, after in spec.sides)
    if spec.kind == "dense":
        cells, made = math.prod(spec.input_shape), output_shape(spec)
        linear = f"nn.Linear({cells}, {math.prod(made)}, bias={spec.bias})"
        return f"nn.Sequential(nn.Flatten(), {linear}, nn.Unflatten(1, {made}))"
    if spec.kind in ("unshared", "tiled") or spec.operation == "convolution" or not even:
        return None
    name = "ConvTranspose" if spec.kind == "transposed" else "Conv"
    given = [str(spec.in_channels), str(spec.out_channels), f"kernel_size={spec.kernel_size}"]
    given += _settings(spec, padding=True)
    given += [f"padding_mode={spec.padding_mode!r}"] if spec.padding_mode != "zeros" else []
    given += [] if spec.bias else ["bias=False"]
    return f"nn.{name}{spec.dimensions}d({', '.join(given)})"


def torch_code(spec: KindSpec) -> str:
    """Lines that make `y`, the output, of `x` [N, C, *size], `weight` and, if the layer has one, `bias`.

    They need nothing but torch. The tensors have the shapes of `engine.kinds.facts.weight_shape` and `bias_shape`.

    Raises:
        SpecError: if the layer cannot be.

    Example:
        >>> print(torch_code(KindSpec(kind="unshared", size=(5, 5))))
        import torch
        import torch.nn.functional as F
        <BLANKLINE>
        patches = x.unfold(2, 3, 1).unfold(3, 3, 1)
        y = torch.einsum("ncxykl,xyockl->noxy", patches, weight)
    """
    check(spec)
    if spec.kind == "dense":
        bias = ", bias" if spec.bias else ""
        return IMPORTS + f"y = F.linear(x.flatten(1), weight{bias}).unflatten(1, {output_shape(spec)})"
    lines = [_turned(spec)] if spec.operation == "convolution" else []
    if spec.kind == "transposed":
        return IMPORTS + "\n".join([*lines, _transposed(spec)])
    shared_pads = spec.kind == "shared" and spec.padding_mode == "zeros" and _even(spec)
    lines += [_padded(spec)] if any(map(any, spec.sides)) and not shared_pads else []
    made = {"shared": _shared, "unshared": _unshared, "tiled": _tiled}[spec.kind](spec)
    return IMPORTS + "\n".join([*lines, *made])


def _even(spec: KindSpec) -> bool:
    return all(before == after for before, after in spec.sides)


def _settings(spec: KindSpec, padding: bool, strides: tuple[int, ...] | None = None) -> list[str]:
    """The arguments of a torch convolution that differ from its defaults."""
    amounts = {"stride": (strides or spec.stride, 1)}
    if padding:
        amounts["padding"] = (tuple(before for before, _ in spec.sides), 0)
    if spec.kind == "transposed":
        amounts["output_padding"] = (spec.output_padding, 0)
    amounts["dilation"] = (spec.dilation, 1)
    given = [f"{name}={value}" for name, (value, idle) in amounts.items() if set(value) != {idle}]
    return [*given, f"groups={spec.groups}"] if spec.groups > 1 else given


def _turned(spec: KindSpec) -> str:
    return f"weight = weight.flip({', '.join(str(-axis) for axis in range(spec.dimensions, 0, -1))})"


def _padded(spec: KindSpec) -> str:
    # F.pad takes the last axis first
    amounts = tuple(amount for sides in reversed(spec.sides) for amount in sides)
    mode = "" if spec.padding_mode == "zeros" else f", mode={PAD_MODES[spec.padding_mode]!r}"
    return f"x = F.pad(x, {amounts}{mode})"


def _call(spec: KindSpec, arguments: list[str], settings: list[str]) -> str:
    name = "conv_transpose" if spec.kind == "transposed" else "conv"
    return f"F.{name}{spec.dimensions}d({', '.join([*arguments, *settings])})"


def _shared(spec: KindSpec) -> list[str]:
    pads = spec.padding_mode == "zeros" and _even(spec)
    arguments = ["x", "weight", *(["bias"] if spec.bias else [])]
    return [f"y = {_call(spec, arguments, _settings(spec, pads))}"]


def _transposed(spec: KindSpec) -> str:
    arguments = ["x", "weight", *(["bias"] if spec.bias else [])]
    call = _call(spec, arguments, _settings(spec, padding=True))
    cut = "" if _even(spec) else "[" + ", ".join(["...", *(f":{n}" for n in output_shape(spec)[1:])]) + "]"
    return f"y = {call}{cut}"


def _unshared(spec: KindSpec) -> list[str]:
    axes = range(spec.dimensions)
    places, inner = _PLACES[: len(axes)], _INNER[: len(axes)]
    gaps = [f"[{'..., ' if d > 1 else ''}::{d}]" if d > 1 else "" for d in spec.dilation]
    unfolds = "".join(f".unfold({axis + 2}, {spec.extents[axis]}, {spec.stride[axis]}){gaps[axis]}" for axis in axes)
    patches, weight, group = f"patches = x{unfolds}", "weight", ""
    if spec.groups > 1:
        patches += f".unflatten(1, ({spec.groups}, -1))"
        weight, group = f"weight.unflatten({spec.dimensions}, ({spec.groups}, -1))", "g"
    sum_ = f'torch.einsum("n{group}c{places}{inner},{places}{group}oc{inner}->n{group}o{places}", patches, {weight})'
    lines = [patches, f"y = {sum_}{'.flatten(1, 2)' if group else ''}"]
    return [*lines, "y = y + bias.movedim(-1, 0)"] if spec.bias else lines


def _tiled(spec: KindSpec) -> list[str]:
    made = output_shape(spec)
    names = "abc"[: spec.dimensions]
    loops = [
        f"{'    ' * depth}for {name} in range({min(t, n)}):"
        for depth, (name, t, n) in enumerate(zip(names, spec.tile, made[1:], strict=True))
    ]
    kernel = ", ".join(names)
    starts = (f"{name} * {s}:" if s > 1 else f"{name}:" for name, s in zip(names, spec.stride, strict=True))
    places = ", ".join(f"{name}::{t}" for name, t in zip(names, spec.tile, strict=True))
    arguments = [f"x[:, :, {', '.join(starts)}]", f"weight[{kernel}]", *([f"bias[{kernel}]"] if spec.bias else [])]
    strides = tuple(s * t for s, t in zip(spec.stride, spec.tile, strict=True))
    call = _call(spec, arguments, _settings(spec, padding=False, strides=strides))
    body = f"{'    ' * spec.dimensions}y[:, :, {places}] = {call}"
    return [f"y = x.new_empty(len(x), {', '.join(map(str, made))})", *loops, body]
