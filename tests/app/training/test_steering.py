"""A run that goes on follows the document: edits, undo and redo become orders; what it cannot have is said."""

from __future__ import annotations

import random

import msgspec
from PySide6.QtCore import Qt

from app.training.log_look import LogLook
from app.training.rates_look import RatesLook
from app.training.steering import CHANGES
from engine.errors import SpecError
from engine.protocol import Curves, Log, RateTest
from engine.spec.layers import ReLU
from engine.spec.network_edit import add, move, remove, replace_field
from engine.spec.project import Project
from engine.spec.steering import STEERABLE, Change, Entry, Freeze, Rebuild, Standing, Steered
from engine.spec.train import TrainSpec
from tests.app.training.conftest import Stage
from tests.conftest import LONG

ACTIONS = 500 if LONG else 50
ALL = "/runs/a"


def begin(stage: Stage, state: str = "running") -> None:
    """A run of the document's project is going on."""
    project = stage.document.project
    stage.samples()
    stage.hear(Log(begins=Standing(settings=project.train, network=project.network)))
    stage.training(state, run=ALL, step=940, steps=1875, epochs=5, epoch=3)


def orders(stage: Stage) -> list[Steered]:
    """What the run was told, oldest first."""
    stage.page.steering.follow()
    return [job.order for job in stage.engine.trains if job.action == "order" and job.order is not None]


def type_rate(stage: Stage, text: str) -> None:
    field = stage.page.settings.controls["learning_rate"]
    field.setFocus()
    field.selectAll()  # type: ignore[attr-defined]
    stage.qtbot.keyClicks(field, text)
    stage.qtbot.keyClick(field, Qt.Key.Key_Return)


def test_a_rate_that_is_typed_acts_on_the_run_and_undo_and_redo_do_too(stage: Stage) -> None:
    begin(stage)
    type_rate(stage, "0.0005")
    stage.until(lambda: any(job.action == "order" for job in stage.engine.trains))
    stage.document.undo()
    assert orders(stage) == [
        Change(name="learning_rate", new=0.0005),
        Change(name="learning_rate", new=0.002),
    ]
    stage.document.redo()
    assert orders(stage)[-1] == Change(name="learning_rate", new=0.0005)


def test_without_a_run_and_after_it_only_the_document_changes(stage: Stage) -> None:
    stage.set(train=TrainSpec(learning_rate=0.01))
    assert orders(stage) == []
    begin(stage)
    type_rate(stage, "0.02")
    assert len(orders(stage)) == 1
    stage.training("stopped", run=ALL)
    stage.document.undo()
    assert len(orders(stage)) == 1
    assert stage.document.project.train.learning_rate == 0.01


def test_only_some_settings_act_at_once_and_the_form_says_which(stage: Stage) -> None:
    rows = stage.page.settings.rows
    assert not any("•" in row.label.text() for row in rows.values())
    begin(stage)
    assert {name for name, row in rows.items() if "•" in row.label.text()} == set(STEERABLE)
    stage.set(train=TrainSpec(seed=4, optimiser="sgd"))
    assert orders(stage) == []
    stage.set(train=TrainSpec(seed=4, optimiser="sgd", batch_size=32, epochs=9))
    assert orders(stage) == [Change(name="batch_size", new=32), Change(name="epochs", new=9)]


def test_what_an_edit_says_comes_before_the_next_button(stage: Stage) -> None:
    begin(stage, "paused")
    stage.set(train=TrainSpec(learning_rate=0.5))
    stage.click(stage.page.controls.step)
    stage.click(stage.page.controls.step)
    assert [job.action for job in stage.engine.trains] == ["order", "step", "step"]


def test_a_layer_that_is_put_in_rebuilds_the_run_and_undo_takes_it_out(stage: Stage) -> None:
    begin(stage)
    before = stage.document.project.network
    changed = add(before, ReLU(), index=2)
    stage.set(network=changed)
    assert orders(stage) == [Rebuild(network=changed)]
    assert stage.problems["steering"] == CHANGES
    stage.document.undo()
    assert orders(stage)[-1] == Rebuild(network=before)


def test_a_network_that_does_not_fit_leaves_the_run_alone_and_says_why(stage: Stage) -> None:
    begin(stage)
    stage.set(network=replace_field(stage.document.project.network, "conv2", "kernel_size", (30, 30)))
    assert orders(stage) == []
    told = stage.page.controls.sentence.text()
    assert told.startswith("The run goes on with the network that it had. conv2: ")
    assert stage.problems["steering"] == told
    stage.document.undo()
    assert orders(stage) == []
    assert "steering" not in stage.problems
    stage.set(network=replace_field(stage.document.project.network, "linear3", "out_features", 7))
    assert orders(stage) == []
    assert "7 outputs" in stage.page.controls.sentence.text()


