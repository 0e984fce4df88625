"""The diagram in the window: it shows the stack, a click and keys choose, and it is saved as it looks."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from app.network.diagram.files import save_drawing
from app.network.diagram.paint import to_image
from app.network.diagram.panel import DiagramPanel
from app.network.diagram.view import ZOOMS
from app.widgets.theme import apply_theme
from app.widgets.tokens import DARK, LIGHT
from engine.drawing import colours, draw_network, to_svg
from engine.errors import BadFile
from engine.presets import preset
from engine.spec.network_edit import replace_field
from tests.app.network.conftest import PATHS, SMALL, Desk, Spoken


class _Answer:
    """A person who always gives the same path."""

    def __init__(self) -> None:
        self.path = ""

    def save(self, parent: QWidget) -> str:
        return self.path


@pytest.fixture
def answer() -> _Answer:
    return _Answer()


@pytest.fixture
def panel(desk: Desk, answer: _Answer) -> DiagramPanel:
    made = DiagramPanel(desk.document, desk.chosen, desk.notices, answer)
    desk.show(made, 700, 500)
    return made


def _corner(panel: DiagramPanel, path: str) -> QPoint:
    """A point of a layer's box that no other covers."""
    return panel.view.place_of(path).bottomLeft().toPoint() + QPoint(2, -3)


def _pixels(panel: DiagramPanel) -> np.ndarray:
    image = panel.view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    found = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    return found[:, : image.width()].copy()


def test_a_click_on_any_box_chooses_its_layer(desk: Desk, panel: DiagramPanel) -> None:
    for path in ["linear1", *PATHS]:
        desk.chosen.choose(path)
        desk.chosen.choose("conv1" if path != "conv1" else "relu1")
        panel.view._reveal()
        at = _corner(panel, path) if path != "res1" else panel.view.place_of(path).topLeft().toPoint() + QPoint(4, 4)
        desk.hand.click(panel.view, at)
        assert desk.chosen.path == path
    assert desk.document.project == desk.start


def test_the_chosen_box_is_marked_and_only_that(desk: Desk, panel: DiagramPanel) -> None:
    accent = QColor(DARK.accent).rgb()
    desk.chosen.choose("conv1")
    first = _pixels(panel)
    assert (first == accent).any()
    desk.chosen.choose("linear1")
    assert not np.array_equal(first, _pixels(panel))
    rows, columns = np.nonzero(_pixels(panel) == accent)
    place = panel.view.place_of("linear1").adjusted(-6, -6, 6, 6)
    assert all(place.contains(column, row) for row, column in zip(rows, columns, strict=True))


def test_keys_walk_zoom_and_lead_to_the_form(desk: Desk, panel: DiagramPanel) -> None:
    form = Spoken(panel.view.form_wanted)
    desk.chosen.choose("")
    walked = [""]
    for _ in PATHS[1:]:
        QTest.keyClick(panel.view, Qt.Key.Key_Right)
        walked.append(desk.chosen.path)
    assert sorted(walked) == sorted(PATHS)
    QTest.keyClick(panel.view, Qt.Key.Key_Right)
    assert desk.chosen.path == "linear1"
    QTest.keyClick(panel.view, Qt.Key.Key_Left)
    assert desk.chosen.path == "flatten1"
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    desk.hand.double_click(panel.view, _corner(panel, "flatten1"))
    assert len(form.all) == 2
    width = panel.view.place_of("flatten1").width()
    QTest.keyClick(panel.view, Qt.Key.Key_Plus)
    assert panel.view.place_of("flatten1").width() == pytest.approx(width * 1.25)
    for _ in ZOOMS:
        panel.smaller.click()
    assert panel.view.zoom == min(ZOOMS)
    for _ in ZOOMS:
        panel.larger.click()
    assert panel.view.zoom == max(ZOOMS)
    assert panel.view.viewport().rect().intersects(panel.view.place_of("flatten1").toRect())
    QTest.keyClick(panel.view, Qt.Key.Key_0)
    assert panel.view.zoom == 1.0
    desk.hand.wheel(panel.view, QPoint(50, 50), 120, "ctrl")
    assert panel.view.zoom == 1.25


