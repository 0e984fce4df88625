"""The look at a bank: a map of every kernel, and everything a person can do with the kernels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.kernels.bank.contents import bank_of_kernels, kernels_of, labels
from app.kernels.bank.look import BankLook
from app.kernels.bank.menus import fill_banks
from app.kernels.bank.thumbs import kernel_image
from app.kernels.looks import MAP
from app.widgets.tokens import DARK
from engine.kernels import kernel
from engine.kernels.banks import bank, bank_names, load_bank
from engine.protocol import Maps
from engine.spec.edit import with_channels
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.project import MAX_BANK
from tests.app.kernels.conftest import Stage, named

SIX = ["Vertical", "Horizontal", "Sobel vertical", "Sobel horizontal", "Scharr vertical", "Scharr horizontal"]


class Asked:
    """Answers in the place of a person at a file dialog."""

    def __init__(self) -> None:
        self.path = ""
        self.suggested: list[str] = []

    def open(self, parent: QWidget) -> str:
        return self.path

    def save(self, parent: QWidget, suggestion: str) -> str:
        self.suggested.append(suggestion)
        return self.path


class BankStage(Stage):
    """The page with the bank in sight."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__(qtbot)
        self.maps: list[Maps] = []
        self.link.maps.connect(self.maps.append)
        self.look = self.open_look("Bank", BankLook)
        self.asked = Asked()
        self.look.shelf.ask = self.asked
        self.settle()

    @property
    def bank(self) -> tuple[KernelSpec, ...]:
        return self.document.project.bank

    def tile(self, place: int) -> QPoint:
        """The middle of a map on the screen."""
        mosaic = self.look.mosaic
        top, left, height, width = mosaic.tiles.boxes[place]
        region = mosaic.region()
        x, y = left + width / 2 - region.left(), top + height / 2 - region.top()
        return QPoint(round(x * mosaic.zoom()), round(y * mosaic.zoom()))

    def put(self, *kernels: KernelSpec) -> None:
        self.document.edit(msgspec.structs.replace(self.document.project, bank=kernels), "set by the test")
        self.settle()


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[BankStage]:
    made = BankStage(qtbot)
    yield made
    made.link.close()


def test_it_opens_with_the_lectures_six_and_undo_empties_it(stage: BankStage) -> None:
    assert stage.look.shelf.labels == SIX
    assert stage.look.panel.size_text() in ("", "6 × 24×31")
    assert len(stage.look.mosaic.tiles) == 6
    assert stage.look.banks.text() == "The lecture's six"
    assert stage.document.undo_text == "take the bank The lecture's six"
    stage.document.undo()
    stage.settle()
    assert not stage.page.is_empty, "the map behind it is as it was"
    assert stage.look.mosaic.extent() is None
    assert "empty" in stage.look.mosaic._placeholder
    assert stage.look.banks.text() == "empty"
    assert not stage.heard.all
    stage.look.card.first.click()
    stage.settle()
    assert len(stage.look.mosaic.tiles) == 6


def test_opening_it_never_loses_what_was_undone(qtbot: QtBot) -> None:
    plain = Stage(qtbot)
    try:
        plain.set(bias=3.0)
        plain.document.undo()
        plain.page.looks.show_look("bank")
        assert plain.document.redo_text
        assert plain.document.project.bank == ()
        plain.document.redo()
        assert plain.filter.bias == 3.0
    finally:
        plain.link.close()


def test_the_maps_are_those_of_the_kernels(stage: BankStage) -> None:
    told = stage.maps[-1]
    assert told.shape == (6, 24, 31)
    extremes = []
    for each in stage.bank:
        weights = np.array(each.weights[0])
        padded = np.pad(stage.grey(), 1)
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
        extremes.append(float((windows * weights).sum(axis=(2, 3)).max()))
    assert told.range is not None
    assert told.range.maximum == pytest.approx(max(extremes), abs=1e-4)


