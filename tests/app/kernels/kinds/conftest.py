"""The page with the tab Kinds in sight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.kernels.kinds.lenses import put_kind
from app.kernels.kinds.look import KindsLook
from engine.kinds.spec import KindSpec
from engine.spec.project import Project
from tests.app.kernels.conftest import Stage


class KindsStage(Stage):
    """A whole page, and what a person sees of the layer."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__(qtbot)
        self.page.looks.show_look("kinds")
        look: Any = self.page.looks.look
        assert isinstance(look, KindsLook)
        self.look: KindsLook = look
        self.ready()

    @property
    def project(self) -> Project:
        return self.document.project

    @property
    def kind(self) -> KindSpec:
        return self.project.kind

    def ready(self) -> None:
        """Until the layer as it is now is shown, and its cell written out."""
        self.settle()
        self.until(lambda: not self.look.walk.count or self.look.is_answered)

    def layer(self, **changes: Any) -> None:
        """Change the layer as somebody else would."""
        spec = msgspec.structs.replace(self.kind, **changes)
        self.document.edit(put_kind(self.project, spec), "set by the test")
        self.ready()

    def go_to(self, *cell: int) -> None:
        self.look.go_to((cell[0], cell[1]))
        self.until(lambda: self.look.walk.cell == cell and self.look.is_answered)

    def written(self) -> float:
        """The last line of the sum."""
        return self.look.sheet.column.lines()[-1].numbers[0]

    def products(self) -> np.ndarray:
        assert self.look.sheet.told is not None
        return self.look.sheet.told.flat()[2]


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[KindsStage]:
    made = KindsStage(qtbot)
    yield made
    made.link.close()
