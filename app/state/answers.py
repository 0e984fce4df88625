"""Which of the link's signals each event of the engine becomes."""

from __future__ import annotations

from engine.protocol import (
    Event,
    Explained,
    Histograms,
    KindExplained,
    KindMaps,
    Laws,
    Maps,
    MatrixTold,
    PatchOf,
    Readout,
    Result,
    Saved,
    UnitExplained,
    WeightsRead,
)

Answer = Result | Maps | KindMaps | Laws | MatrixTold
ANSWERS: dict[type[Answer], str] = {
    Result: "result",
    Maps: "maps",
    KindMaps: "kinds",
    Laws: "laws",
    MatrixTold: "matrix",
}
"""What answers a `Show`, and the signal that each becomes."""
PASSED_ON: dict[type[Event], str] = {
    Readout: "readout",
    Explained: "explained",
    KindExplained: "explained",
    PatchOf: "patch",
    Histograms: "histograms",
    Saved: "saved",
    WeightsRead: "weights_read",
    UnitExplained: "unit",
}
"""Events that the link has nothing to do with itself, and the signal that each becomes."""
