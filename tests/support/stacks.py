"""Random networks, and what torch itself makes of them: nothing here asks `engine` for a shape or a module."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from engine.spec import layers as spec
from engine.spec.layers import AnyLayer
from engine.spec.network import NetworkSpec

# Tiny layers on busy cores: a second thread mostly waits for the first.
torch.set_num_threads(1)

small = st.integers(1, 5)
sizes = st.one_of(small, st.tuples(small, small))
steps = st.one_of(st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 3)))
paddings = st.one_of(
    st.sampled_from(["valid", "same", "full"]), st.integers(0, 3), st.tuples(st.integers(0, 4), st.integers(0, 4))
)
rarely = st.sampled_from([None] * 9 + [1, 4, 6, 10])
channels = st.sampled_from([1, 2, 3, 4, 6, 8])


def _given(kind: type[AnyLayer], **settings: st.SearchStrategy[Any]) -> st.SearchStrategy[AnyLayer]:
    disabled = st.sampled_from([False] * 9 + [True])
    return st.builds(kind, **settings, disabled=disabled)


convolutions = _given(
    spec.Conv2d,
    in_channels=rarely,
    out_channels=channels,
    kernel_size=sizes,
    stride=st.one_of(st.just(1), steps),
    padding=paddings,
    padding_mode=st.sampled_from(["zeros", "zeros", "zeros", "reflect", "replicate", "circular"]),
    dilation=st.one_of(st.just(1), st.just(1), steps),
    groups=st.sampled_from([1, 1, 1, 2, 3, 4]),
    bias=st.booleans(),
)
pool = {
    "kernel_size": sizes,
    "stride": st.one_of(st.none(), steps),
    "padding": st.one_of(st.just(0), st.just(0), st.integers(0, 2)),
    "ceil_mode": st.booleans(),
}
poolings = st.one_of(
    _given(spec.MaxPool2d, **pool, dilation=st.one_of(st.just(1), st.just(1), steps)),
    _given(spec.AvgPool2d, **pool, count_include_pad=st.booleans()),
    _given(spec.AdaptiveAvgPool2d, output_size=sizes),
)
plain = st.one_of(
    _given(spec.ReLU),
    _given(spec.LeakyReLU, negative_slope=st.sampled_from([0.01, 0.2, 1, -0.5])),
    _given(spec.Sigmoid),
    _given(spec.Tanh),
    _given(spec.Identity),
    _given(spec.Dropout, p=st.sampled_from([0, 0.25, 0.5, 1])),
    _given(
        spec.BatchNorm2d,
        num_features=rarely,
        eps=st.sampled_from([1e-5, 1e-3]),
        momentum=st.sampled_from([None, 0.1, 0.5]),
        affine=st.booleans(),
    ),
)
dense = st.one_of(
    _given(spec.Flatten),
    _given(spec.Linear, in_features=rarely, out_features=channels, bias=st.booleans()),
)
windows = st.one_of(convolutions, convolutions, poolings)
leaves = st.one_of(windows, windows, plain, dense)


def _blocks(inner: st.SearchStrategy[AnyLayer]) -> st.SearchStrategy[AnyLayer]:
    lists = st.lists(st.one_of(plain, inner), max_size=3).map(tuple)
    keeping = st.builds(
        spec.Conv2d,
        out_channels=channels,
        kernel_size=sizes,
        padding=st.just("same"),
        stride=st.sampled_from([1, 1, 1, 2]),
    )
    kept = st.lists(st.one_of(keeping, plain), max_size=3).map(tuple)
    return _given(spec.Residual, body=st.one_of(kept, kept, lists), shortcut=st.one_of(st.just(()), kept, lists))


blocks = _blocks(st.one_of(leaves, _blocks(leaves)))
shapes = st.tuples(channels, st.integers(1, 24), st.integers(1, 24))


@st.composite
def networks(draw: st.DrawFn, layers: st.SearchStrategy[AnyLayer] | None = None, most: int = 7) -> NetworkSpec:
    """Networks of every kind of layer, some of which do not fit together."""
    chosen = layers if layers is not None else st.one_of(leaves, leaves, leaves, blocks)
    return NetworkSpec(input_shape=draw(shapes), layers=draw(st.lists(chosen, max_size=most)))


_means = st.builds(spec.AvgPool2d, **pool)
_sums = st.builds(
    spec.Conv2d,
    out_channels=st.integers(1, 3),
    kernel_size=sizes,
    stride=steps,
    padding=paddings,
    dilation=st.one_of(st.just(1), steps),
    bias=st.booleans(),
)
_kept = st.lists(
    st.builds(spec.Conv2d, out_channels=st.just(2), kernel_size=sizes, padding=st.just("same")), max_size=2
)
averaging = st.one_of(_means, _sums, _sums, st.builds(spec.Residual, body=_kept, shortcut=_kept))
"""Layers of positive weights in which every cell that is looked at counts."""


class Reference:
    """Runs a network's layers by torch alone, each made for what arrives at it, and counts what they learn."""

    def __init__(self, device: str = "meta") -> None:
        self.device = device
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.learned: dict[str, int] = {}

    def run(self, network: NetworkSpec) -> Tensor | None:
        """What comes out; None if torch refuses. `shapes` holds what came out of each layer before."""
        inputs = torch.ones(1, *network.input_shape, device=self.device)
        try:
            with torch.no_grad():
                return self.through(network.layers, inputs, "")
        except (RuntimeError, ValueError, IndexError, TypeError):
            return None

    def through(self, layers: Iterable[AnyLayer], inputs: Tensor, inside: str) -> Tensor:
        for layer in layers:
            path = inside + layer.id
            self.learned[path] = 0
            if not layer.disabled:
                inputs = self.apply(layer, inputs, path)
            self.shapes[path] = tuple(inputs.shape[1:])
        return inputs

    def apply(self, layer: AnyLayer, inputs: Tensor, path: str) -> Tensor:
        if isinstance(layer, spec.Residual):
            body = self.through(layer.body, inputs, f"{path}.body.")
            return body + self.through(layer.shortcut, inputs, f"{path}.shortcut.")
        if isinstance(layer, spec.Branches):
            made = [self.through(part, inputs, f"{path}.{name}.") for name, part in layer.parts().items()]
            return torch.cat(made, 1) if layer.merge == "concat" else functools.reduce(torch.add, made)
        if isinstance(layer, spec.Flatten):
            return inputs.flatten(1)
        plain = OURS.get(type(layer))
        if plain is not None:
            made, self.learned[path] = plain(layer, inputs)
            return made
        if layer.axes and inputs.ndim != layer.axes + 2 and not isinstance(layer, spec.BatchNorm1d):
            raise ValueError("torch would take the batch for channels")
        module = self.module(layer, inputs).to(self.device).eval()
        self.learned[path] = sum(weight.numel() for weight in module.parameters())
        if isinstance(layer, LAX) and inputs.numel() < 100_000:
            self.module(layer, inputs).to("cpu")(torch.zeros(inputs.shape))
        made = module(inputs)
        if not made.numel():
            raise ValueError("maps without a cell, which torch makes where there are groups")
        return made

    def module(self, layer: AnyLayer, inputs: Tensor) -> nn.Module:
        left_out = ("id", "disabled", *layer.beside)
        given = {name: getattr(layer, name) for name in layer.__struct_fields__ if name not in left_out}
        match layer:
            case spec.Conv1d() | spec.Conv2d() | spec.Conv3d():
                given["in_channels"] = layer.in_channels or inputs.shape[1]
                if layer.padding == "same":
                    return _EverySth(type(layer).__name__, given)
            case spec.ConvTranspose1d() | spec.ConvTranspose2d() | spec.ConvTranspose3d():
                given["in_channels"] = layer.in_channels or inputs.shape[1]
            case spec.GroupNorm():
                if layer.num_channels not in (None, inputs.shape[1]):
                    raise ValueError("torch looks only at the groups")
                given["num_channels"] = inputs.shape[1]
            case spec.LayerNorm():
                whole = tuple(inputs.shape[1:])
                given["normalized_shape"] = whole if layer.normalized_shape is None else layer.normalized_shape
            case spec.Upsample():
                given["align_corners"] = layer.align_corners or None
            case spec.Linear():
                given["in_features"] = layer.in_features or inputs.shape[-1]
            case spec.BatchNorm1d() | spec.BatchNorm2d() | spec.BatchNorm3d():
                given["num_features"] = layer.num_features or inputs.shape[1]
        return getattr(nn, type(layer).__name__)(**given)


