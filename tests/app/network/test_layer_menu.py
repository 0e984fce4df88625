"""Adding a layer by a few letters: what is found, in which order, and by keys alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from app.network.finding import entries, found, often_used
from app.network.layer_menu import LayerSearch, fill_layers
from app.network.places import Place
from app.network.stack_panel import StackPanel
from engine.spec.layers import LAYER_TYPES
from tests.app.network.conftest import Desk


@pytest.fixture
def panel(desk: Desk) -> StackPanel:
    made = StackPanel(desk.document, desk.stack, desk.reading)
    desk.show(made, 300, 700)
    return made


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("dropout", "Dropout"),
        ("DROP", "Dropout"),
        ("skip", "Residual"),
        ("resnet", "Residual"),
        ("inception", "Branches"),
        ("depthwise", "Depthwise convolution"),
        ("dense", "Linear"),
        ("fully connected", "Linear"),
        ("bn", "BatchNorm2d"),
        ("conv", "Conv2d"),
        ("max pool", "MaxPool2d"),
        ("1x1", "1×1 convolution"),
        ("deconvolution", "ConvTranspose2d"),
        ("locally", "UnsharedConv2d"),
        ("gabor", "FixedKernels"),
        ("swish", "SiLU"),
        ("vector", "Flatten"),
        ("resize", "Upsample"),
    ],
)
def test_names_and_other_words_lead_to_a_layer(typed: str, first: str) -> None:
    assert found(typed)[0].name == first


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_layers_for_the_input_s_axes_come_first(axes: int) -> None:
    assert found("conv", axes)[0].name == f"Conv{axes}d"
    assert f"MaxPool{axes}d" in often_used(axes)


def test_every_entry_is_found_by_its_own_name() -> None:
    assert [entry.name for entry in entries()][: len(LAYER_TYPES)] == list(LAYER_TYPES)
    for entry in entries():
        assert found(entry.name)[0].name == entry.name
        assert entry in found(entry.name[:3])
    assert found("qqq") == []
    assert len(found("")) == len(entries())


def _search(menu: QMenu) -> LayerSearch:
    return menu.findChildren(LayerSearch)[-1]


def _open(panel: StackPanel, desk: Desk) -> tuple[QMenu, QLineEdit]:
    QTest.keyClick(panel.list, Qt.Key.Key_Insert)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu, _search(menu).field


def test_letters_and_enter_add_at_the_chosen_place(desk: Desk, panel: StackPanel) -> None:
    panel.list.setFocus()
    desk.chosen.choose("conv1")
    menu, field = _open(panel, desk)
    assert menu.focusWidget() is field, "what is typed goes into the field"
    QTest.keyClicks(field, "batch")
    assert menu.activeAction().text() == "BatchNorm2d"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.ids()[:3] == ["conv1", "norm1", "relu1"]
    assert desk.chosen.path == "norm1"
    assert QApplication.activePopupWidget() is None
    assert panel.list.hasFocus()
    assert desk.undone() == desk.start


def test_up_and_down_choose_and_esc_takes_back(desk: Desk, panel: StackPanel) -> None:
    panel.list.setFocus()
    menu, field = _open(panel, desk)
    QTest.keyClicks(field, "pool")
    names = [action.text() for action in _search(menu).offered()]
    assert names == [entry.name for entry in found("pool")][: len(names)]
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert menu.activeAction().text() == names[1]
    QTest.keyClick(field, Qt.Key.Key_Up)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert menu.activeAction().text() == names[-1]
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert "Convolution" in [action.text() for action in menu.actions()]
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None
    assert desk.document.project == desk.start


def test_what_is_not_found_says_so_and_enter_adds_nothing(desk: Desk, panel: StackPanel) -> None:
    panel.list.setFocus()
    menu, field = _open(panel, desk)
    QTest.keyClicks(field, "qqq")
    assert [action.isEnabled() for action in menu.actions()[1:]] == [False]
    QTest.keyClick(field, Qt.Key.Key_Return)
    field.clear()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.document.project == desk.start
    menu.close()


def test_a_place_in_a_block_is_kept_while_one_types(desk: Desk, panel: StackPanel) -> None:
    panel.list.add_wanted.emit(Place("res1.shortcut", 0), QPoint(5, 5))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClicks(_search(menu).field, "1x1")
    QTest.keyClick(_search(menu).field, Qt.Key.Key_Return)
    assert desk.chosen.path == "res1.shortcut.conv1"


def test_a_menu_can_be_filled_again_and_again(qtbot, desk: Desk) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    for _ in range(3):
        menu.clear()
        fill_layers(menu, desk.stack.add)
        QApplication.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    assert len(menu.findChildren(LayerSearch)) == 1
    assert len(menu.findChildren(QLineEdit)) == 1
