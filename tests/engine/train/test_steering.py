"""A run that is steered: each order does what it says, stands in the log, and is repeated bit for bit."""

from __future__ import annotations

import random

import msgspec
import pytest
import torch

from engine.errors import SpecError
from engine.nn import fresh_module
from engine.spec import network_edit
from engine.spec.data import AugmentSpec
from engine.spec.events import Epoch, Failed, Finished, Obeyed, Paused, Saved, Steps, Stopped, Warned
from engine.spec.layers import Conv2d, ReLU
from engine.spec.steering import Cell, Change, Freeze, Rebuild, Redraw, Standing, Vary, undone
from engine.spec.train import TrainSpec
from engine.train import Controls, fork, load_run, replay, resume, train
from engine.train.orderlog import NAME
from engine.train.trainer import Trainer
from engine.train.wheel import Wheel
from tests.engine.train.conftest import same, state_of_run

CPU = torch.device("cpu")


def steered(begin, controls, orders):
    """All events of a run that is given some orders, {step: [order]}, each before the step after that one."""
    honest = Trainer.take_step

    def counted(self):
        taken = honest(self)
        for order in orders.get(self.step, ()):
            controls.stop() if order == "stop" else controls.give_order(order)
        return taken

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Trainer, "take_step", counted)
        return list(begin())


def edits(network):
    """Orders of every kind for the chancy network, the later ones for what the earlier ones have made."""
    with_more = network_edit.add(network, Conv2d(out_channels=3, kernel_size=1), index=4)
    with_more = network_edit.add(with_more, ReLU(), index=5)
    without = network_edit.remove(with_more, "relu1")
    return [
        Change(name="learning_rate", new=0.01),
        Freeze(layer="conv1"),
        Change(name="batch_size", new=9),
        Cell(weight="conv2.weight", index=(1, 2, 0, 1), new=0.5),
        Redraw(layer="conv2", filters=(0, 2)),
        Rebuild(network=with_more),
        Change(name="weight_decay", new=0.01),
        Freeze(layer="conv1", frozen=False),
        Change(name="momentum", new=0.5),
        Vary(augment=AugmentSpec(shift=2, noise=0.1)),
        Rebuild(network=without),
        Freeze(layer="norm1"),
        Change(name="clip_norm", new=0.5),
    ]


OPTIMISERS = ("adam", "adamw", "sgd", "nesterov", "rmsprop", "adadelta")
SCHEDULES = ("cosine", "step", "one-cycle", "plateau")
CASES = [*range(6), *(pytest.param(case, marks=pytest.mark.long) for case in range(6, 60))]


@pytest.mark.parametrize("case", CASES)
def test_the_log_repeats_the_run_stopped_or_not(chancy, digits, tmp_path, case):
    chance = random.Random(case)
    optimiser, schedule = OPTIMISERS[case % 6], chance.choice(SCHEDULES)
    places, cut = sorted(chance.choices(range(1, 21), k=13)), chance.randint(2, 20)
    chosen = TrainSpec(epochs=4, batch_size=16, optimiser=optimiser, schedule=schedule, patience=0, warmup_steps=3)
    chosen = msgspec.structs.replace(chosen, label_smoothing=0.1, learning_rate=0.004, seed=5)
    orders: dict[int, list[object]] = {}
    for place, order in zip(places, edits(chancy), strict=True):
        orders.setdefault(place, []).append(order)
    whole, halved = (tmp_path / name for name in ("whole", "halved"))
    controls = Controls()
    events = steered(
        lambda: train(chancy, digits, chosen, device="cpu", output=whole, controls=controls), controls, orders
    )
    assert [e for e in events if isinstance(e, Warned | Failed)] == []
    assert len([event for event in events if isinstance(event, Obeyed)]) == 13
    assert isinstance(events[-1], Finished)
    assert same(dict(replay(whole, digits).state_dict()), state_of_run(whole))
    stopping = {step: list(given) for step, given in orders.items()}
    stopping.setdefault(cut, []).append("stop")
    controls = Controls()
    first = steered(
        lambda: train(chancy, digits, chosen, device="cpu", output=halved, controls=controls), controls, stopping
    )
    assert isinstance(first[-1], Stopped)
    controls = Controls()
    later = {step: given for step, given in orders.items() if step > cut}
    last = steered(lambda: resume(halved, data=digits, controls=controls), controls, later)[-1]
    assert isinstance(last, Finished)
    assert same(state_of_run(halved), state_of_run(whole))


