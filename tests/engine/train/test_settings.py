"""The settings of a run: what they may be, and what is said of those that cannot."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.spec.fields import fields_of
from engine.spec.train import TrainSpec


def test_every_setting_has_a_label_help_and_a_range_or_words():
    described = fields_of(TrainSpec)
    assert tuple(described) == TrainSpec.__struct_fields__
    for field in described.values():
        assert field.label
        assert field.help.endswith(".")
        assert field.choices or (field.minimum is not None and field.maximum is not None)


@pytest.mark.parametrize(
    ("setting", "label"),
    [
        ({"epochs": 0}, "Epochs"),
        ({"epochs": 1.5}, "Epochs"),
        ({"batch_size": -1}, "Batch size"),
        ({"learning_rate": math.nan}, "Learning rate"),
        ({"learning_rate": math.inf}, "Learning rate"),
        ({"learning_rate": "fast"}, "Learning rate"),
        ({"momentum": 1.0}, "Momentum"),
        ({"optimiser": "lion"}, "Optimiser"),
        ({"seed": -1}, "Seed"),
        ({"threads": None}, "Threads"),
        ({"schedule": 3}, "Schedule"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(setting, label):
    with pytest.raises(SpecError, match=f"^{label} .*[.]$"):
        TrainSpec(**setting)


def test_a_whole_learning_rate_is_a_number_like_others():
    assert type(TrainSpec(learning_rate=1).learning_rate) is float


@given(st.integers(1, 400), st.floats(1e-6, 10))
def test_the_cosine_is_torch_s_own(steps, rate):
    settings = TrainSpec(learning_rate=rate)
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: (1 + math.cos(math.pi * step / steps)) / 2)
    for step in range(min(steps, 5)):
        assert settings.rate_at(step, steps) == pytest.approx(schedule.get_last_lr()[0], rel=1e-9)
        optimiser.step()
        schedule.step()


def test_a_constant_rate_stays():
    settings = TrainSpec(schedule="constant", learning_rate=0.5)
    assert {settings.rate_at(step, 10) for step in range(10)} == {0.5}
