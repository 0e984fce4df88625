"""Folders of pictures, made for a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Draw = Callable[..., Path]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    """Writes a picture below the test's folder: grey noise of some brightness, or colours."""

    def write(name: str, level: int = 100, size: tuple[int, int] = (12, 10), colour: bool = False) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(len(name) + level).integers(0, 9, size, dtype=np.uint8) + np.uint8(level)
        pixels = np.stack([noise, noise // 2, noise // 3], axis=2) if colour else noise
        Image.fromarray(pixels).save(path)
        return path

    return write
