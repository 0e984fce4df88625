"""Small networks and few digits, on which a run takes a fraction of a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.data import load_data
from engine.data.dataset import DataSet
from engine.spec.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from engine.spec.network import NetworkSpec
from engine.train import load_run, train


def part_of(data: DataSet, train_count: int, test_count: int) -> DataSet:
    """The first pictures of a data set."""
    return replace(
        data,
        x_train=data.x_train[:train_count],
        y_train=data.y_train[:train_count],
        x_test=data.x_test[:test_count],
        y_test=data.y_test[:test_count],
    )


@pytest.fixture(scope="session")
def mnist() -> DataSet:
    """All shipped digits."""
    return load_data("mnist")


@pytest.fixture(scope="session")
def digits(mnist: DataSet) -> DataSet:
    """97 digits to learn from and 40 to be tested on: no multiple of anything."""
    return part_of(mnist, 97, 40)


@pytest.fixture(scope="session")
def network() -> NetworkSpec:
    """A few layers without chance."""
    return NetworkSpec(
        input_shape=(1, 28, 28),
        layers=(
            Conv2d(out_channels=4, kernel_size=5, stride=2),
            ReLU(),
            MaxPool2d(kernel_size=2),
            Flatten(),
            Linear(out_features=10),
        ),
    )


@pytest.fixture(scope="session")
def chancy() -> NetworkSpec:
    """Dropout, normalisation with a state of its own, and a convolution of several channels, laid out channels last."""
    return NetworkSpec(
        input_shape=(1, 28, 28),
        layers=(
            Conv2d(out_channels=4, kernel_size=5, stride=3),
            BatchNorm2d(),
            ReLU(),
            Conv2d(out_channels=3, kernel_size=3, stride=2),
            Dropout(p=0.3),
            Flatten(),
            Linear(out_features=10),
        ),
    )


@pytest.fixture
def ended() -> Callable[..., Any]:
    """The last event of a run on the processor."""

    def run(*arguments: Any, **settings: Any) -> Any:
        return list(train(*arguments, device="cpu", **settings))[-1]

    return run


def state_of_run(path: Path) -> dict[str, torch.Tensor]:
    """What the network of a run has learned."""
    return dict(load_run(path).module.state_dict())


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    """Whether two states are equal bit for bit."""
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)
