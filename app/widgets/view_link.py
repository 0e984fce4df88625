"""Two views that show the same part of the world, each in its own cells."""

from __future__ import annotations

import math
from typing import NamedTuple

import shiboken6
from PySide6.QtCore import QObject, QPointF, QRectF

from app.widgets.picture_view import PictureView


class Affine(NamedTuple):
    """Follower's coordinate to leader's along one axis: leader = `scale` · follower + `offset`, in cells."""

    scale: float = 1.0
    offset: float = 0.0


class ViewLink(QObject):
    """Links zoom and pan of `leader` (the input) and `follower` (the map), whichever of them the person moves.

    Coordinates are those of cell edges: with stride 2 and no padding, the map's edge 3 is the input's edge 6.
    While no relation is given, the two pictures are taken to cover the same area.
    """

    def __init__(self, leader: PictureView, follower: PictureView) -> None:
        super().__init__(leader)
        self._leader = leader
        self._follower = follower
        self._given: tuple[Affine, Affine] | None = None
        self._around: QRectF | None = None
        leader.region_changed.connect(self._leader_moved)
        follower.region_changed.connect(self._follower_moved)
        leader.extent_changed.connect(self._extent_changed)
        follower.extent_changed.connect(self._extent_changed)
        self._extent_changed()

    def set_relation(self, vertical: Affine | None, horizontal: Affine | None) -> None:
        """How follower's rows and columns lie on leader's; None for both: in the ratio of the sizes."""
        given = None if vertical is None or horizontal is None else (vertical, horizontal)
        if given != self._given:
            self._given = given
            self._extent_changed()

    def set_around(self, rect: QRectF | None) -> None:
        """What else of the leader's cells is fitted, beyond what the two pictures cover."""
        if rect != self._around:
            self._around = rect
            self._extent_changed()

    def relation(self) -> tuple[Affine, Affine]:
        """The (vertical, horizontal) relation in force."""
        if self._given is not None or not self._alive():
            return self._given or (Affine(), Affine())
        leader, follower = self._leader.extent(), self._follower.extent()
        if leader is None or follower is None:
            return Affine(), Affine()
        return Affine(leader[0] / follower[0]), Affine(leader[1] / follower[1])

    def to_leader(self, point: QPointF) -> QPointF:
        """A point of the follower's picture in the leader's cells."""
        vertical, horizontal = self.relation()
        return QPointF(horizontal.scale * point.x() + horizontal.offset, vertical.scale * point.y() + vertical.offset)

    def to_follower(self, point: QPointF) -> QPointF:
        """A point of the leader's picture in the follower's cells."""
        vertical, horizontal = self.relation()
        return QPointF(
            (point.x() - horizontal.offset) / horizontal.scale, (point.y() - vertical.offset) / vertical.scale
        )

    def _magnification(self) -> float:
        """How many leader's cells a follower's cell is wide; the mean where the axes differ, as cells stay square."""
        vertical, horizontal = self.relation()
        return math.sqrt(vertical.scale * horizontal.scale)

    def _leader_moved(self) -> None:
        if not self._alive():
            return
        if self._leader.is_fitted():
            self._follower.fit(tell=False)
            return
        centre = self.to_follower(self._leader.region().center())
        self._follower.look_at(centre, self._leader.zoom() * self._magnification())

    def _follower_moved(self) -> None:
        if not self._alive():
            return
        if self._follower.is_fitted():
            self._leader.fit(tell=False)
            return
        centre = self.to_leader(self._follower.region().center())
        self._leader.look_at(centre, self._follower.zoom() / self._magnification())

    def _extent_changed(self) -> None:
        """A size or the relation has changed: fit to what both cover, then let the follower follow."""
        if not self._alive():
            return
        leader, follower = self._leader.extent(), self._follower.extent()
        if leader is None or follower is None:
            return
        mapped = QRectF(self.to_leader(QPointF(0, 0)), self.to_leader(QPointF(follower[1], follower[0])))
        both = mapped.united(QRectF(0, 0, leader[1], leader[0]))
        if self._around is not None:
            both = both.united(self._around)
        self._leader.set_fit_rect(both)
        self._follower.set_fit_rect(QRectF(self.to_follower(both.topLeft()), self.to_follower(both.bottomRight())))
        self._leader_moved()

    def _alive(self) -> bool:
        return shiboken6.isValid(self._leader) and shiboken6.isValid(self._follower)
