"""Generated PyTorch: read back it is the same network, and run alone it computes the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from safetensors.torch import load_file, save_file
from torch import nn

from engine.codegen import from_pytorch, to_pytorch
from engine.codegen.classes import CLASSES
from engine.nn import build
from engine.presets import preset, preset_names
from engine.spec.layers import BatchNorm2d, Conv2d, Flatten, Linear, ReLU, Residual, Tanh
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from tests.support.stacks import networks

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel", "ignore:Lazy modules")


@settings(max_examples=7 * settings().max_examples)
@given(networks())
def test_what_is_written_is_read_back(network: NetworkSpec) -> None:
    """Also with layers that are disabled, that do not fit, or that were given what would follow from the input."""
    text = to_pytorch(network)
    compile(text, "network.py", "exec")
    assert from_pytorch(text) == network


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_read_back(name: str) -> None:
    assert from_pytorch(to_pytorch(preset(name))) == preset(name)


def module_of(text: str) -> nn.Module:
    names: dict[str, object] = {}
    exec(text, names)
    module = names["network"]
    assert isinstance(module, nn.Module)
    return module


@given(networks(most=5))
def test_the_source_computes_the_same_with_the_same_weights(network: NetworkSpec) -> None:
    assume(not summary(network).problems)
    module, written = build(network).eval(), module_of(to_pytorch(network)).eval()
    assert [name for name, _ in written.named_children()] == [layer.id for layer in network.layers]
    written.load_state_dict(module.state_dict())
    inputs = torch.rand(1, *network.input_shape)
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
    exec(open(f"{name}.py").read(), names)
    network = names["network"].eval()
    held = load_file(f"{name}.safetensors")
    inputs = held.pop("inputs")
    assert tuple(inputs.shape[1:]) == names["INPUT_SHAPE"]
    network.load_state_dict(held)
    with torch.no_grad():
        save_file({"made": network(inputs)}, f"{name}.out")
"""


def test_scripts_run_in_an_interpreter_without_this_program(tmp_path: Path) -> None:
    found: dict[str, NetworkSpec] = {name: preset(name) for name in ("lenet-5", "tiny-vgg", "mini-resnet")}

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(networks(most=6))
    def collect(network: NetworkSpec) -> None:
        if not summary(network).problems and network.layers:
            found[f"network{len(found)}"] = network

    collect()
    assert len(found) > 10
    torch.set_num_threads(1)
    for name, network in found.items():
        torch.manual_seed(len(name))
        module, inputs = build(network).eval(), torch.rand(1, *network.input_shape)
        (tmp_path / f"{name}.py").write_text(to_pytorch(network), encoding="utf-8")
        save_file({"inputs": inputs, **module.state_dict()}, tmp_path / f"{name}.safetensors")
        with torch.no_grad():
            save_file({"made": module(inputs)}, tmp_path / f"{name}.wanted")
    command = [sys.executable, "-I", "-W", "ignore", "-c", ALONE, json.dumps(list(found))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    for name in found:
        made, wanted = load_file(tmp_path / f"{name}.out")["made"], load_file(tmp_path / f"{name}.wanted")["made"]
        torch.testing.assert_close(made, wanted, rtol=0, atol=0, equal_nan=True)


def test_what_follows_from_the_input_is_written_without_its_name() -> None:
    layers = (
        Conv2d(out_channels=6, kernel_size=5, padding=2),
        BatchNorm2d(),
        Conv2d(in_channels=6, out_channels=8, kernel_size=(3, 5), stride=2, padding="same", bias=False),
        Flatten(),
        Linear(out_features=10),
    )
    lines = [line.strip() for line in to_pytorch(NetworkSpec(layers=layers)).splitlines() if "self." in line]
    assert lines[lines.index("self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)") + 1 :][:4] == [
        "self.norm1 = nn.BatchNorm2d(6)",
        "self.conv2 = SameConv2d(in_channels=6, out_channels=8, kernel_size=(3, 5), stride=2, bias=False)",
        "self.flatten1 = nn.Flatten()",
        "self.linear1 = nn.Linear(1568, 10)",
    ]


def test_only_the_classes_that_are_used_come_along() -> None:
    assert "class Residual" not in to_pytorch(preset("lenet-5"))
    assert "OrderedDict" not in to_pytorch(preset("lenet-5"))
    assert "class SameConv2d" not in to_pytorch(preset("mini-resnet"))
    assert "class Residual" in to_pytorch(preset("mini-resnet"))


def test_a_layer_that_does_not_fit_says_so_in_its_line() -> None:
    network = NetworkSpec(layers=(Conv2d(out_channels=2, kernel_size=30), Conv2d(out_channels=3, kernel_size=1)))
    text = to_pytorch(network)
    assert "self.conv1 = nn.Conv2d(1, 2, kernel_size=30)  # does not fit: A kernel of 30×30 is larger" in text
    assert "self.conv2 = nn.LazyConv2d(3, kernel_size=1)\n" in text


def test_disabled_layers_within_disabled_ones_are_kept() -> None:
    inner = Residual(body=(Tanh(disabled=True), Conv2d(out_channels=2, kernel_size=1)), disabled=True)
    network = NetworkSpec(layers=(Residual(body=(ReLU(disabled=True), inner)), inner, ReLU()))
    text = to_pytorch(network)
    assert text.count("# disabled:") == 3
    assert from_pytorch(text) == network
    assert set(dict(module_of(text).named_modules())) >= {"res1.body.res1", "res2"}


def test_the_classes_are_those_of_the_engine() -> None:
    names: dict[str, object] = {"nn": nn, "F": torch.nn.functional}
    for source in CLASSES.values():
        exec(source, names)
    from engine.nn import modules

    for name in CLASSES:
        assert getattr(modules, name).__doc__ == names[name].__doc__
