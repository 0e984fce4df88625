"""A real window on a real engine process, offscreen, for the benchmarks of the live path."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.main import make_application, make_workbench
from app.state.settings import Settings
from app.workbench import Workbench
from engine.client.process import EngineProcess

TURN_MS = 2


@contextmanager
def stage(size: tuple[int, int] = (1280, 800)) -> Iterator[tuple[QApplication, Workbench]]:
    """A window that is shown and whose first map is painted."""
    engine = EngineProcess()
    application = make_application()
    with tempfile.TemporaryDirectory() as scratch:
        bench = make_workbench(application, engine, Settings(Path(scratch) / "settings.json"))
        bench.window.resize(*size)
        bench.window.show()
        until(application, lambda: bench.link.is_settled)
        try:
            yield application, bench
        finally:
            bench.link.close()
            bench.window.hide()
            bench.window.deleteLater()
            application.processEvents()


def until(application: QApplication, fact: Callable[[], bool], seconds: float = 30.0) -> None:
    """Let the window live until `fact` holds."""
    deadline = time.monotonic() + seconds
    while not fact():
        application.processEvents()
        if time.monotonic() > deadline:
            raise TimeoutError("the window did not get there")
        time.sleep(0.0005)


def live(application: QApplication, seconds: float) -> list[float]:
    """Let the window live that long in an event loop of Qt's; the gaps between its turns, as a 2 ms timer sees them."""
    turns = [time.perf_counter()]
    loop, ticks = QEventLoop(), QTimer()
    deadline = turns[0] + seconds

    def turn() -> None:
        turns.append(time.perf_counter())
        if turns[-1] >= deadline:
            loop.quit()

    ticks.setTimerType(Qt.TimerType.PreciseTimer)
    ticks.timeout.connect(turn)
    ticks.start(TURN_MS)
    loop.exec()
    ticks.stop()
    return [after - before for before, after in itertools.pairwise(turns)]
