"""What a person would write without this program: OpenCV and a pyqtgraph ImageItem on the window's own thread."""

from __future__ import annotations

import cv2
import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication


class Textbook:
    """Grey, `cv2.filter2D` in float32, `ImageItem.setImage`, paint."""

    def __init__(self, application: QApplication, kernel: NDArray[np.float32]) -> None:
        self._application = application
        self._kernel = kernel
        self._view = pg.GraphicsLayoutWidget()
        box = self._view.addViewBox(lockAspect=True, invertY=True)
        self._item = pg.ImageItem(axisOrder="row-major")
        box.addItem(self._item)
        self._view.resize(640, 600)
        self._view.show()

    def show(self, frame: NDArray[np.uint8]) -> None:
        """One frame from pixels to paint."""
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
        values = cv2.filter2D(grey, cv2.CV_32F, self._kernel, borderType=cv2.BORDER_CONSTANT)
        self._item.setImage(values)
        self._view.viewport().repaint()
        self._application.processEvents()

    def close(self) -> None:
        """Take the window away."""
        self._view.close()
        self._view.deleteLater()
