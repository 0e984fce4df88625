"""Compiled steps are the same steps; without a compiler it is said at once."""

from __future__ import annotations

import pytest
import torch

from engine.errors import SpecError
from engine.spec.train import TrainSpec
from engine.train import compiled, train
from tests.engine.train.conftest import same

COMPILED = TrainSpec(epochs=1, batch_size=16, compile="on")


def weights_after(network, digits, settings):
    from engine.nn import fresh_module
    from engine.train.trainer import Trainer

    trainer = Trainer(fresh_module(network, 0), digits, settings, torch.device("cpu"))
    for _ in range(trainer.steps):
        trainer.take_step()
    return trainer.weights().state


def test_only_whole_batches_are_compiled(network, digits, monkeypatch):
    sizes = []

    def pretended(module, **chosen):
        assert chosen == {"dynamic": False, "mode": "default"}
        return lambda inputs: sizes.append(len(inputs)) or module(inputs)

    monkeypatch.setattr(torch, "compile", pretended)
    plain = weights_after(network, digits, TrainSpec(epochs=1, batch_size=16))
    assert same(weights_after(network, digits, COMPILED), plain)
    assert sizes == [16] * 6


def test_without_a_compiler_it_is_said_before_anything_is_read(network, digits, monkeypatch):
    monkeypatch.setattr(compiled.shutil, "which", lambda name: None)
    with pytest.raises(SpecError, match=r"needs a C\+\+ compiler, and none is found; leave compiling off"):
        train(network, digits, COMPILED, device="cpu")


def test_what_cannot_be_compiled_is_one_sentence(network, digits, monkeypatch):
    def failing(module, **_):
        def call(_):
            raise RuntimeError("no header\nand a page of text")

        return call

    monkeypatch.setattr(torch, "compile", failing)
    with pytest.raises(SpecError, match=r"cannot be compiled here \(no header\); leave compiling off"):
        list(train(network, digits, COMPILED, device="cpu"))


@pytest.mark.long
@pytest.mark.timeout(300)
def test_really_compiled_steps_are_those_of_others_to_rounding(network, digits):
    plain = weights_after(network, digits, TrainSpec(epochs=1, batch_size=16))
    made = weights_after(network, digits, COMPILED)
    for name, weight in plain.items():
        torch.testing.assert_close(made[name], weight, rtol=1e-3, atol=1e-5)
