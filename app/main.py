"""The composition root: makes every part of the window and passes each what it needs."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.engine_side import Engine
from app.state.notices import Notices
from app.state.settings import Settings, Values

if TYPE_CHECKING:
    from app.workbench import Workbench

GC_MS = 2000
FIRST_PICTURE_SECONDS = 0.15
KEEP_AFTER_MS = 300
"""After the first paint: nothing is lost before."""


def run(arguments: argparse.Namespace, engine: Engine) -> int:
    """Open the window on a running engine and stay until it is closed; returns the exit status."""
    application = make_application()
    settings = Settings()
    if arguments.reset:
        settings.change(**{name: getattr(Values(), name) for name in Values.__struct_fields__})
    bench = make_workbench(application, engine, settings)
    bench.notices.install_hooks()
    if arguments.file:
        bench.open_path(arguments.file)
    bench.arrange()
    show_when_ready(bench)
    QTimer.singleShot(KEEP_AFTER_MS, bench.keep_work)
    QTimer.singleShot(KEEP_AFTER_MS, bench.ask_before_leaving)
    _collect_on_this_thread(bench)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return application.exec()


def make_application() -> QApplication:
    """The one QApplication, named so that settings and files find their places."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("Convscope")
    application.setDesktopFileName("convscope")
    return application


def make_workbench(application: QApplication, engine: Engine, settings: Settings) -> Workbench:
    """All parts of a window, connected and not shown yet."""
    notices = Notices()
    document = Document()
    link = EngineLink(engine, document, notices)
    link.set_dark(settings.values.dark)
    # The engine works on the first picture while the rest of the window is being imported and made.
    link.ask()
    from app.assemble import assemble

    return assemble(application, document, link, notices, settings)


def show_when_ready(bench: Workbench) -> None:
    """Show the window; first give the engine a moment, so that the first paint already has the picture."""
    deadline = time.monotonic() + FIRST_PICTURE_SECONDS
    while bench.page.is_empty and time.monotonic() < deadline:
        bench.link.pull()
        time.sleep(0.002)
    bench.window.show()


def _collect_on_this_thread(bench: Workbench) -> None:
    """Cyclic garbage holds Qt objects, and collecting those on another thread crashes: collect here, by the clock."""
    gc.disable()
    timer = QTimer(bench)
    timer.timeout.connect(_collect)
    timer.start(GC_MS)


def _collect() -> None:
    gc.collect(1)
