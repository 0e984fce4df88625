"""The tools that open under the kernel: what they make is what numpy says, and one undo takes all of it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QSlider
from scipy.signal import convolve2d

from app.kernels.design.compose import ComposeTool
from app.kernels.design.mix import MixTool
from app.kernels.design.scale import ScaleTool
from app.kernels.design.stretch import StretchTool
from app.kernels.design.turn import TurnTool
from app.kernels.kernel_panel import KernelPanel
from app.widgets.fields import Choice, Toggle
from app.widgets.number_field import NumberField
from engine.kernels import design, kernel
from engine.spec.chain_edit import all_steps, chosen_step, with_steps
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import DetectorSpec, FilterSpec, with_changes
from engine.spec.project import Project
from tests.app.kernels.conftest import Desk, named

Array = NDArray[Any]
SOBEL = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
ODD = ((1.0, 2.0, 3.0), (4.0, 5.0, 6.5))


@pytest.fixture
def panel(desk: Desk) -> KernelPanel:
    made = KernelPanel(desk.document, desk.notices)
    desk.show(made)
    return made


def _weights(desk: Desk, plane: int = 0) -> Array:
    return np.array(desk.kernel.weights[plane])


def _menu(panel: KernelPanel) -> QMenu:
    panel.tools.more.click()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def _choose(panel: KernelPanel, text: str) -> None:
    """Open the menu and choose what begins so."""
    menu = _menu(panel)
    action = next(action for action in menu.actions() if action.text().startswith(text))
    menu.close()
    action.trigger()


ONCE: list[tuple[str, Callable[[Array], Array]]] = [
    ("Turn back by 90°", np.rot90),
    ("Turn by 180°", lambda k: k[::-1, ::-1]),
    ("Mirror up–down", np.flipud),
    ("Transpose", np.transpose),
    ("Change the sign", np.negative),
    ("Norm 1", lambda k: k / np.sqrt((k**2).sum())),
    ("Largest 1", lambda k: k / np.abs(k).max()),
]


@pytest.mark.parametrize(("text", "expected"), ONCE, ids=[text for text, _ in ONCE])
def test_what_the_menu_does_at_once(
    desk: Desk, panel: KernelPanel, text: str, expected: Callable[[Array], Array]
) -> None:
    desk.weights(*ODD)
    before = desk.document.project
    _choose(panel, text)
    assert np.allclose(_weights(desk), expected(np.array(ODD)), atol=1e-7)
    assert desk.undone() == before
    desk.set_filter(with_channels(FilterSpec(), "sum"))
    panel.grid.set_current(0, 0)
    panel.planes._clicked(1)
    panel._edit_cells([(0, 0, 5.0)], 1)
    planes = [_weights(desk, plane) for plane in range(3)]
    _choose(panel, text)
    for number, plane in enumerate(planes):
        assert np.allclose(_weights(desk, number), expected(plane), atol=1e-7), "a plane was left out"
    assert not desk.heard.all


def test_a_kernel_of_zeros_has_no_norm_and_the_menu_says_so(desk: Desk, panel: KernelPanel) -> None:
    desk.weights((0.0, 0.0))
    before = desk.document.project
    _choose(panel, "Norm 1")
    assert "is 0" in desk.heard.one_sentence()
    assert desk.document.project == before


def test_every_line_of_the_menu_is_told_of_and_can_be_reached_by_keys(desk: Desk, panel: KernelPanel) -> None:
    panel.tools.more.setFocus()
    desk.hand.key(panel.tools.more, Qt.Key.Key_Down)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    lines = [action for action in menu.actions() if not action.isSeparator()]
    assert len(lines) == 20
    assert all(len(action.toolTip()) > len(action.text()) for action in lines)
    desk.hand.key(menu, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert isinstance(panel.bench.tool, TurnTool)
    desk.hand.key(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert panel.bench.tool is None
    assert panel.grid.hasFocus()
    desk.hand.key(panel.grid, Qt.Key.Key_Menu)
    assert isinstance(QApplication.activePopupWidget(), QMenu)
    QApplication.activePopupWidget().close()


class _Turning:
    """The open tool and its slider."""

    def __init__(self, desk: Desk, panel: KernelPanel) -> None:
        tool = panel.open_tool("turn")
        assert isinstance(tool, TurnTool)
        self.tool = tool
        self.slider: QSlider = named(tool, QSlider, "Angle, slider")
        self.desk = desk

    def to(self, angle: int) -> Array:
        self.slider.setValue(angle + 180)
        return _weights(self.desk)


def test_every_angle_is_made_of_the_kernel_the_tool_began_with(desk: Desk, panel: KernelPanel) -> None:
    turning = _Turning(desk, panel)
    assert (turning.slider.value(), named(turning.tool, NumberField, "Angle").text()) == (180, "0")
    for angle in (13, 90, 45, -90, 180, -180, 30):
        assert np.allclose(turning.to(angle), design.rotate(SOBEL, angle), atol=1e-7), angle
    for quarters in (1, 2, -1):
        assert np.array_equal(turning.to(90 * quarters), np.rot90(SOBEL, -quarters)), "steps of 90° are exact"
    assert turning.tool.settings.angle == -90
    assert desk.document.undo_text == "turn the kernel by −90°"
    assert desk.undone() == Project(), "all of it is one undo"
    assert not desk.document.undo_text
    assert turning.slider.value() == 180, "the slider is back at 0"
    desk.document.redo()
    assert turning.slider.value() == 90
    assert np.array_equal(turning.to(0), SOBEL)
    assert desk.kernel.name == "sobel-vertical", "not turned at all, it is still the named one"


def test_a_turn_after_another_change_begins_anew(desk: Desk, panel: KernelPanel) -> None:
    turning = _Turning(desk, panel)
    turned = turning.to(45)
    desk.hand.wheel(panel.grid, panel.grid.cell_rectangle(1, 1).center())
    changed = _weights(desk)
    assert turning.slider.value() == 180
    assert np.allclose(turning.to(90), np.rot90(changed, -1), atol=1e-7)
    desk.document.undo()
    assert np.array_equal(_weights(desk), changed)
    desk.document.undo()
    assert np.array_equal(_weights(desk), turned)


def test_settings_that_are_not_the_kernel_do_not_end_a_turn(desk: Desk, panel: KernelPanel) -> None:
    turning = _Turning(desk, panel)
    turning.to(45)
    desk.set(stride=(2, 2))
    assert turning.slider.value() == 225
    assert np.array_equal(turning.to(90), np.rot90(SOBEL, -1))
    assert desk.undone().filter.stride == (2, 2)
    assert turning.slider.value() == 225


def test_rings_turn_by_eighths_and_a_grown_grid_holds_every_corner(desk: Desk, panel: KernelPanel) -> None:
    turning = _Turning(desk, panel)
    turning.to(50)
    rings = named(turning.tool, QPushButton, "Between the cells: rings")
    desk.hand.click(rings, rings.rect().center())
    assert np.array_equal(_weights(desk), [[-2, -1, 0], [-1, 0, 1], [0, 1, 2]])
    assert turning.tool.settings.angle == 45
    grow = named(turning.tool, Toggle, "Grow")
    assert not grow.isEnabled()
    cubic = named(turning.tool, QPushButton, "Between the cells: cubic")
    desk.hand.click(cubic, cubic.rect().center())
    desk.hand.click(grow, grow.rect().center())
    assert np.allclose(_weights(desk), design.rotate(SOBEL, 45, "cubic", True), atol=1e-7)
    assert desk.kernel.size == (9, 9)
    desk.weights(*ODD)
    desk.hand.click(rings, rings.rect().center())
    turning.to(45)
    assert "Only a square kernel" in turning.tool.refusal()
    assert np.array_equal(_weights(desk), ODD)
    desk.weights(*((1.0,) * 31,) * 31)
    assert not turning.tool.refusal(), "what was said of another kernel stands"
    desk.hand.click(cubic, cubic.rect().center())
    turning.to(45)
    assert "31×31" in turning.tool.refusal()
    assert desk.kernel.size == (31, 31)
    assert not desk.heard.all, "said in place"


def test_what_no_angle_is_is_said_in_place(desk: Desk, panel: KernelPanel) -> None:
    turning = _Turning(desk, panel)
    desk.enter(named(turning.tool, NumberField, "Angle"), "200")
    assert turning.tool.refusal().startswith("200° is more than half a turn")
    desk.enter(named(turning.tool, NumberField, "Angle"), "22.5")
    assert not turning.tool.refusal()
    assert np.allclose(_weights(desk), design.rotate(SOBEL, 22.5), atol=1e-7)
    assert panel.grid.weights()[1][1] == 0.0, "the dust of rounding is shown"


def test_scaling_and_rounding(desk: Desk, panel: KernelPanel) -> None:
    desk.weights((0.26, -1.49), (2.5, 1.0))
    before = desk.document.project
    tool = panel.open_tool("scale")
    assert isinstance(tool, ScaleTool)
    for name in ("Twice", "Twice", "Half"):
        button = named(tool, QPushButton, name)
        desk.hand.click(button, button.rect().center())
    assert np.allclose(_weights(desk), [[0.52, -2.98], [5.0, 2.0]])
    desk.choose(named(tool, Choice, "Round to"), "halves")
    assert np.array_equal(_weights(desk), [[0.5, -3.0], [5.0, 2.0]])
    desk.enter(named(tool, NumberField, "Factor"), "1/9")
    assert np.array_equal(_weights(desk), [[0.0, 0.0], [0.5, 0.0]])
    desk.choose(named(tool, Choice, "Round to"), "not")
    assert np.allclose(_weights(desk), np.array([[0.26, -1.49], [2.5, 1.0]]) / 9, atol=1e-7)
    assert desk.undone() == before
    assert named(tool, NumberField, "Factor").value() == 1
    desk.enter(named(tool, NumberField, "Factor"), "1e9")
    assert "is too much" in tool.refusal()


def test_another_size_keeps_or_stretches_the_content(desk: Desk, panel: KernelPanel) -> None:
    tool = panel.open_tool("stretch")
    assert isinstance(tool, StretchTool)
    rows = named(tool, NumberField, "New size, vertical")
    desk.enter(rows, "7")
    assert np.allclose(_weights(desk), design.resample(SOBEL, 7), atol=1e-7)
    tiles, keep = (named(tool, QPushButton, f"Content: {word}") for word in ("tiles", "keep"))
    desk.hand.click(tiles, tiles.rect().center())
    assert np.allclose(_weights(desk), design.resample(SOBEL, 7, "area"), atol=1e-7)
    assert _weights(desk).sum() == pytest.approx(0, abs=1e-5)
    desk.hand.click(keep, keep.rect().center())
    assert np.array_equal(_weights(desk), np.pad(SOBEL, 2))
    desk.enter(rows, "3")
    assert desk.kernel.name == "sobel-vertical"
    assert desk.undone() == Project()
    desk.enter(rows, "32")
    assert "1 to 31" in tool.refusal()


def test_two_kernels_in_one_and_the_sliders_of_the_second(desk: Desk, panel: KernelPanel) -> None:
    tool = panel.open_tool("compose")
    assert isinstance(tool, ComposeTool)
    desk.choose(named(tool, Choice, "Second kernel"), "Gaussian")
    blur = kernel("gaussian").weights
    assert np.allclose(_weights(desk), convolve2d(SOBEL, blur), atol=1e-6)
    assert tool.told() == "3×3 ∗ 7×7 = 9×9"
    desk.enter(named(tool, NumberField, "Sigma σ"), "0.5")
    assert np.allclose(_weights(desk), convolve2d(SOBEL, kernel("gaussian", sigma=0.5).weights), atol=1e-6)
    desk.choose(named(tool, Choice, "Second kernel"), "Box")
    desk.enter(named(tool, NumberField, "Size"), "31")
    assert "31×31" in tool.refusal()
    assert tool.told() == ""
    desk.document.undo()
    assert desk.document.project == Project()
    assert named(tool, Choice, "Second kernel").value() == ""
    assert not tool.refusal()
    desk.set_filter(with_channels(FilterSpec(), "sum"))
    desk.choose(named(tool, Choice, "Second kernel"), "Laplacian 4")
    for plane in range(3):
        assert np.allclose(_weights(desk, plane), convolve2d(SOBEL, kernel("laplacian-4").weights), atol=1e-6)


def test_steps_beside_this_one_are_merged_with_it(desk: Desk, panel: KernelPanel) -> None:
    tool = panel.open_tool("compose")
    assert isinstance(tool, ComposeTool)
    assert not tool.merging.isVisible()
    blur = with_kernel(FilterSpec(), kernel("gaussian").spec())
    end = with_changes(FilterSpec(), detector=DetectorSpec(kind="relu"))
    chain = with_steps(Project(), (blur, FilterSpec(), end, end), 1)
    desk.document.edit(chain, "a chain")
    assert tool.merging.isVisible()
    desk.hand.click(tool.after, tool.after.rect().center())
    desk.hand.click(tool.before, tool.before.rect().center())
    merged = desk.document.project
    assert (len(all_steps(merged)), chosen_step(merged)) == (2, 0)
    assert np.allclose(_weights(desk), convolve2d(convolve2d(SOBEL, SOBEL), kernel("gaussian").weights), atol=1e-5)
    assert desk.filter.detector.kind == "relu"
    desk.hand.click(tool.after, tool.after.rect().center())
    assert "detector" in tool.refusal()
    assert desk.document.project == merged
    desk.document.undo()
    desk.document.undo()
    assert desk.document.project == chain


def test_a_weighted_sum_of_named_kernels(desk: Desk, panel: KernelPanel) -> None:
    tool = panel.open_tool("mix")
    assert isinstance(tool, MixTool)
    second, third = (named(tool, Choice, f"Kernel {number}") for number in (2, 3))
    assert not third.isVisible()
    desk.choose(second, "Identity")
    desk.enter(named(tool, NumberField, "Factor of kernel 2"), "-2")
    assert third.isVisible()
    desk.choose(third, "Gaussian")
    named(tool, NumberField, "Factor of this kernel").setFocus()
    desk.enter(named(tool, NumberField, "Factor of this kernel"), "0.5")
    identity = np.zeros((3, 3))
    identity[1, 1] = 1.0
    assert np.allclose(_weights(desk), kernel("gaussian").weights + np.pad(0.5 * SOBEL - 2 * identity, 2), atol=1e-6)
    assert desk.undone() == Project()
    assert second.value() == ""
    assert not third.isVisible()
    desk.set_filter(with_channels(FilterSpec(), "sum"))
    desk.choose(second, "Identity")
    for plane in range(3):
        assert np.allclose(_weights(desk, plane), SOBEL + identity)


def test_one_tool_at_a_time_and_all_is_over_when_it_closes(desk: Desk, panel: KernelPanel) -> None:
    turn = panel.open_tool("turn")
    assert panel.open_tool("turn") is turn
    scale = panel.open_tool("scale")
    assert not turn.isVisible()
    cross = scale.cross
    desk.hand.click(cross, cross.rect().center())
    assert panel.bench.tool is None
    project = desk.document.project
    desk.weights(*ODD)
    desk.document.undo()
    assert desk.document.project == project
    assert scale.settings == scale.start  # type: ignore[attr-defined]


def test_a_long_slide_is_not_kept_step_by_step(desk: Desk, panel: KernelPanel) -> None:
    turning = _Turning(desk, panel)
    for angle in range(1, 90):
        turning.to(angle)
    desk.set(stride=(2, 2))
    for angle in range(90, 130):
        turning.to(angle)
    assert len(turning.tool.live._known) == 3, "the kernel it began with, and what undo comes back to"
    desk.document.undo()
    assert turning.slider.value() == 180 + 89
