"""The tool that makes one kernel of two that follow each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from app.kernels.design.kernel_pick import KernelPick, Picked
from app.kernels.design.live_tool import LiveTool
from app.kernels.design.place import Place
from app.kernels.design.pop_out import button
from app.kernels.design.weights import Array
from engine.errors import SpecError
from engine.kernels import design, family
from engine.spec.chain_edit import all_steps, chosen_step, with_steps
from engine.spec.project import Project

_HELP = (
    "k₁∗k₂ does in one step what two kernels do one after the other, in either order: a blur and then a difference is "
    "the derivative of the blur."
)
_MERGE_HELP = (
    "Make one step of this one and the one {0}, with the kernel k₁∗k₂. The map stays the same but for its border; what "
    "is between the two must be linear."
)


class Settings(NamedTuple):
    """The second kernel."""

    other: Picked = Picked()


class ComposeTool(LiveTool[Settings]):
    """A second kernel to choose; where there are steps beside this one, buttons that merge them."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, "Two kernels in one: k₁∗k₂", _HELP, Settings())
        self.other = KernelPick("Second kernel", _HELP, "second kernel: none")
        self.other.refused.connect(self.refuse)
        self.other.remade.connect(self.reshaped)
        self.add(self.other)
        self.bind("other", self.other)
        self.before = button("⇤ Merge", "Merge with the step before", _MERGE_HELP.format("before"))
        self.after = button("Merge ⇥", "Merge with the step after", _MERGE_HELP.format("after"))
        self.before.clicked.connect(self._merge_before)
        self.after.clicked.connect(self._merge_after)
        self.merging = self.add_row("Step before, after", self.before, self.after, tip=_MERGE_HELP.format("beside it"))
        place.document.changed.connect(self._look_around)
        self._look_around()
        self.show_settings()

    def make(self, weights: Array, settings: Settings) -> Array:
        """The full convolution of the two."""
        return design.compose(weights, settings.other.weights())

    def act(self, settings: Settings) -> str:
        """What undo calls it."""
        return f"compose the kernel with {family(settings.other.name).label}" if settings.other.name else "compose"

    def show_settings(self) -> None:
        """The second kernel, and what became of the sizes."""
        super().show_settings()
        base, now = self.live.base.size, self.place.document.project.filter.kernel.size
        if not self.settings.other.name or self.refusal():
            self.tell("")
            return
        rows, columns = self.settings.other.weights().shape
        self.tell(f"{base[0]}×{base[1]} ∗ {rows}×{columns} = {now[0]}×{now[1]}")

    def _look_around(self) -> None:
        project = self.place.document.project
        self.before.setEnabled(bool(project.before))
        self.after.setEnabled(bool(project.after))
        self.merging.setVisible(bool(project.before or project.after))

    def _merge_before(self) -> None:
        self._merge(_merged_before, "merge with the step before")

    def _merge_after(self) -> None:
        self._merge(_merged_after, "merge with the step after")

    def _merge(self, change: Callable[[Project], Project], text: str) -> None:
        try:
            project = change(self.place.document.project)
        except SpecError as error:
            self.refuse(str(error))
            return
        self.place.document.edit(project, text)

    def end(self) -> None:
        """Stop following kernel and chain."""
        super().end()
        self.place.document.changed.disconnect(self._look_around)


def _merged_before(project: Project) -> Project:
    return _merged(project, chosen_step(project) - 1)


def _merged_after(project: Project) -> Project:
    return _merged(project, chosen_step(project))


def _merged(project: Project, place: int) -> Project:
    """The step at `place` and the one after it made one, which is the chosen one."""
    steps = all_steps(project)
    one = design.merged(steps[place], steps[place + 1])
    return with_steps(project, (*steps[:place], one, *steps[place + 2 :]), place)
