"""Where the design bench stands: what its tools may look at and change."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.kernels.design.weights import Make, made_of, with_given
from app.kernels.lenses import put_filter
from app.state.document import Document
from app.state.notices import Notices
from app.widgets.kernel_grid import KernelGrid
from engine.errors import SpecError

if TYPE_CHECKING:
    from app.kernels.kernel_panel import Sight


class Place(NamedTuple):
    """A document and the grid that shows its kernel; `sight` where there is a picture beside them."""

    document: Document
    notices: Notices
    grid: KernelGrid
    sight: Sight | None

    def change(self, make: Make, text: str) -> str:
        """Make what a tool makes of the kernel the document's. Returns why not; empty if it is."""
        project = self.document.project
        try:
            spec = with_given(project.filter, made_of(project.filter.kernel, make))
        except SpecError as error:
            return str(error)
        self.document.edit(put_filter(project, spec), text)
        return ""
