"""A cell of the feature map from its patch to the end: numpy alone must come to the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.map_cell import MapCell, explain_map_cell
from engine.filtering.picture import FilterResult, apply_filter
from engine.spec.filter import DetectorKind, DetectorSpec, FilterSpec, KernelSpec, PoolingSpec, with_changes
from engine.spec.geometry import FilterGeometry
from tests.engine.filtering.oracle import NUMPY_MODES, allowed, filtered, fits, sides
from tests.engine.filtering.test_picture import as_oracle, filters, frame_of

MANY = settings(max_examples=17 * settings().max_examples, suppress_health_check=list(HealthCheck))
"""A tenth of the 5,000 settings of a long run."""
FEW = settings(max_examples=2 * settings().max_examples, suppress_health_check=list(HealthCheck))
PAIRED = ("magnitude", "direction")
KINDS: tuple[DetectorKind, ...] = (
    "none", "relu", "leaky_relu", "sigmoid", "tanh", "abs", "threshold", "magnitude", "direction",
)  # fmt: skip


@st.composite
def specs(draw: st.DrawFn) -> FilterSpec:
    spec = draw(filters())
    window = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    pooling = PoolingSpec(
        kind=spec.pooling.kind,
        kernel_size=window,
        stride=draw(st.none() | st.tuples(st.integers(1, 3), st.integers(1, 3))),
        padding=(draw(st.integers(0, window[0] // 2)), draw(st.integers(0, window[1] // 2))),
    )
    return with_changes(spec, pooling=pooling, detector=DetectorSpec(kind=draw(st.sampled_from(KINDS)), threshold=0.1))


def detected(values: NDArray[Any], turned: NDArray[Any] | None, spec: DetectorSpec) -> NDArray[Any]:
    """The detectors again, from their definitions."""
    made: dict[str, Any] = {
        "none": lambda: values,
        "relu": lambda: np.where(values > 0, values, 0),
        "leaky_relu": lambda: np.where(values > 0, values, spec.negative_slope * values),
        "sigmoid": lambda: 1 / (1 + np.exp(-values)),
        "tanh": lambda: np.tanh(values),
        "abs": lambda: np.abs(values),
        "threshold": lambda: (values > spec.threshold).astype(float),
        "magnitude": lambda: np.hypot(values, turned),
        "direction": lambda: np.arctan2(turned, values),
    }
    found: NDArray[Any] = made[spec.kind]()
    return found


def jumps(values: NDArray[Any], turned: NDArray[Any] | None, spec: DetectorSpec) -> bool:
    """Whether a rounding error may change a detector's answer by much."""
    if spec.kind == "threshold":
        return bool((np.abs(values - spec.threshold) < 1e-4).any())
    return spec.kind == "direction" and turned is not None and bool((np.hypot(values, turned) < 1e-2).any())


def padded(seen: NDArray[Any], spec: FilterSpec) -> NDArray[Any]:
    around = sides(spec.padding, spec.kernel.size, spec.dilation)
    wide: NDArray[Any] = np.pad(
        seen.astype(np.float64), [*around, (0, 0)][: seen.ndim], mode=NUMPY_MODES[spec.padding_mode]
    )
    return wide


def drawn_cell(data: st.DataObject, result: FilterResult) -> tuple[int, int]:
    rows, columns = result.map.shape[:2]
    return data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))


def made(h: int, w: int, spec: FilterSpec, frame: NDArray[Any] | None = None) -> FilterResult:
    """The map, if the settings allow one."""
    kernel, how = as_oracle(spec)
    assume(fits((h, w), kernel.shape, how))
    try:
        return apply_filter(frame_of(h, w) if frame is None else frame, spec)
    except SpecError:
        assume(False)
        raise


@MANY
@given(st.integers(3, 13), st.integers(3, 13), specs(), st.data())
def test_every_number_sums_to_the_cell_of_the_map(h: int, w: int, spec: FilterSpec, data: st.DataObject) -> None:
    result = made(h, w, spec)
    cell = drawn_cell(data, result)
    found = explain_map_cell(result.input, spec, cell)
    _the_sum_is_that_of_the_patch(found, result.input, spec)
    _detector_and_pooling_lead_to_the_map(found, result, spec, cell)


@FEW
@given(st.integers(9, 16), st.integers(9, 16), st.lists(specs(), min_size=1, max_size=2), specs(), st.data())
def test_in_a_chain_it_is_the_map_before_that_is_read(
    h: int, w: int, before: list[FilterSpec], spec: FilterSpec, data: st.DataObject
) -> None:
    seen: NDArray[Any] = frame_of(h, w)
    for step in before:
        seen = made(*seen.shape[:2], with_changes(step, stride=(1, 1), padding="full"), seen).map
    assume(seen.ndim == 3 or spec.channels != "sum")
    result = made(*seen.shape[:2], spec, seen)
    cell = drawn_cell(data, result)
    found = explain_map_cell(result.input, spec, cell)
    if seen.ndim == 2 or spec.channels != "grey":
        assert np.array_equal(result.input, seen)
    _the_sum_is_that_of_the_patch(found, seen if spec.channels != "grey" else result.input, spec)
    _detector_and_pooling_lead_to_the_map(found, result, spec, cell)


