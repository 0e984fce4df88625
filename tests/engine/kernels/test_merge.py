"""Two steps made one: the same map as both steps give, but for the border; what one kernel cannot do is refused."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.filtering import apply_chain, apply_filter
from engine.kernels import kernel, spec_of
from engine.kernels.design.merge import merged
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import Channels, DetectorSpec, FilterSpec, KernelSpec, Operation, PoolingSpec, with_changes

PICTURE = np.random.default_rng(5).integers(0, 256, (37, 41, 3), np.uint8)
BLUR = with_kernel(FilterSpec(), kernel("gaussian").spec())


@st.composite
def steps(draw: st.DrawFn, **fixed: Any) -> FilterSpec:
    channels: Channels = draw(st.sampled_from(get_args(Channels)))
    shape = (draw(st.integers(1, 4)), draw(st.integers(1, 4)), *((3,) if channels == "sum" else ()))
    weights = np.random.default_rng(draw(st.integers(0, 99))).integers(-3, 4, shape).astype(np.float32)
    settings_ = {
        "operation": draw(st.sampled_from(get_args(Operation))),
        "padding": draw(st.sampled_from(["valid", "same", "full", (0, 2), (1, 1)])),
        "dilation": (draw(st.integers(1, 2)), draw(st.integers(1, 3))),
        "bias": draw(st.sampled_from([0.0, -0.5])),
        **fixed,
    }
    return with_changes(with_changes(with_channels(FilterSpec(), channels), kernel=spec_of(weights)), **settings_)


@settings(max_examples=150, deadline=None)
@given(steps(stride=(1, 1)), steps(), st.sampled_from([(1, 1), (2, 3)]))
def test_one_step_gives_the_map_of_both(first: FilterSpec, second: FilterSpec, stride: tuple[int, int]) -> None:
    second = with_changes(second, stride=stride)
    one, refusal = _merged(first, second)
    if one is None:
        assert "even size" in refusal or (first.channels != "each" and second.channels == "sum"), refusal
        return
    expected = apply_chain(PICTURE, (first, second)).map
    found = apply_filter(PICTURE, one).map
    assert found.shape == expected.shape
    scale = max(float(np.abs(expected).max()), 1.0)
    inner = _inside(one) if (first.padding, second.padding) != ("valid", "valid") else (slice(None), slice(None))
    assert np.abs(found[inner] - expected[inner]).max(initial=0.0) <= 2e-5 * scale


def _merged(first: FilterSpec, second: FilterSpec) -> tuple[FilterSpec | None, str]:
    """The one step, or why there is none."""
    try:
        return merged(first, second), ""
    except SpecError as error:
        return None, str(error)


def _inside(one: FilterSpec) -> tuple[slice, slice]:
    """Cells whose field lies in the picture whatever was padded in between."""
    down, across = (int(np.ceil(2 * size / step)) for size, step in zip(one.kernel.size, one.stride, strict=True))
    return slice(down, -down), slice(across, -across)


def test_what_comes_after_is_kept_and_a_gradient_only_after_what_looks_the_same_turned() -> None:
    end = FilterSpec(detector=DetectorSpec(kind="magnitude"), pooling=PoolingSpec(kind="max"), bias=0.25)
    box = with_kernel(FilterSpec(), kernel("box").spec())
    one = merged(box, end)
    assert (one.detector, one.pooling, one.bias) == (end.detector, end.pooling, 0.25)
    found, expected = apply_filter(PICTURE, one).map, apply_chain(PICTURE, (box, end)).map
    assert np.abs(found - expected)[4:-4, 4:-4].max() < 1e-5
    with pytest.raises(SpecError, match="turned whole"):
        merged(with_kernel(FilterSpec(), kernel("motion-blur").spec()), end)


REFUSED = [
    ({"detector": DetectorSpec(kind="relu")}, {}, "detector"),
    ({"pooling": PoolingSpec(kind="average")}, {}, "pooling"),
    ({"stride": (1, 2)}, {}, "stride to 1"),
    ({"padding_mode": "reflect"}, {}, "same padding mode"),
    ({"kernel": KernelSpec(name="custom", weights=(((1.0,) * 20,) * 3,))}, {"dilation": (1, 7)}, "34"),
]


@pytest.mark.parametrize(("first", "second", "said"), REFUSED)
def test_what_one_kernel_cannot_do_is_one_sentence(first: dict[str, Any], second: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as told:
        merged(with_changes(FilterSpec(), **first), with_changes(FilterSpec(), **second))
    assert said in str(told.value)
    assert str(told.value).count(".") == 1 or "31" in str(told.value)


def test_padding_of_one_step_only_keeps_its_mode() -> None:
    bare = with_changes(BLUR, padding="valid", padding_mode="reflect")
    assert merged(bare, FilterSpec(padding_mode="circular")).padding_mode == "circular"
    assert merged(with_changes(BLUR, padding_mode="reflect"), with_changes(FilterSpec(), padding="valid")).padding == (
        (BLUR.kernel.size[0] // 2,) * 2
    )