def test_a_lock_freezes_its_layer(stage: Stage) -> None:
    begin(stage)
    stage.page.looks.choose("log")
    look = stage.page.looks.behind("log")
    assert isinstance(look, LogLook)
    assert list(look.locks.buttons) == ["conv1", "conv2", "linear1", "linear2", "linear3"]
    stage.click(look.locks.buttons["conv1"])
    assert orders(stage) == [Freeze(layer="conv1", frozen=True)]
    stage.document.undo()
    assert orders(stage)[-1] == Freeze(layer="conv1", frozen=False)
    assert not look.locks.buttons["conv1"].isChecked()


def test_the_log_has_the_newest_first_and_takes_back(stage: Stage) -> None:
    begin(stage)
    stage.page.looks.choose("log")
    look = stage.page.looks.behind("log")
    assert isinstance(look, LogLook)
    assert look.nothing.isVisible()
    stage.set(train=TrainSpec(learning_rate=0.0005))
    orders(stage)
    first = Entry(step=940, time=1.0, order=Change(name="learning_rate", new=0.0005), old=0.002)
    stage.hear(Log(step=940, entries=(first,)), Log(step=950, time=2.0, message="No checkpoint is saved."))
    stage.hear(Log(step=940, entries=(first,)))
    assert [row.words.text() for row in look.rows] == ["No checkpoint is saved.", "learning rate 0.002 → 0.0005"]
    assert not look.nothing.isVisible()
    assert not look.rows[0].back.isVisible()
    stage.click(look.rows[1].back)
    assert stage.document.project.train.learning_rate == 0.002
    assert orders(stage)[-1] == Change(name="learning_rate", new=0.002)
    stage.training("stopped", run=ALL)
    assert not look.rows[1].back.isEnabled()
    stage.hear(Log(begins=Standing(settings=TrainSpec(), network=Project().network)))
    assert look.rows == []


def test_a_run_that_diverged_goes_back_and_halves_the_rate(stage: Stage) -> None:
    run = stage.run_of(Project().network)
    begin(stage)
    stage.page.looks.choose("log")
    look = stage.page.looks.behind("log")
    assert isinstance(look, LogLook)
    assert not look.go_back.isVisible()
    stage.training("failed", run=run, message="Bad.", bad_layer="conv2", good_step=900, failed_rate=0.4, learned=True)
    assert look.go_back.text() == "Go back to step 900 and halve the rate"
    stage.click(look.go_back)
    sent = stage.engine.trains[-1]
    assert (sent.action, sent.run, sent.value) == ("continue", run, 0.2)
    assert stage.document.project.train.learning_rate == 0.2


def test_a_run_that_is_opened_brings_its_settings_in_one_undo(stage: Stage) -> None:
    network = replace_field(Project().network, "linear1", "out_features", 60)
    stage.page.run.open(stage.run_of(network))
    stage.training("stopped", run=ALL, learned=True)
    grown = add(network, ReLU())
    stage.hear(Log(begins=Standing(settings=TrainSpec(optimiser="sgd", learning_rate=0.1), network=grown)))
    assert stage.document.project.network == grown
    assert stage.document.project.train.optimiser == "sgd"
    stage.document.undo()
    assert stage.document.project == Project()


def test_a_rate_is_searched_and_used(stage: Stage) -> None:
    stage.samples()
    stage.click(stage.page.controls.rate)
    look = stage.page.looks.behind("rates")
    assert stage.page.looks.current == "rates"
    assert isinstance(look, RatesLook)
    stage.click(look.start)
    assert stage.engine.trains[-1].action == "find-rate"
    assert stage.engine.trains[-1].project == stage.document.project
    stage.hear(RateTest(state="running", rates=(1e-5, 1e-4), losses=(2.3, 2.2), share=0.02))
    assert look.bar.value() == 20
    stage.click(look.stop)
    assert stage.engine.trains[-1].action == "leave-rate"
    losses, rates = (2.3, 2.2, 1.0, 4.0), (1e-5, 1e-4, 1e-2, 1e-1)
    stage.hear(RateTest(state="stopped", rates=rates, losses=losses, suggestion=1e-3, rule="a rule", share=1.0))
    assert look.said.text() == "Suggested: 0.001, a rule."
    stage.click(look.use)
    assert stage.document.project.train.learning_rate == 1e-3
    stage.hear(RateTest(state="failed", message="It does not fit."))
    assert stage.problems["rates"] == "It does not fit."
    assert not look.use.isEnabled()


