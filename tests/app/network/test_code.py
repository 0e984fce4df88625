"""The code of the stack: what is copied is the stack, and what is pasted becomes it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextLayout
from PySide6.QtWidgets import QApplication

from app.network.code import CodePanel
from app.network.edits import plant
from app.widgets.theme import apply_theme
from app.widgets.tokens import DARK, LIGHT
from engine.codegen import from_pytorch, to_pytorch
from engine.presets import preset, preset_names
from engine.spec.network_edit import replace_field
from tests.app.network.conftest import SMALL, Desk, Spoken


@pytest.fixture
def panel(desk: Desk) -> CodePanel:
    made = CodePanel(desk.document, desk.stack, desk.notices)
    desk.show(made, 560, 480)
    return made


def _clip(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def test_the_code_follows_the_stack_while_it_is_in_sight(desk: Desk, panel: CodePanel) -> None:
    assert panel.text.toPlainText() == ""
    panel.set_open(True)
    assert panel.text.toPlainText() == to_pytorch(SMALL)
    changed = replace_field(SMALL, "conv1", "out_channels", 9)
    desk.use(changed)
    assert panel.text.toPlainText() == to_pytorch(changed)
    assert desk.document.undo_text
    desk.document.undo()
    assert panel.text.toPlainText() == to_pytorch(SMALL)
    panel.set_open(False)
    desk.use(changed)
    assert panel.text.toPlainText() == to_pytorch(SMALL)


def test_where_one_reads_stays_in_sight(desk: Desk, panel: CodePanel) -> None:
    panel.set_open(True)
    desk.use(preset("vgg-16"))
    bar = panel.text.verticalScrollBar()
    bar.setValue(12)
    desk.use(replace_field(desk.network, "conv9", "out_channels", 500))
    assert bar.value() == 12


@pytest.mark.parametrize("name", preset_names())
def test_what_is_copied_can_be_pasted(desk: Desk, panel: CodePanel, name: str) -> None:
    network = preset(name)
    desk.use(network)
    desk.notices.posted.disconnect()  # the desk expects problems only, and this is news
    panel.copy.click()
    assert from_pytorch(QGuiApplication.clipboard().text()) == network
    desk.use(SMALL)
    panel.paste.click()
    assert desk.network == network
    assert desk.undone().network == SMALL


def test_pasted_code_is_another_network(desk: Desk, panel: CodePanel) -> None:
    desk.document.edit(plant(desk.document.project, "conv1", 0), "plant")
    _clip("from torch import nn\nINPUT_SHAPE = (1, 8, 8)\nnetwork = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())\n")
    panel.paste.click()
    assert [layer.type for layer in desk.network.layers] == ["Conv2d", "ReLU"]
    assert desk.network.input_shape == (1, 8, 8)
    assert desk.document.project.planted == ()
    assert desk.chosen.path == desk.network.layers[0].id
    assert not desk.heard.all


def test_code_that_says_no_input_keeps_the_one_there_is(desk: Desk, panel: CodePanel) -> None:
    _clip("from torch import nn\nnetwork = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())\n")
    panel.paste.click()
    assert desk.network.input_shape == SMALL.input_shape
    assert len(desk.network.layers) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no text"),
        ("   \n", "no text"),
        ("import os; os.system('x')", "Line 1"),
        ("INPUT_SHAPE = (1, 8, 8)\nnetwork = nn.Sequential(\n", "Line 2"),
        ("from torch import nn\nINPUT_SHAPE = (1, 8, 8)\nnetwork = nn.Sequential(nn.LSTM(1, 2))\n", "Line 3"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_changes_nothing(
    desk: Desk, panel: CodePanel, text: str, words: str
) -> None:
    _clip(text)
    panel.paste.click()
    assert words in desk.heard.one_sentence()
    assert desk.document.project == desk.start


def test_what_was_said_of_bad_code_goes_with_good_code(desk: Desk, panel: CodePanel) -> None:
    _clip("nonsense")
    panel.paste.click()
    assert desk.heard.standing
    _clip(to_pytorch(SMALL))
    panel.paste.click()
    assert not desk.heard.standing


def test_close_and_tab(desk: Desk, panel: CodePanel) -> None:
    closed = Spoken(panel.closed)
    panel.close_button.click()
    assert len(closed.all) == 1
    panel.set_open(True)
    panel.text.setFocus()
    desk.hand.key(panel.text, Qt.Key.Key_Tab)
    assert not panel.text.hasFocus()
    assert panel.text.isReadOnly()


def _colours(panel: CodePanel, part: str) -> set[str]:
    """The colours in which the signs of `part` are written."""
    document = panel.text.document()
    found: set[str] = set()
    for number in range(document.blockCount()):
        block = document.findBlockByNumber(number)
        start = block.text().find(part)
        if start < 0:
            continue
        for span in block.layout().formats():
            assert isinstance(span, QTextLayout.FormatRange)
            if span.start <= start and span.start + span.length >= start + len(part):  # type: ignore[attr-defined]
                found.add(span.format.foreground().color().name())  # type: ignore[attr-defined]
    return found


def test_words_of_the_language_and_of_torch_stand_out(panel: CodePanel, qapp: QApplication) -> None:
    panel.set_open(True)
    for table in (DARK, LIGHT):
        apply_theme(qapp, table is DARK)
        assert _colours(panel, "import") == {table.accent}
        assert _colours(panel, "nn.Conv2d") == {table.result}
        assert _colours(panel, "# channels") == {table.faint}
