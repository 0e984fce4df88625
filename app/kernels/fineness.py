"""Tells the engine how fine a moving picture need be: no finer than the screen shows it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from app.state.engine_link import EngineLink
from app.widgets.picture_view import PictureView
from engine.protocol import SourceState

SLACK = 1e-6
MOVING = ("opening", "playing")


class Fineness(QObject):
    """Follows the views' zoom and size while the source plays."""

    def __init__(
        self, link: EngineLink, input_view: PictureView, map_view: PictureView, counts: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._link = link
        self._counts = counts
        self._views = (input_view, map_view)
        self._told = 1
        for view in self._views:
            view.region_changed.connect(self.tell)
            view.extent_changed.connect(self.tell)
        link.source_state.connect(self._on_source)

    def fields(self) -> dict[str, Any]:
        """What a `Show` says of it."""
        self._told = self.reduction()
        return {"reduction": self._told}

    def reduction(self) -> int:
        """By how much the picture may be made smaller: pixels of it that share one of the screen, 1 if none do."""
        factors = [1 / (view.zoom() * view.devicePixelRatioF()) for view in self._views if _is_seen(view)]
        return max(math.floor(min(factors, default=1.0) + SLACK), 1)

    def tell(self) -> None:
        """Tell it if it matters: a picture that stands still is worked on whole anyway."""
        state = self._link.last_source
        if state is not None and state.state in MOVING and self._counts() and self.reduction() != self._told:
            self._link.ask()

    def _on_source(self, state: SourceState) -> None:
        self.tell()


def _is_seen(view: PictureView) -> bool:
    return view.isVisible() and view.extent() is not None and view.width() > 0
