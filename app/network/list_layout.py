"""Where the lines of the list lie, and the places between them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics

from app.network.cards import Card
from app.network.places import Place, places_of
from app.widgets.fonts import text_font
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import layers_in

GAP = 4
INDENT = 14
PAD = 10
ONE_LINE = 30
TWO_LINES = 44
HEAD = 25
"""Of a card whose second line is a problem: what stands above the sentence."""
PART = 20
INPUT = 66
CAP = 6
"""Below what a block holds, so that the places within and after it are apart."""
_PROBLEM_PIXELS = 12


class Line(NamedTuple):
    """A card and its place; `repairs` is where the buttons below it go."""

    card: Card
    rect: QRect
    repairs: QRect


class Gap(NamedTuple):
    """A place for a layer, as a horizontal line at `y` from `left`."""

    place: Place
    y: int
    left: int


def problem_font() -> QFont:
    """That of the sentence on a card."""
    return text_font(_PROBLEM_PIXELS)


class ListLayout:
    """Places for cards in a list of a width; `below` says how high a card's repair buttons are in a width."""

    def __init__(self, cards: Sequence[Card], width: int, below: Callable[[Card, int], int]) -> None:
        self.width = width
        self.lines: list[Line] = []
        y, depth = 0, 0
        for card in cards:
            # Every block that ends here has its cap.
            y += CAP * max(depth - card.row.depth, 0)
            depth = card.row.depth
            line = self._line(card, y, below)
            self.lines.append(line)
            y = max(line.rect.bottom(), line.repairs.bottom()) + 1 + GAP
        self.height = y + CAP * depth
        self._by_path = {line.card.row.path: index for index, line in enumerate(self.lines)}

    def _line(self, card: Card, y: int, below: Callable[[Card, int], int]) -> Line:
        left = INDENT * card.row.depth
        rect = QRect(left, y, self.width - left, _height(card, self.width - left))
        high = below(card, rect.width()) if card.repairs else 0
        return Line(card, rect, QRect(left, rect.bottom() + 1 + (GAP if high else 0), rect.width(), high))

    def index_of(self, path: str) -> int | None:
        """Which line is that of a path."""
        return self._by_path.get(path)

    def at(self, y: int) -> int | None:
        """Which line's card is at a height."""
        return next((i for i, line in enumerate(self.lines) if line.rect.top() <= y <= line.rect.bottom()), None)

    def end_of(self, path: str) -> int:
        """The lowest pixel of a line, of what it holds and of its buttons."""
        index = self._by_path[path]
        depth, last = self.lines[index].card.row.depth, self.lines[index]
        for line in self.lines[index + 1 :]:
            if line.card.row.depth <= depth:
                break
            last = line
        caps = CAP * (last.card.row.depth - depth)
        return max(last.rect.bottom(), last.repairs.bottom()) + caps

    def gaps(self, network: NetworkSpec, closed: Collection[str] = ()) -> list[Gap]:
        """Every place for a layer, from the top."""
        return [self._gap(network, place) for place in places_of(network, closed)]

    def _gap(self, network: NetworkSpec, place: Place) -> Gap:
        layers, start = layers_in(network, place.inside), f"{place.inside}." if place.inside else ""
        left = INDENT * (self._depth(place.inside))
        if place.before < len(layers):
            line = self.lines[self._by_path[start + layers[place.before].id]]
            return Gap(place, line.rect.top() - GAP // 2 - 1, left)
        if layers:
            return Gap(place, self.end_of(start + layers[-1].id) + GAP // 2, left)
        # Of an empty list: below its own name, or below the input.
        return Gap(place, self.lines[self._by_path[place.inside]].rect.bottom() + GAP // 2, left)

    def _depth(self, inside: str) -> int:
        return self.lines[self._by_path[inside]].card.row.depth if inside else 0


def _height(card: Card, width: int) -> int:
    if card.row.kind == "input":
        return INPUT
    if card.row.kind == "part":
        return PART
    if card.problem:
        room = QRect(0, 0, width - 2 * PAD, 1000)
        wrapped = QFontMetrics(problem_font()).boundingRect(room, Qt.TextFlag.TextWordWrap, card.problem)
        return HEAD + wrapped.height() + PAD
    return ONE_LINE if card.lines == 1 else TWO_LINES
