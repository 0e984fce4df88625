"""A run from its first event to its last: what it tells, what it keeps, and what it does when it is told something."""

from __future__ import annotations

import json
import math
import threading
from itertools import pairwise

import msgspec
import pytest
import torch

import engine.train as whole
from engine.errors import BadFile, SpecError
from engine.presets import preset
from engine.spec.events import Epoch, Failed, Finished, Metric, Paused, Resumed, Saved, Started, Steps, Stopped, to_json
from engine.spec.train import TrainSpec
from engine.train import Controls, load_run, resume, train
from engine.train.folder import RunFolder
from engine.train.trainer import Taken, Trainer
from tests.engine.train.conftest import part_of, same, state_of_run

FEW = TrainSpec(epochs=2, batch_size=10)


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def test_events_come_in_their_order(network, digits, tmp_path):
    events = list(train(network, digits, FEW, device="cpu", output=tmp_path / "a" / "run"))
    started, finished = events[0], events[-1]
    assert isinstance(started, Started)
    assert (started.steps, started.step, started.examples, started.test_examples) == (20, 0, 97, 40)
    assert isinstance(events[1], Saved)
    assert events[1].step == 0
    assert [epoch.epoch for epoch in of(Epoch, events)] == [1, 2]
    assert sum(report.count for report in of(Steps, events)) == 20
    assert of(Steps, events)[-1].step == 20
    assert isinstance(finished, Finished)
    last = of(Epoch, events)[-1]
    assert (finished.test_accuracy, finished.test_loss) == (last.test_accuracy, last.test_loss)
    assert sum(map(sum, finished.confusion)) == 40
    assert sum(finished.confusion[index][index] for index in range(10)) == round(40 * finished.test_accuracy)
    assert finished.examples_per_second > 0
    best = max(of(Epoch, events), key=lambda epoch: (epoch.test_accuracy, -epoch.epoch))
    assert (finished.best_accuracy, finished.best_epoch) == (best.test_accuracy, best.epoch)


def test_every_event_is_a_line_of_json_without_odd_numbers(network, digits, tmp_path):
    for event in train(network, digits, FEW, device="cpu", output=tmp_path / "run"):
        found = json.loads(to_json(event), parse_constant=pytest.fail)
        assert "\n" not in to_json(event)
        assert "null" not in to_json(event)
        assert found["event"] == type(event).__struct_config__.tag


def test_means_of_an_epoch_are_over_its_pictures(network, digits):
    events = list(train(network, digits, TrainSpec(epochs=1, batch_size=10), device="cpu"))
    reports, epoch = of(Steps, events), of(Epoch, events)[0]
    if len(reports) == 1:
        assert epoch.train_loss == pytest.approx(reports[0].loss, rel=1e-12)
        assert epoch.train_accuracy == reports[0].accuracy
    assert 0 < epoch.train_loss < 10


def test_reports_are_a_tenth_of_a_second_apart(network, mnist):
    data = part_of(mnist, 4000, 10)
    reports = of(Steps, train(network, data, TrainSpec(epochs=1, batch_size=4), device="cpu"))
    assert len(reports) > 1
    for before, after in pairwise(reports[:-1]):
        assert after.seconds - before.seconds >= 0.1
        assert after.step - before.step == after.count


def test_the_same_seed_gives_the_same_run_and_another_one_does_not(chancy, digits, tmp_path):
    states = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        list(train(chancy, digits, TrainSpec(epochs=2, batch_size=7, seed=seed), device="cpu", output=tmp_path / name))
        states.append(state_of_run(tmp_path / name))
    assert same(states[0], states[1])
    assert not same(states[0], states[2])
    epochs = [of(Epoch, load_run(tmp_path / name).metrics) for name in "ab"]
    for first, second in zip(*epochs, strict=True):
        assert (first.train_loss, first.test_loss) == (second.train_loss, second.test_loss)


def test_whatever_else_draws_random_numbers_changes_nothing(chancy, digits, tmp_path):
    list(train(chancy, digits, FEW, device="cpu", output=tmp_path / "a"))
    for _ in train(chancy, digits, FEW, device="cpu", output=tmp_path / "b"):
        torch.rand(7)
    assert same(state_of_run(tmp_path / "a"), state_of_run(tmp_path / "b"))


