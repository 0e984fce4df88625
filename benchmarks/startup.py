"""P11: from process start to the first painted window and the first feature map, against a bare pyqtgraph script.

Both are started as they are on every day but the first: from compiled sources, which is how pip and the launcher leave
them. Beside the wall times stands the processor time until then, which other work on the machine does not lengthen.
"""

from __future__ import annotations

import compileall
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

RUNS = 7
PEER = """
import json, sys, time
from PySide6 import QtCore, QtWidgets
import numpy as np
import pyqtgraph as pg
app = QtWidgets.QApplication([])
view = pg.GraphicsLayoutWidget()
item = pg.ImageItem(np.random.default_rng(0).random((512, 512)))
view.addViewBox().addItem(item)
view.resize(1280, 800)
class Watch(QtCore.QObject):
    def eventFilter(self, watched, event):
        if event.type() == QtCore.QEvent.Type.Paint:
            QtCore.QTimer.singleShot(0, self.report)
        return False
    def report(self):
        print(json.dumps({"paint": time.time() - float(sys.argv[1]), "cpu": time.process_time()}), flush=True)
        import os; os._exit(0)
watch = Watch()
view.viewport().installEventFilter(watch)
view.show()
app.exec()
"""
OURS = """
import json, os, sys, tempfile, time
began = float(sys.argv[1])
from app.__main__ import import_plainly, start_engine
engine = start_engine()
import_plainly()
from pathlib import Path
from app import main
from PySide6 import QtCore
application = main.make_application()
from app.state.settings import Settings
scratch = tempfile.mkdtemp()
bench = main.make_workbench(application, engine, Settings(Path(scratch) / "settings.json"))
times, ticks = {}, []
class Watch(QtCore.QObject):
    def eventFilter(self, watched, event):
        if event.type() == QtCore.QEvent.Type.Paint and "paint" not in times:
            QtCore.QTimer.singleShot(0, self.painted)
        return False
    def painted(self):
        times.setdefault("paint", time.time() - began)
        times.update(cpu=time.process_time(), picture=bench.page.input.view.extent() is not None)
        self.timer = QtCore.QTimer()
        self.timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.tick)
        self.timer.start(10)
    def tick(self):
        ticks.append(time.perf_counter())
        if "map" in times and time.time() - began > times["map"] + 2:
            gaps = [b - a for a, b in zip(ticks, ticks[1:])]
            print(json.dumps({**times, "stall": max(gaps)}), flush=True)
            bench.link.close()
            os._exit(0)
watch = Watch()
view = bench.page.map.view
view.painted.connect(lambda _: times.setdefault("map", time.time() - began))
bench.window.centralWidget().installEventFilter(watch)
main.show_when_ready(bench)
application.exec()
"""


def _run(script: str) -> dict[str, float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    done = subprocess.run(
        [sys.executable, "-c", script, repr(time.time())], env=environment, capture_output=True, text=True, timeout=60
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def _compile() -> None:
    for name in ("app", "engine"):
        found = importlib.util.find_spec(name)
        for folder in (found and found.submodule_search_locations) or ():
            compileall.compile_dir(folder, quiet=2)


def _cpu_ms(figures: list[dict[str, float]]) -> float:
    return 1000 * statistics.median(one["cpu"] for one in figures)


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table."""
    _compile()
    scripts, ours = [], []
    _run(PEER), _run(OURS)
    for _ in range(3 if quick else RUNS):
        scripts.append(_run(PEER))
        ours.append(_run(OURS))
    peers = [figures["paint"] for figures in scripts]
    paint = [figures["paint"] for figures in ours]
    first_map = statistics.median(figures["map"] for figures in ours)
    ratios = sorted(p / o for p, o in zip(peers, paint, strict=True))
    peer_ms, ours_ms = 1000 * statistics.median(peers), 1000 * statistics.median(paint)
    stall = 1000 * max(figures["stall"] for figures in ours)
    return [
        {
            "name": "P11 first painted window",
            "goal": "≥ 0.77",
            "peer": "bare pyqtgraph script",
            "ratio": peer_ms / ours_ms,
            "spread": (ratios[0], ratios[-1]),
            "peer_ms": peer_ms,
            "ours_ms": ours_ms,
            "note": f"processor time {_cpu_ms(scripts):.0f} and {_cpu_ms(ours):.0f} ms; "
            f"the picture was in {sum(figures['picture'] for figures in ours):.0f} of {len(ours)} first paints",
        },
        {"name": "P11 first feature map", "goal": "≤ 1500 ms", "ours_ms": 1000 * first_map},
        {"name": "P11 longest stall while loading", "goal": "≤ 50 ms", "ours_ms": stall, "note": "of all runs"},
    ]
