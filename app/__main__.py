"""`python -m app`: start the engine process first, then Qt; nothing heavy is imported before the first."""

from __future__ import annotations

import argparse
import os
import sys


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
    from engine.client.process import EngineProcess

    engine_process = EngineProcess()
    from app.main import run

    return run(arguments, engine_process)


if __name__ == "__main__":
    import multiprocessing

    multiprocessing.freeze_support()
    sys.exit(main())
