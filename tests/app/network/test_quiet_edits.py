"""An edit reaches what shows it, and nothing else: no list, form or sum is made or painted anew for a kernel's cell."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.state.follower import Follower
from engine.spec.filter import KernelSpec
from engine.spec.network_edit import replace_field
from engine.spec.project import Planted
from tests.app.network.conftest import Stage


class Paints(QObject):
    """Counts how often widgets are painted."""

    def __init__(self, **widgets: QWidget) -> None:
        super().__init__()
        self.count: Counter[str] = Counter()
        self._names = {widget: name for name, widget in widgets.items()}
        for widget in widgets.values():
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            self.count[self._names[watched]] += 1
        return False


def _kernel(value: float) -> tuple[Planted, ...]:
    return (Planted(layer="conv1", kernel=KernelSpec(name="custom", weights=(((value, 0.0), (0.0, 1.0)),))),)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each listener was called, by its owner's type."""
    count: Counter[str] = Counter()
    look = Follower._look

    def counted(follower: Follower) -> None:
        call, owner = follower._call, type(follower.parent()).__name__
        follower._call = lambda: (count.update([owner]), call())
        look(follower)
        follower._call = call

    monkeypatch.setattr(Follower, "_look", counted)
    return count


def test_a_cell_of_a_planted_kernel_paints_no_list_and_refreshes_no_form(called: Counter[str], qtbot: QtBot) -> None:
    stage = Stage(qtbot)
    document, page = stage.document, stage.page
    stage.choose_layer("conv1")
    document.edit(msgspec.structs.replace(document.project, planted=_kernel(1.0)), "plant")
    stage.settle()
    paints = Paints(
        list=page.list.list.viewport(), strip=page.area.strip.viewport(), form=page.form, side=page.planting
    )
    rows = page.planting.findChildren(QWidget)
    called.clear()
    for number in range(3):
        document.edit(msgspec.structs.replace(document.project, planted=_kernel(2.0 + number)), "cell")
        stage.settle()
    assert called == {"Planting": 3}
    assert not paints.count
    assert page.planting.findChildren(QWidget) == rows
    network = replace_field(document.project.network, "conv1", "out_channels", 5)
    document.edit(msgspec.structs.replace(document.project, network=network), "more maps")
    stage.settle()
    assert paints.count["list"] >= 1
    assert {"LayerList", "LayerForm", "Facts", "Totals", "MapsArea", "Planting"} <= called.keys()
