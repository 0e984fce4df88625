"""The whole window on a real engine: layers watched, planted faults found and healed, a mistake explained."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from engine.spec.source import Sample
from engine.spec.steering import Cell
from engine.spec.train import TrainSpec
from tests.flows.conftest import Stage

SETTINGS = TrainSpec(epochs=300, batch_size=64, optimiser="sgd", learning_rate=0.02, momentum=0.9)


def _begin(stage: Stage, train: TrainSpec) -> Any:
    """The Train page, with a run that goes on."""
    page = stage.go("Train")
    stage.bench.document.edit(msgspec.structs.replace(stage.bench.document.project, train=train), "settings")
    stage.until(lambda: page.data.samples is not None)
    page.run._base = lambda: stage.folder / "runs"
    stage.click(page.controls.start)
    stage.until(lambda: page.run.now.state in ("running", "failed"))
    return page


def _found(page: Any) -> dict[tuple[str, str], tuple[int, ...]]:
    told = page.health.examined
    return {} if told is None else {(each.layer, each.illness): each.filters for each in told.found}


def test_a_dead_filter_is_found_and_begins_again_and_a_mistake_goes_into_the_network(stage: Stage) -> None:
    page = _begin(stage, SETTINGS)
    page.looks.choose("layers")
    layers = page.looks.behind("layers")
    stage.until(lambda: len(layers.view.rows) == 5)
    assert layers.view.rows[0].name == "conv1"
    first = page.health.layers.step
    stage.until(lambda: page.health.layers.step > first and len(layers.view.rows[0].history) > 1)

    page.looks.choose("doctor")
    doctor = page.looks.behind("doctor")
    stage.until(lambda: doctor.said.text().endswith("nothing is wrong with any filter or layer."))
    stage.bench.link.train("order", order=Cell(weight="conv2.bias", index=(5,), new=-100.0))
    stage.until(lambda: _found(page) == {("relu2", "dead"): (5,)})
    badge = next(each for each in page.looks.choice.findChildren(QPushButton) if "Doctor" in each.text())
    assert badge.text() == "Doctor (1)"
    stage.click(doctor.cards[0].buttons[0])
    stage.until(lambda: page.health.examined.found == ())

    stage.click(page.controls.stop)
    stage.until(lambda: page.run.now.state == "stopped")
    page.looks.choose("mistakes")
    mistakes = page.looks.behind("mistakes")
    stage.until(lambda: mistakes.is_answered and len(mistakes.view) > 0)
    told = mistakes.told
    assert sum(map(sum, told.confusion)) == told.tried == told.total
    assert list(told.probabilities) == sorted(told.probabilities, reverse=True)
    place = mistakes.view.box(0).center().toPoint()
    stage.qtbot.mouseDClick(mistakes.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert stage.bench.document.project.source == Sample(data="mnist", split="test", index=told.indices[0])
    stage.settle()
    guess = page.live.bars.guesses()[0]
    assert (guess.index, round(guess.probability, 2)) == (told.guesses[0], round(told.probabilities[0], 2))


def test_a_run_that_diverges_rolls_back_to_its_last_good_step(stage: Stage) -> None:
    page = _begin(stage, msgspec.structs.replace(SETTINGS, learning_rate=1e30, clip_norm=0.0))
    stage.until(lambda: page.run.now.state == "failed")
    now = page.run.now
    assert now.bad_layer
    assert now.good_step == 0
    stage.click(page.rescue.back)
    stage.until(lambda: page.run.now.state == "failed" and page.run.now.failed_rate == 5e29)
    assert page.run.now.good_step == 0