def test_it_follows_the_document_also_a_broken_one(desk: Desk, panel: DiagramPanel) -> None:
    before = _pixels(panel)
    desk.use(replace_field(SMALL, "pool1", "kernel_size", (31, 31)))
    after = _pixels(panel)
    assert not np.array_equal(before, after)
    is_filled = after == QColor(colours(True)["problem_fill"]).rgb()
    assert is_filled.any()
    area = panel.view.drawing.area_of("pool1")
    assert area is not None
    at = _corner(panel, "pool1")
    event = QHelpEvent(QHelpEvent.Type.ToolTip, at, panel.view.viewport().mapToGlobal(at))
    QApplication.sendEvent(panel.view.viewport(), event)
    assert desk.reading.summary.problems[0].message.split(";")[0][:20] in QToolTip.text()
    desk.document.undo()
    assert np.array_equal(before, _pixels(panel))
    desk.chosen.choose("res1.body.conv1")
    assert panel.view.accessibleName() == "Diagram: res1.body.conv1"


@pytest.mark.parametrize("dark", [True, False])
def test_dark_and_light(desk: Desk, panel: DiagramPanel, qapp: QApplication, dark: bool) -> None:
    apply_theme(qapp, dark)
    pixels = _pixels(panel)
    assert pixels[-2, 2] == QColor(colours(dark)["ground"]).rgb()
    assert (pixels == QColor((DARK if dark else LIGHT).accent).rgb()).any()


def test_a_narrow_place_has_more_rows_and_loses_nothing(desk: Desk, panel: DiagramPanel) -> None:
    wide = panel.view.drawing.height
    panel.resize(320, 500)
    QApplication.processEvents()
    assert panel.view.drawing.height > wide
    assert panel.view.verticalScrollBar().maximum() > 0
    desk.chosen.choose("linear1")
    assert panel.view.viewport().rect().contains(panel.view.place_of("linear1").toRect())


def test_saved_as_a_drawing_and_as_a_picture(desk: Desk, panel: DiagramPanel, answer: _Answer, tmp_path: Path) -> None:
    panel.save.click()
    assert not list(tmp_path.iterdir()), "no answer, no file"
    answer.path = str(tmp_path / "stack.svg")
    panel.save.click()
    assert (tmp_path / "stack.svg").read_text(encoding="utf-8") == to_svg(draw_network(SMALL), True, "stack")
    answer.path = str(tmp_path / "stack.png")
    panel.save.click()
    image = QImage(answer.path)
    drawing = draw_network(SMALL)
    assert (image.width(), image.height()) == (round(2 * drawing.width), round(2 * drawing.height))
    assert image.convertToFormat(QImage.Format.Format_RGB32) == to_image(drawing, True)
    assert desk.heard.told == ["Saved stack.svg.", "Saved stack.png."]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stack.png", "stack.svg"]


@pytest.mark.parametrize("name", ["stack.gif", "stack", "nowhere/stack.svg"])
def test_what_cannot_be_saved_is_one_sentence(
    desk: Desk, panel: DiagramPanel, answer: _Answer, tmp_path: Path, name: str
) -> None:
    answer.path = str(tmp_path / name)
    panel.save.click()
    assert Path(name).name in desk.heard.one_sentence()
    assert not list(tmp_path.iterdir())


def test_screen_and_file_are_drawn_from_the_same_marks(tmp_path: Path) -> None:
    network = preset("mini-resnet")
    save_drawing(network, tmp_path / "a.svg", dark=False)
    texts = [element.text for element in ElementTree.parse(tmp_path / "a.svg").iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [mark.text for mark in draw_network(network).marks if hasattr(mark, "text")]
    with pytest.raises(BadFile, match=r"\.svg or \.png"):
        save_drawing(network, tmp_path / "a.pdf", dark=False)
