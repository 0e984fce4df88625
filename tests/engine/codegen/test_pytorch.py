"""Generated PyTorch: read back it is the same network, and run alone it computes the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import nn

from engine.codegen import from_pytorch, to_pytorch
from engine.codegen.classes import CLASSES
from engine.nn import build
from engine.presets import preset, preset_names
from engine.spec.filter import KernelSpec
from engine.spec.layers import (
    LAYER_TYPES,
    AnyLayer,
    BatchNorm2d,
    Branches,
    Conv2d,
    FixedKernels,
    Flatten,
    Linear,
    Normalize,
    ReLU,
    Residual,
    Tanh,
    TiledConv2d,
    UnsharedConv2d,
    new_layer,
)
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from tests.support.stacks import networks
from tests.support.zoo import anything

pytestmark = pytest.mark.filterwarnings(
    "ignore:Using padding='same' with even kernel", "ignore:Lazy modules", "ignore:dropout2d"
)


MANY = 10 * settings().max_examples // 3
"""A hundred; a thousand in the long run."""


def _begun(draw: st.DrawFn, layer: AnyLayer) -> AnyLayer:
    """The layer, and those in it, with first weights of some kind."""
    if layer.parts():
        parts = {name: tuple(_begun(draw, each) for each in part) for name, part in layer.parts().items()}
        return layer.with_parts(parts)
    if not layer.beside:
        return layer
    words = st.sampled_from(["default", "default", "default", "zeros", "kaiming-normal", "orthogonal"])
    changes: dict[str, Any] = {"init": draw(words), "init_seed": draw(st.sampled_from([None, None, 0, 7]))}
    changes["frozen"] = draw(st.sampled_from([False, False, True]))
    return msgspec.structs.replace(layer, **changes)


@st.composite
def whole(draw: st.DrawFn) -> NetworkSpec:
    """Networks with all that a layer can say of itself."""
    network = draw(anything())
    return msgspec.structs.replace(network, layers=tuple(_begun(draw, layer) for layer in network.layers))


@settings(max_examples=MANY)
@given(whole())
def test_what_is_written_is_read_back(network: NetworkSpec) -> None:
    """Also with layers that are disabled, that do not fit, or that were given what would follow from the input."""
    text = to_pytorch(network)
    compile(text, "network.py", "exec")
    assert from_pytorch(text) == network


@settings(max_examples=MANY)
@given(networks())
def test_what_is_written_of_stacks_for_pictures_is_read_back(network: NetworkSpec) -> None:
    assert from_pytorch(to_pytorch(network)) == network


@pytest.mark.parametrize("layer", sorted(LAYER_TYPES))
def test_every_layer_of_the_menu_is_read_back(layer: str) -> None:
    made = new_layer(layer)
    shape = (3, *(6,) * (made.axes or 2))
    for layers in ((made,), (msgspec.structs.replace(made, disabled=True),), (Residual(body=(made,), disabled=True),)):
        network = NetworkSpec(input_shape=shape, layers=layers)
        assert from_pytorch(to_pytorch(network)) == network


def test_kernels_keep_their_names_and_parameters() -> None:
    odd = KernelSpec(name='a "#  # disabled: é\\', parameters={"size": 3.0, "σ": 0.5}, weights=(((1.5, -0.0),),))
    bank = FixedKernels(kernels=(odd, KernelSpec()), trainable=True)
    for layers in ((bank,), (msgspec.structs.replace(bank, disabled=True),)):
        network = NetworkSpec(input_shape=(1, 9, 9), layers=layers)
        assert from_pytorch(to_pytorch(network)) == network


BRANCHED = NetworkSpec(
    input_shape=(3, 16, 16),
    layers=(
        Normalize(mean=(0.5, 0.4, 0.3), std=0.25),
        Branches(
            paths=(
                (Conv2d(out_channels=4, kernel_size=1, init="kaiming-normal", init_seed=3), ReLU()),
                (Conv2d(out_channels=4, kernel_size=4, stride=1, padding="same"), Tanh(disabled=True)),
                (),
            )
        ),
        Residual(body=(Branches(paths=((ReLU(),), (Tanh(),)), merge="add"),)),
        UnsharedConv2d(out_channels=2, kernel_size=3, stride=2),
        TiledConv2d(out_channels=2, kernel_size=3, tile=(2, 1)),
        FixedKernels(kernels=(KernelSpec(),), padding="same"),
        Flatten(),
        Linear(out_features=10),
    ),
)


@pytest.mark.parametrize("name", ["lenet-5", "mini-resnet", "branches"])
def test_the_source_is_that_of_the_golden_file(name: str) -> None:
    """Read it before it is written anew: people read it, too."""
    network = BRANCHED if name == "branches" else preset(name)
    golden = Path(__file__).parents[2] / "golden" / f"network-{name}.py.txt"
    assert to_pytorch(network) == golden.read_text(encoding="utf-8")
    assert from_pytorch(golden.read_text(encoding="utf-8")) == network


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_read_back(name: str) -> None:
    assert from_pytorch(to_pytorch(preset(name))) == preset(name)


def module_of(text: str) -> nn.Module:
    names: dict[str, object] = {}
    exec(text, names)
    module = names["network"]
    assert isinstance(module, nn.Module)
    return module


@settings(max_examples=2 * settings().max_examples)
@given(anything(most=5))
def test_the_source_computes_the_same_with_the_same_weights(network: NetworkSpec) -> None:
    assume(not summary(network).problems)
    torch.manual_seed(1)
    module = build(network).eval()
    torch.manual_seed(1)
    written = module_of(to_pytorch(network)).eval()
    begun, state = written.state_dict(), module.state_dict()
    assert list(begun) == list(state)
    assert all(torch.equal(begun[name], state[name]) for name in state), "a seed draws the same"
    assert [name for name, _ in written.named_children()] == [layer.id for layer in network.layers]
    written.load_state_dict(module.state_dict())
    inputs = torch.rand(2, *network.input_shape)
    with torch.no_grad():
        torch.testing.assert_close(written(inputs), module(inputs), rtol=0, atol=0, equal_nan=True)


ALONE = """
import json, sys
sys.modules["engine"] = None  # importing it raises ImportError, installed or not
import torch
from safetensors.torch import load_file, save_file
torch.set_num_threads(1)
for name in json.loads(sys.argv[1]):
    names = {}
    exec(open(f"{name}.py", encoding="utf-8").read(), names)
    network = names["network"].eval()
    held = load_file(f"{name}.safetensors")
    inputs = held.pop("inputs").clone()  # in memory of its own, which is aligned: sums are rounded by that
    assert tuple(inputs.shape[1:]) == names["INPUT_SHAPE"]
    network.load_state_dict(held)
    with torch.no_grad():
        save_file({"made": network(inputs).contiguous()}, f"{name}.out")
