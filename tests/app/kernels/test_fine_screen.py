"""On a screen with two device pixels per logical pixel the page lies as on any other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
from PySide6.QtWidgets import QApplication
from app.kernels.page import KernelPage
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.widgets.theme import apply_theme
from engine.inline import InlineEngine
application = QApplication([])
apply_theme(application, dark=True)
document, notices = Document(), Notices()
link = EngineLink(InlineEngine(), document, notices)
page = KernelPage(document, link, notices)
page.resize(1208, 728)
page.show()
application.processEvents()
assert page.devicePixelRatioF() == 2.0
assert page.size().toTuple() == (1208, 728)
assert page.input.view.size() == page.map.view.size(), (page.input.view.size(), page.map.view.size())
assert page.side.area.verticalScrollBar().maximum() == 0
link.close()
"""


def test_both_pictures_are_equally_large_and_the_column_fits() -> None:
    fine = {**os.environ, "QT_SCALE_FACTOR": "2"}
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=fine, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
