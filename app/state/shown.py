"""A picture of the engine's that the window holds."""

from __future__ import annotations

from PySide6.QtGui import QImage

from engine.protocol import Plane


class Shown:
    """One picture that is on the screen or about to be: its pixels belong to the window until the next."""

    def __init__(self, plane: Plane, image: QImage, generation: int) -> None:
        self.plane = plane
        self.image = image
        self.generation = generation