"""


def _runs(names: list[str], folder: Path) -> None:
    """The scripts compute in a fresh interpreter what the networks do here, bit for bit."""
    command = [sys.executable, "-I", "-W", "ignore", "-c", ALONE, json.dumps(names)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    for name in names:
        made, wanted = load_file(folder / f"{name}.out")["made"], load_file(folder / f"{name}.wanted")["made"]
        torch.testing.assert_close(made, wanted, rtol=0, atol=0, equal_nan=True, msg=f"{name} computes something else")


def test_scripts_run_in_interpreters_without_this_program(tmp_path: Path) -> None:
    """A thousand in one, and ten in one of their own each; a tenth of these in the short run."""
    found: dict[str, NetworkSpec] = {name: preset(name) for name in ("lenet-5", "tiny-vgg", "mini-resnet")}
    found["branches"] = BRANCHED

    @settings(max_examples=4 * MANY, suppress_health_check=list(HealthCheck))
    @given(anything(most=5))
    def collect(network: NetworkSpec) -> None:
        if len(found) < MANY and not summary(network).problems and network.layers:
            found[f"network{len(found)}"] = network

    collect()
    assert len(found) == MANY
    torch.set_num_threads(1)
    for name, network in found.items():
        torch.manual_seed(len(name))
        module, inputs = build(network).eval(), torch.rand(1, *network.input_shape)
        (tmp_path / f"{name}.py").write_text(to_pytorch(network), encoding="utf-8")
        save_file({"inputs": inputs, **module.state_dict()}, tmp_path / f"{name}.safetensors")
        with torch.no_grad():
            save_file({"made": module(inputs).contiguous()}, tmp_path / f"{name}.wanted")
    _runs(list(found), tmp_path)
    for name in list(found)[-MANY // 100 :]:
        (tmp_path / f"{name}.out").unlink()
        _runs([name], tmp_path)


def test_what_follows_from_the_input_is_written_without_its_name() -> None:
    layers = (
        Conv2d(out_channels=6, kernel_size=5, padding=2),
        BatchNorm2d(),
        Conv2d(in_channels=6, out_channels=8, kernel_size=(3, 5), stride=2, padding="same", bias=False),
        Flatten(),
        Linear(out_features=10),
    )
    lines = [line.strip() for line in to_pytorch(NetworkSpec(layers=layers)).splitlines()]
    assert lines[lines.index('("conv1", nn.Conv2d(1, 6, kernel_size=5, padding=2)),') + 1 :][:4] == [
        '("norm1", nn.BatchNorm2d(6)),',
        '("conv2", SameConv2d(in_channels=6, out_channels=8, kernel_size=(3, 5), stride=2, bias=False)),',
        '("flatten1", nn.Flatten()),',
        '("linear1", nn.Linear(1568, 10)),',
    ]


def test_only_the_classes_that_are_used_come_along() -> None:
    assert "class Residual" not in to_pytorch(preset("lenet-5"))
    assert "class" not in to_pytorch(preset("lenet-5"))
    assert "OrderedDict" not in to_pytorch(NetworkSpec())
    assert "class SameConv2d" not in to_pytorch(preset("mini-resnet"))
    assert "class Residual" in to_pytorch(preset("mini-resnet"))


def test_a_layer_that_does_not_fit_says_so_in_its_line() -> None:
    network = NetworkSpec(layers=(Conv2d(out_channels=2, kernel_size=30), Conv2d(out_channels=3, kernel_size=1)))
    text = to_pytorch(network)
    assert '("conv1", nn.Conv2d(1, 2, kernel_size=30)),  # does not fit: A kernel of 30×30 is larger' in text
    assert '("conv2", nn.LazyConv2d(3, kernel_size=1)),\n' in text


def test_disabled_layers_within_disabled_ones_are_kept() -> None:
    inner = Residual(body=(Tanh(disabled=True), Conv2d(out_channels=2, kernel_size=1)), disabled=True)
    network = NetworkSpec(layers=(Residual(body=(ReLU(disabled=True), inner)), inner, ReLU()))
    text = to_pytorch(network)
    assert text.count("# disabled:") == 3
    assert from_pytorch(text) == network
    assert set(dict(module_of(text).named_modules())) >= {"res1.body.res1", "res2"}


def test_the_classes_are_those_of_the_engine() -> None:
    names: dict[str, object] = {"nn": nn, "F": torch.nn.functional, "torch": torch}
    for piece in CLASSES.values():
        exec(piece.text, names)
    from engine.nn import local, modules

    for name in CLASSES:
        assert name in ("pair", "Moved") or hasattr(modules, name) or hasattr(local, name)
        if hasattr(modules, name):
            assert getattr(modules, name).__doc__ == names[name].__doc__
