"""The maps of a network on a real engine: at a glance, in order, over the picture, and a number down to the picture."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.featuremaps.tiles import Spot
from engine.presets import preset
from engine.spec.layers import ReLU
from engine.spec.network_edit import add
from tests.app.widgets.conftest import Hand
from tests.flows.conftest import Stage


def test_a_number_is_followed_from_the_output_to_the_picture(stage: Stage) -> None:
    page = stage.go("Network")
    stage.settle()
    area, bench = page.area, stage.bench
    stage.until(lambda: all(area.strip.is_painted(path) for path in area.strip.seen()))
    assert area.strip.seen()[:3] == ("", "conv1", "relu1")

    stage.click(area.tools.explain)
    area.strip.setFocus()
    stage.qtbot.keyClick(area.strip, Qt.Key.Key_End)
    stage.settle()
    assert page.chosen.path == "linear3"
    area.maps.mosaic.setFocus()
    stage.qtbot.keyClick(area.maps.mosaic, Qt.Key.Key_Right)
    way = []
    while True:
        stage.until(lambda: area.unit.told is not None and not area.asking.is_open)
        told = area.unit.told
        way.append(told.chain[0].path)
        last = told.chain[-1]
        if last.rule == "input":
            break
        assert told.total + last.bias == pytest.approx(last.value, abs=1e-4)
        first = told.parts[0]
        if first.cell:
            area.unit.parts.opened.emit(0)
        else:
            inside = np.flatnonzero(np.frombuffer(told.inside, np.bool_))
            row, column = divmod(int(inside[len(inside) // 2]), told.shape[-1])
            area.unit.grids[0].chosen.emit(row, column)
        stage.settle()
    assert way[0] == "linear3"
    assert way[-1] == ""
    assert {"linear2", "linear1"} <= {path.replace("relu4", "linear2").replace("relu3", "linear1") for path in way}
    assert page.chosen.path == ""
    assert len(area.asking.trail) == len(way)
    for _ in way[1:]:
        area.asking.go_back()
    stage.settle()
    assert page.chosen.path == "linear3"

    # With every new frame the number is another one.
    stage.until(lambda: area.unit.told is not None and not area.asking.is_open)
    before = area.unit.told.frame
    bench.document.edit(
        msgspec.structs.replace(bench.document.project, network=add(page.stack.network, ReLU(), "", 1)), "a layer more"
    )
    stage.settle()
    stage.until(lambda: area.unit.told is not None and area.unit.told.show == area.maps.maps.id)
    assert area.unit.told.frame >= before
    assert stage.said == []


def test_order_dead_maps_and_heat(stage: Stage) -> None:
    page = stage.go("Network")
    bench, area = stage.bench, page.area
    bench.document.edit(msgspec.structs.replace(bench.document.project, network=preset("tiny-vgg")), "another network")
    page.chosen.choose("relu1")
    stage.settle()
    assert area.maps.order() == tuple(range(10))
    stage.choose("Order", "by mean")
    stage.settle()
    assert sorted(area.maps.order()) == list(range(10))
    assert area.maps.order() != tuple(range(10))
    stage.click(area.tools.figures)
    stage.settle()
    assert "mean" in area.figures.words.text()
    first = area.maps.order()[0]
    Hand(stage.qtbot).click(area.maps.mosaic, _middle(area, 0))
    stage.settle()
    assert area.maps.note() == f"map {first}"
    area.tools.heat.setValue(12)
    stage.settle()
    heat = area.pointing.heat
    assert heat.image is not None
    assert heat.opacity == pytest.approx(0.6)
    bench.document.undo()
    stage.settle()
    assert heat.image is None
    stage.until(lambda: area.maps.mosaic.alone is not None)
    stage.click(area.tools.explain)
    area.maps.mosaic._pick(Spot(area.maps.mosaic.alone, 5, 6))
    stage.until(lambda: area.unit.told is not None)
    assert area.asking.place.cell == (first, 5, 6)
    assert [link.path for link in area.unit.told.chain] == ["relu1", "conv1"]


def _middle(area: object, tile: int) -> QPoint:
    view = area.maps.mosaic  # type: ignore[attr-defined]
    top, left, height, width = view.tiles.boxes[tile]
    region, zoom = view.region(), view.zoom()
    return QPoint(round((left + width / 2 - region.left()) * zoom), round((top + height / 2 - region.top()) * zoom))
