"""Weights taken out, kept through edits, stored, and replaced by a person's kernel."""

from __future__ import annotations

import contextlib
import json
import random
import struct

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d
from torch import nn

from engine.errors import BadFile, SpecError
from engine.nn import build, load_state, put_kernel, put_weights, state_of, weights_from_bytes, weights_to_bytes
from engine.spec import network_edit as edit
from engine.spec.filter import KernelSpec
from engine.spec.layers import BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Residual
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from tests.support.stacks import networks

PLAIN = NetworkSpec(
    input_shape=(3, 12, 12),
    layers=(
        Conv2d(out_channels=4, kernel_size=3, padding=1),
        Residual(body=(Conv2d(out_channels=4, kernel_size=3, padding=1), BatchNorm2d())),
        ReLU(),
        MaxPool2d(kernel_size=2),
        Flatten(),
        Linear(out_features=5),
    ),
)


def same(a: nn.Module, b: nn.Module) -> list[str]:
    """The layers whose weights are equal in both."""
    one, other = a.state_dict(), b.state_dict()
    names = [name for name in one if name in other and one[name].shape == other[name].shape]
    layers = {name.rpartition(".")[0] for name in one}
    equal = {name for name in names if torch.equal(one[name], other[name])}
    return sorted(layer for layer in layers if {n for n in one if n.rpartition(".")[0] == layer} <= equal)


def learned(network: NetworkSpec) -> nn.Module:
    """A network whose weights are all unlike fresh ones."""
    module = build(network)
    with torch.no_grad():
        for tensor in module.state_dict().values():
            tensor.copy_(torch.randn(tensor.shape) * 3 + 7)
    return module


BLOCK = ["res1.body.conv1", "res1.body.norm1"]


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (lambda n: edit.replace_field(n, "conv1", "stride", 2), ["conv1", *BLOCK]),
        (lambda n: edit.replace_field(n, "conv1", "kernel_size", 5), BLOCK),
        (lambda n: edit.replace_fields(n, "conv1", {"kernel_size": (1, 9), "padding": (0, 4)}), ["linear1", *BLOCK]),
        (lambda n: edit.replace_field(n, "conv1", "bias", False), ["conv1", "linear1", *BLOCK]),
        (lambda n: edit.remove(n, "res1"), ["conv1", "linear1"]),
        (lambda n: edit.remove(edit.set_disabled(n, "conv1"), "res1"), []),
        (lambda n: edit.replace_field(n, "linear1", "out_features", 6), ["conv1", *BLOCK]),
        (lambda n: edit.move(n, "relu1", index=0), ["conv1", "linear1", *BLOCK]),
    ],
)
def test_weights_stay_with_their_layer_while_their_shapes_do(change, kept: list[str]) -> None:
    before, after = learned(PLAIN), build(change(PLAIN))
    told = load_state(after, state_of(before))
    assert sorted(told.kept) == same(after, before) == kept
    assert set(told.kept) | set(told.fresh) == {name.rpartition(".")[0] for name in after.state_dict()}
    assert not set(told.kept) & set(told.fresh)


def test_a_bias_switched_on_is_fresh_and_its_kernels_stay() -> None:
    before = learned(edit.replace_field(PLAIN, "conv1", "bias", False))
    after = build(PLAIN)
    fresh = after.conv1.bias.clone()
    assert "conv1" in load_state(after, state_of(before)).kept
    assert torch.equal(after.conv1.weight, before.conv1.weight)
    assert torch.equal(after.conv1.bias, fresh)


def test_a_state_is_a_copy() -> None:
    module = build(PLAIN)
    state = state_of(module)
    with torch.no_grad():
        module.conv1.weight.zero_()
    assert state["conv1.weight"].any()
    assert not state["conv1.weight"].requires_grad


@given(networks(most=5))
def test_bytes_hold_every_number(network: NetworkSpec) -> None:
    assume(not summary(network).problems)
    module = learned(network)
    other = build(network)
    put_weights(other, weights_to_bytes(state_of(module)))
    one, two = module.state_dict(), other.state_dict()
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


CONTENT = weights_to_bytes(state_of(build(PLAIN)))


