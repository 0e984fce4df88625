"""Schedules, optimisers, losses and the ends of a run beside torch's own."""

from __future__ import annotations

import random

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler

from engine.errors import SpecError
from engine.nn import fresh_module
from engine.spec.events import Epoch, Finished
from engine.spec.train import TrainSpec
from engine.train import Controls, load_run, lr_range_test, resume, train
from engine.train.course import Course, Judged
from engine.train.losses import loss_of
from engine.train.optimiser import Optimiser
from engine.train.trainer import Trainer
from tests.engine.train.conftest import part_of, same, state_of_run
from tests.engine.train.test_resume import stop_at

CPU = torch.device("cpu")


def torch_rates(make, steps, rate):
    """The rates that a scheduler of torch's gives, step by step."""
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=rate)
    scheduler, rates = make(optimiser), []
    for _ in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize("steps", [10, 11, 37, 100])
def test_one_cycle_is_torch_s_own(steps):
    ours = TrainSpec(schedule="one-cycle", learning_rate=0.3)
    theirs = torch_rates(lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.3, total_steps=steps + 1), steps, 0.3)
    exact = torch_rates(lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.3, total_steps=steps), steps - 1, 0.3)
    assert [ours.rate_at(step, steps) for step in range(steps - 1)] == pytest.approx(exact, rel=1e-9)
    assert [ours.rate_at(step, steps + 1) for step in range(steps)] == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(("every", "factor"), [(1, 0.5), (3, 0.1), (7, 0.9)])
def test_steps_are_torch_s_own(every, factor):
    ours = TrainSpec(schedule="step", learning_rate=0.2, decay_epochs=every, decay_factor=factor)
    theirs = torch_rates(lambda o: lr_scheduler.StepLR(o, every, factor), 20, 0.2)
    assert [ours.rate_at(5 * epoch, 100, epoch) for epoch in range(20)] == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("schedule", ["cosine", "constant"])
@pytest.mark.parametrize("warm", [2, 5, 9])
def test_a_warm_up_before_a_schedule_is_torch_s_own(schedule, warm):
    def make(optimiser):
        rise = lr_scheduler.LinearLR(optimiser, 1 / warm, 1.0, warm - 1)
        rest = (
            lr_scheduler.CosineAnnealingLR(optimiser, 40 - warm)
            if schedule == "cosine"
            else lr_scheduler.ConstantLR(optimiser, 1.0)
        )
        return lr_scheduler.SequentialLR(optimiser, [rise, rest], [warm])

    ours = TrainSpec(schedule=schedule, learning_rate=0.2, warmup_steps=warm)
    assert [ours.rate_at(step, 40) for step in range(40)] == pytest.approx(torch_rates(make, 40, 0.2), rel=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_plateaus_are_torch_s_own(seed):
    chance = random.Random(seed)
    settings = TrainSpec(schedule="plateau", patience=seed % 4, decay_factor=0.3)
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.3, patience=seed % 4, eps=0.0)
    course = Course()
    for _ in range(40):
        loss = chance.choice([1.0, 0.99995, 0.9, chance.random()])
        course = course.after(Judged(train_loss=1.0, test_loss=loss, test_accuracy=0.0), settings)
        theirs.step(loss)
        assert course.scale == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-9)


def test_an_early_stop_counts_what_it_watches():
    settings = TrainSpec(stop_epochs=2, stop_watch="test-accuracy")
    course, ends = Course(), []
    for accuracy in (0.5, 0.6, 0.6, 0.7, 0.7, 0.6):
        course = course.after(Judged(train_loss=1.0, test_loss=1.0, test_accuracy=accuracy), settings)
        ends.append(course.ending(settings, 1, 9, 0.0))
    assert ends == [None, None, None, None, None, "no progress"]


PLAIN = {
    "adam": lambda w: torch.optim.Adam(w, 0.01, (0.8, 0.95), 1e-3),
    "adamw": lambda w: torch.optim.AdamW(w, 0.01, (0.8, 0.95), 1e-3, weight_decay=0.0),
    "nesterov": lambda w: torch.optim.SGD(w, 0.01, 0.7, nesterov=True),
    "rmsprop": lambda w: torch.optim.RMSprop(w, 0.01, 0.8, 1e-3, momentum=0.7),
    "adadelta": lambda w: torch.optim.Adadelta(w, 0.01, 0.8, 1e-3),
}


