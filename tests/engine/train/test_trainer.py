"""Steps and tests of a trainer beside a loop written out in plain torch and sums written out in numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from engine.nn import build, fresh_module, seeded
from engine.presets import preset
from engine.spec.train import TrainSpec
from engine.train.chance import bounds, order
from engine.train.device import computing
from engine.train.trainer import Diverged, Trainer
from tests.engine.train.conftest import part_of, same

CPU = torch.device("cpu")
PLAIN = {
    "adam": lambda weights, s: torch.optim.Adam(weights, lr=s.learning_rate, weight_decay=s.weight_decay),
    "adamw": lambda weights, s: torch.optim.AdamW(weights, lr=s.learning_rate, weight_decay=s.weight_decay),
    "sgd": lambda weights, s: torch.optim.SGD(
        weights, lr=s.learning_rate, momentum=s.momentum, weight_decay=s.weight_decay
    ),
    "rmsprop": lambda weights, s: torch.optim.RMSprop(
        weights, lr=s.learning_rate, momentum=s.momentum, weight_decay=s.weight_decay
    ),
    "adadelta": lambda weights, s: torch.optim.Adadelta(weights, lr=s.learning_rate, weight_decay=s.weight_decay),
}


def plain_loop(network, data, settings):
    """What anybody would write: contiguous tensors, float pictures, an optimiser as it comes."""
    module = fresh_module(network, settings.seed)
    optimiser = PLAIN[settings.optimiser](module.parameters(), settings)
    losses, step = [], 0
    steps = settings.epochs * -(-len(data.y_train) // settings.batch_size)
    for epoch in range(settings.epochs):
        shuffled = order(settings.seed, epoch, len(data.y_train))
        for start in range(0, len(shuffled), settings.batch_size):
            chosen = shuffled[start : start + settings.batch_size]
            for group in optimiser.param_groups:
                group["lr"] = settings.rate_at(step, steps)
            optimiser.zero_grad()
            loss = F.cross_entropy(module(data.x_train[chosen].float() / 255), data.y_train[chosen])
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
            step += 1
    return module, losses


@pytest.mark.parametrize("optimiser", PLAIN)
def test_steps_are_those_of_a_plain_loop(network, digits, optimiser):
    settings = TrainSpec(optimiser=optimiser, epochs=2, batch_size=16, learning_rate=0.01, weight_decay=0.01, seed=3)
    with computing(1):
        module, losses = plain_loop(network, digits, settings)
        trainer = Trainer(fresh_module(network, 3), digits, settings, CPU)
        taken = [trainer.take_step() for _ in range(trainer.steps)]
    assert [step.pictures for step in taken] == ([16] * 6 + [1]) * 2
    np.testing.assert_allclose([float(step.loss) for step in taken], losses, rtol=2e-3)
    for name, weight in trainer.module.state_dict().items():
        torch.testing.assert_close(weight, module.state_dict()[name], rtol=2e-2, atol=2e-4)


def test_the_count_of_right_answers_is_that_of_the_logits(network, digits):
    trainer = Trainer(fresh_module(network, 0), digits, TrainSpec(batch_size=97, learning_rate=0.0), CPU)
    with torch.no_grad():
        named = trainer.module(digits.x_train.float() / 255).argmax(1)
    assert int(trainer.take_step().right) == int((named == digits.y_train).sum())


def test_a_test_counts_every_picture_once(network, mnist, monkeypatch):
    data = part_of(mnist, 10, 333)
    trainer = Trainer(fresh_module(network, 1), data, TrainSpec(), CPU)
    monkeypatch.setattr("engine.train.score._AT_ONCE", 50 * 784)  # several batches, the last of another size
    score = trainer.evaluate()
    with torch.no_grad():
        logits = trainer.module(data.x_test.float() / 255).double().numpy()
    labels = data.y_test.numpy()
    shares = np.exp(logits - logits.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, logits.argmax(1)), 1)
    assert score.loss == pytest.approx(-np.log(shares[range(333), labels]).mean(), rel=1e-5)
    assert score.accuracy == (logits.argmax(1) == labels).mean()
    assert np.array(score.confusion).tolist() == confusion.tolist()
    assert trainer.module.training


@given(st.integers(1, 200), st.integers(1, 64), st.booleans())
def test_batches_hold_every_picture_once(count, batch_size, lone_joins):
    parts = bounds(count, batch_size, lone_joins)
    assert [place for start, stop in parts for place in range(start, stop)] == list(range(count))
    sizes = [stop - start for start, stop in parts]
    assert all(size == batch_size for size in sizes[:-1])
    assert sizes[-1] <= batch_size + lone_joins
    if lone_joins and batch_size > 1 and count > 1:
        assert min(sizes) > 1


@given(st.integers(0, 2**32 - 1), st.integers(0, 1000), st.integers(1, 300))
def test_an_epoch_s_order_holds_every_picture_once(seed, epoch, count):
    assert sorted(order(seed, epoch, count).tolist()) == list(range(count))
    assert torch.equal(order(seed, epoch, count), order(seed, epoch, count))


def test_orders_differ_by_seed_and_epoch():
    orders = {tuple(order(seed, epoch, 50).tolist()) for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25


@pytest.mark.parametrize("count", [9, 17, 33])
def test_a_lone_last_picture_is_no_trouble_for_normalisation(mnist, count):
    """torch refuses a batch of one whose maps have one cell."""
    spec = preset("lenet-5")
    with_norm = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.BatchNorm1d(10))
    trainer = Trainer(with_norm, part_of(mnist, count, 5), TrainSpec(batch_size=8, epochs=1), CPU)
    seen = [trainer.take_step().pictures for _ in range(trainer.steps)]
    assert sum(seen) == count
    assert min(seen) > 1
    assert Trainer(build(spec), part_of(mnist, count, 5), TrainSpec(batch_size=8), CPU).steps_per_epoch == -(
        -count // 8
    )


def test_a_loss_that_is_no_number_stops_before_the_weights_change(network, digits):
    trainer = Trainer(fresh_module(network, 0), digits, TrainSpec(batch_size=8), CPU)
    trainer.take_step()
    with torch.no_grad():
        next(trainer.module.parameters()).view(-1)[0] = torch.inf
    before = trainer.weights().state
    assert not trainer.is_finite()
    with pytest.raises(Diverged) as told:
        trainer.take_step()
    assert told.value.step == 2
    assert trainer.step == 1
    assert same(before, trainer.weights().state)


def test_weights_are_copies(network, digits):
    trainer = Trainer(fresh_module(network, 0), digits, TrainSpec(batch_size=8), CPU)
    taken = trainer.weights()
    before = {name: tensor.clone() for name, tensor in taken.state.items()}
    trainer.take_step()
    assert same(before, taken.state)
    assert not same(before, trainer.weights().state)


def test_a_seed_for_a_while_leaves_torch_s_state_as_it_was():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    with seeded(77, CPU):
        torch.rand(10)
    assert torch.equal(torch.rand(3), expected)


def test_computing_puts_the_thread_back_as_it_was():
    before = torch.get_num_threads()
    tiny = torch.full((1,), 1e-39)
    with computing(before + 1):
        assert torch.get_num_threads() == before + 1
        assert float(tiny * torch.ones(1)) == 0.0
    assert torch.get_num_threads() == before
    assert float(tiny * torch.ones(1)) != 0.0