def test_a_watched_run_is_the_same(chancy, digits, tmp_path):
    """Asking for weights, and a break, must not change them."""
    list(train(chancy, digits, FEW, device="cpu", output=tmp_path / "a"))
    controls = Controls()
    controls.want_weights()
    seen = []
    for event in train(chancy, digits, FEW, device="cpu", output=tmp_path / "b", controls=controls):
        controls.want_weights()
        seen.append(controls.weights)
        if isinstance(event, Saved) and event.step == 10:
            controls.pause()
        if isinstance(event, Paused):
            controls.resume()
    assert same(state_of_run(tmp_path / "a"), state_of_run(tmp_path / "b"))
    assert seen[-1] is not None
    assert len({weights.step for weights in seen if weights is not None}) > 1


@pytest.mark.parametrize("batch_size", [10, 97, 500])
def test_stopping_ends_within_a_step_with_a_checkpoint(network, digits, tmp_path, batch_size):
    controls = Controls()
    events = train(
        network, digits, TrainSpec(batch_size=batch_size), device="cpu", output=tmp_path / "r", controls=controls
    )
    assert isinstance(next(events), Started)
    controls.stop()
    rest = list(events)
    assert isinstance(rest[-1], Stopped)
    assert rest[-1].step == 0
    assert load_run(tmp_path / "r").step == 0


def test_closing_the_iterator_leaves_a_checkpoint_of_where_it_was(network, mnist, tmp_path):
    events = train(network, part_of(mnist, 4000, 10), TrainSpec(batch_size=4), device="cpu", output=tmp_path / "r")
    reached = next(event.step for event in events if isinstance(event, Steps))
    events.close()
    assert load_run(tmp_path / "r").step == reached


def test_a_pause_waits_and_does_what_is_asked_meanwhile(network, digits):
    controls = Controls()
    controls.pause()
    events = train(network, digits, FEW, device="cpu", controls=controls)
    assert isinstance(next(events), Started)
    assert isinstance(next(events), Paused)
    after: list[object] = []
    thread = threading.Thread(target=lambda: after.append(next(events)))
    thread.start()
    controls.want_weights()
    while controls.weights is None:
        thread.join(0.01)
    assert thread.is_alive()
    controls.resume()
    thread.join(30)
    assert isinstance(after[0], Resumed)
    events.close()


def test_another_learning_rate_holds_from_the_next_step(network, digits):
    controls = Controls()
    settings = TrainSpec(epochs=2, batch_size=10, schedule="constant", learning_rate=0.1)
    events = train(network, digits, settings, device="cpu", controls=controls)
    next(events)
    controls.set_learning_rate(0.25)
    assert {report.learning_rate for report in of(Steps, events)} == {0.25}
    with pytest.raises(SpecError, match="Learning rate"):
        controls.set_learning_rate(-1)


def test_a_rate_beyond_reason_is_told_with_its_step(network, digits, tmp_path):
    """R28: it stops at the first number that is none, and the last good checkpoint stays the last."""
    settings = TrainSpec(learning_rate=1e38, batch_size=10)
    last = list(train(network, digits, settings, device="cpu", output=tmp_path / "run"))[-1]
    assert isinstance(last, Failed)
    assert (last.reason, last.step) == ("diverged", 2)
    assert "step 2 at the learning rate 1e+38" in last.message
    assert last.message.count("\n") == 0
    run = load_run(tmp_path / "run")
    assert run.step == 0
    assert all(bool(tensor.isfinite().all()) for tensor in run.module.state_dict().values())


def spoil_after(step, monkeypatch):
    """A weight is no number after this step, whose loss was one."""
    honest = Trainer.take_step

    def spoiling(self):
        taken = honest(self)
        if self.step == step:
            with torch.no_grad():
                next(self.module.parameters()).view(-1)[0] = math.nan
        return taken

    monkeypatch.setattr(Trainer, "take_step", spoiling)


