"""Why does the network say so: from a named picture to its evidence, a unit of it, and how far to trust both."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QPoint, Qt

from engine.presets.learned import learned
from engine.spec.inspect import InspectSpec
from engine.spec.source import Clip, Picture
from tests.flows.conftest import Stage

NAME = "efficientnet-lite0"


def edit(stage: Stage, **what: object) -> None:
    stage.bench.document.edit(msgspec.structs.replace(stage.bench.document.project, **what), "a change")


def test_a_picture_is_named_and_its_evidence_found(stage: Stage) -> None:
    bench = stage.bench
    lite = learned(NAME)
    spec = InspectSpec(method="grad-cam")
    coffee = Picture(path="sample:coffee.jpg")
    edit(stage, source=coffee, network=lite.make(), pretrained=NAME, inspect=spec)
    page = stage.go("Inspect")

    def first() -> str:
        guesses = page.prediction.bars.guesses()
        return guesses[0].name if guesses else ""

    # It names what it sees, and shows where it saw it.
    stage.until(lambda: first() == "espresso")
    stage.until(lambda: page.heat.told is not None and page.heat.view.extent() == (400, 600))
    assert "Grad-CAM of espresso" in page.heat.said.text()
    edit(stage, source=Picture(path="sample:camera.jpg"))
    stage.until(lambda: first() == "tripod")
    stage.until(lambda: "tripod" in page.heat.said.text())

    # Another class is chosen by its bar, and undone.
    stage.qtbot.mouseClick(page.prediction.bars, Qt.MouseButton.LeftButton, pos=QPoint(30, 36))
    chosen = bench.document.project.inspect.chosen
    assert chosen == page.prediction.bars.guesses()[1].index
    stage.until(lambda: page.heat.told is not None and page.heat.told.target.map == chosen)
    bench.document.undo()
    stage.until(lambda: page.heat.told is not None and page.heat.told.target.map != chosen)

    # How far it can be trusted.
    stage.until(page.sanity.button.isEnabled)
    stage.click(page.sanity.button)
    stage.until(lambda: page.sanity.curves.told is not None)
    assert "Rank correlation" in page.sanity.said.text()

    # A layer that cannot be used is said in place, and the page goes on.
    edit(stage, inspect=msgspec.structs.replace(spec, layer="classes"))
    stage.until(lambda: page.newest.problem != "")
    assert "classes" in page.newest.problem
    edit(stage, inspect=InspectSpec())

    # Live on a clip: predictions and explanations come side by side.
    edit(stage, source=Clip(path="sample:webcam_scene_320x240.mp4"))
    stage.until(lambda: page.heat.told is not None and page.heat.told.rate > 0)
    stage.until(lambda: page.newest.frame >= 8)


def test_a_unit_of_the_network_page_is_inspected(stage: Stage) -> None:
    page = stage.go("Network")
    stage.settle()
    stage.until(lambda: page.maps.maps is not None and page.maps.mosaic.extent() is not None)
    mosaic = page.maps.mosaic
    mosaic.setFocus()
    stage.qtbot.keyClick(mosaic, Qt.Key.Key_Right)
    stage.qtbot.keyClick(mosaic, Qt.Key.Key_Right)
    stage.qtbot.keyClick(mosaic, Qt.Key.Key_I)
    inspect = stage.bench.pages.page("inspect")
    assert stage.bench.pages.current_id == "inspect"
    unit = stage.bench.document.project.inspect.unit
    assert unit is not None
    assert (unit.layer, unit.map, unit.cell) == ("conv1", 1, ())
    stage.until(lambda: inspect.heat.told is not None and inspect.heat.told.target == unit)  # type: ignore[attr-defined]
    stage.bench.document.undo()
    assert stage.bench.document.project.inspect.unit is None