@pytest.mark.parametrize("name", PLAIN)
def test_optimisers_take_their_own_settings(name):
    made = TrainSpec(optimiser=name, momentum=0.7, beta1=0.8, beta2=0.95, rho=0.8, epsilon=1e-3)
    torch.manual_seed(0)
    ours, theirs = nn.Linear(4, 3), nn.Linear(4, 3)
    theirs.load_state_dict(ours.state_dict())
    first, second = Optimiser(ours, made, CPU), PLAIN[name](theirs.parameters())
    for step in range(5):
        inputs = torch.randn(6, 4, generator=torch.Generator().manual_seed(step))
        ours(inputs).square().mean().backward()
        first.step(0.01)
        second.zero_grad()
        theirs(inputs).square().mean().backward()
        second.step()
    torch.testing.assert_close(ours.weight, theirs.weight, rtol=1e-5, atol=1e-7)
    assert not torch.equal(ours.weight, nn.Linear(4, 3).weight)


def test_losses_are_torch_s_own():
    chance = torch.Generator().manual_seed(0)
    outputs, labels = torch.randn(7, 5, generator=chance), torch.randint(5, (7,), generator=chance)
    hot, numbers = F.one_hot(labels, 5).float(), torch.randn(7, 5, generator=chance)
    smooth = F.cross_entropy(outputs, hot * 0.8 + 0.2 / 5)
    torch.testing.assert_close(loss_of("cross-entropy", outputs, labels, 0.2), smooth)
    torch.testing.assert_close(loss_of("squared", outputs, labels), ((outputs - hot) ** 2).mean())
    torch.testing.assert_close(loss_of("absolute", outputs, numbers), (outputs - numbers).abs().mean())
    torch.testing.assert_close(loss_of("huber", outputs, numbers), F.smooth_l1_loss(outputs, numbers))
    wanted = -(hot * F.logsigmoid(outputs) + (1 - hot) * F.logsigmoid(-outputs)).mean()
    torch.testing.assert_close(loss_of("binary", outputs, labels), wanted)
    torch.testing.assert_close(loss_of("squared", outputs, numbers, reduction="sum"), F.mse_loss(outputs, numbers) * 7)


def test_clipping_is_torch_s_own(network, digits):
    def stepped(clip):
        settings = TrainSpec(batch_size=20, optimiser="sgd", momentum=0.0, schedule="constant", clip_norm=clip)
        trainer = Trainer(fresh_module(network, 0), digits, settings, CPU)
        inputs, labels = trainer.batch()
        taken = trainer.take_step()
        return trainer.weights().state, float(taken.norm), inputs, labels

    _, norm, inputs, labels = stepped(0.0)
    plain = fresh_module(network, 0)
    F.cross_entropy(plain(inputs), labels).backward()
    assert float(nn.utils.clip_grad_norm_(plain.parameters(), norm / 3)) == pytest.approx(norm, rel=1e-5)
    torch.optim.SGD(plain.parameters(), lr=0.002).step()
    clipped = stepped(norm / 3)[0]
    for name, weight in plain.state_dict().items():
        torch.testing.assert_close(clipped[name], weight, rtol=1e-4, atol=1e-7)


ENDS = {
    "steps": {"max_steps": 13},
    "accuracy": {"target_accuracy": 0.05},
    "no progress": {"stop_epochs": 1, "stop_watch": "test-accuracy", "learning_rate": 0.0},
    "seconds": {"max_seconds": 1e-6},
    "epochs": {},
}


