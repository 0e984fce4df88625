"""Every button sends the right message, at once; states enable and disable; failures are said in one sentence."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.training.run_state import ABOUT
from app.training.runs import network_name, new_run
from engine.presets import preset
from engine.project import save_network
from engine.protocol import Died, Hello
from engine.spec.network import NetworkSpec
from engine.spec.project import Project
from engine.spec.source import Drawing
from engine.spec.train import TrainSpec
from tests.app.training.conftest import Stage

STATES = ("idle", "preparing", "running", "paused", "stopping", "stopped", "finished", "failed")
ENABLED = {
    "idle": {"Start", "Open run…"},
    "preparing": {"Stop"},
    "running": {"Pause", "Step", "Stop"},
    "paused": {"Resume", "Step", "Stop"},
    "stopping": set(),
    "stopped": {"Start", "Open run…", "Continue", "Forget"},
    "finished": {"Start", "Open run…", "Forget"},
    "failed": {"Start", "Open run…", "Continue", "Forget"},
}


def enabled(stage: Stage) -> set[str]:
    controls = stage.page.controls
    return {button.text() for button in controls.buttons if button.isEnabled() and button.isVisible()}


@pytest.mark.parametrize("state", STATES)
def test_each_state_offers_what_can_be_done(stage: Stage, state: str) -> None:
    done = state in ("stopped", "finished", "failed")
    stage.training(state, run="" if state == "idle" else "/runs/a", learned=done, message="It failed.")
    assert enabled(stage) == ENABLED[state]
    assert stage.page.controls.rate.isEnabled() == (state in ("idle", "stopped", "finished", "failed"))


def test_a_run_from_start_to_stop(stage: Stage) -> None:
    controls, engine = stage.page.controls, stage.engine
    stage.click(controls.start)
    sent = engine.trains[-1]
    assert (sent.action, sent.project) == ("start", stage.document.project)
    assert Path(sent.run).parent == stage.folder
    assert Path(sent.run).name.endswith("-lenet-5")
    assert not Path(sent.run).exists()
    assert controls.state.text() == "Starting…"
    assert enabled(stage) == {"Stop"}

    figures = {"run": sent.run, "epoch": 2, "epochs": 5, "step": 400, "steps": 1000, "learning_rate": 0.00123456}
    stage.training("running", examples_per_second=3120.0, seconds_left=62.0, **figures)
    assert controls.state.text() == "Training"
    assert controls.figures.text() == "epoch 2/5 · step 400/1\xa0000 · 3\xa0120 pictures/s · 1:02 left · rate 0.00123"
    assert controls.bar.value() == 400
    assert controls.folder.text() == f"Run: {sent.run}"

    stage.click(controls.pause)
    assert (engine.trains[-1].action, controls.state.text()) == ("pause", "Pausing…")
    stage.training("running", **figures)
    assert controls.state.text() == "Pausing…", "the engine has not heard of it yet"
    stage.training("paused", **figures)
    assert (controls.state.text(), controls.pause.text()) == ("Paused", "Resume")
    stage.click(controls.pause)
    assert (engine.trains[-1].action, controls.state.text()) == ("resume", "Resuming…")
    stage.training("running", **figures)
    assert controls.pause.accessibleName() == "Pause"

    stage.click(controls.stop)
    assert (engine.trains[-1].action, controls.state.text()) == ("stop", "Stopping…")
    stage.training("running", **figures)
    assert controls.state.text() == "Stopping…"
    assert not controls.stop.isEnabled()
    stage.training("stopped", learned=True, **figures)
    assert controls.state.text() == "Stopped"


def test_continue_and_forget(stage: Stage) -> None:
    run = stage.run_of(Project().network)
    stage.training("stopped", run=run, learned=True)
    stage.click(stage.page.controls.go_on)
    assert (stage.engine.trains[-1].action, stage.engine.trains[-1].run) == ("continue", run)
    assert stage.document.project == Project()
    stage.training("stopped", run=run, learned=True)
    stage.click(stage.page.controls.forget)
    assert stage.engine.trains[-1].action == "forget"
    stage.training("idle")
    assert stage.page.controls.state.text() == "Not trained yet"


def test_opening_a_run_brings_its_network(stage: Stage, tmp_path: Path) -> None:
    run = tmp_path / "a-run"
    run.mkdir()
    network = preset("fully-convolutional")
    save_network(network, run / "spec.json")
    stage.asked.run = str(run)
    stage.click(stage.page.controls.open)
    assert stage.asked.started_at == stage.folder
    assert (stage.engine.trains[-1].action, stage.engine.trains[-1].run) == ("open", str(run))
    assert stage.document.project.network == network
    assert stage.page.controls.state.text() == "Opening…"
    stage.training("stopped", run=str(run), learned=True)
    assert stage.page.run.can_continue
    stage.document.undo()
    assert stage.document.project.network == Project().network


def test_a_folder_that_is_no_run_changes_nothing(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    stage.asked.run = str(tmp_path / "letters")
    stage.click(stage.page.controls.open)
    assert stage.engine.trains == []
    assert stage.document.project == Project()
    assert stage.problems[ABOUT].startswith("letters is no run that can be opened: ")
    assert stage.page.controls.sentence.text() == stage.problems[ABOUT]
    assert stage.page.controls.open.isEnabled()


def test_thinking_better_of_it_sends_nothing(stage: Stage) -> None:
    stage.click(stage.page.controls.open)
    assert stage.engine.trains == []


def test_a_failure_is_said_once_in_both_places(stage: Stage) -> None:
    told = "The loss is no number any more; a smaller learning rate would do."
    stage.training("failed", message=told, run="/runs/a")
    assert stage.problems == {ABOUT: told}
    assert stage.page.controls.sentence.text() == told
    stage.notices.clear(ABOUT)
    stage.training("failed", message=told, run="/runs/a")
    assert stage.problems == {}, "the same failure is not said again"
    stage.click(stage.page.controls.start)
    assert not stage.page.controls.sentence.isVisible()


def test_a_failure_is_not_said_of_other_settings(stage: Stage) -> None:
    stage.training("failed", message="The training diverged; a smaller learning rate would do.")
    stage.set(source=Drawing())
    assert stage.page.controls.sentence.isVisible(), "what is drawn has nothing to do with it"
    stage.set(train=TrainSpec(learning_rate=0.001))
    assert not stage.page.controls.sentence.isVisible()
    assert stage.problems == {}


def test_what_is_only_good_to_know_takes_one_line(stage: Stage) -> None:
    stage.training("running", message="Colours become grey. " * 40)
    info = stage.page.controls.info
    assert info.isVisible()
    assert info.height() < 2 * info.fontMetrics().height()
    assert not stage.page.controls.sentence.isVisible()


def test_the_engine_killed_while_training(stage: Stage) -> None:
    before = stage.document.project
    stage.hear(Hello(pid=1, threads=1))
    run = stage.run_of(before.network)
    stage.training("running", run=run, step=7, steps=90, learned=True)
    stage.hear(Died(message="The engine ended by itself.", again=True))
    assert stage.page.controls.state.text() == "Failed"
    assert "Continue" in stage.problems[ABOUT]
    assert stage.page.run.can_continue
    assert stage.document.project == before
    stage.hear(Hello(pid=2, threads=1))
    stage.click(stage.page.controls.go_on)
    assert (stage.engine.trains[-1].action, stage.engine.trains[-1].run) == ("continue", run)


def test_the_engine_killed_before_the_first_step(stage: Stage) -> None:
    stage.hear(Hello(pid=1, threads=1))
    stage.click(stage.page.controls.start)
    stage.training("preparing")
    stage.hear(Died(message="The engine ended by itself.", again=True))
    assert stage.problems[ABOUT] == "The engine ended before the training had begun; start or continue it again."
    assert not stage.page.run.can_continue, "there is nothing to go on with"


def test_a_run_goes_on_with_its_own_network(stage: Stage) -> None:
    run = stage.run_of(preset("fully-convolutional"), "conv")
    stage.training("stopped", run=run, learned=True)
    stage.click(stage.page.controls.go_on)
    assert stage.document.project.network == preset("fully-convolutional")
    assert stage.document.undo_text == "continue run conv"
    assert stage.engine.trains[-1].run == run


def test_a_finished_run_goes_on_when_more_epochs_are_set(stage: Stage) -> None:
    run = stage.run_of(Project().network)
    stage.training("finished", run=run, learned=True, epochs=5)
    assert not stage.page.controls.go_on.isEnabled()
    stage.set(train=TrainSpec(epochs=8))
    stage.click(stage.page.controls.go_on)
    assert (stage.engine.trains[-1].action, stage.engine.trains[-1].epochs) == ("continue", 8)
    stage.training("stopped", run=run, learned=True, epochs=8)
    stage.click(stage.page.controls.go_on)
    assert stage.engine.trains[-1].epochs == 0, "a run that was stopped has its own number"


def test_a_run_that_is_gone_is_said(stage: Stage) -> None:
    stage.training("stopped", run=str(stage.folder / "gone"), learned=True)
    stage.click(stage.page.controls.go_on)
    assert stage.engine.trains == []
    assert stage.problems[ABOUT].startswith("gone is no run that can be opened: ")


def test_what_was_learned_goes_with_an_idle_engine(stage: Stage) -> None:
    stage.hear(Hello(pid=1, threads=1))
    stage.training("finished", run="/runs/a", learned=True)
    stage.hear(Died(message="The engine ended by itself.", again=True))
    assert ABOUT not in stage.problems
    assert not stage.page.run.now.learned
    assert stage.page.run.can_continue or stage.page.controls.open.isEnabled()


def test_new_runs_never_share_a_folder(tmp_path: Path) -> None:
    from datetime import datetime

    now = datetime(2026, 3, 1, 12, 30, 5)
    network = NetworkSpec()
    first = new_run(tmp_path, network, now)
    assert first.name == "2026-03-01-123005-network"
    first.mkdir()
    second = new_run(tmp_path, network, now)
    assert second.name == "2026-03-01-123005-network-2"
    renamed = msgspec.structs.replace(preset("lenet-5"), input_shape=(1, 32, 32))
    assert (network_name(preset("mini-resnet")), network_name(renamed)) == ("mini-resnet", "network")