def test_the_kernel_under_the_cursor_is_shown(stage: BankStage) -> None:
    card = stage.look.card
    assert card.grid.isHidden()
    stage.hand.move(stage.look.mosaic, stage.tile(3))
    assert card.name.text() == "Sobel horizontal · 3×3"
    assert card.grid.weights() == stage.bank[3].weights[0]
    assert "brighter" in card.summary.text() or card.summary.text()
    assert card.facts.text().startswith("Sum 0 · norm")
    assert not card.use.isEnabled(), "none is chosen yet"
    QApplication.sendEvent(stage.look.mosaic, QEvent(QEvent.Type.Leave))
    assert card.grid.isHidden()


def test_a_click_enlarges_and_escape_goes_back(stage: BankStage) -> None:
    mosaic = stage.look.mosaic
    stage.hand.click(mosaic, stage.tile(2))
    stage.until(lambda: mosaic.alone == 2)
    assert mosaic.extent() == (24, 31)
    assert stage.look.panel.note() == "Sobel vertical"
    assert stage.look.back.isVisible()
    assert stage.look.card.use.accessibleName() == "Use Sobel vertical"
    mosaic.setFocus()
    QTest.keyClick(mosaic, Qt.Key.Key_Right)
    stage.until(lambda: mosaic.alone == 3)
    QTest.keyClick(mosaic, Qt.Key.Key_Escape)
    stage.until(lambda: mosaic.alone is None and len(mosaic.tiles) == 6)
    assert not stage.look.back.isVisible()


def test_use_this_kernel_puts_it_on_the_page(stage: BankStage) -> None:
    stage.set(bias=0.5)
    mosaic = stage.look.mosaic
    stage.hand.click(mosaic, stage.tile(5))
    stage.until(lambda: mosaic.alone == 5)
    stage.look.card.use.click()
    assert stage.kernel.name == "scharr-horizontal"
    assert stage.filter.bias == 0.5
    assert stage.page.looks.current == MAP
    stage.settle()
    assert stage.page.map.view.isVisible()
    assert stage.document.undo_text == "use Scharr horizontal"


def test_keys_choose_use_and_take_out(stage: BankStage) -> None:
    mosaic = stage.look.mosaic
    mosaic.setFocus()
    QTest.keyClick(mosaic, Qt.Key.Key_Right)
    QTest.keyClick(mosaic, Qt.Key.Key_Right)
    assert mosaic.accessibleName() == "Maps of the bank: Horizontal, 2 of 6"
    assert stage.look.card.name.text() == "Horizontal · 3×3"
    QTest.keyClick(mosaic, Qt.Key.Key_Delete)
    stage.settle()
    assert stage.look.shelf.labels == [SIX[0], *SIX[2:]]
    assert stage.look.banks.text() == "own kernels"
    QTest.keyClick(mosaic, Qt.Key.Key_U)
    assert stage.kernel.name == "sobel-vertical"
    assert stage.page.looks.current == MAP


def test_the_menu_of_a_map(stage: BankStage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    stage.look.mosaic.menu_wanted.disconnect()
    stage.look.mosaic.menu_wanted.connect(lambda tile, at: asked.append(tile))
    at = stage.tile(4)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, stage.look.mosaic.mapToGlobal(at))
    QApplication.sendEvent(stage.look.mosaic.viewport(), event)
    assert asked == [4]
    menu = stage.look.kernel_menu(4)
    texts = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert texts == ["Use this kernel", "Show its map alone", "Take out"]
    menu.actions()[-1].trigger()
    assert "Scharr vertical" not in stage.look.shelf.labels


def test_the_kernel_at_the_right_is_added_once(stage: BankStage) -> None:
    add = stage.look.add
    assert add.accessibleName() == "Add Sobel vertical to the bank"
    add.click()
    assert stage.heard.one_sentence() == "The bank holds this kernel already; change a weight first."
    stage.set(kernel=kernel("sharpen").spec())
    stage.settle()
    add.click()
    stage.settle()
    assert stage.look.shelf.labels == [*SIX, "Sharpen"]
    assert len(stage.look.mosaic.tiles) == 7
    assert not stage.heard.standing


