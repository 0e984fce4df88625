"""Grey values as frames."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames.source import Pixels


def grey_to_rgb(values: NDArray[np.floating[Any]]) -> Pixels:
    """A grey picture as a frame has it, each value at its nearest level.

    Args:
        values: [H, W], in [0, 1]; what is outside is clipped.

    Returns:
        uint8 [H, W, 3], three equal channels.

    Example:
        >>> grey_to_rgb(np.array([[0.0, 0.5, 1.0]]))[0].tolist()
        [[0, 0, 0], [128, 128, 128], [255, 255, 255]]
    """
    levels = np.rint(np.clip(values, 0.0, 1.0) * 255.0).astype(np.uint8)
    return np.asarray(cv2.cvtColor(levels, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
