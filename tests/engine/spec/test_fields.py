"""A limit is said once, holds whenever a spec is made, and is told in one sentence."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.spec.fields import fields_of
from engine.spec.filter import MAX_WEIGHT, DetectorSpec, FilterSpec, KernelSpec, PoolingSpec
from engine.spec.project import Project
from engine.spec.source import Camera, Clip, Drawing, Folder, Pattern, Picture, Sample, Stream, Stroke
from engine.spec.view import ViewSpec

ALL = [FilterSpec, DetectorSpec, PoolingSpec, ViewSpec, Pattern, Camera, Clip, Folder, Drawing, Stroke, Picture, Sample]


@pytest.mark.parametrize("struct", ALL)
def test_every_described_setting_has_a_label_and_a_help_that_is_a_sentence(struct: type[msgspec.Struct]) -> None:
    for described in fields_of(struct).values():
        assert described.label and described.label[0].isupper()
        assert described.help.endswith(".")


@pytest.mark.parametrize("struct", [FilterSpec, PoolingSpec, DetectorSpec])
def test_limits_themselves_are_allowed_and_one_step_beyond_is_refused(struct: type[msgspec.Struct]) -> None:
    for name, described in fields_of(struct).items():
        if described.minimum is None or name == "padding":
            continue
        for bound, beyond in ((described.minimum, -1), (described.maximum, 1)):
            kind = int if described.integer else float
            value = kind(bound)
            shape = (lambda v: (v, v)) if described.pair else (lambda v: v)
            struct(**{name: shape(value)})
            with pytest.raises(SpecError, match=described.label):
                struct(**{name: shape(kind(bound + beyond))})


def test_a_copy_is_checked_as_a_new_one_is() -> None:
    with pytest.raises(SpecError, match="Stride must be between 1 and 64 px; it is 0"):
        msgspec.structs.replace(FilterSpec(), stride=(1, 0))


def test_a_decoded_one_is_checked_too() -> None:
    with pytest.raises(msgspec.ValidationError, match="Stride"):
        msgspec.json.decode(b'{"filter":{"stride":[0,1]}}', type=Project)


def test_pool_padding_above_half_the_window_is_refused_as_torch_does() -> None:
    PoolingSpec(kernel_size=(3, 4), padding=(1, 2))
    with pytest.raises(SpecError, match="half"):
        PoolingSpec(kernel_size=(3, 4), padding=(2, 0))


@pytest.mark.parametrize("weight", [math.nan, math.inf, -math.inf, 1e30, -2 * MAX_WEIGHT])
def test_a_weight_that_is_no_ordinary_number_is_refused(weight: float) -> None:
    with pytest.raises(SpecError, match="cannot stand in a kernel"):
        KernelSpec(weights=(((1.0, weight),),))


def test_ragged_deep_and_large_kernels_are_refused() -> None:
    row = (0.0,) * 3
    for weights in [((row, row[:2]),), ((row,),) * 2, (((0.0,) * 32,),), (), ((),)]:
        with pytest.raises(SpecError):
            KernelSpec(weights=weights)
    KernelSpec(weights=(((0.0,) * 31,) * 31,))


def test_summing_over_colours_needs_three_planes_and_only_that_does() -> None:
    plane = ((1.0,),)
    FilterSpec(channels="sum", kernel=KernelSpec(weights=(plane,) * 3))
    with pytest.raises(SpecError, match="3"):
        FilterSpec(channels="sum", kernel=KernelSpec(weights=(plane,)))
    with pytest.raises(SpecError, match="1"):
        FilterSpec(channels="grey", kernel=KernelSpec(weights=(plane,) * 3))


@pytest.mark.parametrize("address", ["", "camera.local", "file:///etc/passwd", "javascript:1"])
def test_an_address_that_is_no_stream_is_refused(address: str) -> None:
    with pytest.raises(SpecError, match="stream address"):
        Stream(url=address)


weights = st.floats(-100, 100, allow_nan=False, width=32)


@given(
    st.integers(1, 5).flatmap(lambda w: st.lists(st.lists(weights, min_size=w, max_size=w), min_size=1, max_size=5)),
    st.sampled_from(["valid", "same", "full", (3, 0)]),
    st.tuples(st.integers(1, 64), st.integers(1, 64)),
)
def test_a_project_survives_json_unchanged(rows: list[list[float]], padding: object, stride: tuple[int, int]) -> None:
    plane = tuple(tuple(row) for row in rows)
    project = Project(filter=FilterSpec(kernel=KernelSpec(weights=(plane,)), padding=padding, stride=stride))
    assert msgspec.json.decode(msgspec.json.encode(project), type=Project) == project
