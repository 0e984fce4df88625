"""A person looks at the convolution as a matrix: times the patch it is the map that was shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton

from tests.app.widgets.conftest import Hand
from tests.flows.conftest import Stage


def _press(stage: Stage, text: str) -> None:
    buttons = stage.bench.page.findChildren(QPushButton)
    stage.click(next(each for each in buttons if each.text() == text and each.isVisible()))


def _settle(stage: Stage) -> Any:
    stage.settle()
    look: Any = stage.bench.page.looks.look
    stage.until(lambda: look.told is not None and stage.bench.link.is_newest(look.told.event.id))
    return look


def test_the_matrix_times_the_patch_is_the_map_that_is_shown(stage: Stage) -> None:
    stage.type_into("Bias", "0.25")
    stage.settle()
    whole = stage.map_values()
    _press(stage, "Matrix")
    _press(stage, "Shared")
    _settle(stage)
    stage.type_into("Patch, row", "120")
    stage.type_into("Patch, column", "200")
    look = _settle(stage)
    product = look.numbers.product.sheet().values
    assert product.shape == (6, 6)
    # At the patch's own edge its padding is seen in the place of its neighbours.
    assert product[1:5, 1:5] == pytest.approx(whole[121:125, 201:205], abs=1e-5)
    assert look.numbers.map.sheet().values == pytest.approx(product, abs=1e-5)
    assert "largest difference between map and product" in stage.named(QLabel, "Largest difference").text()

    box = look.view.entry_box(7, 8).center().toPoint()
    Hand(stage.qtbot).move(look.view, QPoint(box.x(), box.y()))
    assert "Row 7 is map cell (1, 1), column 8 is input cell (1, 2)." in look.words.text()
    assert "weight (1, 2) of the kernel: 2." in look.words.text()
    _press(stage, "Convolution")
    _settle(stage)
    Hand(stage.qtbot).move(look.view, QPoint(1, 1))
    Hand(stage.qtbot).move(look.view, QPoint(box.x(), box.y()))
    assert "weight (1, 0) of the kernel: −2." in look.words.text(), "it is turned around before it is laid down"
    stage.bench.document.undo()

    names = [card.accessibleName() for card in look.cards.values()]
    assert names == [
        "Dense: 1,296 weights, all 1,296 entries",
        "Unshared: 324 weights, 256 of 1,296 entries",
        "Tiled: 36 weights, 256 of 1,296 entries",
        "Shared: 9 weights, 256 of 1,296 entries",
    ]
    stage.click(stage.named(QAbstractButton, names[1]))
    _settle(stage)
    assert stage.bench.document.project.kind.kind == "unshared"
    assert look.numbers.product.sheet().values == pytest.approx(product, abs=1e-5)
    stage.type_into("Stride, vertical", "2")
    stage.choose("Padding", "valid")
    _settle(stage)
    assert look.view.shape() == (4, 36)
    assert look.numbers.product.sheet().values == pytest.approx(whole[121:125:2, 201:205:2], abs=1e-5)
    assert np.isfinite(look.told.event.apart)
