"""The window walks over the input, and every number of the cell that it makes is written out as numpy has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.kernels.steps.look import StepsLook
from app.kernels.steps.told import Told
from app.widgets.picture_overlay import Overlay
from engine.spec.edit import with_channels
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, PoolingSpec
from engine.spec.source import Pattern
from tests.app.kernels.conftest import Stage

UNEVEN = KernelSpec(name="custom", weights=(((1.0, -2.0, 0.5), (0.0, 3.0, -1.0)),))
STRIDED = FilterSpec(kernel=UNEVEN, stride=(2, 3), padding=(1, 2), bias=0.25)
Key = Qt.Key


@pytest.fixture
def look(stage: Stage) -> StepsLook:
    found = stage.open_look("Steps", StepsLook)
    stage.until(lambda: found.is_answered)
    return found


def go(stage: Stage, look: StepsLook, *cell: int) -> Told:
    """Click on a cell of the map."""
    view = stage.page.map.view
    region = view.region()
    at = QPoint(
        round((cell[1] + 0.5 - region.left()) * view.zoom()), round((cell[0] + 0.5 - region.top()) * view.zoom())
    )
    stage.hand.click(view, at)
    return answered(stage, look, cell)


def answered(stage: Stage, look: StepsLook, cell: tuple[int, ...] | None = None) -> Told:
    stage.until(lambda: look.is_answered and (cell is None or look.walk.cell == cell))
    told = look.sheet.told
    assert told is not None
    return told


def set_filter(stage: Stage, look: StepsLook, spec: FilterSpec) -> Told:
    stage.set_filter(spec)
    stage.until(lambda: look.sheet.told is not None and stage.link.is_newest(look.sheet.told.event.show))
    return answered(stage, look)


def line(look: StepsLook, words: str) -> tuple[float, ...]:
    """The numbers of the line that begins so."""
    found = [each.numbers for each in look.sheet.column.lines() if each.words.startswith(words)]
    assert len(found) == 1, [each.words for each in look.sheet.column.lines()]
    return found[0]


def boxes(stage: Stage, view: str, style: str = "frame") -> list[tuple[float, ...]]:
    picture = (stage.page.input if view == "input" else stage.page.map).view
    return [tuple(each[:4]) for each in picture.overlays() if isinstance(each, Overlay) and each.style == style]


def test_the_window_is_outlined_and_its_numbers_sum_to_the_cell(stage: Stage, look: StepsLook) -> None:
    set_filter(stage, look, STRIDED)
    padded = np.pad(stage.grey(), ((1, 1), (2, 2)))
    weights = np.array(UNEVEN.weights[0])
    for cell in ((0, 0), (5, 4), (12, 10)):
        go(stage, look, *cell)
        patch = padded[2 * cell[0] : 2 * cell[0] + 2, 3 * cell[1] : 3 * cell[1] + 3]
        sheet = look.sheet
        assert np.allclose(sheet.patch.grid.sheet().values, patch, atol=1e-6)
        assert np.array_equal(sheet.kernel.grid.sheet().values, weights)
        assert np.allclose(sheet.products.grid.sheet().values, patch * weights, atol=1e-6)
        total = float((patch * weights).sum())
        assert line(look, "Σ")[0] == pytest.approx(total, abs=1e-6)
        assert line(look, "+ bias") == (0.25,)
        assert line(look, "map")[0] == pytest.approx(total + 0.25, abs=1e-5)
        assert boxes(stage, "map") == [(*cell, 1, 1)]
        assert boxes(stage, "input") == [(2 * cell[0] - 1, 3 * cell[1] - 2, 2, 3)]
    assert look.sheet.written.text().count("·") == 6


def test_padding_cells_are_drawn_in_the_patch_and_around_the_picture(stage: Stage, look: StepsLook) -> None:
    set_filter(stage, look, STRIDED)
    told = go(stage, look, 0, 0)
    assert told.padding.tolist() == [[True, True, True], [True, True, False]]
    assert np.array_equal(look.sheet.patch.grid.sheet().padding, told.padding)
    assert look.sheet.written.text().startswith("[0]·1 + [0]·(−2) + [0]·0.5 + [0]·0 + [0]·3 + ")
    hatched = boxes(stage, "input", "hatch")
    ring = [(-1, -2, 1, 35), (24, -2, 1, 35), (0, -2, 24, 2), (0, 31, 24, 2)]
    assert hatched[:4] == ring
    assert set(hatched[4:]) == {(-1, -2, 1, 1), (-1, -1, 1, 1), (-1, 0, 1, 1), (0, -2, 1, 1), (0, -1, 1, 1)}
    region = stage.page.input.view.region()
    assert region.top() <= -1
    assert region.left() <= -2, "the padding is in sight"
    go(stage, look, 5, 5)
    assert boxes(stage, "input", "hatch") == ring


def test_a_convolution_is_laid_down_turned(stage: Stage, look: StepsLook) -> None:
    set_filter(stage, look, msgspec.structs.replace(STRIDED, operation="convolution", dilation=(3, 2)))
    told = go(stage, look, 4, 4)
    weights = np.array(UNEVEN.weights[0])
    assert np.array_equal(look.sheet.kernel.grid.sheet().values, weights[::-1, ::-1])
    assert look.sheet.kernel.detail.text() == "turned by 180°"
    assert told.event.rows == (7, 10)
    assert told.event.columns == (10, 12, 14)
    assert boxes(stage, "input") == [(7, 10, 4, 5)]
    assert len(stage.page.input.view.layers()) == 1, "the cells between are not read"


def test_detector_and_pooling_and_any_cell_of_its_window(stage: Stage, look: StepsLook) -> None:
    spec = FilterSpec(detector=DetectorSpec(kind="relu"), pooling=PoolingSpec(kind="max", kernel_size=(2, 3)))
    set_filter(stage, look, spec)
    told = go(stage, look, 4, 5)
    pool = look.sheet.pool.grid
    assert told.pool is not None
    window = told.pool[0]
    winner = tuple(int(place) for place in np.unravel_index(window.argmax(), window.shape))
    assert pool.ring() == winner == told.inner()
    assert pool.notes() == {winner: "met"}
    assert line(look, "ReLU")[0] == window.max() == line(look, "largest of 2×3")[0]
    assert line(look, "map")[0] == pytest.approx(window.max(), abs=1e-6)
    other = (1, 2) if winner != (1, 2) else (0, 0)
    stage.hand.click(pool, pool.layout_now().rectangle(*other).center())
    stage.until(lambda: look.sheet.told is not None and look.sheet.told.inner() == other)
    assert pool.ring() == other
    assert pool.notes() == {winner: "met"}, "the winner stays the winner"
    assert line(look, "ReLU")[0] == pytest.approx(float(window[other]))
    assert boxes(stage, "input", "thin") == [(7, 14, 4, 5)]
    assert boxes(stage, "input") == [(8 + other[0] - 1, 15 + other[1] - 1, 3, 3)]
    pool.setFocus()
    stage.hand.key(pool, Key.Key_Left, Key.Key_Up)
    stage.hand.key(look.transport.timeline, Key.Key_Right)
    answered(stage, look, (4, 6))
    assert look.sheet.told.inner() == look.sheet.told.winner(0), "another cell has another winner"


def test_channels_on_their_own_and_summed(stage: Stage, look: StepsLook) -> None:
    picture = np.pad(stage.picture(), ((1, 1), (1, 1), (0, 0)))
    sobel = np.array(FilterSpec().kernel.weights[0])
    set_filter(stage, look, with_channels(FilterSpec(bias=0.5), "each"))
    go(stage, look, 3, 3)
    sums = [float((picture[3:6, 3:6, channel] * sobel).sum()) for channel in range(3)]
    assert line(look, "Σ") == pytest.approx(sums, abs=1e-6)
    assert line(look, "map") == pytest.approx([total + 0.5 for total in sums], abs=1e-5)
    stage.hand.key(look.sheet.plane.focusProxy(), Key.Key_Right, Key.Key_Right)
    assert np.allclose(look.sheet.patch.grid.sheet().values, picture[3:6, 3:6, 2], atol=1e-6)
    set_filter(stage, look, with_channels(FilterSpec(bias=0.5), "sum"))
    assert [line(look, f"Σ of {name}")[0] for name in "RGB"] == pytest.approx(sums, abs=1e-6)
    assert line(look, "R + G + B")[0] == pytest.approx(sum(sums), abs=1e-6)
    assert line(look, "map")[0] == pytest.approx(sum(sums) + 0.5, abs=1e-5)


def test_a_gradient_writes_out_either_kernel(stage: Stage, look: StepsLook) -> None:
    set_filter(stage, look, FilterSpec(detector=DetectorSpec(kind="magnitude")))
    go(stage, look, 6, 9)
    one, other = line(look, "= v")[0], line(look, "u, turned")[0]
    assert line(look, "Σ")[0] == one
    assert line(look, "map")[0] == pytest.approx(np.hypot(one, other), abs=1e-5)
    turn = look.sheet.turn
    assert turn.isVisible()
    stage.hand.key(turn.focusProxy(), Key.Key_Right)
    stage.until(lambda: line(look, "Σ")[0] == other)
    assert np.array_equal(look.sheet.kernel.grid.sheet().values, np.rot90(np.array(stage.kernel.weights[0]), -1))
    assert look.sheet.kernel.detail.text() in ("turned by 90°", "90°")


def test_a_chain_explains_its_last_step_on_what_that_sees(stage: Stage, look: StepsLook) -> None:
    blur = FilterSpec(kernel=KernelSpec(name="custom", weights=(((0.25, 0.25), (0.25, 0.25)),)), padding="valid")
    project = msgspec.structs.replace(stage.document.project, before=(blur,), filter=FilterSpec(stride=(2, 2)))
    stage.document.edit(project, "chain")
    stage.settle()
    answered(stage, look)
    told = go(stage, look, 4, 6)
    grey = stage.grey()
    blurred = (grey[:-1, :-1] + grey[1:, :-1] + grey[:-1, 1:] + grey[1:, 1:]) / 4
    assert told.event.size == (23, 30)
    assert np.allclose(told.patch[0], blurred[7:10, 11:14], atol=1e-6)
    assert boxes(stage, "input") == [(7, 11, 4, 4)], "what the patch was made from"
    assert not boxes(stage, "input", "hatch"), "the padding is not that of the picture"


def test_only_the_keyboard(stage: Stage, look: StepsLook) -> None:
    timeline = look.transport.timeline
    assert timeline.hasFocus(), "the tab leads to it"
    presses: list[tuple[Any, tuple[int, int]]] = [
        (Key.Key_Right, (0, 1)),
        (Key.Key_Down, (1, 1)),
        (Key.Key_End, (23, 30)),
        (Key.Key_Left, (23, 29)),
        (Key.Key_Up, (22, 29)),
        (Key.Key_PageUp, (12, 29)),
        (Key.Key_Home, (0, 0)),
    ]
    for key, cell in presses:
        stage.hand.key(timeline, key)
        told = answered(stage, look, cell)
        assert (told.event.row, told.event.column) == cell
    look.transport.speed.setFocus()
    stage.enter(look.transport.speed, "60")
    timeline.setFocus()
    stage.hand.key(timeline, Key.Key_Space)
    assert look.walk.direction == 1
    stage.until(lambda: look.walk.place >= 4)
    stage.hand.key(timeline, Key.Key_Space)
    assert look.walk.direction == 0
    answered(stage, look, look.walk.cell)


def test_every_control_is_reached_by_tab_and_says_what_it_is(stage: Stage, look: StepsLook) -> None:
    set_filter(stage, look, with_channels(FilterSpec(pooling=PoolingSpec(kind="max")), "each"))
    reached, widget = [], look.transport.timeline
    for _ in range(60):
        stage.hand.key(QApplication.focusWidget() or widget, Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    names = {each.accessibleName() for each in reached if each is not None and look.isAncestorOf(each)}
    wanted = ("First cell", "Play backwards", "Previous step", "Next step", "Play", "Last cell", "Place in the map",
              "Speed", "Loop", "Letters", "Follow", "Patch", "Kernel", "Products", "Pooling")  # fmt: skip
    for name in wanted:
        assert any(found == name or found.startswith(f"{name},") for found in names), name
    assert any(name.startswith("Steps: ") for name in names)
    assert any(name.startswith("Channel: ") for name in names)
    for each in reached:
        if each is not None and look.isAncestorOf(each):
            assert each.toolTip() or each.accessibleDescription()


def test_rows_loop_and_playing_backwards(stage: Stage, look: StepsLook) -> None:
    transport = look.transport
    stage.hand.key(transport.unit.focusProxy(), Key.Key_Right)
    stage.hand.click(transport.next, transport.next.rect().center())
    answered(stage, look, (1, 0))
    stage.hand.click(transport.previous, transport.previous.rect().center())
    stage.hand.click(transport.previous, transport.previous.rect().center())
    answered(stage, look, (23, 30))
    stage.hand.click(transport.loop, transport.loop.rect().center())
    look.walk.go_to((2, 0))
    look.walk.set_speed(60)
    stage.hand.click(transport.back, transport.back.rect().center())
    assert look.walk.direction == -1
    stage.until(lambda: look.walk.direction == 0)
    answered(stage, look, (0, 0))


def test_scrubbing_ends_where_the_slider_is(stage: Stage, look: StepsLook) -> None:
    for place in range(0, 744, 31):
        look.transport.timeline.setValue(place)
    answered(stage, look, (23, 0))
    assert look.transport.place.text() == "714 / 744"


def test_the_clock_leaves_no_cell_out_however_slow_the_engine_is(
    stage: Stage, look: StepsLook, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Any] = []
    offer = stage.engine.offer
    monkeypatch.setattr(stage.engine, "offer", kept.append)
    look.walk.set_speed(60)
    look.walk.play(1)
    stage.until(lambda: len(kept) == 1)
    ticks: list[int] = []
    look.walk._timer.timeout.connect(lambda: ticks.append(1))
    stage.until(lambda: len(ticks) >= 3)
    assert (look.walk.cell, len(kept)) == ((0, 1), 1), "one question is on its way, and the clock waits"
    look.walk.go_to((5, 5))
    assert len(kept) == 1
    monkeypatch.setattr(stage.engine, "offer", offer)
    offer(kept[0])
    answered(stage, look)
    stage.until(lambda: look.walk.place > 5 * 31 + 5)


def test_letters_are_those_of_the_books(stage: Stage, look: StepsLook) -> None:
    stage.use(Pattern(kind="noise", height=3, width=4))
    square = KernelSpec(name="custom", weights=(((1.0, 2.0), (3.0, 4.0)),))
    spec = FilterSpec(padding="valid", kernel=square)
    set_filter(stage, look, spec)
    stage.hand.click(look.letters, look.letters.rect().center())
    written: Callable[[], str] = look.sheet.written.text
    assert written() == "a·w + b·x + e·y + f·z"
    look.walk.go_to((1, 2))
    answered(stage, look, (1, 2))
    assert written() == "g·w + h·x + k·y + l·z"
    assert look.sheet.patch.grid.sheet().letters == [["g", "h"], ["k", "l"]]
    set_filter(stage, look, msgspec.structs.replace(spec, operation="convolution", bias=1.0, padding="same"))
    look.walk.go_to((2, 3))
    answered(stage, look, (2, 3))
    assert written() == "l·z + 0·y + 0·x + 0·w + bias"
    stage.use(Pattern(kind="noise", height=20, width=20))
    set_filter(stage, look, FilterSpec(padding_mode="reflect"))
    look.walk.go_to((0, 5))
    answered(stage, look, (0, 5))
    assert written() == "g·r + h·s + i·t + d·u + e·v + f·w + g·x + h·y + i·z", "the row above repeats the one below"
    set_filter(stage, look, FilterSpec())
    assert written() == "0·r + 0·s + 0·t + d·u + e·v + f·w + g·x + h·y + i·z"


def test_a_large_kernel_is_colours_with_the_number_under_the_cursor(stage: Stage, look: StepsLook) -> None:
    rng = np.random.default_rng(3)
    big = KernelSpec(name="custom", weights=(tuple(tuple(map(float, row)) for row in rng.normal(size=(31, 31))),))
    set_filter(stage, look, FilterSpec(kernel=big))
    go(stage, look, 12, 15)
    grid = look.sheet.patch.grid
    assert grid.unwritten() == 961
    assert look.sheet.patch.detail.text() in ("961 numbers as colours", "961 as colours")
    assert look.sheet.written.text().endswith("not written)")
    stage.hand.move(grid, grid.layout_now().rectangle(15, 15).center())
    text = look.sheet.written.text()
    assert text.startswith("row 12, column 15: ")
    value, weight = (float(part.replace("−", "-")) for part in text.split(": ")[1].split(" = ")[0].split(" · "))
    assert value == pytest.approx(stage.grey()[12, 15], abs=1e-5)
    assert weight == pytest.approx(big.weights[0][15][15], rel=1e-4)
    stage.hand.move(grid, grid.layout_now().rectangle(0, 0).center())
    assert look.sheet.written.text().endswith("(a zero of the padding)")


def test_following_brings_the_cells_into_sight_and_goes_along(stage: Stage, look: StepsLook) -> None:
    stage.use(Pattern(kind="noise", height=200, width=300))
    answered(stage, look)
    stage.hand.click(look.follow, look.follow.rect().center())
    views = stage.page.input.view, stage.page.map.view
    assert views[0].zoom() > 15
    assert views[1].zoom() > 15
    look.walk.go_to((150, 222))
    answered(stage, look, (150, 222))
    for view in views:
        assert view.region().contains(221.5, 149.5)
    stage.hand.click(look.follow, look.follow.rect().center())
    assert views[0].region().height() >= 200


def test_what_cannot_be_computed_is_said_and_comes_back(stage: Stage, look: StepsLook) -> None:
    set_filter(stage, look, FilterSpec(stride=(2, 2)))
    go(stage, look, 5, 5)
    huge = KernelSpec(name="custom", weights=(((0.1,) * 31,) * 31,))
    stage.set_filter(FilterSpec(kernel=huge, padding="valid"))
    assert look.sheet.written.text().startswith("A kernel that spans 31 cells does not fit into 24 cells")
    assert (look.walk.count, look.transport.timeline.isEnabled()) == (0, False)
    assert stage.boxes("input") == stage.boxes("map") == []
    stage.hand.key(look.transport.timeline, Key.Key_Right)
    stage.document.undo()
    stage.settle()
    answered(stage, look)
    assert line(look, "map")


def test_settings_of_which_only_the_engine_sees_that_they_do_not_go_together(stage: Stage, look: StepsLook) -> None:
    go(stage, look, 5, 5)
    stage.set_filter(FilterSpec(kernel=UNEVEN, padding="valid", detector=DetectorSpec(kind="magnitude")))
    stage.until(lambda: look.sheet.told is None)
    assert "does not give one with this padding" in look.sheet.written.text().replace("\n", " ")
    assert stage.boxes("map") == []
    set_filter(stage, look, FilterSpec())
    assert line(look, "map")


def test_an_edit_is_written_out_without_being_asked(stage: Stage, look: StepsLook) -> None:
    go(stage, look, 5, 5)
    before = line(look, "map")[0]
    set_filter(stage, look, FilterSpec(bias=2.0))
    assert look.walk.cell == (5, 5)
    assert line(look, "map")[0] == pytest.approx(before + 2, abs=1e-5)
    stage.use(Pattern(kind="noise", height=4, width=5))
    answered(stage, look, (3, 4))


def test_the_numbers_are_those_of_the_frame_that_is_shown(stage: Stage, look: StepsLook) -> None:
    set_filter(stage, look, FilterSpec(kernel=KernelSpec(name="custom", weights=(((255.0,),),))))
    go(stage, look, 3, 9)
    stage.use(Pattern(kind="grating", height=24, width=31, speed=3.0))
    frames = set()
    for _ in range(5):
        count = look.sheet.told.event.frame if look.sheet.told else 0
        stage.until(lambda count=count: look.sheet.told is not None and look.sheet.told.event.frame > count)
        told, image = look.sheet.told, stage.page.input.view.item.image
        assert told is not None
        assert image is not None
        colour = image.pixelColor(9, 3)
        grey = colour.red() * 0.299 + colour.green() * 0.587 + colour.blue() * 0.114
        assert told.event.values[0] == pytest.approx(grey, abs=0.6)
        frames.add(told.event.frame)
    assert len(frames) == 5


def test_pointing_shows_what_touches(stage: Stage, look: StepsLook) -> None:
    set_filter(stage, look, FilterSpec(stride=(2, 2), operation="convolution"))
    go(stage, look, 4, 4)
    kernel = look.sheet.kernel.grid
    stage.hand.move(kernel, kernel.layout_now().rectangle(0, 2).center())
    assert stage.page.kernel.grid.notes() == {(2, 0): "met"}, "the grid of the column has it unturned"
    assert stage.page.kernel.flipped.notes() == {(0, 2): "met"}
    assert len(stage.page.input.view.layers()) == 1
    patch = look.sheet.patch.grid
    stage.hand.move(patch, patch.layout_now().rectangle(1, 1).center())
    assert (8, 8, 1, 1) in boxes(stage, "input")
    stage.hover("map", (0, 0))
    assert (-1, -1, 3, 3) in boxes(stage, "input")
    assert look.sheet.written.text().startswith("row 8, column 8"), "the cursor has not left the patch for the grid"
    stage.hover("map", None)
    assert stage.page.kernel.grid.notes() == {}


def test_leaving_gives_the_pictures_back(stage: Stage, look: StepsLook) -> None:
    look.walk.play(1)
    stage.hand.click(look.follow, look.follow.rect().center())
    height = stage.page.map.view.height()
    stage.page.looks.show_look("map")
    stage.until(lambda: stage.page.map.view.height() > height)
    assert look.walk.direction == 0
    assert stage.boxes("input") == stage.boxes("map") == []
    assert stage.page.input.view.is_fitted()
    stage.hover("map", (3, 3))
    assert stage.boxes("input") == [(2, 2, 3, 3)], "the probe draws again"
    told = look.sheet.told
    stage.set_filter(FilterSpec(bias=3.0))
    assert look.sheet.told is told, "nothing is explained that nobody sees"
    stage.page.looks.show_look("steps")
    stage.until(lambda: look.sheet.told is not told)
    stage.page.hidden()
    assert stage.boxes("input") == []
    stage.page.shown()
    answered(stage, look)
    assert stage.boxes("map")
