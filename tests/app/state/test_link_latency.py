"""Latency counts what a person waits for: an edit or a new frame, not weights that training has changed."""

from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from engine.protocol import Plane, Result
from tests.app.source.conftest import FakeEngine


def _result(number: int, frame: int, asked: float, arrived: float, new_frame: bool) -> Result:
    views = ("input", "map") if new_frame else ("map",)
    planes = tuple(Plane(view=view, slot=number % 3, height=2, width=2, rows=2, columns=2) for view in views)  # type: ignore[arg-type]
    return Result(id=number, frame=frame, arrived=arrived, asked=asked, planes=planes)


def test_only_edits_and_frames_count(qtbot: QtBot) -> None:
    engine = FakeEngine()
    link = EngineLink(engine, Document(), Notices())
    link._timer.stop()
    pictures = []
    link.picture.connect(lambda view, shown: pictures.append((view, shown)))
    now = time.monotonic()
    cases = [(now, now - 5, True), (now, now - 5, False), (now, now - 0.02, True), (now, now - 9, False)]
    frame = 0
    for number, (asked, arrived, new_frame) in enumerate(cases):
        frame += new_frame
        engine.events = [_result(number, frame, asked, arrived, new_frame)]
        link.pull()
        link.painted(pictures[-1][1].generation)
    spent = [seconds for _, seconds in link.latency._samples]
    assert len(spent) == 2
    assert max(spent) < 1.0
    assert link.shown == 2
    link.close()
