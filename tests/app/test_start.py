"""The start of the window: what is loaded before the first paint, and what that paint shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import main

ROOT = Path(__file__).parents[2]
MOST_MODULES = 204
"""Of ours; 180 when this was written, and each takes a quarter of a millisecond."""
LATER = (
    "app.inspect",
    "app.kernels.design",
    "app.network",
    "app.training",
    "cv2",
    "difflib",
    "engine.codegen",
    "engine.filtering",
    "engine.frames",
    "engine.kernels.design",
    "engine.nn",
    "engine.presets",
    "engine.project",
    "engine.server",
    "hashlib",
    "PIL",
    "torch",
)
"""What the first paint need not wait for."""
SCRIPT = """
import json, os, sys, tempfile
from pathlib import Path
from app.__main__ import import_plainly, start_engine
import engine.client.launch
told = {"before the engine": sorted(sys.modules)}
process = start_engine()
import_plainly()
from PySide6.QtCore import QEvent, QObject, QTimer
from app import main
from app.state.settings import Settings
main.FIRST_PICTURE_SECONDS = 30.0
bench = main.make_workbench(main.make_application(), process, Settings(Path(tempfile.mkdtemp()) / "settings.json"))

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self.tell)
        return False

    def tell(self):
        told["modules"] = sorted(sys.modules)
        from engine import protocol
        told["request decoders"] = protocol._request_decoder.cache_info().currsize
        told["algebra threads"] = os.environ.get("OPENBLAS_NUM_THREADS")
        told["sizes"] = [bench.page.input.view.extent(), bench.page.map.view.extent()]
        told["font"] = next(iter(bench.source_bar.buttons.values())).fontInfo().family()
        print(json.dumps(told), flush=True)
        bench.link.close()
        os._exit(0)

watch = Watch()
bench.window.centralWidget().installEventFilter(watch)
QTimer.singleShot(60_000, lambda: os._exit(1))
main.show_when_ready(bench)
main.QApplication.exec()
"""


@pytest.fixture(scope="module")
def start() -> dict[str, Any]:
    """What a window on a real engine process says of itself right after its first paint."""
    settings = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    command = [sys.executable, "-c", SCRIPT]
    ended = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def test_the_engine_process_starts_before_anything_heavy_is_loaded(start: dict[str, Any]) -> None:
    assert not {"msgspec", "numpy", "PySide6"} & set(start["before the engine"])


def test_the_first_paint_waits_for_nothing_that_it_does_not_show(start: dict[str, Any]) -> None:
    loaded = set(start["modules"])
    assert sorted(loaded.intersection(LATER)) == []
    ours = [name for name in loaded if name.partition(".")[0] in ("app", "engine")]
    assert len(ours) <= MOST_MODULES
    assert start["request decoders"] == 0, "only the engine reads requests, and whole projects are slow to prepare for"


def test_numpy_starts_no_threads_beside_the_window_s_own(start: dict[str, Any]) -> None:
    assert start["algebra threads"] == "1"


def test_the_first_paint_shows_the_picture_and_its_map_in_the_fonts_of_the_look(start: dict[str, Any]) -> None:
    assert start["sizes"] == [[512, 512], [512, 512]]
    assert start["font"] == "Inter"


class _Bench:
    """A window whose first map comes with the third look for it, or never."""

    def __init__(self, comes: bool) -> None:
        self.comes = comes
        self.looks = 0
        self.shown = 0
        self.link = self.page = self.window = self

    @property
    def is_empty(self) -> bool:
        return not self.comes or self.looks < 3

    def pull(self) -> None:
        assert not self.shown
        self.looks += 1

    def show(self) -> None:
        self.shown += 1


def test_the_window_is_shown_as_soon_as_there_is_a_map_and_without_one_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(main, "FIRST_PICTURE_SECONDS", 30.0)
    soon = _Bench(comes=True)
    main.show_when_ready(soon)  # type: ignore[arg-type]
    assert (soon.looks, soon.shown) == (3, 1)
    monkeypatch.setattr(main, "FIRST_PICTURE_SECONDS", 0.01)
    never = _Bench(comes=False)
    main.show_when_ready(never)  # type: ignore[arg-type]
    assert never.shown == 1