def test_a_full_bank_says_so(stage: BankStage) -> None:
    one = KernelSpec(name="custom", weights=(((1.0,),),))
    many = [msgspec.structs.replace(one, weights=(((float(place),),),)) for place in range(MAX_BANK)]
    stage.put(*many)
    stage.look.add.click()
    assert stage.heard.one_sentence() == f"A bank has at most {MAX_BANK} kernels; this one has {MAX_BANK + 1}."


def test_every_bank_is_in_the_menu_with_what_it_is(stage: BankStage) -> None:
    menu = stage.look.banks.filled_menu()
    actions = {action.text(): action for action in menu.actions() if action.isEnabled() and action.text()}
    assert list(actions)[-3:] == ["Open a bank…", "Save the bank…", "Empty the bank"]
    assert len(actions) == len(bank_names()) + 3
    assert all(len(action.toolTip()) > 20 for action in actions.values())
    actions["Sobel compass"].trigger()
    stage.settle()
    assert stage.look.shelf.labels[:3] == ["north", "north-east", "east"]
    assert stage.look.banks.text() == "Sobel compass"
    assert "brighter to the north" in stage.look.shelf.summary(0)
    actions["Empty the bank"].trigger()
    assert stage.bank == ()
    assert stage.undone().bank != ()
    menu.clear()
    stage.document.redo()
    fill_banks(menu, stage.look.shelf)
    off = [action.text() for action in menu.actions() if action.text() and not action.isEnabled()]
    assert off == ["Comes with Convscope", "Save the bank…", "Empty the bank"]


def test_what_is_shown_alone_stays_within_the_bank(stage: BankStage) -> None:
    mosaic = stage.look.mosaic
    stage.hand.click(mosaic, stage.tile(5))
    stage.until(lambda: mosaic.alone == 5)
    six = stage.bank
    stage.put(*six[:3])
    stage.until(lambda: mosaic.alone is None and len(mosaic.tiles) == 3)
    stage.put(*six)
    stage.until(lambda: mosaic.alone is None and len(mosaic.tiles) == 6)
    assert not stage.heard.all


@pytest.mark.parametrize("suffix", [".json", ".npz", ".npy"])
def test_a_bank_is_saved_and_opened(stage: BankStage, tmp_path: Path, suffix: str) -> None:
    stage.look.shelf.take("kirsch-compass")
    before, names = stage.bank, stage.look.shelf.labels
    assert names[0] == "Kirsch, direction north"
    stage.asked.path = str(tmp_path / f"mine{suffix}")
    stage.look.shelf.save()
    assert stage.asked.suggested == ["kirsch-compass.json"]
    assert stage.heard.told == [f"Saved mine{suffix}."]
    stage.look.shelf.clear()
    stage.look.shelf.open()
    stage.settle()
    assert [each.weights for each in stage.bank] == [each.weights for each in before]
    assert stage.look.banks.text() == "mine"
    if suffix == ".json":
        assert stage.bank == before
        assert stage.look.shelf.labels == names
    assert len(stage.look.mosaic.tiles) == 8


def test_a_file_that_is_no_bank_is_refused_in_one_sentence(stage: BankStage, tmp_path: Path) -> None:
    before = stage.bank
    for name, content in (("bank.json", b"{}"), ("bank.npy", b"no"), ("bank.txt", b"1 2")):
        path = tmp_path / name
        path.write_bytes(content)
        stage.asked.path = str(path)
        stage.look.shelf.open()
        assert name in stage.heard.one_sentence()
    stage.asked.path = str(tmp_path / "nowhere" / "bank.json")
    stage.look.shelf.save()
    assert stage.heard.one_sentence()
    stage.asked.path = ""
    stage.look.shelf.open()
    stage.look.shelf.save()
    assert not stage.heard.all
    assert stage.bank == before


