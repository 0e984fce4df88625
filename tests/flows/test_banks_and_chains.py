"""A bank on a clip, a chain from what was found there, histograms while it plays; a file brings all of it back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from app.kernels.bank.look import BankLook
from app.kernels.looks import MAP
from engine.filtering import apply_chain
from engine.protocol import Histograms
from engine.resources import resolve
from engine.sources.grab import grab
from engine.spec.chain_edit import all_steps, chosen_step
from tests.flows.conftest import Stage

CLIP = "sample:webcam_digits_320x240.mp4"


def _bank(stage: Stage) -> BankLook:
    found = stage.bench.page.looks.look
    assert isinstance(found, BankLook)
    return found


def test_a_bank_on_a_clip_becomes_a_chain(stage: Stage, tmp_path: Path) -> None:
    bench, page = stage.bench, stage.bench.page
    bench.open_path(str(resolve(CLIP)))
    stage.open_look("Bank")
    look = _bank(stage)
    menu = look.banks.filled_menu()
    next(action for action in menu.actions() if action.text() == "Sobel compass").trigger()
    stage.until(lambda: len(look.mosaic.tiles) == 8)
    before = bench.link.shown
    stage.until(lambda: bench.link.shown >= before + 5)
    assert look.panel.size_text() == "8 × 240×320"

    # The third shows bright to the east; it is looked at alone, and used.
    look.mosaic.setFocus()
    QTest.keyClick(look.mosaic, Qt.Key.Key_Right)
    for _ in range(2):
        QTest.keyClick(look.mosaic, Qt.Key.Key_Right)
    QTest.keyClick(look.mosaic, Qt.Key.Key_Return)
    stage.until(lambda: look.mosaic.alone == 2)
    stage.click(look.card.use)
    assert page.looks.current == MAP
    assert bench.document.project.filter.kernel.name == "east"
    assert "east" in page.kernel.title.text()

    stage.click(stage.named(QToolButton, "Add a step"))
    stage.choose("Pooling", "max")
    chips = page.chain.chips
    assert chips is not None
    stage.settle()
    assert page.map.size_text() == "120×160"
    stage.click(chips, chips.chip_rectangle(0).center() - QPoint(6, 0))
    stage.settle()
    stage.until(lambda: page.map.size_text() == "240×320")
    assert chosen_step(bench.document.project) == 0

    told: list[Histograms] = []
    bench.link.histograms.connect(told.append)
    stage.click(stage.named(QToolButton, "Histograms"))
    stage.until(lambda: len(told) >= 5)
    assert sum(told[-1].map.channels[0]) == 240 * 320
    page.compare.set_mode("split")
    before = bench.link.shown
    stage.until(lambda: bench.link.shown >= before + 5)

    file = tmp_path / "work.convscope"
    bench.projects._write(file)
    kept = bench.document.project
    bench.document.edit(type(kept)(), "start anew")
    stage.settle()
    bench.projects.open_path(file)
    assert bench.document.project == kept
    stage.until(lambda: page.map.size_text() == "240×320")
    assert [step.kernel.name for step in all_steps(bench.document.project)] == ["east", "identity"]
    assert len(kept.bank) == 8
    assert not [notice.text for notice in stage.said if notice.kind == "problem"]


def test_a_chain_gives_the_numbers_of_its_steps(stage: Stage) -> None:
    bench = stage.bench
    for name in ("gaussian", "sharpen", "sobel-vertical"):
        if name != "gaussian":
            stage.click(stage.named(QToolButton, "Add a step"))
        bench.page.gallery.gallery.chosen.emit(name)
    stage.settle()
    project = bench.document.project
    expected = apply_chain(grab(project.source), project.steps).map
    assert len(project.before) == 2
    np.testing.assert_allclose(stage.map_values(), expected, atol=1e-4)
    chips = bench.page.chain.chips
    assert chips is not None
    chips.setFocus()
    QTest.keyClick(chips, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    stage.settle()
    moved = bench.document.project
    assert [step.kernel.name for step in all_steps(moved)] == ["gaussian", "sobel-vertical", "sharpen"]
    np.testing.assert_allclose(stage.map_values(), apply_chain(grab(moved.source), moved.steps).map, atol=1e-4)
