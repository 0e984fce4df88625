"""Varied pictures against what torch, numpy and plain loops make of the same ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.data.augment import augment, warped
from engine.errors import SpecError
from engine.spec.data import AugmentSpec, check_augment
from engine.spec.fields import fields_of


def pictures(count=8, channels=1, height=7, width=5, seed=0):
    chosen = np.random.default_rng(seed).integers(0, 256, (count, channels, height, width), dtype=np.uint8)
    return torch.from_numpy(chosen)


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def test_nothing_to_vary_is_the_batch_itself():
    batch = pictures()
    assert augment(batch, AugmentSpec()) is batch
    empty = batch[:0]
    assert augment(empty, AugmentSpec(shift=2)) is empty


FLIPS = {"horizontal": [(3,)], "vertical": [(2,)], "both": [(2,), (3,), (2, 3)]}


@pytest.mark.parametrize(("flip", "axes"), FLIPS.items(), ids=FLIPS)
def test_a_mirrored_picture_is_torch_s(flip, axes):
    batch = pictures(64, 3)
    made = augment(batch, AugmentSpec(flip=flip), chance())
    wanted = [batch, *(batch.flip(each) for each in axes)]
    for index, picture in enumerate(made):
        assert any(torch.equal(picture, each[index]) for each in wanted)
    for each in wanted:
        assert any(torch.equal(picture, each[index]) for index, picture in enumerate(made))


@given(
    height=st.integers(1, 9), width=st.integers(1, 9), channels=st.sampled_from([1, 2, 3, 5]), seed=st.integers(0, 99),
    fill=st.sampled_from(["zeros", "edge", "reflect"]),
)  # fmt: skip
def test_a_shifted_picture_is_one_of_all_that_a_loop_makes(height, width, channels, seed, fill):
    most = min(height, width) // 2
    batch = pictures(6, channels, height, width, seed)
    made = augment(batch, AugmentSpec(shift=most, fill=fill), chance(seed)).numpy()
    mode = {"zeros": "constant", "edge": "edge", "reflect": "reflect"}[fill]
    for before, after in zip(batch.numpy(), made, strict=True):
        room = np.pad(before, ((0, 0), (most, most), (most, most)), mode) if most else before
        windows = [
            room[:, down : down + height, across : across + width]
            for down in range(2 * most + 1)
            for across in range(2 * most + 1)
        ]
        assert any(np.array_equal(after, window) for window in windows)


def test_every_shift_comes_up():
    batch = torch.zeros((400, 1, 9, 9), dtype=torch.uint8)
    batch[:, :, 4, 4] = 255
    made = augment(batch, AugmentSpec(shift=2), chance())
    places = {tuple(place) for place in (made[:, 0] == 255).nonzero()[:, 1:].tolist()}
    assert places == {(row, column) for row in range(2, 7) for column in range(2, 7)}


@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize("side", [1, 4, 7])
def test_a_quarter_turn_is_torch_s(turns, side):
    values = pictures(3, 2, side, side).float()
    turned = warped(values, torch.full((3,), turns * torch.pi / 2), torch.ones(3), "edge")
    torch.testing.assert_close(turned, torch.rot90(values, turns, (2, 3)), atol=2e-3, rtol=0)


def test_half_a_turn_of_a_picture_that_is_not_square_is_exact_and_no_turn_changes_nothing():
    values = pictures(2, 1, 6, 9).float()
    half = warped(values, torch.full((2,), torch.pi), torch.ones(2), "zeros")
    torch.testing.assert_close(half, values.flip((2, 3)), atol=2e-3, rtol=0)
    torch.testing.assert_close(warped(values, torch.zeros(2), torch.ones(2), "zeros"), values, atol=1e-3, rtol=0)


def test_a_turn_keeps_shapes_where_pictures_are_not_square():
    values = torch.zeros((1, 1, 21, 41))
    values[0, 0, 10, 10:31] = 1  # a line of 21 cells, lying
    turned = warped(values, torch.tensor([torch.pi / 2]), torch.ones(1), "zeros")
    assert turned[0, 0, :, 20].sum() == pytest.approx(21, abs=0.1)
    assert turned.sum() == pytest.approx(21, abs=0.1)


def test_twice_as_large_is_twice_as_wide():
    values = torch.zeros((1, 1, 32, 32))
    values[..., 12:20, 12:20] = 1
    assert warped(values, torch.zeros(1), torch.tensor([2.0]), "zeros").sum() == pytest.approx(256, rel=0.02)
    assert warped(values, torch.zeros(1), torch.tensor([0.5]), "zeros").sum() == pytest.approx(16, rel=0.1)


def test_noise_has_the_spread_that_was_asked_for():
    flat = torch.full((50, 1, 20, 20), 0.5)
    made = augment(flat, AugmentSpec(noise=0.1), chance())
    assert made.std().item() == pytest.approx(0.1, rel=0.03)
    assert made.mean().item() == pytest.approx(0.5, abs=0.005)


def test_a_covered_square_is_black_and_of_its_size():
    white = torch.full((200, 3, 10, 20), 255, dtype=torch.uint8)
    made = augment(white, AugmentSpec(cutout=0.4), chance())
    covered = (made == 0).all(1).sum((1, 2))
    assert ((made == 0) | (made == 255)).all()
    assert covered.max() == 16
    assert covered.min() >= 4  # the middle lies inside
    assert len(torch.unique(made.flatten(1), dim=0)) > 100


def test_colours_are_those_of_the_formulas():
    batch = pictures(20, 3).float() / 255
    bright = augment(batch, AugmentSpec(brightness=0.3), chance()) - batch
    inside = (batch > 0.3) & (batch < 0.7)
    for each, where in zip(bright, inside, strict=True):
        assert each[where].max() - each[where].min() < 1e-5
        assert each[where].abs().max() <= 0.3
    grey = torch.full((9, 3, 4, 4), 0.4)
    torch.testing.assert_close(augment(grey, AugmentSpec(saturation=1.0, contrast=1.0), chance()), grey)
    shares = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
    mild = batch * 0.2 + 0.4
    coloured = augment(mild, AugmentSpec(saturation=1.0), chance())
    torch.testing.assert_close((coloured * shares).sum(1), (mild * shares).sum(1))
    stretched = augment(mild, AugmentSpec(contrast=1.0), chance())
    torch.testing.assert_close(stretched.mean((1, 2, 3)), mild.mean((1, 2, 3)))


ALL = AugmentSpec(
    flip="both", shift=2, rotate=30, scale=0.2, brightness=0.2, contrast=0.2, saturation=0.5, noise=0.1, cutout=0.3
)


@pytest.mark.parametrize("spec", [ALL, AugmentSpec(shift=2), AugmentSpec(noise=0.2), AugmentSpec(cutout=0.5)])
def test_the_same_seed_makes_the_same_pictures_and_another_one_others(spec):
    batch = pictures(16, 3, 12, 8)
    kept = batch.clone()
    first, second, third = (augment(batch, spec, chance(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)
    assert torch.equal(batch, kept)
    assert (first.dtype, first.shape, first.device) == (batch.dtype, batch.shape, batch.device)
    assert len(torch.unique(first.flatten(1), dim=0)) == 16


def test_bytes_and_numbers_are_varied_alike():
    batch = pictures(16, 3, 12, 8)
    levels = augment(batch, ALL, chance()).float() / 255
    numbers = augment(batch.float() / 255, ALL, chance())
    assert (levels - numbers).abs().max() <= 0.5 / 255 + 1e-6
    assert 0 <= numbers.min() <= numbers.max() <= 1


def test_series_are_shifted_scaled_and_made_noisy():
    series = torch.from_numpy(np.random.default_rng(0).normal(3, 2, (40, 2, 30)).astype(np.float32))
    scaled = augment(series, AugmentSpec(scale=0.5), chance()) / series
    assert (scaled.amax((1, 2)) - scaled.amin((1, 2))).max() < 1e-4
    assert 0.5 <= scaled.min() <= scaled.max() <= 1.5
    moved = augment(series, AugmentSpec(shift=3, fill="edge"), chance())
    for before, after in zip(series.numpy(), moved.numpy(), strict=True):
        room = np.pad(before, ((0, 0), (3, 3)), "edge")
        assert any(np.array_equal(after, room[:, start : start + 30]) for start in range(7))
    noisy = augment(series, AugmentSpec(noise=0.5), chance())
    assert (noisy - series).std().item() == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize(
    ("spec", "shape", "words"),
    [
        (AugmentSpec(flip="horizontal"), (1, 30), "Flip is for pictures"),
        (AugmentSpec(cutout=0.2), (1, 30), "Cutout is for pictures"),
        (AugmentSpec(brightness=0.2), (1, 30), "Brightness is for pictures"),
        (AugmentSpec(saturation=0.2), (1, 8, 8), "Saturation is for colours"),
        (AugmentSpec(shift=5), (1, 8, 9), "4 would do"),
        (AugmentSpec(shift=1), (4,), "cannot be varied"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(spec, shape, words):
    for call in (lambda: check_augment(spec, shape), lambda: augment(torch.zeros((2, *shape)), spec)):
        with pytest.raises(SpecError, match=words) as told:
            call()
        assert "\n" not in str(told.value)


def test_every_setting_can_stand_in_a_form():
    described = fields_of(AugmentSpec)
    assert set(described) == set(AugmentSpec.__struct_fields__)
    assert all(each.help.endswith(".") and each.label for each in described.values())
    with pytest.raises(SpecError, match="Noise must be between 0 and 1"):
        AugmentSpec(noise=2.0)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_gpu_makes_the_same_pictures():
    batch = pictures(16, 3, 12, 8)
    here, there = augment(batch, ALL, chance()), augment(batch.cuda(), ALL, chance()).cpu()
    assert (here.int() - there.int()).abs().max() <= 1
