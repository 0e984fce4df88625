"""The page as a whole: what it asks of the engine, what it shows of the answers, and that all of it is in sight."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.featuremaps.colours import MapLegend
from app.featuremaps.mosaic_view import MosaicView
from app.featuremaps.panels import Note
from app.network.prediction_panel import MISFIT, NO_SCORES
from app.widgets.fields import Choice
from app.widgets.picture_overlay import Overlay
from app.widgets.theme import apply_theme
from engine.presets import preset
from engine.protocol import Maps, Problem, Weights
from engine.spec.layers import Conv2d, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import remove, replace_field
from engine.spec.summary import summary
from tests.app.featuremaps.conftest import colour_of, middle, place_of_cell
from tests.app.network.conftest import GUESSES, PATHS, SMALL, Spoken, Stage, named, visible_named

BROKEN = replace_field(SMALL, "pool1", "kernel_size", (50, 50))


def _asked(stage: Stage) -> tuple[str, str, int]:
    show = stage.engine.last
    return show.page, show.layer, show.only


def test_every_layer_shows_its_maps(stage: Stage) -> None:
    panel, shapes = stage.page.maps, {row.id: row.output_shape or () for row in summary(SMALL).rows}
    for path in PATHS:
        stage.choose_layer(path)
        assert _asked(stage) == ("network", path, -1)
        shape = shapes[path] if path else SMALL.input_shape
        words = f"{shape[0]} × {'×'.join(map(str, shape[1:]))}" if len(shape) > 1 else str(shape[0])
        assert panel.size_text() == words
        layer = stage.stack.layer()
        assert panel.title() == ("Input" if layer is None else layer.type)
        assert len(panel.mosaic.tiles) == shape[0]
        assert stage.page.kernels.isVisible() == isinstance(layer, Conv2d)


def test_the_colours_on_the_screen_are_those_of_the_maps(stage: Stage) -> None:
    stage.choose_layer("conv1")
    view = stage.page.maps.mosaic
    image = view.grab().toImage()
    for tile, box in enumerate(view.tiles.boxes):
        assert image.pixel(place_of_cell(view, box[0] + 4.5, box[1] + 4.5)) == colour_of(tile)


def test_a_click_shows_one_map_large_and_another_goes_back(stage: Stage) -> None:
    stage.choose_layer("conv1")
    panel = stage.page.maps
    assert not panel.back.isVisible()
    stage.hand.click(panel.mosaic, middle(panel.mosaic, panel.mosaic.tiles.boxes[2]))
    assert _asked(stage) == ("network", "conv1", 2)
    stage.settle()
    assert panel.mosaic.alone == 2
    assert panel.note() == "map 2"
    assert panel.back.isVisible()
    stage.hand.click(panel.mosaic, panel.mosaic.rect().center())
    assert _asked(stage) == ("network", "conv1", -1)
    stage.settle()
    assert panel.mosaic.alone is None
    stage.hand.click(panel.mosaic, middle(panel.mosaic, panel.mosaic.tiles.boxes[1]))
    stage.settle()
    panel.back.click()
    stage.settle()
    assert panel.mosaic.alone is None
    assert stage.document.project == stage.start


def test_another_layer_or_fewer_maps_show_all_again(stage: Stage) -> None:
    stage.choose_layer("conv1")
    stage.page.maps.only_wanted.emit(3)
    stage.settle()
    stage.use(replace_field(SMALL, "conv1", "out_channels", 3))
    assert _asked(stage) == ("network", "conv1", -1)
    stage.settle()
    stage.page.maps.only_wanted.emit(1)
    stage.settle()
    stage.choose_layer("relu1")
    assert _asked(stage) == ("network", "relu1", -1)


def test_values_are_not_opened(stage: Stage) -> None:
    stage.choose_layer("linear1")
    view = stage.page.maps.mosaic
    stage.hand.click(view, middle(view, view.tiles.boxes[0]))
    assert _asked(stage) == ("network", "linear1", -1)


def test_the_cursor_tells_map_and_cell_here_and_below(stage: Stage) -> None:
    stage.choose_layer("res1.body.conv1")
    told = Spoken(stage.page.values_changed)
    view = stage.page.maps.mosaic
    box = view.tiles.boxes[1]
    stage.hand.move(view, place_of_cell(view, box[0] + 5.5, box[1] + 5.5))
    assert stage.page.maps.note() == "map 1 of 4"
    assert told.all[-1] == "Map 1 (5, 5)"
    kernels = stage.page.kernels.mosaic
    assert kernels.overlays() == tuple(Overlay(*kernels.tiles.boxes[tile]) for tile in range(4, 8))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert told.all[-1] == ""
    assert stage.page.maps.note() == ""
    assert kernels.overlays() == ()


def test_a_kernel_tells_what_it_joins_and_leads_to_its_map(stage: Stage) -> None:
    stage.choose_layer("res1.body.conv1")
    panel = stage.page.kernels
    assert panel.size_text() == "4×4 of 3×3"
    view = panel.mosaic
    stage.hand.move(view, middle(view, view.tiles.boxes[9]))
    assert panel.note() == "input 1 → map 2"
    stage.hand.click(view, middle(view, view.tiles.boxes[9]))
    assert _asked(stage) == ("network", "res1.body.conv1", 2)


def test_legend_note_and_guesses(stage: Stage) -> None:
    page = stage.page
    legend = named(page.maps, MapLegend, "Colours from −1.5 to 1.5")
    assert legend.zero_share() == 0.5
    assert page.note.text() == stage.engine.notes
    assert page.prediction.bars.guesses() == GUESSES
    assert page.prediction.bars.accessibleName() == "Prediction: 3, 80.0 %"
    stage.use(remove(SMALL, "linear1"))
    stage.settle()
    assert page.prediction.bars.guesses() == ()
    assert page.prediction.bars._placeholder == NO_SCORES


def test_which_weights_the_bars_come_from_is_said(stage: Stage) -> None:
    label = stage.page.prediction.weights
    assert label.text() == "starting weights (random)"
    for weights, words in (
        (Weights(kind="in training", run="/x/run-a", step=1375), "in training, step 1\xa0375"),
        (Weights(kind="trained", run="/x/run-a", step=1375, planted=2), "trained (run-a), 2 kernels put in since"),
        (Weights(kind="trained", run="/x/run-a", fresh=("a", "b", "c")), "trained (run-a), but not 3 layers"),
    ):
        stage.engine.weights = weights
        stage.choose_layer("conv1" if label.text().startswith("in") else "relu1")
        assert label.text() == words
        assert "run-a" in label.toolTip()
    stage.use(BROKEN)
    assert label.text() == ""


def test_a_problem_stands_where_the_maps_would_be(stage: Stage) -> None:
    problem = summary(BROKEN).problems[0]
    stage.use(BROKEN)
    page = stage.page
    assert page.maps.view.extent() is None
    assert page.maps.view._placeholder == f"pool1: {problem.message}"
    assert page.prediction.bars._placeholder == MISFIT
    stage.settle()
    assert page.maps.view._placeholder == f"pool1: {problem.message}"
    stage.document.undo()
    assert page.maps.view._placeholder == "Computing…"
    stage.settle()
    assert page.maps.view.extent() is not None
    assert page.prediction.bars.guesses() == GUESSES


def test_maps_of_the_network_before_do_not_cover_the_problem(stage: Stage) -> None:
    stage.engine.answers = False
    stage.use(replace_field(SMALL, "conv1", "out_channels", 5))
    late = stage.engine.last
    stage.use(BROKEN)
    stage.engine.answer(late)
    stage.link.pull()
    assert stage.page.maps.view.extent() is None
    stage.engine.answer(stage.engine.last)
    stage.settle()


def test_what_only_the_engine_knows_is_told_too(stage: Stage) -> None:
    stage.engine.say(Problem(id=stage.engine.last.id, code="spec", message="A picture cannot enter this network."))
    stage.link.pull()
    assert stage.page.maps.view._placeholder == "A picture cannot enter this network."
    assert stage.page.maps.view.extent() is None


def test_a_page_that_is_not_in_sight_asks_and_takes_nothing(stage: Stage) -> None:
    stage.choose_layer("conv1")
    stage.page.hidden()
    stage.link.look_at("kernel")
    asked = len(stage.engine.offered)
    stage.chosen.choose("relu1")
    assert len(stage.engine.offered) == asked
    stage.engine.say(Problem(id=stage.engine.last.id, code="spec", message="The kernel is too large."))
    stage.link.pull()
    assert stage.page.maps.view.extent() is not None
    stage.page.shown()
    assert _asked(stage) == ("network", "relu1", -1)
    stage.settle()
    assert stage.page.maps.size_text() == "4 × 10×10"


def test_an_edit_that_chooses_another_layer_asks_once_and_for_that(stage: Stage) -> None:
    for verb in ("remove", "duplicate", "wrap", "add", "rename", "step"):
        stage.choose_layer("relu1")
        asked = len(stage.engine.offered)
        arguments = {"add": ("Tanh",), "rename": ("first",), "step": (1,)}.get(verb, ())
        getattr(stage.stack, verb)(*arguments)
        assert len(stage.engine.offered) == asked + 1
        assert stage.engine.last.layer == stage.chosen.path
        stage.settle()
        stage.document.undo()
        assert len(stage.engine.offered) == asked + 2
        assert stage.engine.last.layer == stage.chosen.path


def test_what_another_page_looks_at_does_not_come_here(stage: Stage) -> None:
    stage.choose_layer("conv1")
    stage.page.hidden()
    before, text = stage.page.maps.mosaic.extent(), stage.page.note.text()
    stage.engine.notes = "of another page"
    stage.link.look_at("network", "relu1", 2)
    stage.link.pull()
    assert stage.page.maps.mosaic.extent() == before
    assert stage.page.note.text() == text
    assert not stage.link.is_settled, "its paint is the other page's to report"


def test_an_answer_without_maps_changes_nothing(stage: Stage) -> None:
    before = stage.page.maps.mosaic.tiles.boxes
    show = stage.engine.last
    empty = Maps(id=show.id, frame=2, arrived=0.0, asked=0.0, planes=(), layer=show.layer)
    stage.engine.say(empty)
    stage.link.pull()
    assert stage.page.maps.mosaic.tiles.boxes == before


def test_every_picture_is_given_back(stage: Stage) -> None:
    for path in PATHS * 2:
        stage.choose_layer(path)
    for view in ("input", "maps", "kernels"):
        given = [slot for name, slot in stage.engine.released if name == view]
        assert len(given) >= 4
        assert stage.engine.held[view] not in given[-1:]  # type: ignore[index]


def test_the_code_takes_the_place_of_the_maps(stage: Stage) -> None:
    page = stage.page
    page.list.code.click()
    assert page.code.isVisible()
    assert not page.maps.isVisible()
    assert "nn.Conv2d" in page.code.text.toPlainText()
    stage.use(replace_field(SMALL, "conv1", "kernel_size", (5, 5)))
    stage.settle()
    latency = stage.link.shown
    page.code.close_button.click()
    assert page.maps.isVisible()
    assert not page.list.code.isChecked()
    assert page.maps.size_text() == "4 × 8×8"
    QApplication.processEvents()
    assert stage.link.shown == latency, "what was not seen is not counted as shown"


def test_a_page_made_late_has_the_picture(stage: Stage, qtbot: QtBot) -> None:
    from app.network.page import NetworkPage

    late = NetworkPage(stage.document, stage.link, stage.notices)
    qtbot.addWidget(late)
    assert late.input.view.extent() == (6, 9)
    assert late.input.size_text() == "6×9"


def test_adding_from_the_menu_shows_the_new_layer_at_once(stage: Stage) -> None:
    stage.choose_layer("conv1")
    menu = stage.page.list.add.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "Dropout").trigger()
    assert _asked(stage) == ("network", "dropout1", -1)
    stage.settle()
    assert stage.page.maps.title() == "Dropout"
    assert stage.page.form.title.text() == "Dropout"


def test_a_setting_reaches_the_engine_with_one_edit(stage: Stage) -> None:
    from app.widgets.number_field import NumberField

    stage.choose_layer("conv1")
    asked = len(stage.engine.offered)
    stage.enter(visible_named(stage.page.form, NumberField, "Stride, vertical"), "2")
    assert len(stage.engine.offered) == asked + 1
    assert stage.engine.last.project.network.layers[0].stride == (2, 2)  # type: ignore[union-attr]
    stage.settle()
    assert stage.page.maps.size_text() == "4 × 5×5"


def test_enter_in_the_list_goes_to_the_form(stage: Stage) -> None:
    stage.choose_layer("conv1")
    stage.page.list.list.setFocus()
    stage.hand.key(stage.page.list.list, Qt.Key.Key_Return)
    assert stage.page.form.isAncestorOf(QApplication.focusWidget())


def test_fit_shows_the_whole_of_every_picture(stage: Stage) -> None:
    stage.choose_layer("conv1")
    views = [view for view in stage.page.findChildren(MosaicView) if view.isVisible()]
    for view in views:
        view.zoom_by(3.0)
    stage.page.fit()
    assert all(view.is_fitted() for view in views)


# What is where.


SIZES = [(1208, 728), (1208, 688), (1848, 1008), (960 - 72, 600 - 72)]


@pytest.fixture
def wide(qtbot: QtBot) -> Iterator[Stage]:
    made = Stage(qtbot, preset("lenet-5"))
    yield made
    made.link.close()


def _visible(root: QWidget) -> list[QWidget]:
    return [part for part in root.findChildren(QWidget) if part.isVisible() and part.window() is root.window()]


def _assert_nothing_is_cut(stage: Stage) -> None:
    QApplication.processEvents()
    for part in _visible(stage.page):
        if not isinstance(part, (QLabel, QAbstractButton, QComboBox, QLineEdit)) or part.objectName().startswith("qt_"):
            continue
        holder = part.parentWidget()
        if holder.objectName().startswith("qt_") or holder is stage.page.list.list.input:
            continue
        inside = QRect(part.pos(), part.size()).adjusted(1, 1, -1, -1)
        what = f"{type(part).__name__} {part.accessibleName() or getattr(part, 'text', str)()!r}"
        assert holder.rect().contains(inside), what
        if isinstance(part, QAbstractButton) and part.text():
            assert part.width() >= part.fontMetrics().horizontalAdvance(part.text().replace("&&", "&")), what
        elif isinstance(part, QLabel) and not part.wordWrap() and not isinstance(part, Note):
            assert part.width() >= part.sizeHint().width(), what


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_and_nothing_overlaps(wide: Stage, size: tuple[int, int]) -> None:
    page = wide.page
    # In the window it is given so much and no more.
    page.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    page.setMinimumSize(0, 0)
    page.resize(*size)
    for path in ("", "conv2", "relu1", "pool1", "linear3"):
        wide.choose_layer(path)
        _assert_nothing_is_cut(wide)
        parts = [page.list, page.input, page.prediction, page.maps, page.form]
        rects = [QRect(part.mapTo(page, QPoint()), part.size()) for part in parts]
        for one, other in itertools.combinations(rects, 2):
            assert not one.intersects(other)
        assert all(page.rect().contains(rect) for rect in rects)


def test_at_1280_by_800_the_maps_are_large_and_no_bar_is_needed(wide: Stage) -> None:
    wide.page.resize(1208, 728)
    wide.choose_layer("conv1")
    QApplication.processEvents()
    page = wide.page
    assert page.maps.mosaic.width() >= 560
    assert page.maps.mosaic.height() >= 320
    assert page.list.width() == 300
    assert not page.list.list.verticalScrollBar().isVisible()
    assert [bar.maximum() for bar in (page.side.area.verticalScrollBar(),)] == [0]


def test_everything_is_reached_by_tab_and_has_a_name(wide: Stage) -> None:
    wide.choose_layer("conv1")
    page = wide.page
    page.list.add.setFocus()
    reached: list[QWidget] = []
    for _ in range(200):
        focused = QApplication.focusWidget()
        if focused in reached:
            break
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    wanted = [
        part
        for part in _visible(page)
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isEnabled() and not part.focusProxy()
    ]
    assert {id(part) for part in wanted} <= {id(part) for part in reached}
    assert [type(part).__name__ for part in reached if not part.accessibleName()] == []
    assert [part.accessibleName() for part in wanted if not part.toolTip() and not part.accessibleDescription()] == []


@pytest.mark.parametrize("dark", [True, False])
def test_both_themes_dress_everything(wide: Stage, qapp: QApplication, dark: bool) -> None:
    apply_theme(qapp, dark)
    wide.choose_layer("conv2")
    wide.page.list.code.click()
    QApplication.processEvents()
    image = wide.page.grab().toImage()
    lightness = image.pixelColor(wide.page.list.x() + 5, wide.page.list.y() + 50).lightness()
    assert (lightness < 128) == dark


def test_an_empty_network_can_be_looked_at_and_filled(stage: Stage) -> None:
    stage.use(NetworkSpec(input_shape=(1, 12, 12)))
    stage.settle()
    assert stage.chosen.path == ""
    assert stage.page.maps.size_text() == "1 × 12×12"
    stage.stack.add("Conv2d")
    stage.settle()
    assert stage.page.maps.size_text() == "8 × 12×12"
    assert stage.undone().network.layers == ()


def test_choosing_colours_goes_both_ways(stage: Stage) -> None:
    choice = named(stage.page.maps, Choice, "Colours")
    stage.choose(choice, "magma")
    assert stage.document.project.view.colour_map == "magma"
    assert stage.undone() == stage.start
    assert choice.currentText() == "auto"


def test_random_edits_never_leave_the_page_with_another_layer(stage: Stage) -> None:
    for network in (SMALL, BROKEN, NetworkSpec(layers=(ReLU(),)), preset("mini-resnet"), NetworkSpec()):
        stage.use(network)
        stage.settle()
        layer = stage.stack.layer()
        assert stage.page.form.title.text() == ("Input" if layer is None else layer.type)
        assert stage.engine.last.layer == stage.chosen.path
