"""A bank on every device there is; on the processor too, so that its code is always tried."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.display.reduce import reduce_map
from engine.errors import SpecError
from engine.filtering import Cancelled, apply_bank
from engine.filtering.bank_on_torch import bank_tiles
from engine.spec.edit import with_kernel
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec
from tests.engine.filtering.test_bank import _custom
from tests.engine.filtering.test_on_torch import DEVICES

FRAME = np.random.default_rng(3).integers(0, 256, (61, 74, 3), np.uint8)
KINDS = ("none", "relu", "leaky_relu", "sigmoid", "tanh", "abs", "threshold", "magnitude", "direction")
POOLINGS = (
    PoolingSpec(),
    PoolingSpec(kind="max", kernel_size=(3, 2), padding=(1, 1)),
    PoolingSpec(kind="average", kernel_size=(2, 3), stride=(1, 2), padding=(1, 1)),
    PoolingSpec(kind="l2"),
)


@pytest.mark.parametrize("device", DEVICES)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    sides=st.lists(st.sampled_from([(1, 1), (3, 3), (4, 4), (9, 9)]), min_size=1, max_size=4),
    channels=st.sampled_from(["grey", "sum"]),
    operation=st.sampled_from(["correlation", "convolution"]),
    detector=st.sampled_from(KINDS),
    pooling=st.sampled_from(POOLINGS),
    mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    factor=st.integers(1, 4),
    bias=st.sampled_from([0.0, 0.3]),
)
def test_tiles_are_the_maps_of_the_processor_reduced(
    device: str,
    sides: list[tuple[int, int]],
    channels: str,
    operation: str,
    detector: str,
    pooling: PoolingSpec,
    mode: str,
    factor: int,
    bias: float,
) -> None:
    planes = 3 if channels == "sum" else 1
    one = FilterSpec(
        channels=channels,
        operation=operation,
        padding="same",
        padding_mode=mode,
        bias=bias,
        detector=DetectorSpec(kind=detector),
        pooling=pooling,
        kernel=_custom((3, 3), 0, planes),
    )
    specs = [msgspec.structs.replace(one, kernel=_custom(side, 7 + n, planes)) for n, side in enumerate(sides)]
    whole = apply_bank(FRAME, specs)
    found = bank_tiles(FRAME, specs, torch.device(device), factor)
    assert found.size == whole.shape[1:]
    assert found.count == whole.size
    expected = reduce_map(whole, factor, "cyclic" if detector == "direction" else "sequential")
    loudest = max(float(np.abs(np.array(spec.kernel.weights)).sum()) for spec in specs)
    room = 1e-5 * (loudest + bias) * math.prod(pooling.step)
    off = np.abs(found.maps - expected)
    if detector == "direction":
        off = np.minimum(off, np.abs(off - 2 * np.pi))
        if pooling.kind != "none":  # what is pooled jumps where a direction does
            return
    # a threshold, a flat direction and two values as far from zero may fall to either side
    rounding = detector in ("threshold", "direction") or factor > 1
    assert np.mean(off > room) <= (0.01 if rounding else 0.0)
    if detector != "threshold" and detector != "direction":
        extremes = (whole.min(), whole.max(), whole.mean(dtype=np.float64))
        assert (found.minimum, found.maximum, found.mean) == pytest.approx(extremes, abs=room)


@pytest.mark.parametrize("device", DEVICES)
def test_cells_that_are_no_numbers_are_counted_and_shown(device: str) -> None:
    frame = np.random.default_rng(5).random((40, 41), np.float32)
    frame[20, 21] = np.nan
    specs = [with_kernel(FilterSpec(padding="same"), _custom((3, 3), seed)) for seed in range(3)]
    found = bank_tiles(frame, specs, torch.device(device), 2)
    assert found.non_finite == 3 * 9
    assert np.isnan(found.maps[:, 10, 10]).all()
    assert np.isfinite([found.minimum, found.maximum, found.mean]).all()


def test_more_kernels_than_fit_at_once_are_done_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    specs = [with_kernel(FilterSpec(padding="same"), _custom((3, 3), seed)) for seed in range(7)]
    at_once = bank_tiles(FRAME, specs, torch.device("cpu"))
    monkeypatch.setattr("engine.filtering.bank_on_torch.AT_ONCE", 3 * FRAME.shape[0] * FRAME.shape[1])
    in_turns = bank_tiles(FRAME, specs, torch.device("cpu"))
    assert np.allclose(at_once.maps, in_turns.maps, atol=1e-5)
    assert in_turns.mean == pytest.approx(at_once.mean, abs=1e-6)
    asked: list[int] = []
    with pytest.raises(Cancelled):
        bank_tiles(FRAME, specs, torch.device("cpu"), 1, lambda: asked.append(1) or len(asked) > 1)  # type: ignore[func-returns-value]
    assert len(asked) == 2


def test_what_it_cannot_do_is_a_sentence() -> None:
    specs = [with_kernel(FilterSpec(padding="valid"), _custom((side, side), side)) for side in (3, 5)]
    with pytest.raises(SpecError, match="different sizes"):
        bank_tiles(FRAME, specs, torch.device("cpu"))
    with pytest.raises(SpecError, match="each gives one map"):
        bank_tiles(FRAME, [FilterSpec(channels="each")], torch.device("cpu"))
