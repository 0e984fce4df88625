"""Runs the whole program, and does to its window what lines on its standard input say; tells of it line by line.

`edit DATA` names another data set, `kept` waits until the work is on the disk, `saved FILE` saves it there,
`press LABEL` presses a button of the notice, `page ID` goes to a page, `divide N` puts the divider of the pictures at
N pixels, `state` tells all, `quit` closes the window.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from app.__main__ import import_plainly, start_engine


def serve(process: Any) -> int:
    """Open the window and do as told until it is closed."""
    import msgspec
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QMessageBox, QPushButton, QSplitter

    from app import main
    from app.notice_line import NoticeLine

    lines: SimpleQueue[str] = SimpleQueue()
    benches: list[Any] = []
    waiting: list[str] = []
    show = main.show_when_ready

    def shown(bench: Any) -> None:
        benches.append(bench)
        show(bench)

    main.show_when_ready = shown

    def tell(**facts: Any) -> None:
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()

    def state(bench: Any) -> None:
        line = bench.window.findChild(NoticeLine)
        notice = line.notice()
        tell(
            data=bench.document.project.data,
            notice=notice.text if notice else "",
            buttons=[button.text() for button in line.findChildren(QPushButton) if button.isVisible()],
            page=bench.pages.current_id,
            dark=bench.settings.values.dark,
            size=[bench.window.width(), bench.window.height()],
            divided=bench.window.findChild(QSplitter, "kernel pictures").sizes(),
            title=bench.window.windowTitle(),
            undo=bench.document.undo_text,
        )

    def obey(bench: Any, line: str) -> None:
        verb, _, word = line.partition(" ")
        if verb == "edit":
            bench.document.edit(msgspec.structs.replace(bench.document.project, data=word), "data")
        elif verb == "kept" and (bench.keeper._state() != bench.keeper._done or bench.keeper._job is not None):
            waiting.append(line)
            return
        elif verb == "saved":
            bench.projects._write(Path(word))
        elif verb == "press":
            buttons = bench.window.findChild(NoticeLine).findChildren(QPushButton)
            next(button for button in buttons if button.text() == word).click()
        elif verb == "page":
            bench.pages.show(word)
        elif verb == "divide":
            bench.window.findChild(QSplitter, "kernel pictures").setSizes([int(word), 10_000])
        elif verb == "theme":
            bench.toggle_theme()
        elif verb == "size":
            bench.window.resize(*map(int, word.split("x")))
        elif verb == "quit":
            bench.window.quit()
            for question in bench.window.findChildren(QMessageBox):
                question.button(QMessageBox.StandardButton.Discard).click()
        state(bench)

    def look() -> None:
        ready = benches and benches[0].keeper is not None
        if ready and (waiting or not lines.empty()):
            obey(benches[0], waiting.pop() if waiting else lines.get())

    threading.Thread(target=lambda: [lines.put(line.strip()) for line in sys.stdin], daemon=True).start()
    timer = QTimer()
    main.make_application()
    timer.timeout.connect(look)
    timer.start(5)
    status = main.run(argparse.Namespace(file=None, reset=False), process)
    tell(ended=status)
    return status


if __name__ == "__main__":
    engine = start_engine()
    import_plainly()
    sys.exit(serve(engine))
