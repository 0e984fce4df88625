"""Layers, doctor and mistakes as the window shows them, and the way back from a run that diverged."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from app.training.layer_rows import GOOD, height_of, rows_of
from app.training.layers_view import GONE, RATIO
from engine.presets import preset
from engine.protocol import (
    Ailment,
    AskMistakes,
    Examine,
    Examined,
    Layers,
    Mistakes,
    Points,
    SickKernel,
    Trying,
)
from engine.spec.events import Histogram, LayerFigures
from engine.spec.layers import LeakyReLU
from engine.spec.network_edit import find_layer
from engine.spec.source import Sample
from engine.spec.steering import Redraw
from tests.app.training.conftest import Stage
from tests.app.widgets.conftest import Hand

BELL = Histogram(counts=(1, 4, 9, 4, 0), low=-1.0, high=1.5)


def figures(layer: str, weights: bool = True, **more: float) -> LayerFigures:
    own = BELL if weights else None
    return LayerFigures(layer=layer, made=BELL, weights=own, gradients=own, **more)


def told(step: int = 40, ratio: float = 1e-3) -> Layers:
    layers = (figures("conv1", update_ratio=ratio), figures("relu1", weights=False, still=0.25), figures("linear1"))
    return Layers(step=step, layers=layers, every=1.5)


def sick(step: int = 90, since: int = 64) -> Examined:
    kernel = SickKernel(filter=3, plane=0, weights=((0.5, -1.0), (0.0, 0.25)))
    dead = Ailment(
        layer="relu1", illness="dead", filters=(3,), since=since, of=6, source="conv1", kernels=(kernel,),
        redraw=(3,), remedies=("redraw", "leaky"),
    )  # fmt: skip
    steep = Ailment(layer="conv2", illness="exploding", filters=(), since=step, remedies=("clip", "slower"))
    return Examined(step=step, found=(dead, steep))


def look(stage: Stage, tab: str) -> QWidget:
    """Go to a tab."""
    stage.page.looks.choose(tab)
    return stage.page.looks.behind(tab)


def asked(stage: Stage, kind: type) -> list:
    return [request for request in stage.engine.sent if isinstance(request, kind)]


def test_layers_are_watched_only_while_their_tab_is_in_sight(stage: Stage) -> None:
    watches = lambda: [job.value for job in stage.engine.trains if job.action == "watch"]  # noqa: E731
    assert watches() == []
    look(stage, "layers")
    assert watches() == [1.0]
    stage.page.hidden()
    assert watches() == [1.0, 0.0]
    stage.page.shown()
    stage.page.looks.choose("progress")
    assert watches() == [1.0, 0.0, 1.0, 0.0]


def test_rows_of_layers_and_what_is_under_the_cursor(stage: Stage) -> None:
    panel = look(stage, "layers")
    for step in range(10, 50, 10):
        stage.hear(told(step, ratio=1e-3 * step / 20))
    rows = panel.view.rows
    assert [(row.name, row.dead) for row in rows] == [("conv1", 0.25), ("linear1", 0.0)]
    assert len(rows[0].history) == 4
    assert len(rows[1].history) == 0
    assert panel.note.text().startswith("Step 40, looked at every 1.5 s.")
    hand, view = Hand(stage.qtbot), panel.view
    hand.move(view.viewport(), view.middle_of(0, 0))
    assert panel.said.text() == "conv1, weights from 0 to 0.5: 9 of 18 (50 %)"
    hand.move(view.viewport(), view.middle_of(0, RATIO))
    assert panel.said.text() == "conv1: a step is 0.002 of its weights' length, as usual (about 0.001 is)"
    hand.move(view.viewport(), view.middle_of(0, GONE))
    assert panel.said.text() == "conv1: 25 % of its outputs are zero for the whole batch"
    view.setFocus()
    hand.key(view, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right)
    assert panel.said.text().startswith("linear1")
    view.grab()
    stage.hear(Points(steps=(), losses=(), again=True))
    assert panel.view.rows == []


def test_the_usual_band_lies_in_the_middle_of_the_axis() -> None:
    assert 0.4 < height_of(GOOD[0]) < height_of(1e-3) < height_of(GOOD[1]) < 0.8
    frozen = LayerFigures(layer="conv1", made=BELL, weights=BELL)
    assert rows_of(Layers(step=1, layers=(frozen,)), {})[0].ratio == 0.0


def test_findings_are_cards_and_a_badge(stage: Stage) -> None:
    panel = look(stage, "doctor")
    stage.training("running", step=90)
    stage.hear(sick())
    button = next(b for b in stage.page.looks.choice.findChildren(QPushButton) if b.text().startswith("Doctor"))
    assert button.text() == "Doctor (2)"
    assert [len(card.buttons) for card in panel.cards] == [2, 2]
    first = panel.cards[0]
    stage.hear(sick(step=120))
    assert panel.cards[0] is first
    panel.grab()
    stage.hear(Examined(step=130))
    assert panel.cards == []
    assert button.text() == "Doctor"
    assert panel.said.text() == "Step 130: nothing is wrong with any filter or layer."


def test_remedies(stage: Stage) -> None:
    panel = look(stage, "doctor")
    stage.hear(sick())
    assert not panel.cards[0].buttons[0].isEnabled()
    stage.training("running", step=90)
    dead, steep = panel.cards
    stage.click(dead.buttons[0])
    assert stage.engine.trains[-1].order == Redraw(layer="conv1", filters=(3,))
    stage.click(dead.buttons[1])
    assert isinstance(find_layer(stage.document.project.network, "relu1"), LeakyReLU)
    rate = stage.document.project.train.learning_rate
    stage.click(steep.buttons[0])
    stage.click(steep.buttons[1])
    assert stage.document.project.train.clip_norm == 1.0
    assert stage.document.project.train.learning_rate == rate / 2


def test_the_doctor_is_asked_for_what_is_in_sight(stage: Stage) -> None:
    first = asked(stage, Examine)
    assert [request.project for request in first] == [stage.document.project]
    stage.set(source=Sample(data="mnist"))
    assert asked(stage, Examine) == first
    stage.set(network=preset("mini-resnet"))
    assert asked(stage, Examine)[-1].project == stage.document.project
    stage.page.hidden()
    assert asked(stage, Examine)[-1].project is None


def test_a_run_that_diverged_goes_back_at_half_the_rate(stage: Stage) -> None:
    run = stage.run_of(stage.document.project.network)
    assert not stage.page.rescue.isVisible()
    stage.training("running", run=run, step=3)
    where = {"bad_layer": "conv2", "good_step": 300, "failed_rate": 0.5}
    stage.training("failed", run=run, step=319, message="It diverged.", **where)
    assert stage.page.rescue.words.text() == "after step 319, in conv2: back to step 300 at the rate 0.25"
    stage.click(stage.page.rescue.back)
    sent = stage.engine.trains[-1]
    assert (sent.action, sent.run, sent.value) == ("continue", run, 0.25)
    assert not stage.page.rescue.isVisible()


def pictures(stage: Stage, request: AskMistakes, **more: object) -> Mistakes:
    """The engine's answer: three mistakes."""
    plane = stage.engine.plane("mistakes", 28, 88)
    counts = [[5, 2, 0], [1, 5, 0], [0, 0, 5]]
    fields = {
        "id": request.id, "data": "mnist", "step": 7, "cell": request.cell, "plane": plane,
        "tiles": ((0, 0, 28, 28), (0, 30, 28, 28), (0, 60, 28, 28)), "indices": (11, 3, 8), "classes": (0, 0, 1),
        "guesses": (1, 1, 0), "probabilities": (0.99, 0.8, 0.5), "count": 3, "tried": 18, "total": 18,
        "confusion": tuple(map(tuple, counts)), "class_names": ("a", "b", "c"),
    }  # fmt: skip
    event = Mistakes(**{**fields, **more})  # type: ignore[arg-type]
    stage.hear(event)
    return event


