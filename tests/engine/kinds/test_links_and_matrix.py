"""The matrix against the layer, the layer's links against its matrix, and counts against the lecture's."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.kinds.cell import explain_kind
from engine.kinds.facts import kind_facts, weight_shape
from engine.kinds.filters import filter_kind
from engine.kinds.links import Links, all_links, fan_in, reaches, reads, serves, visits
from engine.kinds.matrix import compared, layer_matrix
from engine.kinds.run import run_kind
from engine.kinds.spec import KindSpec
from engine.spec.filter import FilterSpec
from tests.conftest import LONG
from tests.engine.kinds.oracle import assert_close, computed, numbers, specs

EXAMPLES = 1500 if LONG else 150
seeds = st.integers(0, 10_000)


def triples(links: Links) -> set[tuple[tuple[int, ...], ...]]:
    """(output, input, weight) of each link that is not with a zero of the padding."""
    there = (links.inputs >= 0).all(axis=1)
    rows = (links.outputs[there], links.inputs[there], links.weights[there])
    return {tuple(tuple(int(n) for n in cell) for cell in row) for row in zip(*rows, strict=True)}


@settings(max_examples=EXAMPLES)
@given(spec=specs(), seed=seeds)
def test_the_matrix_times_the_input_is_the_map(spec: KindSpec, seed: int) -> None:
    x, weight, bias = numbers(spec, seed)
    found = layer_matrix(spec, weight, bias)
    assert found.entries is not None
    assert found.offset is not None
    exact, size = computed(spec, x, weight, bias)
    product = found.entries @ x.ravel() + found.offset
    assert_close(product.reshape(exact.shape), exact, size, seed)
    np.testing.assert_allclose(product.reshape(exact.shape), run_kind(spec, x, weight, bias), rtol=1e-4, atol=1e-5)


@settings(max_examples=EXAMPLES)
@given(spec=specs(), seed=seeds)
def test_the_index_says_which_weight_stands_where(spec: KindSpec, seed: int) -> None:
    _, weight, _ = numbers(spec, seed)
    found = layer_matrix(spec, weight)
    assert found.entries is not None
    assert ((found.index < 0) <= (found.entries == 0)).all()
    assert found.nonzeros == np.count_nonzero(found.index >= 0)
    assert found.index.max() < weight.size
    if not found.crowded:
        assert found.distinct == len(np.unique(found.index[found.index >= 0]))
        np.testing.assert_array_equal(found.entries[found.index >= 0], weight.ravel()[found.index[found.index >= 0]])
    if spec.padding_mode == "zeros":
        assert not found.crowded
        assert kind_facts(spec).links == found.nonzeros


@settings(max_examples=EXAMPLES)
@given(spec=specs(), data=st.data())
def test_links_asked_from_three_sides_are_the_same_links(spec: KindSpec, data: st.DataObject) -> None:
    made = kind_facts(spec).output_shape
    assert made is not None
    whole = triples(all_links(spec))
    assert len(whole) <= kind_facts(spec).links
    cell, entered, weight = (
        data.draw(st.tuples(*(st.integers(0, n - 1) for n in shape)))
        for shape in (made, spec.input_shape, weight_shape(spec))
    )
    assert triples(reads(spec, cell)) == {triple for triple in whole if triple[0] == cell}
    assert triples(reaches(spec, entered)) == {triple for triple in whole if triple[1] == entered}
    assert triples(serves(spec, weight)) == {triple for triple in whole if triple[2] == weight}


@settings(max_examples=EXAMPLES)
@given(spec=specs())
def test_visits_and_fan_in_count_the_links(spec: KindSpec) -> None:
    links = all_links(spec)
    made = kind_facts(spec).output_shape
    assert made is not None
    there = (links.inputs >= 0).all(axis=1)
    assert kind_facts(spec).links == there.sum()
    one_map = there & (links.outputs[:, 0] == 0) & (links.inputs[:, 0] == 0)
    read, reading = np.zeros(spec.size, np.int64), np.zeros(made[1:], np.int64)
    np.add.at(read, tuple(links.inputs[one_map, 1:].T), 1)
    np.add.at(reading, tuple(links.outputs[one_map, 1:].T), 1)
    np.testing.assert_array_equal(visits(spec), read)
    np.testing.assert_array_equal(fan_in(spec), reading)


@settings(max_examples=EXAMPLES)
@given(spec=specs(), seed=seeds, data=st.data())
def test_a_cell_explained_sums_to_the_cell(spec: KindSpec, seed: int, data: st.DataObject) -> None:
    x, weight, bias = numbers(spec, seed)
    whole = run_kind(spec, x, weight, bias)
    cell = data.draw(st.tuples(*(st.integers(0, n - 1) for n in whole.shape)))
    found = explain_kind(spec, x, weight, bias, cell)
    np.testing.assert_allclose(found.value, whole[cell], rtol=1e-5, atol=1e-5)
    assert found.value == found.total + found.bias
    np.testing.assert_allclose(found.channel_sums.sum(), found.total, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(found.products, found.values * found.factors)
    if spec.kind not in ("dense", "transposed"):
        assert len(found.products) == spec.in_channels // spec.groups * spec.taps
        outside = ~found.links.inside
        assert spec.padding_mode != "zeros" or not found.values[outside].any()


@settings(max_examples=EXAMPLES // 2)
@given(spec=specs(kind="transposed"), seed=seeds)
def test_a_transposed_layer_s_matrix_is_the_transpose_of_the_forward_one(spec: KindSpec, seed: int) -> None:
    made = kind_facts(spec).output_shape
    assert made is not None
    forward = msgspec.structs.replace(
        spec, kind="shared", size=made[1:], in_channels=made[0], out_channels=spec.in_channels, bias=False
    )
    assume(kind_facts(forward).problem is None)
    assume(kind_facts(forward).output_shape == spec.input_shape)
    _, weight, _ = numbers(spec, seed)
    found, other = layer_matrix(spec, weight), layer_matrix(forward, weight)
    assert found.entries is not None
    assert other.entries is not None
    np.testing.assert_array_equal(found.entries, other.entries.T)
    np.testing.assert_array_equal(found.index, other.index.T)


def test_the_lecture_s_counts() -> None:
    five = KindSpec(size=(5,), padding="same")
    assert [kind_facts(each).links for each in compared(five)] == [25, 13, 13, 13]
    assert [kind_facts(each).weights for each in compared(five)] == [25, 15, 6, 3]
    assert [layer_matrix(each).distinct for each in compared(five)] == [25, 13, 6, 3]
    edge = KindSpec(size=(280, 320), kernel_size=(1, 2))
    assert kind_facts(edge).output_shape == (1, 280, 319)
    dense, unshared, _, shared = (kind_facts(each).weights for each in compared(edge))
    assert (dense, unshared, shared) == (8_003_072_000, 178_640, 2)
    assert kind_facts(edge).macs == 178_640
    assert kind_facts(edge).formulas == ("⌊(280 − 1 + 2·0) / 1⌋ + 1 = 280", "⌊(320 − 2 + 2·0) / 1⌋ + 1 = 319")


def test_counts_are_told_with_their_numbers() -> None:
    spec = KindSpec(kind="tiled", in_channels=4, out_channels=6, groups=2, size=(9, 9), bias=True)
    found = kind_facts(spec)
    assert found.weights_text == "(2·2)·6·4/2·(3·3) = 432"
    assert found.macs_text == "(6·7·7)·4/2·(3·3) = 5,292"
    assert (found.weights, found.biases, found.weight_bytes) == (432, 24, 1824)
    turned = kind_facts(KindSpec(kind="transposed", in_channels=2, out_channels=3, size=(4, 4), stride=2))
    assert turned.weights_text == "2·3·(3·3) = 54"
    assert turned.macs_text == "(2·4·4)·3·(3·3) = 864"
    assert turned.formulas == ("(4 − 1)·2 + 3 − 2·0 = 9",) * 2


def test_several_weights_may_stand_in_one_entry() -> None:
    found = layer_matrix(KindSpec(size=(2,), padding=1, padding_mode="circular"), [[[1, 10, 100]]])
    assert found.entries is not None
    assert found.entries.tolist() == [[10, 101], [101, 10]]
    assert found.index.tolist() == [[1, 0], [0, 1]]
    assert found.crowded == 2


def test_what_is_too_large_to_show_is_refused() -> None:
    with pytest.raises(SpecError, match="4,000,000 in all can be shown"):
        layer_matrix(KindSpec(size=(64, 64)))
    with pytest.raises(SpecError, match="links, and 500,000 can be listed"):
        serves(KindSpec(size=(2160, 3840)), (0, 0, 1, 1))
    with pytest.raises(SpecError, match="links, and 500,000 can be listed"):
        all_links(KindSpec(size=(2160, 3840)))


@pytest.mark.parametrize("ask", [reads, reaches, serves])
@pytest.mark.parametrize("cell", [(0, 0), (0, 99, 0), (0, -1, 0), (0, 0, 0, 0, 0)])
def test_a_cell_that_is_not_there_is_refused(ask: object, cell: tuple[int, ...]) -> None:
    with pytest.raises(SpecError, match="There is no"):
        ask(KindSpec(), cell)  # type: ignore[operator]


def test_asking_about_one_cell_of_a_large_picture_is_quick() -> None:
    whole = KindSpec(in_channels=3, out_channels=64, size=(2160, 3840), kernel_size=7, padding="same")
    assert len(reads(whole, (5, 1000, 1000))) == 147
    assert len(reaches(whole, (2, 1000, 1000))) == 64 * 49
    assert len(reads(KindSpec(size=(10_000_000,), kernel_size=31), (0, 5_000_000))) == 31
    assert visits(KindSpec(size=(1_000_000,), kernel_size=31)).max() == 31


def test_a_filter_of_the_kernel_page_as_a_layer() -> None:
    spec = FilterSpec(padding=(2, 1), stride=(2, 1), dilation=(1, 2), operation="convolution", bias=0.5)
    layer = filter_kind(spec, (9, 8))
    assert kind_facts(layer).output_shape == (1, 6, 6)
    assert layer.bias
    assert layer.operation == "convolution"
    assert kind_facts(filter_kind(FilterSpec(), (4, 4))).output_shape == (1, 4, 4)