def test_spoiled_weights_never_become_a_checkpoint(network, digits, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.train.session.SAVE_SECONDS", 0.0)
    spoil_after(7, monkeypatch)
    last = list(train(network, digits, FEW, device="cpu", output=tmp_path / "run"))[-1]
    assert isinstance(last, Failed)
    assert (last.reason, last.step) == ("diverged", 7)
    assert load_run(tmp_path / "run").step == 6


def test_a_last_step_that_spoils_the_weights_is_no_success(network, digits, tmp_path, monkeypatch):
    """No step follows whose loss would tell."""
    spoil_after(20, monkeypatch)
    last = list(train(network, digits, FEW, device="cpu", output=tmp_path / "run"))[-1]
    assert isinstance(last, Failed)
    assert load_run(tmp_path / "run").step == 10


def test_nor_is_it_where_nothing_is_kept(network, digits, monkeypatch):
    spoil_after(20, monkeypatch)
    assert isinstance(list(train(network, digits, FEW, device="cpu"))[-1], Failed)


def test_a_loss_read_late_is_told_with_its_own_step(network, digits, monkeypatch):
    """As on a GPU, where nobody looks at the loss before the next report."""
    honest = Trainer.take_step

    def unseen(self):
        taken = honest(self)
        return Taken(torch.tensor(math.inf), taken.right, taken.pictures) if self.step >= 7 else taken

    monkeypatch.setattr(Trainer, "take_step", unseen)
    last = list(train(network, digits, FEW, device="cpu"))[-1]
    assert isinstance(last, Failed)
    assert last.step == 7


def test_metrics_are_the_events(network, digits, tmp_path):
    events = list(train(network, digits, FEW, device="cpu", output=tmp_path / "run"))
    kept = [event for event in events if isinstance(event, Steps | Epoch | Finished)]
    assert list(load_run(tmp_path / "run").metrics) == kept
    lines = (tmp_path / "run" / "metrics.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(line, type=Metric) for line in lines] == kept


def test_the_last_three_and_the_best_are_kept(network, digits, tmp_path):
    settings = TrainSpec(epochs=9, batch_size=10, optimiser="sgd", learning_rate=0.3, schedule="constant")
    events = list(train(network, digits, settings, device="cpu", output=tmp_path / "run"))
    best = max(of(Epoch, events), key=lambda epoch: (epoch.test_accuracy, -epoch.epoch))
    names = {path.name.split(".")[0] for path in (tmp_path / "run" / "checkpoints").iterdir()}
    assert names == {f"{step:09d}" for step in {70, 80, 90, best.step}}
    assert load_run(tmp_path / "run", best=True).step == best.step


def test_a_folder_that_holds_something_is_refused_and_untouched(network, digits, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BadFile, match="not empty"):
        train(network, digits, FEW, output=tmp_path)
    with pytest.raises(BadFile, match="is a file"):
        train(network, digits, FEW, output=tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_two_cannot_train_one_run(network, digits, tmp_path):
    events = train(network, digits, FEW, device="cpu", output=tmp_path / "run")
    next(events)
    with pytest.raises(BadFile, match="another process"):
        next(resume(tmp_path / "run", data=digits))
    events.close()
    assert isinstance(list(resume(tmp_path / "run", data=digits))[-1], Finished)


def test_a_finished_run_says_so_and_can_go_on_for_longer(network, digits, tmp_path):
    done = list(train(network, digits, FEW, device="cpu", output=tmp_path / "run"))[-1]
    assert list(resume(tmp_path / "run")) == [done]
    events = list(resume(tmp_path / "run", epochs=3, data=digits))
    assert [epoch.epoch for epoch in of(Epoch, events)] == [3]
    assert next(resume(tmp_path / "run")).epochs == 3
    assert RunFolder.open(tmp_path / "run").standing().settings.epochs == 3


def test_the_package_can_be_called_by_either_name(network, digits):
    assert isinstance(next(whole(network, digits, FEW, device="cpu")), Started)
    assert whole.train is train


def test_the_shipped_digits_are_learned_with_the_settings_as_they_come(mnist):
    """97.5 % of the test digits within five epochs; it usually takes three."""
    assert TrainSpec().epochs <= 5
    events = train(preset("lenet-5"), mnist, device="cpu")
    reached = [event.test_accuracy for event in until(0.975, events)]
    assert reached[-1] >= 0.975


def until(accuracy, events):
    """The epochs of a run as far as the first that does so well."""
    for event in events:
        if isinstance(event, Epoch):
            yield event
            if event.test_accuracy >= accuracy:
                return
