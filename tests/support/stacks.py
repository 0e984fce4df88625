"""Random networks, and what torch itself makes of them: nothing here asks `engine` for a shape or a module."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

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
        if isinstance(layer, spec.Flatten):
            return inputs.flatten(1)
        module = self.module(layer, inputs).to(self.device).eval()
        self.learned[path] = sum(weight.numel() for weight in module.parameters())
        return module(inputs)

    def module(self, layer: AnyLayer, inputs: Tensor) -> nn.Module:
        given = {name: getattr(layer, name) for name in layer.__struct_fields__ if name not in ("id", "disabled")}
        match layer:
            case spec.Conv2d():
                given["in_channels"] = layer.in_channels or inputs.shape[1]
                if layer.padding == "same":
                    return _EverySth(given)
            case spec.Linear():
                given["in_features"] = layer.in_features or inputs.shape[-1]
            case spec.BatchNorm2d():
                given["num_features"] = layer.num_features or inputs.shape[1]
        return getattr(nn, type(layer).__name__)(**given)


class _EverySth(nn.Module):
    """Padding "same" as the design defines it: torch's at stride 1, of which every s-th cell is taken."""

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__()
        self.stride = given["stride"]
        self.convolution = nn.Conv2d(**{**given, "stride": 1})

    def forward(self, inputs: Tensor) -> Tensor:
        return self.convolution(inputs)[..., :: self.stride[0], :: self.stride[1]]


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
