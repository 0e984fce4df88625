"""Explain this number: terms that sum to what the layer's map holds, of every kind of layer, down to the input."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.errors import SpecError
from engine.forward import rules
from engine.forward.explain import Explainer, explain
from engine.forward.origins import INPUT, origins
from engine.forward.unit import Cell, Tree, Unit
from engine.nn import build, feature_maps
from engine.presets import preset
from engine.spec.layers import (
    LAYER_TYPES,
    AdaptiveAvgPool2d,
    AnyLayer,
    AvgPool2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    new_layer,
)
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from tests.support.stacks import blocks, leaves, networks

SHAPES = [(4, 9, 7), (4, 5, 6, 7), (4, 9), (4,)]


class Desk:
    """A network that was run on noise, in double precision, so that the stored numbers are good to all digits asked."""

    def __init__(self, network: NetworkSpec, seed: int = 0, dtype: torch.dtype = torch.float64) -> None:
        torch.manual_seed(seed)
        self.network = network
        self.module = build(network).to(dtype).eval()
        with torch.no_grad():
            for name, tensor in self.module.state_dict().items():
                if "running" in name:
                    tensor.uniform_(0.5, 2.0)
        self.inputs = torch.randn(1, *network.input_shape, dtype=dtype)
        found = feature_maps(self.module, self.inputs, list(origins(network)))
        self.maps: dict[str, Tensor] = {INPUT: self.inputs[0], **{path: made[0] for path, made in found.items()}}
        self.explainer = Explainer(network, self.module, lambda _: self.maps)

    def some_cell(self, path: str, seed: int) -> Cell:
        shape = tuple(self.maps[path].shape)
        return tuple(int(at) for at in np.unravel_index(seed % int(np.prod(shape)), shape))

    def check(self, unit: Unit, close: float = 1e-5) -> None:
        """That the terms come to the stored number, and that their values are those of the layers before."""
        assert unit.value == float(self.maps[unit.path][unit.cell])
        if unit.terms is None:
            assert unit.path == INPUT
            return
        size = max(abs(unit.value), float(np.abs(unit.terms.products).sum()) if close > 1e-5 else 0.0)
        assert abs(unit.made - unit.value) <= close * size + 1e-9
        if unit.rule != "function":
            assert unit.before == pytest.approx(unit.made, rel=1e-9, abs=1e-12)
        for term in itertools.islice(np.flatnonzero(unit.terms.inside), 0, None, 7):
            path, cell = unit.number(int(term))
            assert unit.terms.values[term] == float(self.maps[path][cell])
        assert not unit.terms.values[~unit.terms.inside].any()


def _runs(network: NetworkSpec) -> bool:
    return not summary(network).problems and bool(network.layers)


@settings(max_examples=25)
@given(networks(st.one_of(leaves, leaves, blocks), most=5), st.integers(0, 2**20))
def test_terms_sum_to_what_the_map_holds(network: NetworkSpec, seed: int) -> None:
    assume(_runs(network))
    desk = Desk(network, seed)
    for path in desk.maps:
        for unit in desk.explainer.chain(path, desk.some_cell(path, seed * 7919 + len(path))):
            desk.check(unit)


@pytest.mark.parametrize("name", list(LAYER_TYPES))
def test_every_type_of_layer_can_be_explained(name: str) -> None:
    """On the first shape of input that a new layer of the type takes, after a convolution where that goes."""
    stacks = (NetworkSpec(input_shape=shape, layers=(new_layer(name),)) for shape in SHAPES)
    network = next(filter(_runs, stacks), None)
    assert network is not None, f"{name} takes none of the shapes"
    desk = Desk(network)
    path = network.layers[0].id
    for seed in (0, 1, 10**6 + 3):
        for unit in desk.explainer.chain(path, desk.some_cell(path, seed)):
            desk.check(unit)


KNOWN = [
    *(Conv2d(out_channels=4, kernel_size=(3, 4), padding=2, padding_mode=m) for m in ("reflect", "replicate")),
    Conv2d(out_channels=4, kernel_size=(3, 2), padding="same", padding_mode="circular", stride=2, groups=2),
    Conv2d(out_channels=2, kernel_size=2, padding="full", dilation=2, bias=False),
    MaxPool2d(kernel_size=3, stride=2, padding=1, ceil_mode=True),
    AvgPool2d(kernel_size=(3, 2), stride=2, padding=1, ceil_mode=True),
    AvgPool2d(kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
    AdaptiveAvgPool2d(output_size=(3, 5)),
    Linear(out_features=3),
    Flatten(),
]


@pytest.mark.parametrize("layer", KNOWN)
def test_what_is_known_of_a_kind_agrees_with_its_derivatives(layer: AnyLayer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights and places of each term, against torch's gradient; the general way is not there to help."""
    desk = Desk(NetworkSpec(input_shape=(4, 9, 7), layers=(layer,)))
    path = desk.network.layers[0].id
    for seed in (0, 12, 10**6 + 3):
        cell = desk.some_cell(path, seed)
        inputs = desk.inputs.clone().requires_grad_()
        desk.module(inputs)[0][cell].backward()
        with monkeypatch.context() as patched:
            patched.delattr(rules, "_by_derivatives")
            unit = desk.explainer.unit(path, cell)
        assert unit.terms is not None
        assert inputs.grad is not None
        slope = np.zeros(tuple(desk.inputs.shape[1:]))
        inside = unit.terms.inside
        np.add.at(slope, tuple(unit.terms.places[inside].T), unit.terms.weights[inside])
        assert np.allclose(slope, inputs.grad[0].numpy())
        desk.check(unit)