@pytest.mark.parametrize("reason", ENDS)
def test_the_first_end_that_comes_is_told_and_kept(network, digits, tmp_path, reason):
    chosen = TrainSpec(**{"epochs": 4, "batch_size": 10, "learning_rate": 0.01, **ENDS[reason]})
    last = list(train(network, digits, chosen, device="cpu", output=tmp_path / "run"))[-1]
    assert isinstance(last, Finished)
    assert (last.reason, last.step) == (
        reason,
        {"steps": 13, "accuracy": 10, "no progress": 20, "seconds": 1}.get(reason, 40),
    )
    assert load_run(tmp_path / "run").step == last.step
    assert last.test_accuracy == load_run(tmp_path / "run").evaluate(digits, "cpu").accuracy
    assert list(resume(tmp_path / "run")) == [last]


@pytest.mark.parametrize(
    "changed",
    [
        {"schedule": "plateau", "patience": 0, "decay_factor": 0.3},
        {"schedule": "step", "decay_epochs": 1, "clip_norm": 0.5, "optimiser": "nesterov"},
        {"schedule": "one-cycle", "loss": "squared", "warmup_steps": 7},
        {"stop_epochs": 1, "stop_watch": "train-loss", "label_smoothing": 0.1, "max_steps": 33},
    ],
    ids=["plateau", "step", "one-cycle", "early-stop"],
)
def test_stopped_and_resumed_it_is_the_same_run(chancy, digits, tmp_path, changed):
    chosen = TrainSpec(**{"epochs": 4, "batch_size": 10, "seed": 3, "learning_rate": 0.01, **changed})
    list(train(chancy, digits, chosen, device="cpu", output=tmp_path / "whole"))
    events = None
    for place in (5, 20, 27):
        controls = Controls()
        with pytest.MonkeyPatch.context() as patched:
            stop_at(place, patched, controls)
            begin = resume(tmp_path / "cut", data=digits, controls=controls) if events else None
            path = tmp_path / "cut"
            events = list(begin or train(chancy, digits, chosen, device="cpu", output=path, controls=controls))
    last = list(resume(tmp_path / "cut", data=digits))[-1]
    assert same(state_of_run(tmp_path / "whole"), state_of_run(tmp_path / "cut"))
    whole, cut = ([e for e in load_run(tmp_path / n).metrics if isinstance(e, Epoch)] for n in ("whole", "cut"))
    assert [(e.step, e.test_loss, e.confusion) for e in whole] == [(e.step, e.test_loss, e.confusion) for e in cut]
    assert isinstance(last, Finished)


def test_numbers_can_be_learned(digits):
    """Regression: the mean grey of a picture and its opposite."""
    from dataclasses import replace

    from engine.spec.layers import Flatten, Linear
    from engine.spec.network import NetworkSpec

    greys = [x.float().mean((1, 2, 3)) / 255 for x in (digits.x_train, digits.x_test)]
    both = [torch.stack([grey, -grey], 1) for grey in greys]
    data = replace(digits, y_train=both[0], y_test=both[1], class_names=("grey", "minus grey"))
    network = NetworkSpec(input_shape=(1, 28, 28), layers=(Flatten(), Linear(out_features=2)))
    trainer = Trainer(fresh_module(network, 0), data, TrainSpec(loss="squared", batch_size=20, epochs=40), CPU)
    before = trainer.evaluate().loss
    while trainer.step < trainer.steps:
        trainer.take_step()
    after = trainer.evaluate()
    assert after.loss < 0.2 * before
    assert (after.accuracy, after.confusion) == (1.0, ())


def test_the_range_test_suggests_a_rate_that_learns_and_can_be_stopped(network, mnist):
    data = part_of(mnist, 600, 10)
    found = lr_range_test(network, data, TrainSpec(batch_size=50), 1e-5, 10.0, 60, "cpu")
    assert list(found.rates) == pytest.approx([1e-5 * 1e6 ** (n / 59) for n in range(len(found.rates))], rel=1e-9)
    assert found.suggestion == found.rates[found.losses.index(min(found.losses))] / 10
    assert 1e-4 < found.suggestion < 0.1
    assert lr_range_test(network, data, TrainSpec(batch_size=50), 1e-5, 10.0, 60, "cpu") == found
    controls = Controls()
    controls.stop()
    assert lr_range_test(network, data, controls=controls, device="cpu").suggestion is None
    with pytest.raises(SpecError, match=r"cannot go from 1 to 0\.1"):
        lr_range_test(network, data, low=1.0, high=0.1)
