"""The status bar: what the pipeline truly does, and the values under the cursor."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from app.state.engine_link import EngineLink
from app.state.figures import Rate
from app.widgets.theme import set_role
from engine.protocol import Laws, Maps, MatrixTold, Result, SourceState

REFRESH_MS = 250
STATES = {
    "starting": ("Engine starting", "second"),
    "ready": ("Engine", "ok"),
    "silent": ("Engine does not answer", "problem"),
    "gone": ("Engine stopped", "problem"),
}


class Hud(QFrame):
    """Numbers change four times a second, so that they can be read; pictures change with every frame."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self._link = link
        self._source: SourceState | None = None
        self._processed = Rate()
        self._method = ""
        self._seconds = 0.0
        self._dot = QLabel("●")
        self._engine = QLabel()
        self._figures = QLabel()
        self._values = QLabel()
        self._build()
        link.result.connect(self._on_result)
        link.maps.connect(self._on_maps)
        link.kinds.connect(self._on_maps)
        link.laws.connect(self._on_maps)
        link.matrix.connect(self._on_maps)
        link.inspected.connect(self._on_maps)
        link.source_state.connect(self._on_source)
        link.engine_state.connect(self._on_engine)
        self._on_engine("starting")
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(REFRESH_MS)

    def _build(self) -> None:
        set_role(self, "hud")
        self.setFixedHeight(28)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        for label, name in ((self._engine, "Engine"), (self._figures, "Live figures"), (self._values, "Value")):
            label.setAccessibleName(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            row.addWidget(label)
        row.insertWidget(0, self._dot)
        row.insertStretch(3, 1)
        self._figures.setToolTip(
            "captured: frames that arrived a second · processed: frames computed a second · shown: frames painted a "
            "second · dropped: frames that a newer one replaced\n"
            "latency: from a frame's arrival, or an edit, to the end of the paint that shows it (half of them are "
            "faster than p50, nineteen in twenty faster than p95)"
        )

    def set_values(self, text: str) -> None:
        """Show the values under the cursor."""
        self._values.setText(text)

    def _on_engine(self, state: str) -> None:
        self._state = state
        self.refresh()

    def _on_result(self, result: Result) -> None:
        if any(plane.view == "input" for plane in result.planes):
            self._processed.tick()
        if result.method:
            self._method, self._seconds = result.method, result.seconds

    def _on_maps(self, maps: Maps | Laws | MatrixTold) -> None:
        if any(plane.view == "input" for plane in maps.planes):
            self._processed.tick()
        if maps.seconds:
            self._method, self._seconds = maps.method, maps.seconds

    def _on_source(self, state: SourceState) -> None:
        self._source = state

    def refresh(self) -> None:
        """Write the figures anew."""
        text, _ = STATES[self._state]
        if self._state == "ready" and self._method:
            text += f" · CPU · {self._method} {1000 * self._seconds:.1f} ms"
        self._engine.setText(text)
        set_role(self._dot, STATES[self._state][1])
        self._figures.setText(self.figures())

    def figures(self) -> str:
        """What there is to say of the live picture at this moment."""
        p50, p95 = self._link.latency.percentiles()
        latency = f"latency p50 {1000 * p50:.0f} ms · p95 {1000 * p95:.0f} ms" if p95 else ""
        return "      ".join(part for part in (self._live_text(), latency) if part)

    def _live_text(self) -> str:
        source = self._source
        if source is None or source.state not in ("playing", "lost"):
            return ""
        return (
            f"captured {source.fps:.1f}/s   processed {self._processed.value:.1f}/s   "
            f"shown {self._link.tally.rate.value:.1f}/s   dropped {self._link.dropped}"
        )
