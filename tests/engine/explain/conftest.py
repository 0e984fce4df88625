"""A data set whose evidence is known, and a network that has learned it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import engine
from engine.nn import build

SIDE, PATCH = 24, 10


@dataclass(frozen=True)
class Evidence:
    """Noise with a striped patch somewhere, upright (class 0) or lying (class 1), or without (2); `inside` is where."""

    inputs: Tensor
    labels: Tensor
    inside: Tensor


def evidence(count: int, seed: int, classes: int = 3) -> Evidence:
    chance = torch.Generator().manual_seed(seed)
    inputs = 0.5 + 0.05 * torch.randn(count, 1, SIDE, SIDE, generator=chance)
    labels = torch.randint(0, classes, (count,), generator=chance)
    corners = torch.randint(0, SIDE - PATCH + 1, (count, 2), generator=chance)
    inside = torch.zeros(count, SIDE, SIDE, dtype=torch.bool)
    stripes = (torch.arange(PATCH) // 2 % 2).float().repeat(PATCH, 1)
    for place, (label, (top, left)) in enumerate(zip(labels.tolist(), corners.tolist(), strict=True)):
        at = (slice(top, top + PATCH), slice(left, left + PATCH))
        if label < 2:
            inputs[(place, 0, *at)] = stripes.T if label else stripes
            inside[(place, *at)] = True
    return Evidence(inputs, labels, inside)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Small networks are quickest so, and much quicker on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def learned() -> nn.Module:
    """Tells the classes apart. That of no patch makes it need the evidence for either of the others."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = build(
            engine.NetworkSpec(
                input_shape=(1, SIDE, SIDE),
                layers=(
                    engine.Conv2d(out_channels=8, kernel_size=5, padding=2),
                    engine.ReLU(),
                    engine.MaxPool2d(kernel_size=2),
                    engine.Conv2d(out_channels=8, kernel_size=3, padding=1),
                    engine.ReLU(),
                    engine.GlobalAvgPool(),
                    engine.Flatten(),
                    engine.Linear(out_features=3),
                ),
            )
        )
    optimiser = torch.optim.Adam(module.parameters(), 0.01)
    for step in range(150):
        batch = evidence(64, step)
        optimiser.zero_grad()
        functional.cross_entropy(module(batch.inputs), batch.labels).backward()
        optimiser.step()
    return module.eval()
