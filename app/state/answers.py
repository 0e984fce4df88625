"""Which of the link's signals each event of the engine becomes."""

from __future__ import annotations

from engine.protocol import (
    Curves,
    DataProgress,
    DataSeen,
    Downloading,
    Event,
    Examined,
    Explained,
    Histograms,
    Inspected,
    KindExplained,
    KindMaps,
    Laws,
    Layers,
    Log,
    LookedBack,
    Maps,
    MatrixTold,
    Mistakes,
    PatchOf,
    RateTest,
    Readout,
    Recorded,
    Result,
    Samples,
    Saved,
    Thumbnails,
    Trying,
    UnitExplained,
    Varied,
    WalkedThrough,
    WeightsRead,
)

Answer = Result | Maps | KindMaps | Laws | MatrixTold | Inspected
ANSWERS: dict[type[Answer], str] = {
    Result: "result",
    Maps: "maps",
    KindMaps: "kinds",
    Laws: "laws",
    MatrixTold: "matrix",
    Inspected: "inspected",
}
"""What answers a `Show`, and the signal that each becomes."""
PICTURED: dict[type[Event], str] = {
    Thumbnails: "thumbnails",
    Samples: "samples",
    DataSeen: "data",
    Varied: "data",
    Recorded: "data",
    Mistakes: "care",
}
"""Events that may bring one picture, and the signal that each becomes."""
PASSED_ON: dict[type[Event], str] = {
    Layers: "care",
    Examined: "care",
    Trying: "care",
    DataProgress: "data",
    Log: "training",
    LookedBack: "past",
    WalkedThrough: "past",
    RateTest: "training",
    Curves: "training",
    Downloading: "data",
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
