"""The description of a layer: what it takes, what it refuses, its names and its letters."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from engine.errors import SpecError
from engine.kinds.catalogue import kind_name, kind_names, kind_spec, kinds
from engine.kinds.code import torch_module
from engine.kinds.facts import kind_facts
from engine.kinds.links import reads
from engine.kinds.spec import KindSpec, with_size
from engine.kinds.symbols import MAX_NAMES, symbolic_sum, symbolic_terms, symbols
from engine.spec.fields import fields_of
from tests.conftest import LONG
from tests.engine.kinds.oracle import specs

EXAMPLES = 2000 if LONG else 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": ()}, "one to three numbers"),
        ({"size": (1, 2, 3, 4)}, "one to three numbers; it has 4"),
        ({"size": (0, 3)}, "Input size must be at least 1"),
        ({"size": (3.5, 3)}, "Input size must be a whole number"),
        ({"kernel_size": (3, 3, 3)}, "Kernel size takes one number or 2 (height, width); it has 3."),
        ({"kernel_size": 300}, "Kernel size must be between 1 and 256"),
        ({"stride": 0}, "Stride must be at least 1"),
        ({"padding": "all"}, "Padding cannot be 'all'"),
        ({"padding": -1}, "Padding must be at least 0"),
        ({"padding_mode": "mirror"}, "Padding mode cannot be 'mirror'"),
        ({"kind": "local"}, "Weights cannot be 'local'"),
        ({"in_channels": "3"}, "Input channels must be a whole number"),
        ({"groups": 0}, "Groups must be at least 1"),
        ({"bias": 1}, "Bias is True or False"),
        ({"tile": True}, "Tile must be a whole number"),
        ({"operation": "product"}, "Operation cannot be 'product'"),
    ],
)
def test_what_no_layer_can_have_is_refused_when_it_is_made(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as caught:
        KindSpec(**changes)
    assert said in str(caught.value)


def test_every_setting_is_described_and_survives_json() -> None:
    assert set(fields_of(KindSpec)) == set(KindSpec.__struct_fields__)
    spec = kind_spec("tiled", tile=(2, 3), padding="same", bias=True)
    assert msgspec.json.decode(msgspec.json.encode(spec), type=KindSpec) == spec
    assert json.loads(msgspec.json.encode(spec))["tile"] == [2, 3]


def test_the_named_kinds_are_what_they_are_called() -> None:
    assert set(kind_names()) >= {"shared", "unshared", "tiled", "dilated", "grouped", "depthwise", "transposed"}
    for kind in kinds():
        assert kind_name(kind.spec) == kind.name
        assert kind_facts(kind.spec).problem is None
        assert kind_spec(kind.name) == kind.spec
        assert kind.text.endswith(".")
    assert kind_spec("1-D", size=(9, 9)).kernel_size == (5, 5)
    with pytest.raises(SpecError, match="No kind of convolution is called 'round'"):
        kind_spec("round")
    with pytest.raises(SpecError, match="no setting 'colour'"):
        kind_spec("shared", colour="red")


def test_a_layer_can_get_more_axes_and_fewer() -> None:
    spec = KindSpec(size=(9, 7), kernel_size=(3, 5), stride=(2, 1), padding="same")
    more = with_size(spec, (9, 7, 5))
    assert (more.kernel_size, more.stride, more.padding) == ((3, 5, 5), (2, 1, 1), "same")
    assert with_size(more, (9,)).kernel_size == (3,)
    with pytest.raises(SpecError, match="one to three numbers"):
        with_size(spec, ())


@settings(max_examples=EXAMPLES)
@given(spec=specs())
def test_sizes_are_torch_s(spec: KindSpec) -> None:
    line = torch_module(spec)
    if line is not None:
        with torch.device("meta"):
            made = eval(line, {"nn": nn})(torch.empty(1, *spec.input_shape)).shape
        assert kind_facts(spec).output_shape == tuple(made[1:])


@settings(max_examples=EXAMPLES)
@given(
    size=st.integers(1, 6),
    kernel_size=st.integers(1, 5),
    stride=st.integers(1, 3),
    padding=st.integers(0, 3),
    dilation=st.integers(1, 3),
    output_padding=st.integers(0, 3),
    kind=st.sampled_from(["shared", "transposed"]),
)
def test_what_torch_refuses_is_a_problem_and_nothing_else_is(**drawn: Any) -> None:
    spec = KindSpec(**{name: (value,) if isinstance(value, int) else value for name, value in drawn.items()})
    names = ["kernel_size", "stride", "padding", "dilation"]
    settings_ = {name: getattr(spec, name) for name in names}
    settings_ |= {"output_padding": spec.output_padding} if spec.kind == "transposed" else {}
    module = nn.ConvTranspose1d if spec.kind == "transposed" else nn.Conv1d
    try:
        made = tuple(module(1, 1, **settings_)(torch.zeros(1, 1, *spec.size)).shape[1:])
    except (RuntimeError, ValueError):
        made = None
    assert kind_facts(spec).output_shape == made


def test_letters_are_the_lecture_s_and_numbers_where_they_do_not_suffice() -> None:
    spec = KindSpec(size=(3, 4), kernel_size=2)
    assert symbolic_sum(spec, (0, 1, 2)) == "g·w + h·x + k·y + l·z"
    assert symbolic_sum(KindSpec(size=(4,), kernel_size=2, bias=True), (0, 0)) == "a·y + b·z + bias"
    assert symbolic_sum(KindSpec(size=(3,), padding=1), (0, 0)) == "0·x + a·y + b·z"
    assert symbolic_sum(KindSpec(size=(3,), padding=1, padding_mode="circular"), (0, 0)) == "c·x + a·y + b·z"
    unshared = KindSpec(kind="unshared", size=(3,), kernel_size=2)
    assert [symbolic_sum(unshared, (0, o)) for o in (0, 1)] == ["a·w + b·x", "b·y + c·z"]
    transposed = KindSpec(kind="transposed", size=(2,), kernel_size=2)
    assert [symbolic_sum(transposed, (0, o)) for o in range(3)] == ["a·y", "a·z + b·y", "b·z"]
    assert symbolic_sum(KindSpec(size=(6, 6), kernel_size=1), (0, 5, 0)) == "x₆₁·w₁"
    assert symbolic_sum(KindSpec(size=(5, 12), kernel_size=1), (0, 4, 11)) == "x₅‚₁₂·w₁"
    colour = symbols(KindSpec(in_channels=3, size=(5, 5)))
    assert (colour.input[2, 0, 1], colour.weight[0, 2, 1, 1]) == ("x₃₁₂", "w₃₂₂")
    hole = KindSpec(kind="transposed", size=(2,), kernel_size=1, stride=2)
    assert symbolic_sum(hole, (0, 1)) == "0"
    with pytest.raises(SpecError, match="too many to name"):
        symbols(KindSpec(size=(200, 200)))


@settings(max_examples=EXAMPLES // 2)
@given(spec=specs(), data=st.data())
def test_every_cell_and_weight_has_a_name_of_its_own(spec: KindSpec, data: st.DataObject) -> None:
    facts = kind_facts(spec)
    assume(facts.weights is not None and facts.weights < MAX_NAMES // 2)
    names = symbols(spec)
    every = [*names.input.ravel().tolist(), *names.weight.ravel().tolist()]
    assert len(set(every)) == len(every)
    assert facts.output_shape is not None
    cell = data.draw(st.tuples(*(st.integers(0, n - 1) for n in facts.output_shape)))
    links = reads(spec, cell)
    for (value, weight), entered, index in zip(
        symbolic_terms(spec, links), links.inputs.tolist(), links.weights.tolist(), strict=True
    ):
        assert weight == names.weight[tuple(index)]
        assert value == ("0" if min(entered) < 0 else names.input[tuple(entered)])
