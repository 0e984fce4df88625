"""How maps are shown. Nothing here changes a number, only its colour."""

from __future__ import annotations

from typing import Annotated, Literal

from engine.spec.fields import Spec, field

ColourMap = Literal["auto", "diverging", "viridis", "grey", "magma", "cividis"]
Scale = Literal["own", "shared"]


class ViewSpec(Spec, frozen=True, kw_only=True):
    """The colours of the feature map and of the gallery's thumbnails."""

    colour_map: Annotated[
        ColourMap,
        field(
            "Colours",
            "Auto: blue below zero, orange above and neutral at zero where a map has both signs, viridis where it has "
            "none below zero. Signed: always the former. The others: one ramp from the lowest value to the highest.",
            labels={"diverging": "signed"},
        ),
    ] = "auto"
    scale: Annotated[
        Scale,
        field(
            "Scale",
            "Own: every map uses the full range of colours. Shared: all maps on the page use one range, so that their "
            "strengths compare.",
            labels={"own": "own scale", "shared": "shared scale"},
        ),
    ] = "own"
    saturated: Annotated[
        float,
        field(
            "Saturated",
            "Share of the cells, the strongest, that may lie beyond the ends of the colours, so that a few of them do "
            "not leave all others pale. 0 shows the whole range.",
            0.0,
            10.0,
            "%",
        ),
    ] = 0.5