class _EverySth(nn.Module):
    """Padding "same" as the design defines it: torch's at stride 1, of which every s-th cell is taken."""

    def __init__(self, name: str, given: dict[str, Any]) -> None:
        super().__init__()
        steps = given["stride"]
        self.steps = [slice(None, None, step) for step in (steps if isinstance(steps, tuple) else (steps,))]
        self.convolution = getattr(nn, name)(**{**given, "stride": 1})

    def forward(self, inputs: Tensor) -> Tensor:
        return self.convolution(inputs)[(..., *self.steps)]


def _like_a_convolution(layer: Any, inputs: Tensor, outputs: int, groups: int = 1) -> Tensor:
    """What a shared convolution makes of it: the same shape, and torch's own refusals."""
    if inputs.ndim != 4:
        raise ValueError("torch would take the batch for channels")
    given = {"stride": layer.stride, "padding": layer.padding, "groups": groups}
    given["dilation"] = getattr(layer, "dilation", 1)
    given["padding_mode"] = getattr(layer, "padding_mode", "zeros")
    channels = getattr(layer, "in_channels", None) or inputs.shape[1]
    given |= {"in_channels": channels, "out_channels": outputs, "kernel_size": layer.kernel_size}
    made = _EverySth("Conv2d", given) if layer.padding == "same" else nn.Conv2d(**given)
    return made.to(inputs.device)(inputs)