def test_orders_of_steps_that_were_lost_are_carried_out_again(network, digits, tmp_path):
    """As after a kill: the log reaches further than the newest checkpoint."""
    chosen, controls, path = TrainSpec(epochs=2, batch_size=10), Controls(), tmp_path / "run"
    orders = {4: [Change(name="learning_rate", new=0.02)], 13: [Cell(weight="conv1.bias", index=(1,), new=2.0)]}
    list(
        steered(lambda: train(network, digits, chosen, device="cpu", output=path, controls=controls), controls, orders)
    )
    wanted = state_of_run(path)
    for file in (*path.glob("checkpoints/0000000[12]*"), path / "metrics.jsonl"):
        file.unlink()
    with (path / NAME).open("ab") as log:
        log.write(b'{"step":17,"ti')
    assert load_run(path).step == 0
    events = list(resume(path, data=digits))
    assert [event.step for event in events if isinstance(event, Obeyed)] == [4, 13]
    assert same(state_of_run(path), wanted)


def test_frozen_layers_stay_and_so_do_statistics(chancy, digits):
    trainer = Trainer(fresh_module(chancy, 0), digits, TrainSpec(batch_size=10, weight_decay=0.1), CPU)
    wheel = Wheel(trainer, Standing(settings=trainer.settings, network=chancy), digits)
    trainer.take_step()
    wheel.obey(Freeze(layer="conv1"))
    wheel.obey(Freeze(layer="norm1"))
    before = trainer.weights().state
    for _ in range(3):
        trainer.take_step()
    after = trainer.weights().state
    still = {name for name in before if torch.equal(before[name], after[name])}
    assert still == {name for name in before if name.startswith(("conv1.", "norm1."))}
    wheel.obey(Freeze(layer="conv2"))
    with pytest.raises(SpecError, match="nothing would learn"):
        wheel.obey(Freeze(layer="linear1"))


def test_surgery_keeps_weights_and_their_history(chancy, digits):
    trainer = Trainer(fresh_module(chancy, 0), digits, TrainSpec(batch_size=10), CPU)
    wheel = Wheel(trainer, Standing(settings=trainer.settings, network=chancy), digits)
    for _ in range(5):
        trainer.take_step()
    weights, kept = trainer.weights().state, trainer.optimiser_state()
    wider = network_edit.replace_field(chancy, "conv2", "out_channels", 5)
    wheel.obey(Rebuild(network=wider))
    fresh = {"conv2.weight", "conv2.bias", "linear1.weight", "linear1.bias"}
    now, history = trainer.weights().state, trainer.optimiser_state()
    assert {name for name in now if name in weights and now[name].shape == weights[name].shape} >= {"conv1.weight"}
    assert all(torch.equal(now[name], weights[name]) for name in weights if name not in fresh)
    assert {key.partition("/")[2] for key in history} == {key.partition("/")[2] for key in kept} - fresh
    assert all(torch.equal(history[key], kept[key]) for key in history)
    trainer.take_step()
    steps = {key: int(value) for key, value in trainer.optimiser_state().items() if key.startswith("step/")}
    assert (steps["step/conv1.weight"], steps["step/conv2.weight"]) == (6, 1)


def test_new_weights_beside_old_ones_move_as_in_torch(network, digits):
    """An optimiser for each, since torch counts the steps of each weight."""
    trainer = Trainer(fresh_module(network, 0), digits, TrainSpec(batch_size=10, schedule="constant"), CPU)
    wheel = Wheel(trainer, Standing(settings=trainer.settings, network=network), digits)
    wheel.obey(Freeze(layer="linear1"))
    plain = fresh_module(network, 0)
    theirs = torch.optim.Adam(plain.parameters(), lr=0.002)
    for step in range(6):
        if step == 3:
            wheel.obey(Freeze(layer="linear1", frozen=False))
        inputs, labels = trainer.batch()
        theirs.zero_grad()
        torch.nn.functional.cross_entropy(plain(inputs), labels).backward()
        if step < 3:
            plain.get_submodule("linear1").zero_grad()
        theirs.step()
        trainer.take_step()
    for name, weight in trainer.module.state_dict().items():
        torch.testing.assert_close(weight, plain.state_dict()[name], rtol=1e-4, atol=1e-6)


def test_another_batch_size_shows_every_picture_once_an_epoch(network, digits):
    trainer = Trainer(fresh_module(network, 0), digits, TrainSpec(batch_size=10, epochs=2), CPU)
    wheel = Wheel(trainer, Standing(settings=trainer.settings, network=network), digits)
    shown = [trainer.take_step().pictures for _ in range(3)]
    wheel.obey(Change(name="batch_size", new=25))
    while trainer.epochs_done < 1:
        shown.append(trainer.take_step().pictures)
    assert shown == [10, 10, 10, 25, 25, 17]
    assert (trainer.steps, trainer.steps_per_epoch) == (10, 4)


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (Freeze(layer="relu1"), "no layer 'relu1' with weights"),
        (Cell(weight="conv1.weight", index=(9, 0, 0, 0), new=0.0), "no cell"),
        (Cell(weight="conv7.weight", index=(0,), new=0.0), "no weight"),
        (Vary(augment=AugmentSpec(saturation=0.5)), "Saturation"),
    ],
)
def test_what_cannot_be_done_is_told_and_training_goes_on(network, digits, tmp_path, order, told):
    controls = Controls()
    controls.give_order(order)
    events = list(train(network, digits, TrainSpec(epochs=1), device="cpu", output=tmp_path / "r", controls=controls))
    assert [told in event.message for event in events if isinstance(event, Warned)] == [True]
    assert isinstance(events[-1], Finished)
    assert load_run(tmp_path / "r").orders == ()


