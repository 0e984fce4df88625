"""The window's way over the cells of one side, and the planes of the other side that come along."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.kernels.kinds.stage import SideOfStage, Stage
from app.kernels.kinds.told import KindTold
from app.kernels.steps.asking import Asking
from app.kernels.steps.walk import Walk
from app.state.engine_link import EngineLink
from app.widgets.segmented import Segmented
from engine.kinds.facts import kind_facts
from engine.protocol import KindExplained
from engine.protocol.kinds import ExplainKind, Side
from engine.spec.kind import KindSpec

TIP = (
    "What the window goes over: output cells, each with all that it reads, or input cells, each with all that it is "
    "laid onto. A transposed convolution is told from its input."
)
Cell = tuple[int, int]


class Walking(QObject):
    """Knows which cell is looked at, and asks the engine about it."""

    told = Signal(object)
    """KindTold: the cell at hand, when the planes that it has to do with are in sight."""
    refused = Signal(str)
    """Why the cell at hand cannot be told."""
    aimed = Signal()
    """Other planes are to be shown."""

    def __init__(self, parent: QObject, link: EngineLink, stage: Stage) -> None:
        super().__init__(parent)
        self._stage = stage
        self._spec = KindSpec()
        self._follows = True
        self._was_transposed = False
        self.walk = Walk(self)
        self.asking = Asking(link, self.walk, ExplainKind())
        self.over = Segmented([("output", "Output"), ("input", "Input")], "Go over", TIP)
        self.over.value_changed.connect(self._go_over)
        stage.clicked.connect(self._click)
        for side, part in stage.sides.items():
            part.bar.changed.connect(partial(self._choose_plane, side))
        self.walk.moved.connect(self._moved)
        self.asking.told.connect(self._explained)

    @property
    def side(self) -> Side:
        """What the window goes over."""
        return "input" if self.over.value() == "input" else "output"

    @property
    def here(self) -> SideOfStage:
        """The side that the window goes over."""
        return self._stage.sides[self.side]

    @property
    def there(self) -> SideOfStage:
        """The other one."""
        return self._stage.sides["output" if self.side == "input" else "input"]

    def follow(self, spec: KindSpec) -> None:
        """Go over the cells of this layer from now on."""
        self._spec = spec
        if (spec.kind == "transposed") != self._was_transposed:
            self._was_transposed = spec.kind == "transposed"
            self.over.set_value("input" if self._was_transposed else "output")
        self._resize()

    def stop(self) -> None:
        """There is nothing to go over."""
        self.walk.set_size((0, 0))

    def _resize(self) -> None:
        """The side that is gone over may be another one, or have another size."""
        facts, spec = kind_facts(self._spec), self._spec
        shape = spec.input_shape if self.side == "input" else facts.output_shape
        if shape is None or facts.problem is not None:
            self.stop()
            return
        self.walk.set_size((shape[-2] if spec.dimensions > 1 else 1, shape[-1]))
        self._ask()
        self.asking.ask_anew()  # the cell that was asked for may not be there any more

    def _ask(self) -> None:
        channel, depth = self.here.bar.plane()
        self.asking.change(side=self.side, channel=channel, depth=depth, other=self.there.bar.plane()[0])

    def _explained(self, event: object) -> None:
        if not isinstance(event, KindExplained) or event.id != self.asking.question.id:
            return  # of a cell that is no longer looked at, on a new frame
        if event.problem:
            self.refused.emit(event.problem)
            return
        told = KindTold(event)
        if not (self._follows and self._come_along(told)):
            self.told.emit(told)

    def _come_along(self, told: KindTold) -> bool:
        """Show a plane of the other side that the cell has to do with. Returns whether it is another one."""
        self._follows = False
        bar, depths = self.there.bar, told.depths()
        channel, depth = before = bar.plane()
        if told.event.channels and channel not in told.event.channels:
            channel = told.event.channels[0]
        if len(depths) and depth not in depths:
            depth = int(depths[len(depths) // 2])
        bar.set_plane(channel, depth)
        if bar.plane() == before:
            return False
        self.aimed.emit()
        self._ask()
        return True

    def _moved(self) -> None:
        self._follows = True

    def _go_over(self, _side: object) -> None:
        self._follows = True
        self._resize()

    def _choose_plane(self, side: Side) -> None:
        self._follows = side == self.side
        self.aimed.emit()
        self._ask()

    def _click(self, side: Side, cell: Cell) -> None:
        """Go there; what it is made of or what it reaches follows from the side."""
        if side != self.side:
            self.over.set_value(side)
            self._go_over(side)
        self.walk.go_to(cell)
