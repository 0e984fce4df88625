"""Clips of moving colour noise."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from engine.spec.source import Clip

RATE = 60.0
"""Frames a second that is written into the files; `Clip.speed` makes others of it."""


def write_clip(path: Path, height: int, width: int, fps: float = RATE, codec: str = "MJPG", frames: int = 60) -> None:
    """A clip as cameras give it ("MJPG"), or one whose frames cost next to nothing to decode ("I420")."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), fps, (width, height))
    small = np.random.default_rng(0).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    for number in range(frames):
        writer.write(np.roll(large, 4 * number, axis=1))
    writer.release()


def at_rate(path: Path, rate: float) -> Clip:
    """The clip at this many frames a second; from 3 to 960 can be had."""
    return Clip(path=str(path), speed=min(max(rate / RATE, 0.05), 16.0))