def with_header(change) -> bytes:
    (length,) = struct.unpack("<Q", CONTENT[:8])
    header = json.loads(CONTENT[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + CONTENT[8 + length :]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no safetensors file"),
        (b"\0" * 100, "no safetensors file"),
        (b"\xff" * 100, "no safetensors file"),
        (struct.pack("<Q", 2**62) + b"{}", "no safetensors file"),
        (CONTENT[:200], "no safetensors file"),
        (CONTENT[:-4], "damaged"),
        (CONTENT + b"1234", "damaged"),
        (with_header(lambda h: h.pop("linear1.bias")), "lacks linear1.bias"),
        (with_header(lambda h: h.update({"x": h["linear1.bias"]})), "also holds x"),
        (with_header(lambda h: h["linear1.bias"].update(shape=[6])), "linear1.bias is 6 torch.float32 there and 5"),
        (with_header(lambda h: h["linear1.bias"].update(dtype="I32")), "linear1.bias is 5 None there"),
        (with_header(lambda h: h["linear1.bias"].update(shape=[2**60, 2**60])), "linear1.bias is"),
        (with_header(lambda h: h["linear1.bias"].update(data_offsets=[0, 8])), "damaged"),
        (with_header(lambda h: h["linear1.bias"].update(shape="x")), "no safetensors file"),
    ],
)
def test_a_damaged_file_is_told_in_one_sentence_and_changes_nothing(content: bytes, words: str) -> None:
    module = build(PLAIN)
    before = state_of(module)
    with pytest.raises(BadFile, match=r"^w\.safetensors") as caught:
        put_weights(module, content, "w.safetensors")
    assert words in str(caught.value)
    after = module.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


@settings(max_examples=10 * settings().max_examples)
@given(st.integers(0, 2**31))
def test_a_file_with_flipped_bytes_is_read_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    content = bytearray(CONTENT)
    for _ in range(rng.randint(1, 4)):
        content[rng.randrange(min(len(content), 1200))] = rng.randrange(256)
    with contextlib.suppress(BadFile):
        weights_from_bytes(bytes(content), build(PLAIN))


SOBEL = KernelSpec()


def test_a_kernel_of_one_plane_makes_the_kernel_pages_map_of_a_grey_picture() -> None:
    module = build(
        NetworkSpec(input_shape=(3, 9, 10), layers=(Conv2d(out_channels=4, kernel_size=(3, 5), padding=(1, 2)),))
    )
    before = state_of(module)
    put_kernel(module, "conv1", SOBEL, (1, 3), bias=0.5)
    grey = np.random.default_rng(1).random((9, 10)).astype(np.float32)
    made = module(torch.from_numpy(grey).expand(1, 3, -1, -1))[0].detach().numpy()
    expected = correlate2d(grey, np.array(SOBEL.weights[0]), mode="same") + 0.5
    for channel in (1, 3):
        np.testing.assert_allclose(made[channel], expected, atol=1e-5)
    assert torch.equal(module.conv1.weight[[0, 2]], before["conv1.weight"][[0, 2]])
    assert torch.equal(module.conv1.bias[[0, 2]], before["conv1.bias"][[0, 2]])


def test_three_planes_go_to_three_channels_and_turned_is_a_convolution() -> None:
    planes = tuple(tuple(tuple(float(9 * d + 3 * r + c) for c in range(3)) for r in range(3)) for d in range(3))
    module = build(NetworkSpec(input_shape=(3, 5, 5), layers=(Conv2d(out_channels=1, kernel_size=3, bias=False),)))
    put_kernel(module, "conv1", KernelSpec(name="custom", weights=planes))
    assert torch.equal(module.conv1.weight[0], torch.tensor(planes))
    put_kernel(module, "conv1", KernelSpec(name="custom", weights=planes), turned=True)
    assert torch.equal(module.conv1.weight[0], torch.tensor(planes).flip(1, 2))


@pytest.mark.parametrize(
    ("path", "kernel", "channels", "words"),
    [
        ("relu1", SOBEL, (0,), "no Conv2d that a kernel could go into; there is conv1, conv2"),
        ("nothing", SOBEL, (0,), "no Conv2d"),
        ("conv2", SOBEL, (0,), "larger than the 1×1 of conv2"),
        ("conv1", SOBEL, (4,), "output channels 0 to 3"),
        ("conv1", SOBEL, (-1,), "output channels 0 to 3"),
        ("conv1", KernelSpec(name="custom", weights=SOBEL.weights * 3), (0,), "kernel of 3 planes"),
    ],
)
def test_a_kernel_that_does_not_go_in_is_told(path: str, kernel: KernelSpec, channels, words: str) -> None:
    layers = (Conv2d(out_channels=4, kernel_size=3), ReLU(), Conv2d(out_channels=2, kernel_size=1))
    module = build(NetworkSpec(input_shape=(2, 9, 9), layers=layers))
    before = state_of(module)
    with pytest.raises(SpecError, match=words):
        put_kernel(module, path, kernel, channels)
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())
