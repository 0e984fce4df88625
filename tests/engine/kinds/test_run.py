"""Every kind against plain loops, against torch's own layers, and against its code run as a person would paste it."""

from __future__ import annotations

import tracemalloc
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engine.errors import SpecError
from engine.kinds import unshared
from engine.kinds.catalogue import kinds
from engine.kinds.code import torch_code, torch_module
from engine.kinds.facts import WEIGHT_BUDGET, kind_facts
from engine.kinds.run import run_kind
from engine.kinds.spec import KindSpec
from engine.kinds.weights import random_weights, repeated_weights
from tests.conftest import LONG
from tests.engine.kinds.oracle import assert_close, computed, numbers, specs

EXAMPLES = 5000 if LONG else 500
pytestmark = pytest.mark.timeout(900 if LONG else 120)
seeds = st.integers(0, 10_000)


@settings(max_examples=EXAMPLES)
@given(spec=specs(), seed=seeds)
def test_every_kind_gives_what_plain_loops_give(spec: KindSpec, seed: int) -> None:
    x, weight, bias = numbers(spec, seed)
    assert_close(run_kind(spec, x, weight, bias), *computed(spec, x, weight, bias), seed)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
@settings(max_examples=EXAMPLES // 50)
@given(seed=seeds)
def test_the_named_kinds_give_what_plain_loops_give(kind: Any, seed: int) -> None:
    x, weight, bias = numbers(kind.spec, seed)
    assert_close(run_kind(kind.spec, x, weight, bias), *computed(kind.spec, x, weight, bias), seed)


@settings(max_examples=EXAMPLES // 5)
@given(spec=specs(), seed=seeds, batch=st.sampled_from([1, 2, 9]))
def test_the_code_computes_the_layer(spec: KindSpec, seed: int, batch: int) -> None:
    x, weight, bias = numbers(spec, seed)
    x = np.stack([x * (1 + i) for i in range(batch)])
    names = {"x": torch.from_numpy(x), "weight": torch.from_numpy(weight)}
    names |= {} if bias is None else {"bias": torch.from_numpy(bias)}
    scope: dict[str, Any] = dict(names)
    exec(torch_code(spec), scope)
    expected = scope["y"].numpy()
    assert expected.shape == (batch, *kind_facts(spec).output_shape)
    np.testing.assert_allclose(run_kind(spec, x, weight, bias), expected, rtol=1e-5, atol=1e-5)


@settings(max_examples=EXAMPLES // 5)
@given(spec=specs(), seed=seeds)
def test_torch_s_own_module_is_the_layer_where_torch_has_one(spec: KindSpec, seed: int) -> None:
    line = torch_module(spec)
    if line is None:
        uneven = any(before != after for before, after in spec.sides)
        assert spec.kind in ("unshared", "tiled") or spec.operation == "convolution" or uneven
        return
    x, weight, bias = numbers(spec, seed)
    module = eval(line, {"nn": nn})
    learned = next(part for part in module.modules() if hasattr(part, "weight"))
    assert (
        sum(parameter.numel() for parameter in module.parameters())
        == kind_facts(spec).weights + kind_facts(spec).biases
    )
    with torch.no_grad():
        learned.weight.copy_(torch.from_numpy(weight))
        if bias is not None:
            learned.bias.copy_(torch.from_numpy(bias))
        expected = module(torch.from_numpy(x)[None])[0].numpy()
    np.testing.assert_allclose(run_kind(spec, x, weight, bias), expected, rtol=1e-5, atol=1e-5)


@settings(max_examples=EXAMPLES // 10)
@given(spec=specs(), seed=seeds, batch=st.sampled_from([1, 3, 9]))
def test_gradients_are_those_of_the_pasted_code(spec: KindSpec, seed: int, batch: int) -> None:
    x, weight, bias = numbers(spec, seed)
    x = np.stack([x * (1 + i) for i in range(batch)])
    found, expected = [], []
    for into, whole in ((found, False), (expected, True)):
        names: dict[str, Any] = {"x": torch.tensor(x, requires_grad=True)}
        names["weight"] = torch.tensor(weight, requires_grad=True)
        names |= {} if bias is None else {"bias": torch.tensor(bias, requires_grad=True)}
        leaves = dict(names)
        if whole:
            exec(torch_code(spec), names)
        else:
            names["y"] = run_kind(spec, names["x"], names["weight"], names.get("bias"))
        slopes = torch.from_numpy(np.random.default_rng(seed).standard_normal(names["y"].shape, np.float32))
        into += torch.autograd.grad(names["y"], list(leaves.values()), slopes)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@settings(max_examples=EXAMPLES // 10)
@given(spec=specs(), seed=seeds)
def test_one_kernel_everywhere_makes_every_kind_the_shared_one(spec: KindSpec, seed: int) -> None:
    if spec.kind == "transposed":
        return
    shared = msgspec.structs.replace(spec, kind="shared", bias=False)
    x, weight, _ = numbers(shared, seed)
    expected = run_kind(shared, x, weight)
    for kind in ("unshared", "tiled", "dense"):
        other = msgspec.structs.replace(shared, kind=kind)
        np.testing.assert_allclose(run_kind(other, x, repeated_weights(other, weight)), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_an_unshared_layer_over_a_4k_picture_is_refused_before_it_is_allocated(channels: int) -> None:
    spec = KindSpec(kind="unshared", in_channels=channels, out_channels=channels, size=(2160, 3840))
    x = np.zeros(spec.input_shape, np.float32)
    bytes_wanted = 4 * channels**2 * 9 * 2158 * 3838
    tracemalloc.start()
    try:
        for refused in (lambda: run_kind(spec, x, np.zeros(1, np.float32)), lambda: random_weights(spec)):
            with pytest.raises(SpecError, match=f"unshared layer would take {bytes_wanted:,} bytes"):
                refused()
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert bytes_wanted > WEIGHT_BUDGET


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": (4096, 4096), "in_channels": 64}, "The maps would take"),
        ({"size": (2000, 2000), "kernel_size": 101}, "multiply-adds"),
        ({"kind": "dense", "size": (280, 320), "kernel_size": (1, 2)}, "32,012,288,000 bytes"),
        ({"kernel_size": 9}, "does not fit into 8 cells"),
        ({"in_channels": 3, "groups": 2}, "2 groups do not divide 3 input and 1 output channels; 1 would."),
        ({"kind": "transposed", "padding_mode": "circular"}, "only padding mode 'zeros'"),
        ({"kind": "transposed", "output_padding": 1}, "must be less than the stride or the dilation, 1 here"),
        ({"kind": "transposed", "size": (1, 1), "padding": 2}, "none is left"),
        ({"size": (2, 2), "padding": 2, "padding_mode": "reflect"}, "Padding mode 'reflect' can add at most 1"),
    ],
)
def test_what_cannot_be_run_says_why_in_one_sentence(changes: dict[str, Any], said: str) -> None:
    spec = KindSpec(**changes)
    problem = kind_facts(spec).problem
    assert problem is not None
    assert said in problem
    assert problem.endswith(".")
    assert "\n" not in problem
    with pytest.raises(SpecError):
        run_kind(spec, np.zeros(1, np.float32), np.zeros(1, np.float32))


@pytest.mark.parametrize(
    ("x", "weight", "bias", "said"),
    [
        (np.zeros((2, 8, 8)), np.zeros((1, 1, 3, 3)), None, "The input has the shape (2, 8, 8)"),
        (np.zeros((1, 8, 8)), np.zeros((3, 3)), None, "The weight has the shape (3, 3)"),
        (
            np.zeros((1, 8, 8)),
            np.zeros((1, 1, 3, 3)),
            np.zeros(1),
            "The bias has the shape (1,); this layer takes none",
        ),
        (np.zeros((1, 1, 1, 8, 8)), np.zeros((1, 1, 3, 3)), None, "The input has the shape (1, 1, 8, 8)"),
        (np.full((1, 8, 8), "a"), np.zeros((1, 1, 3, 3)), None, "The input takes real numbers"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(x: Any, weight: Any, bias: Any, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        run_kind(KindSpec(), x, weight, bias)
    assert said in str(caught.value)


def test_what_comes_in_comes_out() -> None:
    spec, x = KindSpec(kind="tiled"), np.ones((2, 1, 8, 8), np.float32)
    weight, _ = random_weights(spec)
    assert isinstance(run_kind(spec, x, weight), np.ndarray)
    assert run_kind(spec, x, weight).flags.c_contiguous
    assert isinstance(run_kind(spec, torch.from_numpy(x), torch.from_numpy(weight)), torch.Tensor)
    uint8 = np.full((1, 8, 8), 255, np.uint8)
    np.testing.assert_array_equal(run_kind(spec, uint8, weight), run_kind(spec, uint8.astype(np.float32), weight))


@pytest.mark.parametrize("batch", [2, 8])
def test_a_wide_batch_of_unshared_patches_is_worked_on_in_bands(monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    spec = KindSpec(kind="unshared", in_channels=2, out_channels=3, size=(9, 7), stride=(2, 1))
    weight = torch.tensor(random_weights(spec)[0], requires_grad=True)
    x = torch.randn(batch, 2, 9, 7, generator=torch.Generator().manual_seed(0), requires_grad=True)
    slope = torch.ones(batch, 3, 4, 5)

    def computed_and_gradients() -> list[torch.Tensor]:
        found = run_kind(spec, x, weight)
        return [found, *torch.autograd.grad(found, [x, weight], slope)]

    whole = computed_and_gradients()
    monkeypatch.setattr(unshared, "MOST_CELLS", 1)
    for in_bands, at_once in zip(computed_and_gradients(), whole, strict=True):
        torch.testing.assert_close(in_bands, at_once)