def test_the_earlier_run_stays_in_grey_and_others_are_compared(stage: Stage) -> None:
    curves = stage.page.curves
    stage.points(0, 50, again=True)
    stage.training("running", run="/runs/first")
    stage.points(0, 5, again=True)
    stage.training("running", run="/runs/second")
    assert {role: run.name for role, run in curves.compared.runs.items()} == {"second": "first"}
    stage.asked.run = "/runs/third"
    curves.tools._add()
    assert (stage.engine.trains[-1].action, stage.engine.trains[-1].run) == ("curves", "/runs/third")
    numbers = {"steps": (1, 2), "losses": (0.5, 0.4), "accuracies": (0.5, 0.6), "rates": (1.0, 1.0)}
    stage.hear(Curves(run="/runs/third", gradients=(1.0, 2.0), **numbers))  # type: ignore[arg-type]
    assert "third" in curves.legend.text()
    stage.until(lambda: curves.draws > 0)
    assert curves.loss_plot.points_on_screen() >= 50 + 2 * 5 + 2
    curves.compared.dismiss("second")
    assert list(curves.compared.runs) == ["positive"]
    stage.hear(Curves(run="/runs/gone", message="gone is no run."))
    assert stage.problems["compare"] == "gone is no run."


def test_marks_best_epoch_and_other_lower_plots(stage: Stage) -> None:
    begin(stage)
    curves = stage.page.curves
    stage.points(0, 50, again=True)
    for epoch, accuracy in ((1, 0.8), (2, 0.95), (3, 0.9)):
        stage.epoch(epoch, 15 * epoch, accuracy=accuracy)
    entry = Entry(step=20, time=1.0, order=Change(name="batch_size", new=32), old=64)
    stage.hear(Log(step=20, entries=(entry,)))
    assert curves.now.best is not None
    assert curves.now.best[0] == 30
    curves.tools.choice.set_value("gradient")
    curves.tools.changed.emit()
    assert curves.loss_plot.marked == [20.0]
    assert curves.lower_plot.accessibleDescription().startswith("No gradient yet.")
    curves.tools.slider.setValue(50)
    assert curves.tools.factor_said.text() == "0.50"
    curves.loss_plot.pointed.emit(30.2)
    assert curves.values.text().startswith("step 30: loss ")
    curves.loss_plot.pointed.emit(None)
    assert curves.values.text().startswith("test: ")


def test_a_storm_of_edits_undos_and_redos_never_fails_and_ends_in_agreement(stage: Stage) -> None:
    """What the run was told in the end is what the document says, wherever that is fit for it."""
    begin(stage)
    chance, document = random.Random(6), stage.document
    for _ in range(ACTIONS):
        _act(stage, chance)
        if chance.random() < 0.3:
            stage.page.steering.follow()
    stage.page.steering.follow()
    told = stage.page.steering.told
    assert told is not None
    assert all(getattr(told.settings, name) == getattr(document.project.train, name) for name in STEERABLE)
    if not stage.page.steering.said:
        assert [layer.id for layer in told.network.layers] == [layer.id for layer in document.project.network.layers]
    assert orders(stage)
    assert "bug" not in stage.problems


def _act(stage: Stage, chance: random.Random) -> None:
    project = stage.document.project
    layer = chance.choice(project.network.layers or Project().network.layers).id
    network = project.network
    try:
        kind = chance.choice(("rate", "batch", "freeze", "add", "remove", "move", "undo", "redo", "undo", "pause"))
        if kind in ("undo", "redo"):
            getattr(stage.document, kind)()
        elif kind == "pause":
            stage.training(chance.choice(("running", "paused")), run=ALL)
        elif kind in ("rate", "batch"):
            name, value = (
                ("learning_rate", chance.random()) if kind == "rate" else ("batch_size", chance.randint(1, 99))
            )
            stage.set(train=msgspec.structs.replace(project.train, **{name: value}))
        elif kind == "freeze":
            stage.set(network=replace_field(network, layer, "frozen", chance.random() < 0.5))
        elif kind == "add":
            stage.set(network=add(network, ReLU(), index=chance.randint(0, len(network.layers))))
        else:
            stage.set(network=remove(network, layer) if kind == "remove" else move(network, layer, "", 0))
    except (SpecError, TypeError):
        return