def test_single_precision_as_it_is_shown() -> None:
    desk = Desk(preset("mini-resnet"), dtype=torch.float32)
    for path in desk.maps:
        desk.check(desk.explainer.unit(path, desk.some_cell(path, 12345)), close=2e-5)


def test_a_patch_is_read_where_it_lies() -> None:
    """Against a loop: the convolution of figure 9.1, with padding, stride and gaps of its own along both axes."""
    conv = Conv2d(out_channels=4, kernel_size=(3, 2), stride=(2, 1), padding=(2, 1), dilation=(1, 2), groups=2)
    desk = Desk(NetworkSpec(input_shape=(4, 7, 6), layers=(conv,)))
    unit = desk.explainer.unit("conv1", (2, 0, 3))
    assert unit.terms is not None
    assert unit.terms.shape == (2, 3, 2)
    places = [(2 + c, -2 + r, 2 + 2 * k) for c in range(2) for r in range(3) for k in range(2)]
    assert [tuple(place) for place in unit.terms.places] == [(c, -1 if r < 0 else r, w) for c, r, w in places]
    assert unit.terms.inside.tolist() == [r >= 0 for _, r, _ in places]
    weights = desk.module.get_submodule("conv1").weight[2].detach().numpy()  # type: ignore[index,union-attr]
    assert (unit.terms.weights == weights.ravel()).all()
    assert unit.bias == float(desk.module.get_submodule("conv1").bias.detach()[2])  # type: ignore[union-attr,operator,index]


def test_the_winner_of_a_pooling_has_all_the_weight() -> None:
    desk = Desk(NetworkSpec(input_shape=(2, 6, 6), layers=(MaxPool2d(kernel_size=3, stride=2, padding=1),)))
    unit = desk.explainer.unit("pool1", (1, 0, 2))
    assert unit.rule == "largest"
    assert unit.terms is not None
    assert len(unit.terms) == 6  # the row on the padding is no part of it
    winner = int(unit.terms.weights.argmax())
    assert unit.terms.values[winner] == unit.value == desk.inputs[0, 1, 0:2, 3:6].max()
    assert unit.number(winner)[0] == INPUT


def test_a_block_adds_what_its_lists_end_in() -> None:
    block = Residual(body=(Conv2d(out_channels=1, kernel_size=1), ReLU()))
    desk = Desk(NetworkSpec(input_shape=(3, 4, 4), layers=(block,)))
    unit = desk.explainer.unit("res1", (2, 1, 3))
    assert unit.sources == ("res1.body.relu1", "")
    assert [unit.number(term) for term in (0, 1)] == [("res1.body.relu1", (0, 1, 3)), ("", (2, 1, 3))]


def _depth(tree: Tree) -> int:
    return 1 + max((_depth(below) for below in tree.below.values()), default=0)


def test_a_tree_goes_down_to_the_input() -> None:
    network = preset("lenet-5")
    tree = explain(network, build(network), torch.rand(1, 1, 28, 28), "linear3", (7,), depth=20, most=1)
    names, node = [], tree
    while node.below:
        names.append(node.unit.path)
        node = next(iter(node.below.values()))
    assert names == [layer.id for layer in reversed(network.layers)]
    assert node.unit.rule == "input"
    assert _depth(explain(network, build(network), torch.rand(1, 1, 28, 28), "pool2", (0, 0, 0), depth=2)) == 3


def test_a_disabled_layer_passes_its_number_on() -> None:
    relu = ReLU(disabled=True)
    desk = Desk(NetworkSpec(input_shape=(1, 2, 2), layers=(relu, Residual(disabled=True, body=(ReLU(),)))))
    first, second, third = desk.explainer.chain("res1", (0, 1, 1))
    assert (first.type, second.type, third.path) == ("Identity", "Identity", INPUT)
    assert first.value == third.value


@pytest.mark.parametrize(("path", "cell"), [("conv9", (0, 0, 0)), ("relu1", (0, 2, 0)), ("relu1", (0, 0)), ("", (-1,))])
def test_a_number_that_is_not_there_is_refused(path: str, cell: Cell) -> None:
    desk = Desk(NetworkSpec(input_shape=(1, 2, 2), layers=(ReLU(),)))
    with pytest.raises(SpecError, match="choose one"):
        desk.explainer.unit(path, cell)
