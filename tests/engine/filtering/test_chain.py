"""Several filters in a row: the same as one after the other by the oracle, at once or band by band."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import BadFile, SpecError
from engine.filtering import stream
from engine.filtering.bands import Cancelled
from engine.filtering.chain import apply_chain
from engine.filtering.explain import explain_cell
from engine.filtering.picture import apply_filter
from engine.filtering.stream import filter_bands, filter_to_file
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, with_changes
from engine.spec.geometry import ChainGeometry
from tests.engine.filtering.oracle import filtered
from tests.engine.filtering.test_picture import as_oracle, filters, frame_of

MANY = settings(max_examples=2 * settings().max_examples, suppress_health_check=list(HealthCheck))
chains = st.lists(filters(), min_size=1, max_size=4).map(tuple)
sides = st.integers(1, 24)


def one_by_one(frame: NDArray[Any], steps: tuple[FilterSpec, ...]) -> NDArray[Any]:
    seen = frame
    for step in steps:
        seen = apply_filter(seen, step).map
    return seen


def result_or_reason(work: Any) -> tuple[NDArray[Any] | None, str]:
    try:
        return work(), ""
    except SpecError as error:
        return None, str(error)


@MANY
@given(chains, sides, sides, st.integers(1, 7))
def test_a_chain_band_by_band_is_the_chain_at_once(
    steps: tuple[FilterSpec, ...], height: int, width: int, rows: int
) -> None:
    frame = frame_of(height, width)
    expected, reason = result_or_reason(lambda: one_by_one(frame, steps))
    whole, refused = result_or_reason(lambda: apply_chain(frame, steps).map)
    banded, also = result_or_reason(lambda: np.concatenate([band.copy() for band in bands_of(frame, steps, rows)]))
    if expected is None:
        assert refused.endswith(reason)
        assert also
        return
    np.testing.assert_array_equal(whole, expected)
    assert banded is not None, also
    assert banded.shape == expected.shape
    np.testing.assert_allclose(banded, expected, rtol=1e-4, atol=2e-5 * max(float(np.abs(expected).max()), 1.0))


def bands_of(frame: NDArray[Any], steps: tuple[FilterSpec, ...], rows: int) -> Any:
    stages = stream._stages(frame, steps)
    for low in range(0, stages[-1].shape[0], rows):
        yield stages[-1].rows(low, min(low + rows, stages[-1].shape[0]))


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(filters(), min_size=2, max_size=3), sides, sides)
def test_the_second_step_sees_what_the_first_one_made(steps: list[FilterSpec], height: int, width: int) -> None:
    """Against scipy: the last step, without detector and pooling, over the map before it."""
    last = with_changes(steps[-1], detector=DetectorSpec(), pooling=type(steps[-1].pooling)())
    frame = frame_of(height, width)
    found, _ = result_or_reason(lambda: apply_chain(frame, [*steps[:-1], last]))
    assume(found is not None)
    before = apply_chain(frame, steps[:-1]).map
    seen = found.input  # type: ignore[union-attr]
    if before.ndim == seen.ndim:
        np.testing.assert_array_equal(seen, before)
    else:
        np.testing.assert_allclose(seen, before @ np.float32([0.299, 0.587, 0.114]), rtol=1e-5, atol=1e-5)
    kernel, settings_of = as_oracle(last)
    expected = filtered(seen, kernel, settings_of)
    scale = np.abs(kernel).sum() * max(float(np.abs(seen).max()), 1.0)
    assert np.abs(found.map - expected).max() <= 1e-6 * scale + 1e-6  # type: ignore[union-attr]
    value = explain_cell(seen, last, 0, 0).value
    np.testing.assert_allclose(found.map[0, 0], value, atol=1e-6 * scale + 1e-6)  # type: ignore[union-attr]


@settings(suppress_health_check=list(HealthCheck))
@given(chains, st.integers(4, 20), st.integers(4, 20))
def test_what_a_cell_of_the_last_map_depends_on(steps: tuple[FilterSpec, ...], height: int, width: int) -> None:
    """A pixel that is not in a cell's field does not change it, and reaches no cell that `reached` does not name."""
    plain = tuple(with_changes(step, padding_mode="zeros", channels="grey", kernel=grey(step.kernel)) for step in steps)
    geometry = ChainGeometry(plain, (height, width))
    frame = np.random.default_rng(1).random((height, width, 3)).astype(np.float32)
    found, reason = result_or_reason(lambda: apply_chain(frame, plain).map)
    if found is None:
        with pytest.raises(SpecError):
            _ = geometry.map_size
        return
    assert found.shape == geometry.map_size, reason
    pixel = (height // 2, width // 3)
    touched = frame.copy()
    touched[pixel] += 0.5
    changed = np.argwhere(apply_chain(touched, plain).map != found)
    rows, columns = geometry.reached(pixel)
    for row, column in changed.tolist():
        assert row in rows
        assert column in columns
        field = geometry.field((row, column))
        assert pixel[0] in field.rows
        assert pixel[1] in field.columns


def grey(kernel: KernelSpec) -> KernelSpec:
    return KernelSpec(name="custom", weights=kernel.weights[:1])


def test_a_step_that_does_not_fit_is_named() -> None:
    big = KernelSpec(name="custom", weights=(tuple((0.1,) * 9 for _ in range(9)),))
    steps = [FilterSpec(), FilterSpec(stride=(4, 4)), FilterSpec(kernel=big, padding="valid")]
    with pytest.raises(SpecError, match=r"^Step 3: "):
        apply_chain(frame_of(20, 20), steps)
    with pytest.raises(SpecError, match=r"^Step 3: "):
        next(iter(filter_bands(frame_of(20, 20), steps)))
    volume = KernelSpec(name="custom", weights=(((1.0,),),) * 3)
    with pytest.raises(SpecError, match=r"^Step 2: R \+ G \+ B needs three channels"):
        apply_chain(frame_of(9, 9), [FilterSpec(), FilterSpec(channels="sum", kernel=volume)])
    with pytest.raises(SpecError, match="at least one step"):
        apply_chain(frame_of(9, 9), [])


def test_a_file_holds_the_whole_map_or_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BAND_BYTES", 40_000)
    frame, steps = frame_of(211, 157), [FilterSpec(channels="each"), FilterSpec(channels="each", stride=(2, 1))]
    told: list[float] = []
    path = tmp_path / "map.npy"
    assert filter_to_file(frame, steps, path, told.append) == (106, 157, 3)
    np.testing.assert_array_equal(np.load(path), apply_chain(frame, steps).map)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 5
    with pytest.raises(Cancelled):
        filter_to_file(frame, steps, tmp_path / "other.npy", cancelled=lambda: bool(told.append(0)) or len(told) > 20)
    with pytest.raises(BadFile, match="does not exist"):
        filter_to_file(frame, steps, tmp_path / "no" / "other.npy")
    assert [each.name for each in tmp_path.iterdir()] == ["map.npy"]


def test_bands_of_direct_steps_are_bit_for_bit_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = frame_of(300, 211)
    steps = [FilterSpec(), FilterSpec(detector=DetectorSpec(kind="relu")), FilterSpec(padding_mode="reflect")]
    whole = apply_chain(frame, steps).map
    monkeypatch.setattr(stream, "BAND_BYTES", 64 * 4 * 211)
    assert np.array_equal(np.concatenate([band.copy() for band in filter_bands(frame, steps)]), whole)
