"""The code of the stack: what is copied is the stack, and what is pasted becomes it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QTextCursor, QTextLayout
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.network.code import CodePanel
from app.network.code_edit import CodeEdit
from app.network.code_sync import MEANWHILE
from app.network.edits import plant
from app.widgets.theme import apply_theme
from app.widgets.tokens import DARK, LIGHT
from engine.codegen import from_pytorch, to_pytorch
from engine.presets import preset, preset_names
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import replace_field
from tests.app.network.conftest import SMALL, Desk, Spoken
from tests.support.zoo import anything


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


def test_code_that_cannot_be_read_is_shown_with_all_that_is_wrong(desk: Desk, panel: CodePanel) -> None:
    panel.set_open(True)
    faults = [f"nn.LSTM({number})" for number in range(6)]
    text = "from torch import nn\nnetwork = nn.Sequential(\n" + ",\n".join(faults) + ")\n"
    _clip(text)
    panel.paste.click()
    assert desk.document.project == desk.start
    assert panel.text.toPlainText() == text
    assert [mark.line for mark in panel.text.marks] == [3, 4, 5, 6, 7, 8]
    told = panel.problem.text().split("\n")
    assert [line.partition(",")[0] for line in told] == ["Line 3", "Line 4", "Line 5", "Line 6"]
    assert told[-1].endswith("There are 2 more.")
    panel.take.click()
    assert panel.text.toPlainText() == to_pytorch(SMALL)
    assert not panel.problem.isVisible()


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
    assert panel.text.toPlainText() == to_pytorch(SMALL)


def _type(desk: Desk, panel: CodePanel, line: str, old: str, new: str) -> None:
    """Put the cursor behind `old` in a line, take it away by the keyboard and type something else."""
    document = panel.text.document()
    block = next(each for each in map(document.findBlockByNumber, range(document.blockCount())) if line in each.text())
    cursor = QTextCursor(block)
    cursor.setPosition(block.position() + block.text().index(old) + len(old))
    panel.text.setTextCursor(cursor)
    panel.text.setFocus()
    for _ in old:
        desk.hand.key(panel.text, Qt.Key.Key_Backspace)
    QTest.keyClicks(panel.text, new)


def _line_of(panel: CodePanel, words: str) -> int:
    lines = panel.text.toPlainText().split("\n")
    return next(number for number, line in enumerate(lines, start=1) if words in line)


def test_what_is_typed_becomes_the_stack_in_one_step_when_a_pause_comes(desk: Desk, panel: CodePanel) -> None:
    panel.set_open(True)
    _type(desk, panel, "self.linear1", ", 10", ", 25")
    assert desk.network == SMALL
    desk.qtbot.waitUntil(lambda: panel.sync.is_in_step, timeout=5000)
    assert desk.network == replace_field(SMALL, "linear1", "out_features", 25)
    assert desk.document.undo_text == "edit code"
    where = panel.text.textCursor().position()
    desk.document.undo()
    assert desk.network == SMALL
    assert panel.text.toPlainText() == to_pytorch(SMALL)
    assert panel.text.textCursor().position() == where
    desk.document.undo()
    assert desk.document.project != desk.start


def test_sizes_that_follow_are_written_anew_where_one_types(desk: Desk, panel: CodePanel) -> None:
    panel.set_open(True)
    flat = msgspec.structs.replace(SMALL, layers=tuple(each for each in SMALL.layers if each.id != "res1"))
    desk.use(flat)
    _type(desk, panel, '"conv1"', "4", "16")
    panel.sync.flush()
    assert desk.network == replace_field(flat, "conv1", "out_channels", 16)
    assert panel.text.toPlainText() == to_pytorch(desk.network)
    assert "nn.Linear(400, 10)" in panel.text.toPlainText()
    assert panel.text.textCursor().block().text().strip() == '("conv1", nn.Conv2d(1, 16, kernel_size=3)),'


def test_while_it_cannot_be_read_the_stack_stays_and_the_place_is_marked(desk: Desk, panel: CodePanel) -> None:
    panel.set_open(True)
    _type(desk, panel, "self.linear1", ", 10", ", ten")
    desk.qtbot.waitUntil(lambda: bool(panel.sync.sentence), timeout=5000)
    broken = panel.text.toPlainText()
    number = _line_of(panel, "nn.Linear(100, ten)")
    (mark,) = panel.text.marks
    assert mark.line == number
    assert broken.split("\n")[number - 1][mark.column - 1 : mark.end - 1] == "ten"
    assert (
        panel.problem.text()
        == f"Line {number}, column {mark.column}: ten is no number, word or tuple; write the value itself."
    )
    assert panel.problem.isVisible()
    assert desk.network == SMALL
    other = replace_field(SMALL, "conv1", "out_channels", 9)
    desk.use(other)
    assert panel.text.toPlainText() == broken
    assert panel.problem.text() == MEANWHILE
    panel.take.click()
    assert panel.text.toPlainText() == to_pytorch(other)
    assert not panel.text.marks
    assert not panel.problem.isVisible()


def test_what_was_typed_is_taken_back_here_first_and_then_by_the_window(desk: Desk, panel: CodePanel) -> None:
    panel.set_open(True)
    _type(desk, panel, "self.linear1", ", 10", ", ten")
    panel.sync.flush()
    assert panel.sync.sentence
    while panel.text.document().isUndoAvailable():
        QTest.keyClick(panel.text, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    panel.sync.flush()
    assert panel.text.toPlainText() == to_pytorch(SMALL)
    assert panel.sync.is_in_step
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QCoreApplication.sendEvent(panel.text, override)
    assert not override.isAccepted()


def test_the_chosen_layers_lines_are_marked_and_a_click_chooses(desk: Desk, panel: CodePanel) -> None:
    panel.set_open(True)
    desk.chosen.choose("pool1")
    number = _line_of(panel, "self.pool1 = ")
    assert panel.text.chosen_lines == (number, number)
    desk.chosen.choose("res1")
    first, last = panel.text.chosen_lines or (0, 0)
    assert (first, last) == (_line_of(panel, "self.res1 = Residual("), _line_of(panel, "self.pool1 = ") - 1)
    block = panel.text.document().findBlockByNumber(_line_of(panel, '("relu1"') - 1)
    desk.hand.click(panel.text.viewport(), panel.text.cursorRect(QTextCursor(block)).center())
    assert desk.chosen.path == "res1.body.relu1"


@given(before=anything(), after=anything())
def test_rewriting_changes_the_text_into_the_other(qapp: QApplication, before: NetworkSpec, after: NetworkSpec) -> None:
    edit = CodeEdit()
    edit.rewrite(to_pytorch(before))
    assert edit.toPlainText() == to_pytorch(before)
    edit.rewrite(to_pytorch(after))
    assert edit.toPlainText() == to_pytorch(after)
    edit.rewrite("")
    assert edit.toPlainText() == ""


@pytest.mark.parametrize("before", ["", "a", "a\nb", "a\nb\n", "\n\n", "b\na\n\nc"])
@pytest.mark.parametrize("after", ["", "a", "a\nb", "a\nb\n", "\n\n", "b\na\n\nc", "c", "x\ny\nz\n"])
def test_rewriting_short_texts(qapp: QApplication, before: str, after: str) -> None:
    edit = CodeEdit()
    edit.setPlainText(before)
    edit.rewrite(after)
    assert edit.toPlainText() == after


def test_enter_keeps_the_indent(desk: Desk, panel: CodePanel) -> None:
    panel.text.setPlainText("class A(nn.Module):\n    x = [")
    for _ in range(2):
        panel.text.moveCursor(QTextCursor.MoveOperation.End)
        desk.hand.key(panel.text, Qt.Key.Key_Return)
    assert panel.text.toPlainText() == "class A(nn.Module):\n    x = [\n        \n        "


class Answers:
    """Says paths in place of dialogs."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, parent: QWidget) -> str:
        return str(self.path)

    def save(self, parent: QWidget) -> str:
        return str(self.path)


