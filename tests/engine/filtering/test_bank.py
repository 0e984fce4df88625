"""A bank gives the maps that its kernels give one by one, whatever is done together."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.filtering import apply_bank, apply_filter, fourier
from engine.filtering.bands import Cancelled, Habit
from engine.filtering.picture import filter_plan
from engine.kernels import kernel
from engine.spec.edit import with_kernel
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, PoolingSpec

FRAME = np.random.default_rng(1).integers(0, 256, (97, 131, 3), np.uint8)
CLOSE = 1e-5


def _custom(side: tuple[int, int], seed: int, planes: int = 1) -> KernelSpec:
    weights = np.random.default_rng(seed).normal(size=(planes, *side)).round(3)
    return KernelSpec(name="custom", weights=tuple(tuple(map(tuple, plane)) for plane in weights.tolist()))


def _same(frame: np.ndarray, specs: list[FilterSpec]) -> None:
    maps = apply_bank(frame, specs)
    for made, spec in zip(maps, specs, strict=True):
        alone = apply_filter(frame, spec).map
        assert made.shape == alone.shape
        room = CLOSE * max(float(np.abs(np.array(spec.kernel.weights)).sum()), 1e-3)
        assert np.abs(made - alone).max() <= room


SIDES = st.sampled_from([(1, 1), (2, 3), (3, 3), (4, 4), (7, 5), (13, 13), (16, 21), (24, 24)])
DETECTORS = st.sampled_from(["none", "relu", "abs", "tanh"])
POOLINGS = st.sampled_from([PoolingSpec(), PoolingSpec(kind="max"), PoolingSpec(kind="average", kernel_size=(3, 2))])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    sides=st.lists(SIDES, min_size=1, max_size=6),
    channels=st.sampled_from(["grey", "each", "sum"]),
    operation=st.sampled_from(["correlation", "convolution"]),
    mode=st.sampled_from(["zeros", "reflect", "circular"]),
    bias=st.sampled_from([0.0, -0.25]),
    detector=DETECTORS,
    pooling=POOLINGS,
    height=st.integers(26, 70),
    width=st.integers(26, 90),
)
def test_the_bank_is_its_kernels_one_by_one(
    sides: list[tuple[int, int]],
    channels: str,
    operation: str,
    mode: str,
    bias: float,
    detector: str,
    pooling: PoolingSpec,
    height: int,
    width: int,
) -> None:
    one = FilterSpec(
        channels=channels,
        operation=operation,
        padding="same",
        padding_mode=mode,
        bias=bias,
        detector=DetectorSpec(kind=detector),
        pooling=pooling,
        kernel=_custom((3, 3), 0, 3 if channels == "sum" else 1),
    )
    planes = 3 if channels == "sum" else 1
    specs = [
        msgspec.structs.replace(one, kernel=_custom(side, seed, planes))
        for seed, side in enumerate(side for side in sides for _ in range(3))
    ]
    _same(FRAME[:height, :width], specs)


def test_a_bank_of_named_kernels_with_strides_is_the_same_too() -> None:
    settings_of_all = FilterSpec(stride=(2, 3), dilation=(1, 2), padding="valid", detector=DetectorSpec(kind="relu"))
    sized = [with_kernel(settings_of_all, _custom((9, 9), seed)) for seed in range(5)]
    _same(FRAME, sized)
    same = msgspec.structs.replace(settings_of_all, stride=(1, 1), padding="same")
    _same(FRAME, [with_kernel(same, kernel(name).spec()) for name in ("gabor", "gaussian", "sharpen")])


def test_gradients_look_at_both_maps_in_a_bank_too() -> None:
    edges = FilterSpec(detector=DetectorSpec(kind="magnitude"))
    _same(FRAME, [with_kernel(edges, _custom((5, 5), seed)) for seed in range(3)])


@pytest.mark.parametrize("shared", [False, True])
def test_helpers_give_the_same_bits(shared: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = [with_kernel(FilterSpec(), _custom((side, side), side + seed)) for side in (3, 19) for seed in range(4)]
    alike = msgspec.structs.replace(specs[0], padding="same")
    specs = [with_kernel(alike, spec.kernel) for spec in specs]
    monkeypatch.setattr(Habit, "choose", lambda self: False)
    alone = apply_bank(FRAME, specs)
    monkeypatch.setattr(Habit, "choose", lambda self: shared)
    monkeypatch.setattr("engine.filtering.bands.workers", lambda: 2)
    assert np.array_equal(apply_bank(FRAME, specs), alone)


def test_blocks_are_transformed_once_for_all_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    specs = [with_kernel(FilterSpec(padding="same"), _custom((25, 25), seed)) for seed in range(6)]
    plan = filter_plan(FRAME.shape[:2], specs[0])
    assert plan.fourier is not None
    calls: list[int] = []
    real = fourier._transform

    def counted(*given: object) -> None:
        calls.append(1)
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(fourier, "_transform", counted)
    apply_bank(FRAME, specs)
    assert len(calls) == len(plan.bands)


def test_an_infinite_pixel_stays_where_it_is() -> None:
    frame = np.random.default_rng(2).random((80, 90), np.float32)
    frame[40, 50] = np.inf
    specs = [with_kernel(FilterSpec(padding="same"), _custom((21, 21), seed)) for seed in range(4)]
    for made in apply_bank(frame, specs):
        assert np.isfinite(made[:20]).all()
        assert not np.isfinite(made[40, 50])


def test_memory_that_fits_is_used_again() -> None:
    specs = [with_kernel(FilterSpec(padding="same"), _custom((3, 3), seed)) for seed in range(2)]
    first = apply_bank(FRAME, specs)
    assert apply_bank(FRAME, specs, out=first) is first
    assert apply_bank(FRAME[:50], specs, out=first) is not first


def test_what_is_no_longer_wanted_is_given_up() -> None:
    specs = [with_kernel(FilterSpec(padding="same"), _custom((side, side), side)) for side in (3, 25)]
    with pytest.raises(Cancelled):
        apply_bank(FRAME, specs, lambda: True)


def test_maps_of_one_size_or_a_sentence() -> None:
    specs = [with_kernel(FilterSpec(padding="valid"), _custom((side, side), side)) for side in (3, 5)]
    with pytest.raises(SpecError, match="different sizes"):
        apply_bank(FRAME, specs)
    with pytest.raises(SpecError, match="at least one"):
        apply_bank(FRAME, [])
