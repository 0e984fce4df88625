"""What nobody has asked for is not there yet at the first paint: neither made nor imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import pathlib, sys, tempfile
from app.main import make_application, make_workbench
from app.state.settings import Settings
from engine.buffers import PictureBuffers

class Silent:
    def __init__(self):
        self.buffers, self.held, self.bell, self.silent_for = PictureBuffers(), {}, None, 0.0
    def offer(self, request): ...
    def send(self, request): ...
    def poll(self): return []
    def close(self): ...

LATER = (
    "app.kernels.bank", "app.kernels.laws", "app.kernels.matrix",
    "app.kernels.compare_tools", "app.kernels.step_words", "app.widgets.chips",
    "app.widgets.divider", "app.widgets.histogram", "app.widgets.menu_button", "app.widgets.underlay",
    "engine.kernels.banks", "engine.spec.bank_edit", "engine.spec.chain_check",
)

def loaded():
    return sorted(name for name in sys.modules if name.startswith(LATER))

application = make_application()
bench = make_workbench(application, Silent(), Settings(pathlib.Path(tempfile.mkdtemp()) / "settings.json"))
bench.window.show()
application.processEvents()
assert not loaded(), loaded()
page = bench.page
assert (page.chain.chips, page.compare.divider, page.compare.bar, page.histograms.map) == (None,) * 4
page.histograms.set_on(True)
page.compare.set_mode("split")
page.chain.add_button.click()
page.looks.show_look("bank")
application.processEvents()
assert {"app.kernels.bank.look", "app.widgets.chips", "app.widgets.histogram", "app.widgets.divider"} <= {*loaded()}
bench.link.close()
"""


def test_banks_chains_comparisons_and_histograms_come_when_they_are_asked_for() -> None:
    ended = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr[-3000:]