def test_a_script_is_saved_and_opened_as_it_was_written(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    panel = CodePanel(desk.document, desk.stack, desk.notices, Answers(path))
    desk.show(panel, 560, 480)
    panel.set_open(True)
    desk.notices.posted.disconnect()  # the desk expects problems only, and this is news
    panel.save_button.click()
    assert path.read_text(encoding="utf-8") == to_pytorch(SMALL)
    mine = "from torch import nn\n\n# My own.\nINPUT_SHAPE = (1, 9, 9)\nnetwork = nn.Sequential(nn.ReLU(), nn.Tanh())\n"
    path.write_bytes(mine.replace("\n", "\r\n").encode())
    panel.open_button.click()
    assert [layer.type for layer in desk.network.layers] == ["ReLU", "Tanh"]
    assert panel.text.toPlainText() == mine
    assert desk.document.undo_text == "open mine.py"
    desk.document.undo()
    assert panel.text.toPlainText() == to_pytorch(SMALL)
    desk.document.redo()
    assert panel.text.toPlainText() == mine


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "There is no file"), (b"\xff\xfe", "is no text"), (b"import os\nx = 3\n", "Line 1, column 1")],
)
def test_a_file_that_cannot_be_read_changes_nothing(
    desk: Desk, tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "mine.py"
    if content is not None:
        path.write_bytes(content)
    panel = CodePanel(desk.document, desk.stack, desk.notices, Answers(path))
    panel.open()
    assert words in desk.heard.one_sentence()
    assert desk.document.project == desk.start
    panel = CodePanel(desk.document, desk.stack, desk.notices, Answers(tmp_path / "mine.txt"))
    panel.save()
    assert "ends in .py" in desk.heard.all[-1]


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
