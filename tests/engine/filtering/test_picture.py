"""A frame through a whole `FilterSpec`, step by step against the oracle, and one cell explained."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.bands import Habit
from engine.filtering.detectors import apply_detector
from engine.filtering.explain import explain_cell
from engine.filtering.picture import apply_filter, input_planes
from engine.filtering.pooling import pool
from engine.filtering.run import Cancelled
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, PoolingSpec, with_changes
from tests.engine.filtering.oracle import NUMPY_MODES, allowed, filtered, fits, weights

MANY = settings(max_examples=4 * settings().max_examples, suppress_health_check=list(HealthCheck))
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


def frame_of(h: int, w: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (h, w, 3), dtype=np.uint8)


def kernel_of(weights: NDArray[Any]) -> KernelSpec:
    return KernelSpec(name="custom", weights=tuple(tuple(map(tuple, plane)) for plane in weights.tolist()))


@st.composite
def filters(draw: st.DrawFn) -> FilterSpec:
    channels = draw(st.sampled_from(["grey", "each", "sum"]))
    size = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    seed = draw(st.integers(0, 99))
    stack = [weights(size, seed + i) for i in range(3 if channels == "sum" else 1)]
    amounts = st.tuples(st.integers(0, 3), st.integers(0, 3))
    return FilterSpec(
        kernel=kernel_of(np.stack(stack)),
        channels=channels,
        operation=draw(st.sampled_from(["correlation", "convolution"])),
        padding=draw(st.one_of(st.sampled_from(["valid", "same", "full"]), amounts)),
        padding_mode=draw(st.sampled_from(list(NUMPY_MODES))),
        stride=draw(pairs),
        dilation=draw(pairs),
        bias=draw(st.sampled_from([0.0, 0.25, -2.0])),
        detector=DetectorSpec(kind=draw(st.sampled_from(["none", "relu", "leaky_relu", "tanh", "abs", "sigmoid"]))),
        pooling=PoolingSpec(kind=draw(st.sampled_from(["none", "max", "average", "l2"])), kernel_size=draw(pairs)),
    )


def as_oracle(spec: FilterSpec, turned: bool = False) -> tuple[NDArray[Any], dict[str, Any]]:
    stack = np.array(spec.kernel.weights)
    kernel = np.moveaxis(stack, 0, -1) if spec.channels == "sum" else stack[0]
    names = ("operation", "padding", "padding_mode", "stride", "dilation", "bias")
    return (np.rot90(kernel, -1) if turned else kernel), {name: getattr(spec, name) for name in names}


def seen_by(frame: NDArray[Any], channels: str) -> NDArray[np.float64]:
    wide = frame.astype(np.float64) / (255 if frame.dtype == np.uint8 else 1)
    return wide @ [0.299, 0.587, 0.114] if channels == "grey" else wide


@MANY
@given(st.integers(1, 14), st.integers(1, 14), filters(), st.booleans())
def test_a_frame_through_everything(h: int, w: int, spec: FilterSpec, whole_numbers: bool) -> None:
    frame = frame_of(h, w) if whole_numbers else (frame_of(h, w) / np.float32(100) - 1).astype(np.float32)
    kernel, how = as_oracle(spec)
    assume(fits((h, w), kernel.shape, how))
    exact = filtered(seen_by(frame, spec.channels), kernel, how)
    window, step = spec.pooling.kernel_size, spec.pooling.step
    pooling = spec.pooling.kind != "none"
    assume(not pooling or (exact.shape[0] >= window[0] and exact.shape[1] >= window[1]))
    found = apply_filter(frame, spec)
    assert np.abs(found.input - seen_by(frame, spec.channels)).max() <= 3e-7 * max(1, np.abs(frame).max())
    detected = apply_detector(exact.astype(np.float32), spec.detector)
    expected = pool(detected, spec.pooling.kind, window, step) if pooling else detected
    assert found.map.dtype == np.float32
    assert found.map.shape == expected.shape
    slack = 3 * allowed(seen_by(frame, spec.channels), kernel, spec.bias) + 3e-7 * np.abs(detected).max(initial=0)
    assert np.abs(found.map - expected).max() <= slack * (np.prod(window) if pooling else 1)
    if spec.detector.kind == "none":
        assert found.convolved is not None
        assert np.abs(found.convolved - exact).max() <= slack


@MANY
@given(st.integers(4, 14), st.integers(4, 14), filters(), st.data())
def test_a_cell_explained(h: int, w: int, spec: FilterSpec, data: st.DataObject) -> None:
    kernel, how = as_oracle(spec)
    assume(fits((h, w), kernel.shape, how))
    plain = with_changes(spec, detector=DetectorSpec(), pooling=PoolingSpec())
    result = apply_filter(frame_of(h, w), plain)
    row = data.draw(st.integers(0, result.map.shape[0] - 1))
    column = data.draw(st.integers(0, result.map.shape[1] - 1))
    found = explain_cell(result.input, spec, row, column)
    assert np.allclose(found.value, result.map[row, column], rtol=1e-6, atol=1e-5)
    assert np.array_equal(
        found.products.sum(axis=(0, 1)), found.total if spec.channels == "each" else found.products.sum(axis=(0, 1))
    )
    assert (
        found.patch.shape[:2] == found.inside.shape == found.kernel.shape[:2] == (len(found.rows), len(found.columns))
    )
    for i, y in enumerate(found.rows):
        for j, x in enumerate(found.columns):
            assert found.inside[i, j] == (0 <= y < h and 0 <= x < w)
            if found.inside[i, j]:
                assert np.array_equal(found.patch[i, j], result.input[y, x])
            elif spec.padding_mode == "zeros":
                assert not found.patch[i, j].any()


def test_a_convolution_lays_the_kernel_down_turned() -> None:
    spec = FilterSpec(kernel=kernel_of(np.arange(6.0).reshape(1, 2, 3)), operation="convolution", padding="valid")
    found = explain_cell(np.ones((4, 5), np.float32), spec, 1, 1)
    assert found.kernel.tolist() == [[5, 4, 3], [2, 1, 0]]
    assert found.rows.tolist() == [1, 2]
    assert found.columns.tolist() == [1, 2, 3]
    with pytest.raises(SpecError, match="3×3"):
        explain_cell(np.ones((4, 5), np.float32), spec, 3, 0)


@pytest.mark.parametrize("kind", ["magnitude", "direction"])
@pytest.mark.parametrize("channels", ["grey", "each", "sum"])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_a_gradient_joins_the_kernel_and_its_quarter_turn(kind: Any, channels: Any, padding: Any) -> None:
    stack = np.stack([weights((3, 3), i) for i in range(3 if channels == "sum" else 1)])
    spec = FilterSpec(
        kernel=kernel_of(stack), channels=channels, padding=padding, bias=0.1, detector=DetectorSpec(kind=kind)
    )
    frame = frame_of(20, 31)
    seen = seen_by(frame, channels)
    a, b = (filtered(seen, *as_oracle(spec, turned)) for turned in (False, True))
    found = apply_filter(frame, spec)
    assert found.convolved is not None
    assert np.allclose(found.convolved, a, atol=3e-6)
    if kind == "magnitude":
        assert np.allclose(found.map, np.hypot(a, b), atol=5e-6)
    else:
        away = np.angle(np.exp(1j * (found.map - np.arctan2(b, a))))
        assert np.abs(away * np.hypot(a, b)).max() <= 1e-5


def test_a_gradient_of_an_oblong_kernel_needs_maps_of_one_size() -> None:
    oblong = FilterSpec(kernel=kernel_of(np.ones((1, 2, 3))), detector=DetectorSpec(kind="magnitude"))
    assert apply_filter(frame_of(9, 9), oblong).map.shape == (9, 9)
    with pytest.raises(SpecError, match="square kernel"):
        apply_filter(frame_of(9, 9), with_changes(oblong, padding="valid"))


def test_the_input_is_what_it_says() -> None:
    greys = np.arange(256, dtype=np.uint8)[np.newaxis, :, np.newaxis].repeat(3, axis=2)
    exact = (np.arange(256) / 255).astype(np.float32)
    assert np.array_equal(input_planes(greys, "each")[0, :, 0], exact)
    assert np.allclose(input_planes(greys, "grey")[0], exact, rtol=2e-7)
    assert input_planes(greys, "grey")[0, 255] == 1
    assert input_planes(greys[:, ::-1], "grey")[0, 0] == 1
    frame = frame_of(700, 500)
    assert np.allclose(input_planes(frame, "grey"), seen_by(frame, "grey"), atol=2e-7)
    assert np.array_equal(input_planes(frame, "sum"), (frame / 255).astype(np.float32))


@pytest.mark.parametrize(
    "frame",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 3))],
)
def test_what_is_no_frame_is_refused(frame: NDArray[Any]) -> None:
    with pytest.raises(SpecError, match="A frame is"):
        apply_filter(frame, FilterSpec())


def test_a_kernel_that_does_not_fit_is_refused() -> None:
    with pytest.raises(SpecError, match="does not fit"):
        apply_filter(frame_of(2, 2), FilterSpec(padding="valid"))


@pytest.mark.parametrize(("k", "after"), [(3, 0), (11, 1), (31, 2)])
def test_it_gives_up_when_asked_to(k: int, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Habit, "choose", lambda self: False)
    spec = FilterSpec(kernel=kernel_of(weights((k, k), 0)[np.newaxis]), channels="each")
    asked = iter(range(10**6))
    with pytest.raises(Cancelled):
        apply_filter(frame_of(1080, 1920), spec, cancelled=lambda: next(asked) >= after)
    assert next(asked) == after + 1


def test_a_small_picture_is_given_up_too() -> None:
    for pooling in (PoolingSpec(), PoolingSpec(kind="max")):
        with pytest.raises(Cancelled):
            apply_filter(frame_of(9, 9), FilterSpec(pooling=pooling), cancelled=lambda: True)


def test_the_method_and_the_time_are_told() -> None:
    found = apply_filter(frame_of(480, 640), FilterSpec())
    assert found.method == "direct"
    assert 0 < found.seconds < 10
