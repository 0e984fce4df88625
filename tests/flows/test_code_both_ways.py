"""A script that somebody wrote is opened, changed by the keyboard, broken, and taken back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from app.network.code import CodePanel
from app.network.page import NetworkPage
from engine.codegen import from_pytorch
from engine.spec.layers import Conv2d
from tests.flows.conftest import Stage
from tests.support.hearing import Heard

SCRIPT = """\
# What I wrote last summer.
import torch.nn as nn
import torch.nn.functional as F

INPUT_SHAPE = (1, 28, 28)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 5)
        self.more = nn.Conv2d(6, 6, 3, padding=1)
        self.fc = nn.Linear(6 * 12 * 12, 10)

    def forward(self, x):
        x = F.relu(self.conv(x))
        x = x + self.more(x)
        return self.fc(F.max_pool2d(x, 2).flatten(1))


network = Net()
"""


class Answer:
    """Names a file in place of the dialog."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, parent: QWidget) -> str:
        return str(self.path)

    def save(self, parent: QWidget) -> str:
        return str(self.path)


def _type_over(stage: Stage, panel: CodePanel, old: str, new: str) -> None:
    """Put the cursor behind some words, take them away and type others."""
    cursor = QTextCursor(panel.text.document())
    cursor.setPosition(panel.text.toPlainText().index(old) + len(old))
    panel.text.setTextCursor(cursor)
    panel.text.setFocus()
    for _ in old:
        stage.qtbot.keyClick(panel.text, Qt.Key.Key_Backspace)
    stage.qtbot.keyClicks(panel.text, new)


def test_a_script_is_opened_changed_broken_and_taken_back(stage: Stage) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    network: NetworkPage = stage.go("Network")
    stage.until(lambda: bool(heard.maps))
    before = bench.document.project.network
    stage.click(network.list.code)
    panel = network.code
    path = stage.folder / "net.py"
    path.write_text(SCRIPT, encoding="utf-8")
    panel._ask = Answer(path)
    stage.click(panel.open_button)
    opened = bench.document.project.network
    assert opened == from_pytorch(SCRIPT)
    assert [layer.id for layer in opened.layers] == ["conv", "relu1", "res1", "pool1", "flatten1", "fc"]
    assert panel.text.toPlainText() == SCRIPT
    stage.settle()

    _type_over(stage, panel, "Conv2d(1, 6, 5)", "Conv2d(1, 8, 5)")
    stage.until(lambda: panel.sync.is_in_step)
    conv, block = bench.document.project.network.layers[0], bench.document.project.network.layers[2]
    assert isinstance(conv, Conv2d)
    assert conv.out_channels == 8
    assert "self.more = nn.Conv2d(8, 6, 3, padding=1)" in panel.text.toPlainText()
    assert "# What I wrote last summer." in panel.text.toPlainText()
    assert block.parts()["body"][0].out_channels == 6  # type: ignore[union-attr]
    changed = bench.document.project.network

    _type_over(stage, panel, "F.relu", "F.rel")
    stage.until(lambda: bool(panel.sync.sentence))
    assert panel.problem.text().startswith("Line 16, column ")
    assert bench.document.project.network == changed
    while panel.text.document().isUndoAvailable():
        stage.qtbot.keyClick(panel.text, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    stage.until(lambda: panel.sync.is_in_step)
    assert bench.document.project.network == changed

    bench.document.undo()
    assert bench.document.project.network == opened
    assert panel.text.toPlainText() == SCRIPT
    bench.document.undo()
    assert bench.document.project.network == before
    stage.settle()
