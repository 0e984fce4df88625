"""Chain, comparison, histograms and bank are reached by the keyboard, and each has something to say."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine.spec.chain_edit import with_steps
from engine.spec.filter import FilterSpec
from tests.app.kernels.conftest import Stage
from tests.app.kernels.test_keyboard import _reached_by_tab


def everything(stage: Stage) -> None:
    steps = (FilterSpec(), FilterSpec(bias=1.0), FilterSpec(stride=(2, 2)))
    stage.document.edit(with_steps(stage.document.project, steps, 1), "set by the test")
    stage.settle()
    stage.page.histograms.set_on(True)


@pytest.mark.parametrize("mode", ["split", "blend", "bank"])
def test_tab_goes_through_everything_and_everything_has_a_name(stage: Stage, mode: str) -> None:
    everything(stage)
    if mode == "bank":
        stage.page.looks.show_look("bank")
    else:
        stage.page.compare.set_mode(mode)  # type: ignore[arg-type]
    stage.settle()
    parts = _reached_by_tab(stage.page)
    names = [part.accessibleName() for part in parts]
    assert all(names), [part for part in parts if not part.accessibleName()]
    assert len(set(names)) == len(names), "two controls have the same name"
    wanted = {
        "split": [
            "Line between input and map: 50 %",
            "Histogram of the input",
            "Histograms",
            "Steps: Sobel vertical, 2 of 3",
        ],
        "blend": ["Map over input, slider", "Histogram of the feature map", "Compare with the input: blend"],
        "bank": ["Maps of the bank", "Bank: The lecture's six", "Add Sobel vertical to the bank"],
    }[mode]
    assert [name for name in wanted if name not in names] == []
    stage.page.looks.tabs.setFocus()
    visited: list[QWidget] = []
    while (part := QApplication.focusWidget()) not in visited:
        assert part is not None
        visited.append(part)
        QTest.keyClick(part, Qt.Key.Key_Tab)
    assert {part.accessibleName() for part in visited} == set(names)