def _the_sum_is_that_of_the_patch(found: MapCell, seen: NDArray[Any], spec: FilterSpec) -> None:
    wide, kernel = padded(seen, spec), as_oracle(spec)[0]
    if spec.operation == "convolution":
        kernel = kernel[::-1, ::-1]
    (dy, dx), (sy, sx) = spec.dilation, spec.stride
    top, left = found.at[0] * sy, found.at[1] * sx
    patch = wide[top : top + dy * kernel.shape[0] : dy, left : left + dx * kernel.shape[1] : dx][
        : kernel.shape[0], : kernel.shape[1]
    ]
    assert np.array_equal(found.sum.patch, patch)
    assert np.array_equal(found.sum.kernel, kernel)
    products = patch * (kernel[:, :, None] if patch.ndim > kernel.ndim else kernel)
    assert np.array_equal(found.sum.products, products)
    apart = spec.channels == "each" and patch.ndim == 3
    total = products.sum(axis=(0, 1)) if apart else products.sum()
    assert np.allclose(found.sum.total, total, rtol=1e-12, atol=1e-12)
    assert np.allclose(found.sum.value, total + spec.bias, rtol=1e-12, atol=1e-12)


def _detector_and_pooling_lead_to_the_map(
    found: MapCell, result: FilterResult, spec: FilterSpec, cell: tuple[int, int]
) -> None:
    kernel, how = as_oracle(spec)
    before = filtered(result.input, kernel, how)
    turned = filtered(result.input, *as_oracle(spec, turned=True)) if spec.detector.kind in PAIRED else None
    every = detected(before, turned, spec.detector)
    scale = float(np.abs(every).max()) + 1
    if jumps(before, turned, spec.detector):
        return
    assert np.allclose(np.atleast_1d(every[found.at]), found.detected, rtol=1e-5, atol=1e-5 * scale)
    if turned is not None:
        assert found.turned is not None
        assert np.allclose(turned[found.at], found.turned.value, rtol=1e-9, atol=1e-9)
    slack = 30 * allowed(result.input, kernel, spec.bias) + 3e-6 * scale
    assert np.allclose(found.values, np.atleast_1d(result.map[cell]), rtol=1e-5, atol=slack)
    if found.pool is None:
        assert found.at == cell
        return
    _the_window_is_that_of_the_map_before(found, every.reshape(*every.shape[:2], -1), spec, cell, scale)


def _the_window_is_that_of_the_map_before(
    found: MapCell, every: NDArray[Any], spec: FilterSpec, cell: tuple[int, int], scale: float
) -> None:
    pool = found.pool
    assert pool is not None
    kind, window, step, around = (
        spec.pooling.kind, spec.pooling.kernel_size, spec.pooling.step, spec.pooling.padding,
    )  # fmt: skip
    assert (pool.top, pool.left) == (cell[0] * step[0] - around[0], cell[1] * step[1] - around[1])
    here = np.full((*window, every.shape[2]), np.nan)
    for i in range(window[0]):
        for j in range(window[1]):
            if 0 <= pool.top + i < every.shape[0] and 0 <= pool.left + j < every.shape[1]:
                here[i, j] = every[pool.top + i, pool.left + j]
    there = ~np.isnan(here[:, :, 0])
    assert np.array_equal(pool.inside, there)
    assert np.allclose(pool.cells[there], here[there], rtol=1e-5, atol=1e-5 * scale)
    assert not pool.cells[~there].any()
    zeroed = np.where(there[:, :, None], pool.cells, 0)
    expected = {
        "max": np.where(there[:, :, None], pool.cells, -np.inf).max(axis=(0, 1)),
        "average": zeroed.sum(axis=(0, 1)) / (window[0] * window[1]),
        "l2": np.sqrt((zeroed**2).sum(axis=(0, 1))),
    }[kind]
    assert np.allclose(pool.values, expected)
    for lane, winner in enumerate(pool.winners):
        assert there[winner]
        assert pool.cells[winner][lane] == pool.cells[there][:, lane].max()
    assert pool.inside[found.at[0] - pool.top, found.at[1] - pool.left]
    if kind == "max":
        assert (found.at[0] - pool.top, found.at[1] - pool.left) == pool.winners[0]


def test_any_cell_of_the_pooling_window_can_be_written_out() -> None:
    spec = FilterSpec(pooling=PoolingSpec(kind="average", kernel_size=(2, 3), padding=(1, 1)))
    result = apply_filter(frame_of(9, 10), spec)
    assert explain_map_cell(result.input, spec, (0, 0)).at == (0, 0), "the first that is there"
    assert explain_map_cell(result.input, spec, (0, 0), (0, 0)).at == (0, 0), "padding has no sum"
    assert explain_map_cell(result.input, spec, (1, 1), (1, 2)).at == (2, 4)
    assert explain_map_cell(result.input, spec, (1, 1), (2, 0)).at == (1, 2), "outside of the window"


def test_each_channel_has_its_own_winner() -> None:
    frame = np.zeros((4, 4, 3), np.float32)
    frame[0, 0, 0], frame[1, 0, 1], frame[1, 1, 2] = 1, 2, 3
    one = KernelSpec(name="custom", weights=(((1.0,),),))
    spec = FilterSpec(kernel=one, channels="each", pooling=PoolingSpec(kind="max"))
    result = apply_filter(frame, spec)
    found = [explain_map_cell(result.input, spec, (0, 0), lane=lane) for lane in range(3)]
    assert [each.at for each in found] == [(0, 0), (1, 0), (1, 1)]
    assert found[0].values.tolist() == [1, 2, 3]


@pytest.mark.parametrize("cell", [(-1, 0), (0, 6), (3, 0)])
def test_there_is_no_cell_beyond_the_map(cell: tuple[int, int]) -> None:
    spec = FilterSpec(pooling=PoolingSpec(kind="max", kernel_size=(3, 2)))
    result = apply_filter(frame_of(9, 12), spec)
    assert FilterGeometry(spec, (9, 12)).map_size == (3, 6)
    with pytest.raises(SpecError, match="3×6 cells"):
        explain_map_cell(result.input, spec, cell)
