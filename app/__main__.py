"""`python -m app`: start the engine process first, then Qt; nothing heavy is imported before the first."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.client.process import EngineProcess


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="convscope", description="See how convolutional neural networks work: on pictures, clips and your camera."
    )
    parser.add_argument("file", nargs="?", help="a picture, clip or folder to open")
    parser.add_argument("--tour", metavar="DIR", help="render every page on real data into DIR, without a display")
    parser.add_argument("--reset", action="store_true", help="forget the remembered settings")
    parser.add_argument("--version", action="store_true", help="print the version and end")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Open the window, or make the tour; returns the exit status."""
    arguments = _arguments(argv)
    if arguments.version:
        import engine

        sys.stdout.write(f"convscope {engine.__version__}\n")
        return 0
    if arguments.tour:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    process = start_engine()
    import_plainly()
    if arguments.tour:
        from app.tour import make_tour

        return make_tour(process, arguments.tour)
    from app.main import run

    return run(arguments, process)


def start_engine() -> EngineProcess:
    """The engine process, at work before the window's own imports begin."""
    # Nothing that imports make is garbage; looking for some would take a tenth of the time. The window collects by
    # its own clock (see app.main).
    gc.disable()
    from engine.client.launch import launch
    from engine.spawn import one_thread_for_algebra

    launched = launch()
    one_thread_for_algebra()
    from engine.client.process import EngineProcess

    return EngineProcess(launched)


def import_plainly() -> None:
    """Keep PySide from reading the source of every module that is imported after it.

    It looks there for the use of its optional features (snake_case names, true properties), which nobody here uses;
    over some hundred modules that takes a tenth of the time to the first paint.
    """
    from PySide6 import QtCore as QtCore  # makes the hook

    hook = sys.modules.get("shibokensupport.feature")
    if hook is not None and hasattr(hook, "_mod_uses_pyside"):
        vars(hook)["_mod_uses_pyside"] = _uses_no_features


def _uses_no_features(_module: object) -> bool:
    return False


if __name__ == "__main__":
    import multiprocessing

    multiprocessing.freeze_support()
    sys.exit(main())