def test_mistakes_and_the_cells_behind_them(stage: Stage) -> None:
    panel, hand = look(stage, "mistakes"), Hand(stage.qtbot)
    request = asked(stage, AskMistakes)[-1]
    assert (request.cell, request.again) == (None, True)
    stage.hear(Trying(id=request.id, done=64, total=2000))
    assert panel.words.text() == "Trying test pictures: 64 of 2,000"
    pictures(stage, request)
    assert panel.words.text() == "Surest of 3 mistakes, step 7"
    assert panel.view.words(0) == ("a → b", "99.0 %")
    panel.view.setFocus()
    hand.key(panel.view, Qt.Key.Key_Right, Qt.Key.Key_Return)
    assert stage.document.project.source == Sample(data="mnist", split="test", index=3)
    stage.qtbot.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=panel.view.box(2).center().toPoint())
    assert stage.document.project.source == Sample(data="mnist", split="test", index=8)
    hand.click(panel.matrix, panel.matrix.cell_rectangle((0, 1)).center().toPoint())
    request = asked(stage, AskMistakes)[-1]
    assert (request.cell, request.again) == ((0, 1), False)
    pictures(stage, request, count=2)
    assert panel.words.text() == "2 of true a taken for b, step 7"
    panel.grab()
    stage.click(panel.worst)
    assert asked(stage, AskMistakes)[-1].cell is None
    pictures(stage, asked(stage, AskMistakes)[-1], plane=None, tiles=(), indices=(), count=0)
    assert len(panel.view) == 0


def test_a_cell_of_the_progress_tab_opens_its_pictures(stage: Stage) -> None:
    stage.epoch(1, 10, ((5, 2), (1, 5)))
    view = stage.page.confusion.view
    view.setFocus()
    Hand(stage.qtbot).key(view, Qt.Key.Key_Right, Qt.Key.Key_Return)
    assert stage.page.looks.current == "mistakes"
    assert asked(stage, AskMistakes)[-1].cell == (0, 1)


def test_an_epoch_and_the_end_of_a_run_ask_anew(stage: Stage) -> None:
    look(stage, "mistakes")
    before = len(asked(stage, AskMistakes))
    stage.training("running")
    stage.epoch(1, 10, ((5, 2), (1, 5)))
    stage.training("finished")
    stage.training("finished", message="again")
    assert [request.again for request in asked(stage, AskMistakes)[before:]] == [True, True]
    stage.hear(Mistakes(id=asked(stage, AskMistakes)[-1].id, data="mnist", message="It has learned nothing."))
    assert stage.page.looks.behind("mistakes").view.accessibleDescription() == "It has learned nothing."


@pytest.mark.parametrize("tab", ["layers", "doctor", "mistakes"])
def test_each_tab_fits_the_smallest_page(stage: Stage, tab: str) -> None:
    look(stage, tab)
    stage.hear(told(), sick())
    assert stage.page.minimumSizeHint().width() <= 1208
    stage.page.grab()
