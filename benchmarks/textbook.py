"""What a person would write without this program: OpenCV and pyqtgraph's ImageItem on the window's own thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

After = Callable[[Any], Any]


def relu_and_pool(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """ReLU, then the largest of each 2×2 cells."""
    kept = np.maximum(values, 0)[: values.shape[0] // 2 * 2, : values.shape[1] // 2 * 2]
    rows = np.maximum(kept[::2], kept[1::2])
    return np.maximum(rows[:, ::2], rows[:, 1::2])


class Textbook:
    """Grey, `cv2.filter2D` in float32, `ImageItem.setImage`, paint. `both` shows the frame beside the map, as we do.

    `after` is what else is done to the map.
    """

    def __init__(
        self, application: QApplication, kernel: NDArray[np.float32], both: bool = False, after: After | None = None
    ) -> None:
        self._after = after
        self._application = application
        self._kernel = kernel
        self._view = pg.GraphicsLayoutWidget()
        self._frame = self._add_item() if both else None
        self._item = self._add_item()
        self._view.resize(1280 if both else 640, 600)
        self._view.show()

    def _add_item(self) -> pg.ImageItem:
        box = self._view.addViewBox(lockAspect=True, invertY=True)
        item = pg.ImageItem(axisOrder="row-major")
        box.addItem(item)
        return item

    def show(self, frame: NDArray[np.uint8]) -> None:
        """One frame from pixels to paint."""
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
        values = cv2.filter2D(grey, cv2.CV_32F, self._kernel, borderType=cv2.BORDER_CONSTANT)
        if self._after is not None:
            values = self._after(values)
        if self._frame is not None:
            self._frame.setImage(frame)
        self._item.setImage(values)
        self._view.viewport().repaint()
        self._application.processEvents()

    def close(self) -> None:
        """Take the window away."""
        self._view.close()
        self._view.deleteLater()
