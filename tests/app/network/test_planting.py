"""The Kernel page's kernel in a convolution: put in by a button, listed, told where it no longer fits, taken out."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton

from app.network.planting import Planting
from app.widgets.number_field import NumberField
from engine.kernels import kernel
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import FilterSpec
from engine.spec.layers import Conv2d, FixedKernels
from engine.spec.network_edit import replace_field
from tests.app.network.conftest import Desk, visible_named


@pytest.fixture
def planting(desk: Desk) -> Planting:
    made = Planting(desk.document, desk.stack, desk.reading, desk.notices)
    desk.show(made, 300, 300)
    desk.chosen.choose("conv1")
    return made


def _listed(planting: Planting) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in planting._list.findChildren(QLabel) if label.isVisible()]


def _channel(desk: Desk, planting: Planting, number: int) -> None:
    desk.enter(planting.channel, str(number))


def test_put_in_listed_taken_out_and_undone(desk: Desk, planting: Planting) -> None:
    assert planting.put.text() == "Put Sobel vertical here"
    assert _listed(planting) == []
    _channel(desk, planting, 2)
    desk.hand.click(planting.put, planting.put.rect().center())
    assert [(each.layer, each.out_channel) for each in desk.document.project.planted] == [("conv1", 2)]
    assert desk.document.undo_text == "put Sobel vertical into conv1"
    assert _listed(planting) == ["map 2: Sobel vertical"]
    assert desk.undone() == desk.start
    assert _listed(planting) == []
    desk.document.redo()
    visible_named(planting, QToolButton, "Take Sobel vertical out of map 2").click()
    assert desk.document.project == desk.start
    desk.document.undo()
    assert _listed(planting) == ["map 2: Sobel vertical"]


def test_the_button_names_the_kernel_of_the_kernel_page(desk: Desk, planting: Planting) -> None:
    desk.set_filter(with_kernel(FilterSpec(), kernel("gaussian").spec()))
    assert planting.put.text() == "Put Gaussian here"
    assert visible_named(planting, QPushButton, "Put Gaussian into this layer") is planting.put


def test_only_convolutions_can_hold_a_kernel(desk: Desk, planting: Planting) -> None:
    desk.chosen.choose("relu1")
    assert not planting.isVisible()
    desk.chosen.choose("res1.body.conv1")
    assert planting.isVisible()
    desk.chosen.choose("")
    assert not planting.isVisible()


@pytest.mark.parametrize("typed", ["4", "-1", "1.5", "many"])
def test_a_map_that_there_is_not_is_one_sentence(desk: Desk, planting: Planting, typed: str) -> None:
    desk.enter(planting.channel, typed)
    assert "between 0 and 3" in desk.heard.one_sentence()
    assert planting.channel.value() == 0


def test_a_kernel_for_other_inputs_is_one_sentence(desk: Desk, planting: Planting) -> None:
    desk.set_filter(with_channels(FilterSpec(), "sum"))
    planting.put.click()
    assert "3 input maps" in desk.heard.one_sentence()
    assert desk.document.project.planted == ()


def test_what_no_longer_fits_says_so_in_its_place(desk: Desk, planting: Planting) -> None:
    _channel(desk, planting, 3)
    planting.put.click()
    desk.use(replace_field(desk.network, "conv1", "out_channels", 2))
    assert _listed(planting) == ["map 3: The layer makes the maps 0 to 1; there is no map 3."]
    visible_named(planting, NumberField, "Map")
    desk.use(replace_field(replace_field(desk.network, "conv1", "out_channels", 4), "conv1", "kernel_size", (1, 1)))
    assert _listed(planting) == ["map 3: The kernel of 3×3 is larger than the layer's 1×1."]


def test_a_larger_kernel_grows_the_layer_in_the_same_undo(desk: Desk, planting: Planting) -> None:
    wide = with_kernel(FilterSpec(), kernel("gaussian", sigma=2.0).spec())
    desk.set_filter(wide)
    size = wide.kernel.size
    assert size[0] > 3
    before = desk.document.project
    planting.put.click()
    assert desk.network.layers[0].kernel_size == size  # type: ignore[union-attr]
    assert desk.undone() == before
    assert msgspec.structs.replace(before, filter=FilterSpec()) == desk.start


BANK = tuple(kernel(name).spec() for name in ("sobel-vertical", "laplacian-4", "gaussian"))


def _with_bank(desk: Desk) -> None:
    desk.document.edit(msgspec.structs.replace(desk.document.project, bank=BANK), "a bank")


def test_a_bank_goes_into_as_many_maps_and_is_one_undo(desk: Desk, planting: Planting) -> None:
    assert not planting.put_bank.isVisible()
    _with_bank(desk)
    before = desk.document.project
    assert planting.put_bank.text() == "Put the bank of 3 here"
    _channel(desk, planting, 2)
    desk.hand.click(planting.put_bank, planting.put_bank.rect().center())
    layer = desk.network.layers[0]
    assert layer.out_channels == 5  # type: ignore[union-attr]
    assert layer.kernel_size == BANK[2].size  # type: ignore[union-attr]
    assert [(each.out_channel, each.kernel) for each in desk.document.project.planted] == list(
        zip((2, 3, 4), BANK, strict=True)
    )
    assert desk.undone() == before


@pytest.mark.parametrize("trainable", [False, True])
def test_a_layer_of_fixed_kernels_takes_the_kernel_or_the_bank(desk: Desk, planting: Planting, trainable: bool) -> None:
    _with_bank(desk)
    desk.chosen.choose("conv1")
    desk.stack.add("FixedKernels")
    path = desk.chosen.path
    desk.use(replace_field(desk.network, path, "trainable", trainable))
    before = desk.document.project
    assert planting.isVisible()
    assert not planting.channel.isVisible()
    planting.put_bank.click()
    layer = desk.stack.layer()
    assert isinstance(layer, FixedKernels)
    assert (layer.kernels, layer.trainable) == (BANK, trainable)
    planting.put.click()
    layer = desk.stack.layer()
    assert isinstance(layer, FixedKernels)
    assert layer.kernels == (desk.document.project.filter.kernel,)
    desk.document.undo()
    assert desk.undone() == before
    assert not desk.heard.all


def test_a_layer_with_a_kernel_put_in_can_be_frozen_and_learned_on(desk: Desk, planting: Planting) -> None:
    assert not planting.held.isVisible()
    desk.hand.click(planting.put, planting.put.rect().center())
    assert planting.held.isVisible()
    desk.key(planting.held, Qt.Key.Key_Down)
    layer = desk.stack.layer()
    assert isinstance(layer, Conv2d)
    assert layer.frozen
    assert desk.document.undo_text == "freeze conv1"
    assert desk.document.project.planted, "the kernel stays where it is"
    desk.document.undo()
    assert planting.held.currentText() == "learned on"
