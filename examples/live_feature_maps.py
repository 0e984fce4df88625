"""The feature maps of a network on the frames of a clip or camera, without a window.

`python examples/live_feature_maps.py [PRESET] [CLIP or camera number] [SECONDS]`
"""

from __future__ import annotations

import sys
import threading
import time

import engine
from engine.forward import LiveNetwork
from engine.frames import open_source


def main() -> None:
    """Run the network on the newest frame again and again; print how each convolution answers."""
    network = engine.preset(sys.argv[1] if len(sys.argv) > 1 else "lenet-5")
    where = sys.argv[2] if len(sys.argv) > 2 else "sample:webcam_digits_320x240.mp4"
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 2.0
    live = LiveNetwork()
    live.update(network)
    layers = [row.id for row in engine.summary(network).rows if row.type == "Conv2d"]
    arrived = threading.Event()
    source = open_source(engine.Camera(index=int(where)) if where.isdigit() else engine.Clip(path=where), arrived.set)
    seen, end = 0, time.monotonic() + seconds
    while time.monotonic() < end and source.status().state != "failed":
        arrived.wait(0.1)
        arrived.clear()
        frame = source.take()
        if frame is not None:
            strengths = [f"{layer} {abs(live.see(frame.pixels, layer).maps).mean():.3f}" for layer in layers]
            print(f"frame {frame.number}: mean |map| {', '.join(strengths)}")
            seen += 1
    message = source.status().message
    source.close()
    print(message or f"{seen} frames seen")


if __name__ == "__main__":
    main()
