"""What the picture tour does on the design bench."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.kernels.design import compose, draw, mix, patch, turn, typed
from app.kernels.design.kernel_pick import picked
from app.kernels.design.patch_place import Rectangle
from app.kernels.kernel_panel import KernelPanel
from engine.kernels import design, kernel, spec_of
from engine.spec.edit import with_kernel
from engine.spec.filter import FilterSpec
from engine.spec.project import Project

Act = Callable[[KernelPanel], None]
REFLECTION = Rectangle(442, 336, 24, 28)
"""In the visor of the astronaut's helmet."""


def turned(panel: KernelPanel) -> None:
    """Sobel turned by 45°, and what that does to stripes."""
    panel.show_response(True)
    tool = panel.open_tool("turn")
    assert isinstance(tool, turn.TurnTool)
    tool.put(turn.Settings(angle=45.0))


def composed(panel: KernelPanel) -> None:
    """A blur before a difference is the derivative of the blur."""
    panel.show_response(True)
    tool = panel.open_tool("compose")
    assert isinstance(tool, compose.ComposeTool)
    tool.put(compose.Settings(picked("gaussian")))


def mixed(panel: KernelPanel) -> None:
    """Twice the picture minus its blur."""
    tool = panel.open_tool("mix")
    assert isinstance(tool, mix.MixTool)
    tool.put(mix.Settings(-1.0, (mix.Term(2.0, "identity"), mix.Term(), mix.Term())))


def drawn(panel: KernelPanel) -> None:
    """The pen with all eight mirrors and turns."""
    tool = panel.open_tool("draw")
    assert isinstance(tool, draw.DrawTool)
    tool.choose("eight-fold")


def found(panel: KernelPanel) -> None:
    """A patch of the picture, found again."""
    tool = panel.open_tool("patch")
    assert isinstance(tool, patch.PatchTool)
    tool.choose(REFLECTION)


def written(panel: KernelPanel) -> None:
    """Numbers with a row that is too short."""
    tool = panel.open_tool("typed")
    assert isinstance(tool, typed.TypedTool)
    tool.text.setPlainText("1/16 * 1 2 1\n2 4 2\n1 2")


def petals() -> Project:
    """A kernel with all eight mirrors and turns, as somebody may draw it."""
    rays = design.weighted_sum([(1.0, kernel("motion-blur", length=11, angle=angle).weights) for angle in (0.0, 90.0)])
    drawing = design.symmetrise(design.normalise(rays, "zero-mean"), "eight-fold")
    return Project(filter=with_kernel(FilterSpec(), spec_of(drawing)))


def blurred() -> Project:
    """A box blur of 5×5."""
    return msgspec.structs.replace(Project(), filter=with_kernel(FilterSpec(), kernel("box", size=5).spec()))


SCENES: dict[str, tuple[Project, Act]] = {
    "design-turn": (Project(), turned),
    "design-compose": (Project(), composed),
    "design-sum": (blurred(), mixed),
    "design-draw": (petals(), drawn),
    "design-patch": (Project(), found),
    "design-numbers": (Project(), written),
}
