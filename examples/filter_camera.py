"""Gradient of a camera's frames, live and without a window: `python examples/filter_camera.py [NUMBER or clip]`."""

from __future__ import annotations

import sys
import threading
import time

import engine
from engine.frames import open_source

SECONDS = 3.0


def main() -> None:
    """Filter the newest frame again and again for three seconds, and print what the pipeline did."""
    where = sys.argv[1] if len(sys.argv) > 1 else "sample:webcam_scene_320x240.mp4"
    spec = engine.FilterSpec(kernel=engine.kernel("scharr-vertical").spec())
    arrived = threading.Event()
    source = open_source(engine.Camera(index=int(where)) if where.isdigit() else engine.Clip(path=where), arrived.set)
    filtered, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end and source.status().state != "failed":
        arrived.wait(0.1)
        arrived.clear()
        frame = source.take()
        if frame is not None:
            strength = abs(engine.apply_filter(frame.pixels, spec).map).mean()
            filtered += 1
            print(f"frame {frame.number}: mean |edge| {strength:.3f}")
    status = source.status()
    source.close()
    print(status.message or f"{filtered} frames filtered, {status.dropped} dropped, {status.fps:.1f} a second came in")


if __name__ == "__main__":
    main()
