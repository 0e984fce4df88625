"""Controls of one layer alone: the table of a TableConv2d, the bank of FixedKernels, the place of unshared kernels."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from app.network.bank_field import BankField, name_of
from app.network.connection_grid import Spot
from app.network.kernel_place import KernelPlace
from app.network.layer_form import LayerForm
from app.network.table_field import TableField
from engine.kernels import kernel
from engine.kernels.banks import bank
from engine.spec.edit import with_kernel
from engine.spec.filter import FilterSpec
from engine.spec.layers import FixedKernels, TableConv2d, UnsharedConv2d
from engine.spec.network import NetworkSpec
from tests.app.network.conftest import Desk

TABLE = NetworkSpec(input_shape=(3, 20, 20), layers=(TableConv2d(connections=((0,), (1, 2)), kernel_size=3),))


@pytest.fixture
def form(desk: Desk) -> LayerForm:
    made = LayerForm(desk.document, desk.stack, desk.reading, desk.notices)
    desk.show(made, 300, 720)
    return made


def _connections(desk: Desk) -> object:
    layer = desk.stack.layer()
    assert isinstance(layer, TableConv2d)
    return layer.connections


def _table(desk: Desk, form: LayerForm) -> TableField:
    desk.use(TABLE)
    desk.chosen.choose("conv1")
    assert form.sheet is not None
    found = form.sheet.controls["connections"]
    assert isinstance(found, TableField)
    return found


def test_a_click_makes_a_connection_and_undo_breaks_it(desk: Desk, form: LayerForm) -> None:
    table = _table(desk, form)
    desk.hand.click(table.grid, table.cell(2, 0).center())
    assert _connections(desk) == ((0, 2), (1, 2))
    desk.document.undo()
    assert _connections(desk) == ((0,), (1, 2))
    desk.hand.click(table.grid, table.cell(0, 0).center())
    assert _connections(desk) == ((0,), (1, 2)), "a map sees at least one channel"
    assert "Map 0" in desk.heard.one_sentence()


def test_the_keys_go_from_cell_to_cell(desk: Desk, form: LayerForm) -> None:
    table = _table(desk, form)
    table.grid.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Space):
        desk.key(table.grid, key)
    assert table.grid.at == Spot(0, 1)
    assert _connections(desk) == ((0,), (0, 1, 2))
    assert table.grid.words(Spot(0, 1)) == "Map 1 sees channel 0"
    desk.key(table.grid, Qt.Key.Key_Down)
    desk.key(table.grid, Qt.Key.Key_Return)
    assert _connections(desk) == ((0,), (0, 2))


def test_more_maps_see_what_the_last_one_sees(desk: Desk, form: LayerForm) -> None:
    table = _table(desk, form)
    desk.enter(table.count, "4")
    assert _connections(desk) == ((0,), (1, 2), (1, 2), (1, 2))
    desk.enter(table.count, "0")
    assert _connections(desk) == ((0,), (1, 2), (1, 2), (1, 2))
    assert "Maps" in desk.heard.one_sentence()
    desk.enter(table.count, "1")
    assert _connections(desk) == ((0,),)


def _pick(field: BankField, text: str) -> None:
    menu: QMenu = field.button.filled_menu()
    next(action for action in menu.actions() if action.text().startswith(text)).trigger()
    menu.deleteLater()


def test_fixed_kernels_are_named_and_chosen(desk: Desk, form: LayerForm) -> None:
    lecture = tuple(each.kernel for each in bank("lecture").kernels)
    desk.use(NetworkSpec(input_shape=(1, 20, 20), layers=(FixedKernels(kernels=lecture),)))
    desk.chosen.choose("bank1")
    assert form.sheet is not None
    field = form.sheet.controls["kernels"]
    assert isinstance(field, BankField)
    assert field.button.text() == "The lecture's six"
    _pick(field, "Kirsch")
    layer = desk.stack.layer()
    assert isinstance(layer, FixedKernels)
    assert len(layer.kernels) == 8
    assert field.button.text() == "Kirsch compass"
    desk.set_filter(with_kernel(FilterSpec(), kernel("gaussian").spec()))
    _pick(field, "Kernel page: Gaussian")
    assert field.button.text() == "Gaussian"
    desk.document.undo()
    assert field.button.text() == "Kirsch compass"
    assert name_of((*lecture, lecture[0])) == "7 kernels"


def test_the_place_is_there_for_unshared_kernels_and_follows_an_explained_cell(desk: Desk) -> None:
    place = KernelPlace(desk.stack, desk.reading)
    desk.show(place, 200, 40)
    desk.use(NetworkSpec(input_shape=(1, 12, 10), layers=(UnsharedConv2d(out_channels=2, kernel_size=3),)))
    desk.chosen.choose("local1")
    changes: list[bool] = []
    place.changed.connect(lambda: changes.append(True))
    assert place.value() == (5, 4)
    place.go_to("local1", (1, 9, 0))
    assert place.value() == (9, 0)
    place.go_to("conv7", (1, 2, 2))
    desk.enter(place.row, "3")
    assert (place.value(), len(changes)) == ((3, 0), 2)
    desk.use(TABLE)
    desk.chosen.choose("conv1")
    assert place.value() is None
    assert not place.isVisible()
