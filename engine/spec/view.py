"""How maps are shown. Nothing here changes a number, only its colour."""

from __future__ import annotations

from typing import Annotated, Literal

from engine.spec.fields import Spec, field

ColourMap = Literal["auto", "diverging", "viridis", "grey", "magma", "cividis"]
Scale = Literal["own", "shared"]
Sort = Literal["index", "mean", "maximum", "variance"]


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
    sort: Annotated[
        Sort,
        field(
            "Order",
            "In which order the maps of a layer are laid out: as the layer numbers them, or the one with the largest "
            "mean, maximum or variance first. On a moving picture it is looked at anew every second.",
            labels={"index": "by number", "mean": "by mean", "maximum": "by maximum", "variance": "by variance"},
        ),
    ] = "index"
    hide_dead: Annotated[
        bool, field("Hide dead maps", "Leaves out the maps of a layer that are zero in every cell.")
    ] = False
    heat: Annotated[
        float,
        field(
            "Over the picture",
            "Lays a feature map over the picture that it was made of: how opaque it is. 0 leaves the picture alone.",
            0.0,
            1.0,
        ),
    ] = 0.0