def test_what_no_run_can_be_told_is_refused_at_once():
    for wrong in ({"name": "seed", "new": 1}, {"name": "momentum", "new": 1.5}, {"name": "batch_size", "new": 0}):
        with pytest.raises(SpecError):
            Change(**wrong)
    with pytest.raises(SpecError, match="finite"):
        Cell(weight="conv1.weight", index=(0,), new=float("nan"))


def test_every_order_can_be_taken_back(chancy, digits):
    trainer = Trainer(fresh_module(chancy, 0), digits, TrainSpec(batch_size=10), CPU)
    wheel = Wheel(trainer, Standing(settings=trainer.settings, network=chancy), digits)
    for order in edits(chancy)[:4]:
        before, settings_before = trainer.weights().state, trainer.settings
        entry = msgspec.json.decode(msgspec.json.encode(wheel.obey(order)), type=type(wheel.obey(order)))
        wheel.obey(undone(entry))
        assert same(before, trainer.weights().state)
        assert trainer.settings == settings_before


def test_one_step_at_a_time(network, digits):
    controls = Controls()
    controls.pause()
    events = train(network, digits, TrainSpec(batch_size=10, epochs=1), device="cpu", controls=controls)
    told = []
    for event in events:
        told.append(event)
        if isinstance(event, Paused):
            controls.step_once() if event.step < 3 else controls.resume()
    assert [event.step for event in told if isinstance(event, Paused)] == [0, 1, 2, 3]
    assert [event.step for event in told if isinstance(event, Steps)][:3] == [1, 2, 3]
    assert isinstance(told[-1], Finished)


def test_a_run_that_diverged_goes_back_and_forgets_what_broke_it(network, digits, tmp_path):
    controls, path = Controls(), tmp_path / "run"
    chosen = TrainSpec(epochs=3, batch_size=10)
    orders = {14: [Cell(weight="conv1.weight", index=(0, 0, 2, place), new=3e38) for place in (1, 2, 3)]}
    begin = lambda: train(network, digits, chosen, device="cpu", output=path, controls=controls)  # noqa: E731
    failed = steered(begin, controls, orders)[-1]
    assert isinstance(failed, Failed)
    assert (failed.reason, failed.layer, failed.good_step) == ("diverged", "conv1", 10)
    assert isinstance(list(resume(path, data=digits))[-1], Finished)
    assert [type(entry.order).__name__ for entry in load_run(path).orders] == []
    assert b"roll-back" in (path / NAME).read_bytes()
    plain = tmp_path / "plain"
    list(train(network, digits, chosen, device="cpu", output=plain))
    assert same(state_of_run(path), state_of_run(plain))


def test_the_timeline_is_the_run_as_it_was_and_can_be_forked(chancy, digits, tmp_path):
    path, known = tmp_path / "run", {}
    chosen = TrainSpec(epochs=3, batch_size=10, seed=2)
    for event in train(chancy, digits, chosen, device="cpu", output=path):
        if isinstance(event, Saved):
            known[event.step] = state_of_run(path)
    run = load_run(path)
    assert [snapshot.step for snapshot in run.timeline] == [0, 1, 2, 4, 8, 10, 16, 20, 30]
    assert [snapshot.test_accuracy is not None for snapshot in run.timeline][-4:] == [True, False, True, True]
    epochs = [metric for metric in run.metrics if isinstance(metric, Epoch)]
    assert [s.confusion for s in run.timeline if s.confusion] == [epoch.confusion for epoch in epochs]
    assert known.keys() >= {0, 10, 20, 30}
    assert all(same(dict(run.at(step).state_dict()), state) for step, state in known.items())
    assert same(dict(run.at(19).state_dict()), dict(run.at(16).state_dict()))
    assert run.timeline_bytes == sum(file.stat().st_size for file in (path / "timeline").glob("*.safetensors"))
    again = list(fork(path, 17, tmp_path / "forked", TrainSpec(epochs=1, batch_size=10), digits, "cpu"))
    forked = load_run(tmp_path / "forked")
    assert isinstance(again[-1], Finished)
    assert (forked.parent.step, forked.parent.run) == (16, str(path))
    assert same(dict(forked.at(0).state_dict()), dict(run.at(16).state_dict()))
    assert same(dict(replay(tmp_path / "forked", digits).state_dict()), state_of_run(tmp_path / "forked"))