def test_a_shipped_bank_of_an_opened_project_is_recognised(stage: BankStage) -> None:
    stage.page.looks.show_look(MAP)
    stage.put(*kernels_of(bank("schmid")))
    assert stage.look.banks.text() == "own kernels"
    stage.page.looks.show_look("bank")
    stage.settle()
    assert stage.look.banks.text() == "Schmid"
    stage.hand.move(stage.look.mosaic, stage.tile(2))
    assert stage.look.card.summary.text()


def test_another_look_is_not_disturbed_by_the_bank(stage: BankStage) -> None:
    stage.page.looks.show_look(MAP)
    stage.settle()
    tiles = len(stage.look.mosaic.tiles)
    stage.document.edit(msgspec.structs.replace(stage.document.project, bank=()), "empty")
    stage.settle()
    assert not stage.page.is_empty
    stage.document.undo()
    stage.page.hidden()
    stage.page.shown()
    stage.settle()
    assert tiles == 6
    stage.page.looks.show_look("bank")
    stage.settle()
    stage.until(lambda: len(stage.look.mosaic.tiles) == 6)


def test_kernels_of_many_sizes_say_that_the_picture_is_padded(stage: BankStage) -> None:
    stage.set(padding="valid")
    stage.put(kernel("gaussian").spec(), kernel("sharpen").spec())
    assert "padding same" in stage.look.panel.note()
    stage.hand.move(stage.look.mosaic, stage.tile(0))
    assert stage.look.card.name.text() == "Gaussian · 7×7"


def test_each_map_carries_its_kernel(stage: BankStage) -> None:
    mosaic = stage.look.mosaic
    image = mosaic.viewport().grab().toImage()
    for place in (0, 1):
        top, left, _, _ = mosaic.tiles.boxes[place]
        region = mosaic.region()
        x, y = (left - region.left()) * mosaic.zoom(), (top - region.top()) * mosaic.zoom()
        weights = np.array(stage.bank[place].weights[0])
        for row, column in ((0, 0), (2, 2)):
            colour = QColor(image.pixel(round(x) + 4 + 5 + 11 * column, round(y) + 4 + 5 + 11 * row))
            role = "positive" if weights[row, column] > 0 else "negative"
            assert colour == DARK.colour(role)


def test_a_kernel_as_a_picture_has_the_colours_of_signs() -> None:
    image = kernel_image(((-2.0, 0.0), (1.0, 2.0)), True)
    assert QColor(image.pixel(0, 0)) == DARK.colour("negative")
    assert QColor(image.pixel(1, 0)) == DARK.colour("raised")
    assert QColor(image.pixel(1, 1)) == DARK.colour("positive")
    assert kernel_image(((0.0,),), True).pixel(0, 0) == DARK.colour("raised").rgb()


@pytest.mark.parametrize("name", bank_names())
def test_every_shipped_bank_has_names_that_differ_and_comes_back_from_a_file(name: str, tmp_path: Path) -> None:
    from engine.kernels.banks import save_bank

    kernels = kernels_of(bank(name))
    assert len(set(labels(kernels))) == len(kernels)
    path = tmp_path / "bank.json"
    save_bank(bank_of_kernels("mine", kernels), path)
    assert kernels_of(load_bank(path)) == kernels


def test_kernels_of_one_and_of_three_planes_are_kept_in_one_file() -> None:
    deep = with_channels(FilterSpec(), "sum").kernel
    flat = FilterSpec(kernel=kernel("gaussian").spec()).kernel
    kept = bank_of_kernels("mine", (deep, flat, flat))
    assert [each.name for each in kept.kernels] == ["Sobel vertical", "Gaussian", "Gaussian (2)"]
    assert {len(each.kernel.weights) for each in kept.kernels} == {3}


def test_everything_has_a_name(stage: BankStage) -> None:
    for part in stage.look.findChildren(QWidget):
        if part.isVisible() and part.focusPolicy() & Qt.FocusPolicy.TabFocus and not part.focusProxy():
            assert part.accessibleName(), part
            assert part.toolTip() or part.accessibleDescription(), part
    assert named(stage.look, QWidget, "Add Sobel vertical to the bank").isVisible()
