"""The tasks behind the Kernel page's looks that are seldom needed at once: made when their page is first asked for."""

from __future__ import annotations

from engine.protocol import Page
from engine.server.paint import Painter
from engine.server.task import Task

STUDIES: tuple[Page, ...] = ("kinds", "laws", "matrix")


class Studies:
    """Knows how each is made; the first picture waits for none of them."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._made: dict[Page, Task] = {}

    def get(self, page: Page) -> Task:
        """The task of a page that is one of `STUDIES`."""
        if page not in self._made:
            self._made[page] = self._make(page)
        return self._made[page]

    def forget(self) -> None:
        """The source has changed."""
        for task in self._made.values():
            task.forget()

    def _make(self, page: Page) -> Task:
        if page == "kinds":
            from engine.server.kinds.task import KindsTask

            return KindsTask(self._painter)
        if page == "laws":
            from engine.server.laws_task import LawsTask

            return LawsTask(self._painter)
        from engine.server.matrix_task import MatrixTask

        return MatrixTask()
