"""The kinds of sources as the bar shows them."""

from __future__ import annotations

from typing import NamedTuple

from engine.protocol import SourceState
from engine.spec.source import Camera, Clip, Drawing, Folder, Pattern, Picture, Sample, Source, Stream

_CHANNELS = {1: "grey", 4: "RGB and alpha"}
_WAITING = {"opening": "opening…", "lost": "trying again…"}


class Kind(NamedTuple):
    """A kind's name, its icon, and what it is."""

    text: str
    icon: str
    tip: str


KINDS: dict[type, Kind] = {
    Picture: Kind(
        "Picture",
        "picture",
        "A still picture: one that comes with the program or one of your own. You can also drop or paste one anywhere.",
    ),
    Camera: Kind("Camera", "camera", "Live frames of a camera, by its number: the first is 0."),
    Clip: Kind("Clip", "clip", "A video file, played at its own rate or faster or slower."),
    Folder: Kind("Folder", "folder", "All pictures of a folder, one after the other."),
    Drawing: Kind(
        "Draw", "draw", "Draw on the input with the mouse and watch the map follow; the right button erases."
    ),
    Pattern: Kind(
        "Pattern",
        "pattern",
        "A made picture of which every value is known, to see what a kernel does to edges, waves or noise.",
    ),
    Sample: Kind(
        "Data set",
        "dataset",
        "A picture of a data set whose class is known: what a network learns from, or what it is tested on.",
    ),
    Stream: Kind("Stream", "stream", "Live frames from the network, such as a phone's camera, by their address."),
}


def figures_text(source: Source, state: SourceState) -> str:
    """Size and kind of the frames, and what else is known of them."""
    waiting = _WAITING.get(state.state, "")
    if not state.height:
        return " · ".join(part for part in (waiting, state.note) if part)
    kind = "" if "grey" in state.note else _CHANNELS.get(state.channels, "RGB")
    # The strip of a folder has room for what its pictures are called.
    note = "" if isinstance(source, Folder) else state.note
    size = f"{state.height} × {state.width} {kind}".strip()
    return " · ".join(part for part in (size, note, waiting) if part)