def _unshared(layer: spec.UnsharedConv2d, inputs: Tensor) -> tuple[Tensor, int]:
    made = _like_a_convolution(layer, inputs, layer.out_channels, layer.groups)
    taps = math.prod(layer.kernel_size) * inputs.shape[1] // layer.groups
    return made, made[0].numel() * (taps + layer.bias)


def _tiled(layer: spec.TiledConv2d, inputs: Tensor) -> tuple[Tensor, int]:
    made = _like_a_convolution(layer, inputs, layer.out_channels, layer.groups)
    taps = math.prod(layer.kernel_size) * inputs.shape[1] // layer.groups
    return made, math.prod(layer.tile) * layer.out_channels * (taps + layer.bias)


def _table(layer: spec.TableConv2d, inputs: Tensor) -> tuple[Tensor, int]:
    if max(map(max, layer.connections)) >= inputs.shape[1]:
        raise IndexError("torch's meta device does not look at it")
    made = _like_a_convolution(layer, inputs, len(layer.connections))
    return made, sum(len(row) * math.prod(layer.kernel_size) + layer.bias for row in layer.connections)


def _fixed(layer: spec.FixedKernels, inputs: Tensor) -> tuple[Tensor, int]:
    if any(len(kernel.weights) not in (1, inputs.shape[1]) for kernel in layer.kernels):
        raise ValueError("planes and channels differ")
    made = _like_a_convolution(layer, inputs, len(layer.kernels))
    count = len(layer.kernels) * inputs.shape[1] * math.prod(layer.kernel_size)
    return made, count if layer.trainable else 0


def _padded(layer: spec.Pad, inputs: Tensor) -> tuple[Tensor, int]:
    amounts = (layer.padding,) * 4 if isinstance(layer.padding, int) else layer.padding
    if inputs.ndim != 2 + len(amounts) // 2:
        raise ValueError("torch would pad the batch")
    mode = "constant" if layer.mode == "zeros" else layer.mode
    return functional.pad(inputs, amounts, mode, layer.value if mode == "constant" else None), 0


def _normalised(layer: spec.Normalize, inputs: Tensor) -> tuple[Tensor, int]:
    for given in (layer.mean, layer.std):
        if isinstance(given, tuple) and len(given) not in (1, inputs.shape[1]):
            raise ValueError("as many as channels")
    return inputs * 1, 0


LAX = (spec.ConvTranspose1d, spec.ConvTranspose2d, spec.ConvTranspose3d, spec.Upsample, spec.Softmax)
"""Layers of which torch's meta device takes some inputs that every real one refuses."""
OURS: dict[type, Any] = {
    spec.UnsharedConv2d: _unshared,
    spec.TiledConv2d: _tiled,
    spec.TableConv2d: _table,
    spec.FixedKernels: _fixed,
    spec.Pad: _padded,
    spec.Normalize: _normalised,
}
"""Layers that torch has no class for, or whose class does not refuse all it should: what comes out, what is learned."""


def gradient_support(module: nn.Module, shape: tuple[int, ...], path: str, cell: tuple[int, int]) -> Tensor:
    """Which pixels [H, W] of the input change a cell of a layer's first map, by the gradient."""
    inputs = torch.ones(1, *shape, requires_grad=True, dtype=torch.float64)
    caught: list[Tensor] = []
    handle = module.get_submodule(path).register_forward_hook(lambda _, __, made: caught.append(made))
    module(inputs)
    handle.remove()
    caught[0][0, 0, cell[0], cell[1]].backward()
    assert inputs.grad is not None
    return inputs.grad[0].abs().sum(0) > 0


def positive(module: nn.Module) -> nn.Module:
    """The module in evaluation with every weight the same and positive, so that no gradient cancels or dies."""
    module.double().eval()
    with torch.no_grad():
        for weight in module.parameters():
            weight.fill_(1 / math.sqrt(max(1, weight.numel())))
    return module
