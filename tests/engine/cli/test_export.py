"""`export` as ONNX: onnxruntime computes the same, or a layer that has no place there is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given

from engine.cli import main
from engine.cli.onnx_file import to_onnx
from engine.codegen import to_pytorch
from engine.errors import SpecError
from engine.nn import build
from engine.presets import preset
from engine.spec.layers import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    Branches,
    Conv2d,
    TiledConv2d,
    UnsharedConv2d,
    Upsample,
)
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from tests.support.zoo import anything

REFUSED = ("nearest-exact", "parts of different sizes")
LOCAL = NetworkSpec(
    input_shape=(4, 11, 9),
    layers=(
        TiledConv2d(out_channels=6, kernel_size=3, tile=(3, 2), groups=2, stride=(1, 2), padding="same"),
        Branches(paths=((UnsharedConv2d(out_channels=4, kernel_size=(3, 2), dilation=(2, 1), groups=2),),)),
        TiledConv2d(out_channels=2, kernel_size=2, tile=9, bias=False),
    ),
)


def _ran(content: bytes, inputs: torch.Tensor) -> np.ndarray:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (made,) = session.run(None, {"input": inputs.numpy()})
    return np.asarray(made)


@pytest.mark.parametrize("network", [preset("lenet-5"), preset("mini-resnet"), LOCAL], ids=["lenet", "resnet", "local"])
def test_onnxruntime_computes_what_torch_does_for_batches_of_any_size(network: NetworkSpec) -> None:
    module = build(network).eval()
    content, told = to_onnx(network, module)
    assert told.startswith("onnxruntime computes the same to ")
    for batch in (1, 3):
        inputs = torch.rand(batch, *network.input_shape)
        with torch.no_grad():
            np.testing.assert_allclose(_ran(content, inputs), module(inputs).numpy(), atol=1e-5)


@given(anything(most=3))
def test_any_network_is_written_and_checked_or_refused_by_its_layer(network: NetworkSpec) -> None:
    if summary(network).problems or not network.layers:
        return
    module = build(network)
    before = {name: weight.clone() for name, weight in module.state_dict().items()}
    told = ""
    try:
        to_onnx(network, module)
    except SpecError as error:
        told = str(error)
    assert not told or (told.startswith("ONNX cannot hold ") and any(words in told for words in REFUSED))
    assert all(torch.equal(weight, before[name]) for name, weight in module.state_dict().items())
    assert {name for name, _ in module.named_children()} == {layer.id for layer in network.layers}


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (AdaptiveMaxPool2d(output_size=3), "pool1: AdaptiveMaxPool2d makes parts of different sizes of 8×8"),
        (Upsample(scale_factor=2.0, mode="nearest-exact"), "resize1: it knows no mode nearest-exact; nearest"),
        (Branches(paths=((AdaptiveAvgPool2d(output_size=5),),)), "branch1.path1.pool1: AdaptiveAvgPool2d"),
    ],
)
def test_a_layer_that_onnx_cannot_hold_is_named(layer: Conv2d, words: str) -> None:
    network = NetworkSpec(input_shape=(1, 8, 8), layers=(layer,))
    with pytest.raises(SpecError, match="ONNX cannot hold") as caught:
        to_onnx(network, build(network))
    assert words in str(caught.value)


def test_a_layer_that_the_exporter_does_not_know_is_named() -> None:
    layers = (Conv2d(out_channels=2, kernel_size=3), Conv2d(id="odd", out_channels=2, kernel_size=1))
    network = NetworkSpec(input_shape=(1, 8, 8), layers=layers)
    module = build(network)

    class Odd(torch.nn.Module):
        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            return torch.special.bessel_j0(inputs)

    module.odd = Odd()
    with pytest.raises(SpecError, match=r"ONNX cannot hold odd \(Conv2d\): .*bessel"):
        to_onnx(network, module)


def test_the_verb_writes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.onnx"
    assert main(["export", "lenet-5", "--format", "onnx", "-o", str(path), "--seed", "3"]) == 0
    told, err = capsys.readouterr()
    assert err == ""
    assert "fresh weights of seed 3, onnxruntime computes the same" in told
    torch.manual_seed(3)
    module, inputs = build(preset("lenet-5")).eval(), torch.rand(1, 1, 28, 28)
    with torch.no_grad():
        np.testing.assert_allclose(_ran(path.read_bytes(), inputs), module(inputs).numpy(), atol=1e-5)


def test_a_refused_network_writes_nothing(tmp_path: Path, refused: Callable[..., str]) -> None:
    script, path = tmp_path / "net.py", tmp_path / "net.onnx"
    layers = (AdaptiveMaxPool2d(output_size=3),)
    script.write_text(to_pytorch(NetworkSpec(input_shape=(1, 8, 8), layers=layers)), encoding="utf-8")
    assert "ONNX cannot hold pool1" in refused("export", script, "--format", "onnx", "-o", path)
    assert not path.exists()
