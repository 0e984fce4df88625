"""What the kernel editor's buttons do, against numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.spec import edit
from engine.spec.filter import FilterSpec, KernelSpec

kernels = st.integers(1, 6).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(-9, 9).map(float), min_size=width, max_size=width), min_size=1, max_size=6
    )
)


def _spec(rows: list[list[float]], channels: str = "grey") -> FilterSpec:
    plane = tuple(tuple(row) for row in rows)
    return edit.with_channels(FilterSpec(kernel=KernelSpec(weights=(plane,))), channels)  # type: ignore[arg-type]


def _array(spec: FilterSpec) -> np.ndarray:
    return np.array(spec.kernel.weights)


@given(kernels, st.sampled_from(["grey", "each", "sum"]))
def test_tools_do_to_every_plane_what_numpy_does(rows: list[list[float]], channels: str) -> None:
    spec = _spec(rows, channels)
    before = _array(spec)
    assert np.array_equal(_array(edit.rotate(spec)), np.rot90(before, -1, axes=(1, 2)))
    assert np.array_equal(_array(edit.mirror(spec)), before[:, :, ::-1])
    assert np.array_equal(_array(edit.negate(spec)), -before)
    assert np.allclose(_array(edit.zero_mean(spec)).mean(axis=(1, 2)), 0.0)
    assert np.array_equal(np.array(edit.flipped(spec.kernel.weights[0])), np.rot90(before[0], 2))
    if before[0].sum() == 0:
        with pytest.raises(SpecError, match="sum to 0"):
            edit.unit_sum(spec)
    else:
        assert np.allclose(_array(edit.unit_sum(spec)).sum(axis=(1, 2)), 1.0)


@given(kernels, st.integers(1, 8), st.integers(1, 8))
def test_a_larger_grid_keeps_all_and_back_again_is_the_same(rows: list[list[float]], more: int, wider: int) -> None:
    spec = _spec(rows)
    height, width = spec.kernel.size
    larger = edit.resize(spec, height + 2 * more, width + 2 * wider)
    assert larger.kernel.size == (height + 2 * more, width + 2 * wider)
    assert _array(larger).sum() == _array(spec).sum()
    assert np.array_equal(_array(edit.resize(larger, height, width)), _array(spec))


def test_an_edited_kernel_is_the_persons_own_and_one_cell_changes() -> None:
    spec = edit.set_cells(FilterSpec(), 0, [(1, 1, 7.0)])
    assert spec.kernel.name == edit.CUSTOM
    changed = _array(spec) - _array(FilterSpec())
    assert changed[0, 1, 1] == 7.0
    assert np.count_nonzero(changed) == 1


def test_a_cell_that_cannot_be_is_refused_in_one_sentence() -> None:
    for weight in (float("nan"), 1e30):
        with pytest.raises(SpecError, match="cannot stand in a kernel"):
            edit.set_cells(FilterSpec(), 0, [(0, 0, weight)])


def test_a_kernel_follows_the_channels() -> None:
    volume = edit.with_channels(FilterSpec(), "sum")
    assert len(volume.kernel.weights) == 3
    box = KernelSpec(name="box", weights=(((1.0,),),))
    assert len(edit.with_kernel(volume, box).kernel.weights) == 3
    assert len(edit.with_kernel(edit.with_channels(volume, "each"), box).kernel.weights) == 1
